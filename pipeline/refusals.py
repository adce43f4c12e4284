"""How often functions refused calls without a valid signature.

Whoever reaches the gateway can call a function. So a refusal costs a number in memory; a process writes its numbers
down every few seconds at most, in one log line and one statement for each reason, and rows are as many as functions
and reasons. What a process has refused since then is written with its next refusal, or lost when it ends.
"""

import logging
import math
import threading
import time
from collections import Counter
from contextlib import suppress

from .database import OutOfReach, transaction
from .errors import PipelineError
from .settings import MissingSetting

log = logging.getLogger(__name__)

SECONDS = 5.0


class Refusals:
    def __init__(self, function: str) -> None:
        self.function = function
        self._counts: Counter[str] = Counter()
        self._written_at = -math.inf
        self._lock = threading.Lock()

    def count(self, reason: str) -> None:
        """reason is unsigned, stale or wrong. A database that cannot take the numbers now is given them later."""
        with self._lock:
            self._counts[reason] += 1
            if time.monotonic() - self._written_at < SECONDS:
                return
            self._written_at = time.monotonic()
            counted, self._counts = self._counts, Counter()
        if not self._wrote(counted):
            with self._lock:
                self._counts += counted
            return
        for each, number in counted.items():
            said = {"action": "refused", "function": self.function, "reason": each, "calls": number}
            log.warning("calls without a valid signature", extra=said)

    def _wrote(self, counted: Counter[str]) -> bool:
        with suppress(PipelineError, MissingSetting, *OutOfReach), transaction() as tx:
            for reason, number in sorted(counted.items()):
                tx.execute(
                    """
                    INSERT INTO refused_calls (function, reason, count)
                    VALUES (%(function)s, %(reason)s, %(number)s)
                    ON CONFLICT (function, reason)
                    DO UPDATE SET count = refused_calls.count + excluded.count, last_at = now()
                    """,
                    {"function": self.function, "reason": reason, "number": number},
                )
            return True
        return False
