"""An action again and again on an own thread, until the connector stops."""

import logging
import threading
from collections.abc import Callable

from pipeline.errors import PipelineError

log = logging.getLogger(__name__)

TROUBLE_SECONDS = 2.0


class Periodic(threading.Thread):
    """The action returns how many seconds to wait before the next time; a server that is away is no reason to end.

    after is how many seconds to wait before the first time.
    """

    def __init__(self, name: str, action: Callable[[], float], stopping: threading.Event, *, after: float = 0) -> None:
        super().__init__(name=name, daemon=True)
        self._action, self._stopping, self._after = action, stopping, after

    def run(self) -> None:
        troubled = False
        self._stopping.wait(self._after)
        while not self._stopping.is_set():
            try:
                delay = self._action()
                troubled = False
            except PipelineError as error:
                if not troubled:
                    log.warning("waiting", extra={"action": "waiting", "part": self.name, "reason": error.reason})
                delay, troubled = TROUBLE_SECONDS, True
            self._stopping.wait(delay)
