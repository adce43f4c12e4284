"""/system/secrets: names out, values in, never out."""

import re
from http import HTTPStatus
from pathlib import Path

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from local.credentials import write_private
from local.functions import NAMESPACE

NAME = re.compile(r"[a-z0-9]([-a-z0-9.]*[a-z0-9])?")


def routes(folder: Path) -> list[Route]:
    """One file per secret in this folder, as functions read them."""

    async def list_names(request: Request) -> Response:
        names = sorted(path.name for path in folder.iterdir() if NAME.fullmatch(path.name))
        return JSONResponse([{"name": name, "namespace": NAMESPACE} for name in names])

    async def write(request: Request) -> Response:
        secret = await request.json()
        name = str(secret.get("name"))
        if not NAME.fullmatch(name):
            return PlainTextResponse(f"no name of a secret: {name}", HTTPStatus.BAD_REQUEST)
        exists = (folder / name).exists()
        if request.method == "POST" and exists:
            return PlainTextResponse(f"secret {name} exists", HTTPStatus.CONFLICT)
        if request.method == "PUT" and not exists:
            return PlainTextResponse(f"secret {name} not found", HTTPStatus.NOT_FOUND)
        mode = (folder / name).stat().st_mode & 0o777 if exists else 0o600
        write_private(folder / name, str(secret.get("value", "")), mode)
        return Response(status_code=HTTPStatus.OK if exists else HTTPStatus.CREATED)

    async def remove(request: Request) -> Response:
        name = str((await request.json()).get("name"))
        if not NAME.fullmatch(name) or not (folder / name).exists():
            return PlainTextResponse(f"secret {name} not found", HTTPStatus.NOT_FOUND)
        (folder / name).unlink()
        return Response(status_code=HTTPStatus.OK)

    return [
        Route("/system/secrets", list_names, methods=["GET"]),
        Route("/system/secrets", write, methods=["POST", "PUT"]),
        Route("/system/secrets", remove, methods=["DELETE"]),
    ]
