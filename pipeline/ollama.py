"""One call of Ollama's chat API within a given time.

https://github.com/ollama/ollama/blob/main/docs/api.md
"""

import json
import time
from collections.abc import Mapping
from typing import Any

import requests
from tenacity import retry, retry_if_exception_type, stop_after_attempt, wait_random
from urllib3.exceptions import HTTPError

from .errors import Unavailable
from .settings import LanguageModel

CONNECT_SECONDS = 2.0
MOST_BYTES = 1_000_000
BLIPS = frozenset({429, 500, 502, 503, 504})


class Blip(Unavailable):
    """Worth one more try."""


@retry(retry=retry_if_exception_type(Blip), stop=stop_after_attempt(2), wait=wait_random(0.1, 0.5), reraise=True)
def chat(server: LanguageModel, question: Mapping[str, Any], until: float) -> dict[str, Any]:
    """The reply as it is; until is in monotonic seconds. Raises Unavailable."""
    status, body = _posted(server, question, until)
    reply = _object(body)
    if status != requests.codes.ok:
        told = str(reply.get("error", ""))[:200] or "without a reason"
        raise (Blip if status in BLIPS else Unavailable)(f"the model server answered {status}: {told}")
    return reply


def _posted(server: LanguageModel, question: Mapping[str, Any], until: float) -> tuple[int, bytes]:
    left = until - time.monotonic()
    if left <= 0:
        raise _too_slow(server)
    try:
        with requests.Session() as session:
            session.trust_env = False  # a proxy or a .netrc of the environment is not for this server
            with session.post(
                f"{server.url}/api/chat",
                json=question,
                timeout=(min(CONNECT_SECONDS, left), left),
                stream=True,
                allow_redirects=False,
            ) as response:
                return response.status_code, _body(server, response, until)
    except requests.Timeout as error:
        raise _too_slow(server) from error
    except (requests.RequestException, HTTPError, OSError) as error:
        raise Blip(f"the model server does not answer: {type(error).__name__}") from error


def _body(server: LanguageModel, response: requests.Response, until: float) -> bytes:
    """As it comes, so that neither a trickle nor a flood goes on for long."""
    body = bytearray()
    while chunk := response.raw.read1(65_536, decode_content=True):
        body += chunk
        if len(body) > MOST_BYTES:
            raise Unavailable(f"the model server sent more than {MOST_BYTES} bytes")
        if time.monotonic() > until:
            raise _too_slow(server)
    return bytes(body)


def _too_slow(server: LanguageModel) -> Unavailable:
    return Unavailable(f"the model server took more than {server.seconds} seconds")


def _object(body: bytes) -> dict[str, Any]:
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}
