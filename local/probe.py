"""Does it answer? Small questions over the network, for health checks."""

import base64
import http.client
import socket
from urllib.parse import urlsplit

TIMEOUT_SECONDS = 2.0


def http_status(url: str, *, user: str | None = None, password: str = "") -> int | None:
    """The status of a GET, or None when nobody answers in time."""
    target = urlsplit(url)
    headers = {}
    if user is not None:
        headers["Authorization"] = "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
    connection = http.client.HTTPConnection(target.netloc, timeout=TIMEOUT_SECONDS)
    try:
        query = f"?{target.query}" if target.query else ""
        connection.request("GET", (target.path or "/") + query, headers=headers)
        answer = connection.getresponse()
        answer.read()
        return answer.status
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


def speaks_amqp(port: int) -> bool:
    """An AMQP 0-9-1 broker answers the protocol header with a method frame (type 1)."""
    try:
        with socket.create_connection(("127.0.0.1", port), TIMEOUT_SECONDS) as broker:
            broker.sendall(b"AMQP\0\0\x09\x01")
            return broker.recv(1) == b"\x01"
    except OSError:
        return False
