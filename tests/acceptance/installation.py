"""A Docstream behind any OpenFaaS gateway, as its administrator and its users see it."""

import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import requests

from local import routes, stackfile
from tests.waiting import eventually

TERMINAL = frozenset({"indexed", "failed", "deleted"})
NAMESPACE = "openfaas-fn"
STACK = Path(__file__).parents[2] / "stack.yml"
DEPLOY_SECONDS = 120
CALL_SECONDS = 150
Json = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Installation:
    url: str
    user: str
    password: str
    key: str

    def function(self, name: str, path: str = "/", method: str = "GET", **options: Any) -> requests.Response:
        """Call a function as anybody may."""
        return requests.request(method, f"{self.url}/function/{name}{path}", timeout=CALL_SECONDS, **options)

    def api(
        self, method: str, path: str, *, headers: Mapping[str, str] | None = None, **more: Any
    ) -> requests.Response:
        """Call /api/... with the key, at the function to which the edge maps it: a gateway alone has no /api."""
        target = routes.target(method, path)
        assert target is not None
        sent = {"Authorization": f"Bearer {self.key}"} | dict(headers or {})
        return self.function(target.function, target.path, method, headers=sent, **more)

    def system(self, method: str, path: str, **options: Any) -> requests.Response:
        """Call the gateway as its administrator."""
        credentials = (self.user, self.password)
        return requests.request(method, f"{self.url}/system/{path}", auth=credentials, timeout=CALL_SECONDS, **options)

    def deployed(self) -> dict[str, Json]:
        """The functions by name. Where faas-netes says nothing of an environment, it is that of the stack file, which
        the environment of the tests completes.
        """
        answer = self.system("GET", "functions")
        answer.raise_for_status()
        stack = {each.name: dict(each.environment) for each in stackfile.parse(STACK.read_text(), os.environ)}
        known = {each["name"]: each for each in answer.json()}
        return {name: each | {"envVars": each.get("envVars") or stack.get(name)} for name, each in known.items()}

    def deploy(self, deployment: Json) -> None:
        """Deploy anew and wait until a call reaches a process, whatever comes of it; on Kubernetes an older one goes on
        until the new one is there.
        """
        answer = self.system("PUT", "functions", json=deployment)
        if answer.status_code == requests.codes.not_found:
            answer = self.system("POST", "functions", json=deployment)
        assert answer.ok, answer.text
        eventually(lambda: reached(self.ready(deployment["service"])), within=DEPLOY_SECONDS)

    def remove(self, name: str) -> None:
        """Remove a function and wait until it is gone: on Kubernetes its calls end first, and a deployment that comes
        earlier goes with it.
        """
        body = {"functionName": name, "namespace": NAMESPACE}
        self.system("DELETE", "functions", json=body).raise_for_status()
        gone = requests.codes.not_found
        eventually(lambda: self.system("GET", f"function/{name}").status_code == gone, within=DEPLOY_SECONDS)

    def ready(self, name: str) -> requests.Response:
        return self.function(name, "/ready")

    @contextmanager
    def deployed_with(self, name: str, **environment: str) -> Iterator[None]:
        """The function with some settings changed; as it was afterwards."""
        usual = deployment(self.deployed()[name])
        try:
            self.deploy({**usual, "envVars": {**usual["envVars"], **environment}})
            yield
        finally:
            self.deploy(usual)

    def upload(self, *texts: str) -> list[str]:
        """Upload texts in one request, again while no function answers; returns the documents' ids."""
        (answer,) = eventually(lambda: self._uploaded(texts), within=DEPLOY_SECONDS)
        assert answer.status_code == requests.codes.accepted, answer.text
        accepted = answer.json()
        return [each["document_id"] for each in accepted.get("documents", [accepted])]

    def _uploaded(self, texts: Sequence[str]) -> list[requests.Response]:
        files = [("file", (f"{uuid4()}.txt", text)) for text in texts]
        answer = self.api("POST", "/api/upload", files=files)
        return [answer] if reached(answer) else []

    def document(self, identity: str) -> Json:
        answer = self.api("GET", f"/api/documents/{identity}")
        assert answer.ok, answer.text
        document: Json = answer.json()
        return document

    def ended(self, identity: str, within: float = 120) -> Json:
        """The document once it is in a terminal state."""
        deadline = time.monotonic() + within
        return eventually(
            lambda: document if (document := self.document(identity))["state"] in TERMINAL else {},
            within=deadline - time.monotonic(),
        )

    def history(self, identity: str) -> list[str]:
        """The names of the document's events, in order."""
        events = self.api("GET", f"/api/documents/{identity}/history").json()["events"]
        return [each["type"].removeprefix("docstream.").removesuffix(".v1") for each in events]

    def found(self, query: str, mode: str) -> list[str]:
        answer = self.api("GET", "/api/search", params={"q": query, "mode": mode, "limit": 50})
        assert answer.ok, answer.text
        return [hit["document_id"] for hit in answer.json()["hits"]]


def reached(answer: requests.Response) -> bool:
    """An answer of ours, which is JSON, or the watchdog's word that the function took too long or has enough to do."""
    return "json" in answer.headers.get("Content-Type", "") or answer.status_code in (429, 504)


def deployment(described: Json) -> Json:
    """What deploys a function again as it is."""
    kept = {name: described.get(name) or {} for name in ("image", "envVars", "labels", "annotations")}
    return {
        **kept,
        "service": described["name"],
        "namespace": described.get("namespace") or NAMESPACE,
        "envProcess": described.get("envProcess") or "",
        "secrets": described.get("secrets") or [],
        **{name: described[name] for name in ("limits", "requests") if described.get(name)},
    }
