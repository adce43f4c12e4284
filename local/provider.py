"""The administrator's side of the gateway, /system/*: what faas-cli and the connector ask."""

import hmac
import json
import platform
from base64 import b64decode
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from local import credentials, deployable, system_logs, system_secrets
from local.functions import NAMESPACE, Function, Functions
from local.stackfile import FunctionSpec
from pipeline.topic import refusals

IMITATED_RELEASE = "0.27.14"
USER = "admin"
PASSWORD = "docstream-basic-auth-password"


class Administrator:
    """Lets requests pass that carry the administrator's password; it is read anew each time."""

    def __init__(self, app: ASGIApp, functions: Functions) -> None:
        self.app = app
        self.secrets = functions.place.secrets

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not self._known(Request(scope).headers.get("Authorization", "")):
            refused = PlainTextResponse(
                "invalid credentials", HTTPStatus.UNAUTHORIZED, {"WWW-Authenticate": 'Basic realm="Restricted"'}
            )
            return await refused(scope, receive, send)
        return await self.app(scope, receive, send)

    def _known(self, authorization: str) -> bool:
        try:
            given = b64decode(authorization.removeprefix("Basic "), validate=True)
        except ValueError:
            return False
        expected = f"{USER}:{credentials.read(self.secrets, PASSWORD)}".encode()
        return hmac.compare_digest(given, expected)


def application(functions: Functions) -> ASGIApp:
    """The routes of /system, behind basic auth."""
    provider = Provider(functions)
    return Administrator(
        Starlette(
            routes=[
                Route("/system/functions", provider.list, methods=["GET"]),
                Route("/system/functions", provider.update, methods=["PUT"]),
                Route("/system/functions", provider.create, methods=["POST"]),
                Route("/system/functions", provider.remove, methods=["DELETE"]),
                Route("/system/function/{name}", provider.describe, methods=["GET"]),
                Route("/system/scale-function/{name}", provider.scale, methods=["POST"]),
                Route("/system/namespaces", namespaces, methods=["GET"]),
                Route("/system/info", info, methods=["GET"]),
                *system_secrets.routes(functions.place.secrets),
                *system_logs.routes(functions),
            ],
            exception_handlers={UnknownFunction: unknown, json.JSONDecodeError: malformed, KeyError: malformed},
        ),
        functions,
    )


class UnknownFunction(Exception):
    """Nothing of this name is deployed."""


async def unknown(request: Request, error: Exception) -> Response:
    return PlainTextResponse(f"function {error} not found", HTTPStatus.NOT_FOUND)


async def malformed(request: Request, error: Exception) -> Response:
    return PlainTextResponse(f"the body is no such request: {error!r}", HTTPStatus.BAD_REQUEST)


async def namespaces(request: Request) -> Response:
    return JSONResponse([NAMESPACE])


async def info(request: Request) -> Response:
    version = {"release": IMITATED_RELEASE, "sha": ""}
    provider = {"provider": "docstream-local", "version": version, "orchestration": "processes"}
    return JSONResponse({"arch": platform.machine(), "provider": provider, "version": version})


class Provider:
    def __init__(self, functions: Functions) -> None:
        self.functions = functions

    def find(self, name: str) -> Function:
        function = self.functions.get(name.removesuffix(f".{NAMESPACE}"))
        if function is None:
            raise UnknownFunction(name)
        return function

    async def list(self, request: Request) -> Response:
        return JSONResponse([status(function) for function in self.functions])

    async def describe(self, request: Request) -> Response:
        return JSONResponse(status(self.find(request.path_params["name"])))

    async def scale(self, request: Request) -> Response:
        function = self.find(request.path_params["name"])
        wanted = (await request.json()).get("replicas")
        if not isinstance(wanted, int) or wanted < 1:
            return PlainTextResponse("replicas must be at least 1", HTTPStatus.BAD_REQUEST)
        await function.scale(wanted)
        return Response(status_code=HTTPStatus.ACCEPTED)

    async def update(self, request: Request) -> Response:
        deployment = await request.json()
        self.find(deployment["service"])
        return await self._deploy(deployment)

    async def create(self, request: Request) -> Response:
        return await self._deploy(await request.json())

    async def remove(self, request: Request) -> Response:
        name = (await request.json())["functionName"]
        self.find(name)
        await self.functions.remove(name)
        return Response(status_code=HTTPStatus.ACCEPTED)

    async def _deploy(self, deployment: Mapping[str, Any]) -> Response:
        spec = specification(deployment)
        wrong = [*deployable.refusals(spec), *refusals([(spec.name, spec.annotations.get("topic"))])]
        if deployment.get("namespace") not in (None, "", NAMESPACE):
            wrong.append(f"there is one namespace, {NAMESPACE}, and no {deployment['namespace']!r}")
        if wrong:
            return PlainTextResponse("; ".join(wrong), HTTPStatus.BAD_REQUEST)
        if not (self.functions.place.root / spec.handler / "handler.py").exists():
            return PlainTextResponse(f"no code in {spec.handler} for {spec.name}", HTTPStatus.BAD_REQUEST)
        if missing := self.functions.place.missing_secrets(spec):
            return PlainTextResponse(f"unable to find secret: {', '.join(missing)}", HTTPStatus.BAD_REQUEST)
        await self.functions.deploy(spec)
        return Response(status_code=HTTPStatus.ACCEPTED)


def specification(deployment: Mapping[str, Any]) -> FunctionSpec:
    """A deployment request; its code is the folder of its name, since there are no images here."""
    name = deployment["service"]
    return FunctionSpec(
        name=name,
        handler=f"functions/{name}",
        image=deployment["image"],
        environment=deployment.get("envVars") or {},
        secrets=tuple(deployment.get("secrets") or ()),
        labels=deployment.get("labels") or {},
        annotations=deployment.get("annotations") or {},
        memory=(deployment.get("limits") or {}).get("memory") or "",
    )


def status(function: Function) -> dict[str, Any]:
    spec = function.spec
    return {
        "name": spec.name,
        "image": spec.image,
        "namespace": NAMESPACE,
        "envProcess": "python index.py",
        "envVars": dict(spec.environment),
        "secrets": list(spec.secrets),
        "labels": dict(spec.labels),
        "annotations": dict(spec.annotations),
        **({"limits": {"memory": spec.memory}} if spec.memory else {}),
        "replicas": len(function.replicas),
        "availableReplicas": function.available,
        "invocationCount": function.invocations,
        "createdAt": function.created_at.isoformat(),
    }
