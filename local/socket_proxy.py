"""One WebSocket through the gateway, frame by frame in both directions.

OpenFaaS CE drops the upgrade; in production the edge sends /api/ws to notify itself.
"""

import asyncio
from contextlib import suppress

from starlette.types import Receive, Scope, Send
from websockets.asyncio.client import ClientConnection, unix_connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus
from websockets.typing import Subprotocol

from local import headers
from local.functions import Function, NotAvailable

HANDSHAKE = (b"host", b"sec-websocket-key", b"sec-websocket-version", b"sec-websocket-extensions")
SUBPROTOCOL = b"sec-websocket-protocol"
TRY_AGAIN_LATER = 1013
CLOSE_TIMEOUT_SECONDS = 2


async def call(function: Function, path: str, scope: Scope, receive: Receive, send: Send) -> None:
    """Connect to the least busy process, accept when it accepts, and pass frames until either side ends."""
    await receive()
    try:
        replica = await function.least_busy()
    except NotAvailable:
        return await send({"type": "websocket.close", "code": TRY_AGAIN_LATER})
    function.invocations += 1
    query = scope["query_string"].decode("latin-1")
    sent = [(name, value) for name, value in scope["headers"] if name not in (*HANDSHAKE, SUBPROTOCOL)]
    client = scope["client"][0] if scope["client"] else ""
    with replica.call():
        try:
            async with unix_connect(
                str(replica.socket),
                uri=f"ws://{function.spec.name}:8080{path}" + (f"?{query}" if query else ""),
                additional_headers=[header for header in headers.to_function(sent, client, "") if header[0] != "host"],
                subprotocols=[Subprotocol(name) for name in scope["subprotocols"]] or None,
                user_agent_header=None,
                compression=None,
                max_size=None,
                ping_interval=None,
                close_timeout=CLOSE_TIMEOUT_SECONDS,
            ) as connection:
                await send({"type": "websocket.accept", "subprotocol": connection.subprotocol})
                await _both_ways(connection, receive, send)
        except InvalidStatus as refused:
            await _refuse(refused, send)
        except (OSError, InvalidHandshake):
            await send({"type": "websocket.close", "code": TRY_AGAIN_LATER})


async def _both_ways(connection: ClientConnection, receive: Receive, send: Send) -> None:
    down = asyncio.create_task(_to_client(connection, send))
    up = asyncio.create_task(_to_function(connection, receive))
    _, pending = await asyncio.wait({down, up}, return_when=asyncio.FIRST_COMPLETED)
    for task in pending:
        task.cancel()
    await asyncio.gather(down, up, return_exceptions=True)


async def _to_client(connection: ClientConnection, send: Send) -> None:
    # Any close code but 1000 and 1001 raises; every one is passed on.
    with suppress(ConnectionClosed):
        async for message in connection:
            await send({"type": "websocket.send", "text" if isinstance(message, str) else "bytes": message})
    await send({"type": "websocket.close", "code": connection.close_code or 1000, "reason": connection.close_reason})


async def _to_function(connection: ClientConnection, receive: Receive) -> None:
    while (message := await receive())["type"] == "websocket.receive":
        text = message.get("text")
        try:
            await connection.send(message["bytes"] if text is None else text)
        except ConnectionClosed:
            return
    await connection.close(message.get("code") or 1000)


async def _refuse(refused: InvalidStatus, send: Send) -> None:
    response = refused.response
    raw = [(name.lower().encode(), value.encode("latin-1")) for name, value in response.headers.raw_items()]
    await send(
        {
            "type": "websocket.http.response.start",
            "status": response.status_code,
            "headers": headers.passed(raw),
        }
    )
    await send({"type": "websocket.http.response.body", "body": response.body or b""})
