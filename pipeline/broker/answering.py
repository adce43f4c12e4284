"""Does the broker answer this process?"""

import time

from .. import settings
from ..errors import Unavailable
from .publisher import publisher

PING_SECONDS, POLL_SECONDS = 3.0, 0.02


def ping() -> None:
    """Raises Unavailable unless this process may publish now; waits while its first connection is on its way."""
    settings.broker()
    link, deadline = publisher().link, time.monotonic() + PING_SECONDS
    while link.state == "connecting" and time.monotonic() < deadline:
        time.sleep(POLL_SECONDS)
    if link.state != "open":
        raise Unavailable("the broker does not answer")
    if link.blocked:
        raise Unavailable("the broker takes no messages for now")
