"""What an answer means: success, permanent, transient or deferred; pure, one table.

OpenFaaS reports its own failures with the statuses a handler uses; only X-OpenFaaS-Internal tells them apart.
"""

from dataclasses import dataclass
from typing import Literal

Trouble = Literal["refused", "timeout", "cut"]
Class = Literal["success", "permanent", "transient", "deferred"]
Health = Literal["well", "ill", "silent"]


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came back from the gateway: a status, or the trouble that kept one from coming. retry_after in seconds."""

    status: int = 0
    trouble: Trouble | None = None
    internal: str | None = None
    retry_after: float | None = None
    code: str | None = None
    reason: str | None = None
    permanent: bool = False


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """health is what the breaker learns; overloaded halves the workers; blocked stops the function at once."""

    kind: Class
    name: str
    health: Health
    overloaded: bool = False
    blocked: bool = False
    # Progress was made: the next delivery is the same work going on, and no budget is touched.
    free: bool = False


SUCCESS = Outcome(kind="success", name="success", health="well")
PERMANENT = Outcome(kind="permanent", name="rejected", health="silent")
CONTINUES = Outcome(kind="deferred", name="continues", health="well", free=True)
# The function's server is away, and so every further call would fail alike.
CIRCUIT_OPEN = Outcome(kind="deferred", name="circuit-open", health="ill", blocked=True)
HANDLER_FAILED = Outcome(kind="transient", name="handler-failed", health="ill")

TROUBLES: dict[Trouble, Outcome] = {
    "refused": Outcome(kind="deferred", name="gateway-refused", health="ill"),
    "timeout": Outcome(kind="transient", name="no-answer", health="ill"),
    "cut": Outcome(kind="transient", name="connection-cut", health="ill"),
}

INTERNAL: dict[tuple[int, str], Outcome] = {
    (500, "proxy"): Outcome(kind="deferred", name="function-unreachable", health="ill"),
    (500, "of-watchdog"): Outcome(kind="deferred", name="handler-gone", health="ill"),
    (504, "of-watchdog"): Outcome(kind="transient", name="execution-timeout", health="ill"),
}

STATUSES: dict[int, Outcome] = {
    **dict.fromkeys((400, 405, 410, 411, 413, 414, 415, 422), PERMANENT),
    **dict.fromkeys((401, 403), Outcome(kind="deferred", name="configuration", health="ill", blocked=True)),
    # The gateway says 404 for an unknown function, and also when it cannot ask its provider.
    404: Outcome(kind="deferred", name="function-unknown", health="silent"),
    409: Outcome(kind="deferred", name="busy", health="silent"),
    408: Outcome(kind="deferred", name="overloaded", health="silent"),
    425: Outcome(kind="deferred", name="overloaded", health="silent"),
    429: Outcome(kind="deferred", name="overloaded", health="silent", overloaded=True),
    # An upstream_timeout is a 502 as well: the function may have run.
    502: Outcome(kind="deferred", name="gateway-failed", health="ill"),
    503: Outcome(kind="deferred", name="unavailable", health="ill"),
}


def outcome(answer: Answer) -> Outcome:
    if answer.trouble is not None:
        return TROUBLES[answer.trouble]
    if 200 <= answer.status < 300:
        return SUCCESS
    if answer.permanent:
        return PERMANENT
    if answer.code == "continues":
        return CONTINUES
    if answer.code == "circuit-open":
        return CIRCUIT_OPEN
    internal = INTERNAL.get((answer.status, answer.internal or ""))
    return internal or STATUSES.get(answer.status, HANDLER_FAILED)
