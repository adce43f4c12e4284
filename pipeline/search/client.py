"""The connection to OpenSearch and the meaning of its errors."""

import functools
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any

from opensearchpy import OpenSearch, exceptions

from .. import settings
from ..circuit import guarded
from ..errors import Unavailable

CONNECTIONS = 8
TIMEOUT_SECONDS = 20
RETRIES = 1  # rides out a connection that the server closed while idle; the broker does the rest

REFUSED = {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS}
"""Credentials that changed, an index closed for writing, a full queue or disk: all pass without our doing."""


def client() -> OpenSearch:
    """One per process, made anew when its settings or its secret changed."""
    return connected(settings.search_server())


@functools.lru_cache(maxsize=1)
def connected(server: settings.SearchServer) -> OpenSearch:
    return OpenSearch(
        hosts=[server.url],
        http_auth=(server.user, server.password) if server.user else None,
        ca_certs=server.ca_certificate,
        timeout=TIMEOUT_SECONDS,
        max_retries=RETRIES,
        retry_on_timeout=False,
        pool_maxsize=CONNECTIONS,
        http_compress=False,
    )


@contextmanager
def asking() -> Iterator[OpenSearch]:
    """The client; raises Unavailable for a server in trouble, the error itself for a bug of ours."""
    with guarded("search", settings.search_server().url):
        try:
            yield client()
        except exceptions.ConnectionError as error:
            raise Unavailable("the search server does not answer") from error
        except exceptions.TransportError as error:
            if unavailable(error.status_code):
                raise Unavailable(f"the search server answered {error.status_code}") from error
            raise


def ping() -> None:
    """Raises Unavailable unless the server answers."""
    with asking() as server:
        server.info()


def unavailable(status: Any) -> bool:
    """Does this status speak of the server, not of the request?"""
    return isinstance(status, int) and (status in REFUSED or status >= HTTPStatus.INTERNAL_SERVER_ERROR)
