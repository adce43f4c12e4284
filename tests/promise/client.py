"""A client that does not give up: what it asks for and what it is told goes into the history."""

import time
from collections.abc import Callable
from email.message import EmailMessage
from uuid import uuid4

import requests

from tests.promise.history import History, Kind

PATIENCE_SECONDS = 60.0
TRY_AGAIN = frozenset({409, 425, 429})


class Asker:
    """Repeats a request with the same Idempotency-Key, and commands, until it is told what became of them."""

    def __init__(self, url: str, headers: dict[str, str], history: History) -> None:
        self._url, self._headers, self.history = url, headers, history

    def upload(self, content: bytes, filename: str, *, keyed: bool = True) -> str | None:
        """The document's id. Without a key there is one try, and None says that nobody knows."""
        key = str(uuid4()) if keyed else None
        operation = self.history.uploading(content, key)
        headers = {"X-Filename": filename} | ({"Idempotency-Key": key} if key else {})
        answer = self._answer("POST", "/api/upload", headers, content, again=keyed)
        if answer is None:
            return None
        if answer.status_code != 202:
            operation.failed()
            return None
        told = answer.json()
        operation.succeeded(told["document_id"], duplicate=told["duplicate_of"] is not None)
        return str(told["document_id"])

    def delete(self, document_id: str) -> None:
        self._command("delete", "DELETE", document_id, f"/api/documents/{document_id}")

    def reprocess(self, document_id: str, stage: str) -> None:
        self._command("reprocess", "POST", document_id, f"/api/documents/{document_id}/reprocess?from={stage}")

    def replay(self, letter_id: str, document_id: str) -> None:
        self._command("replay", "POST", document_id, f"/api/dead-letters/{letter_id}/replay")

    def rebuild(self) -> None:
        """Until the index is made anew."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        done = False
        while not done and time.monotonic() < deadline:
            answer = self._answer("POST", "/api/index/rebuild", {}, b"", again=True)
            done = answer is not None and bool(answer.json().get("done"))

    def _command(self, kind: Kind, method: str, document_id: str, path: str) -> None:
        with self.history.asking(kind, document_id) as operation:
            answer = self._answer(method, path, {}, b"", again=True, over=frozenset({409}))
            if answer is not None and answer.status_code < 400:
                operation.succeeded(document_id)
            elif answer is not None:
                operation.failed()

    def _answer(
        self,
        method: str,
        path: str,
        headers: dict[str, str],
        body: bytes,
        *,
        again: bool,
        over: frozenset[int] = frozenset(),
    ) -> requests.Response | None:
        """None when there was no answer; over are refusals that need no second try."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            answer = self._once(method, path, headers, body)
            unclear = answer is None or answer.status_code >= 500 or answer.status_code in TRY_AGAIN - over
            if not unclear:
                return answer
            if not again or time.monotonic() > deadline:
                return None
            time.sleep(0.1)

    def _once(self, method: str, path: str, headers: dict[str, str], body: bytes) -> requests.Response | None:
        try:
            return requests.request(
                method, self._url + path, data=body, headers=self._headers | headers, timeout=PATIENCE_SECONDS
            )
        except requests.RequestException:
            return None


def text() -> bytes:
    """A short text that is like no other."""
    return f"Notes of the meeting {uuid4()}\n\nThe bridge is finished, and the ferry sails no more.\n".encode()


def broken() -> bytes:
    """What calls itself a PDF and is none."""
    return b"%PDF-1.7\n" + uuid4().hex.encode()


def mail() -> bytes:
    """A message with one text file attached."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "ada@example.org", "bob@example.org", f"News {uuid4()}"
    message.set_content("The minutes are attached.")
    message.add_attachment(text().decode(), subtype="plain", filename="minutes.txt")
    return message.as_bytes()


Content = Callable[[], bytes]
