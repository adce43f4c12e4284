"""What a message has been through, as its headers tell; pure. Counted by us, since the broker's counts differ."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Self

from pipeline import rfc3339

OWN_HEADERS = frozenset({"x-attempt", "x-defer", "x-first-seen", "x-deadline", "x-first-failed", "x-last-error-class"})


@dataclass(frozen=True, kw_only=True)
class Journey:
    """attempt counts failed calls of the handler, defer counts outages of the world; replay is an operator's."""

    attempt: int
    defer: int
    first_seen: datetime
    deadline: datetime
    first_failed: datetime | None
    error_class: str | None
    replay: int

    @classmethod
    def of(cls, headers: Mapping[str, Any], *, now: datetime, patience: timedelta) -> Self:
        """Headers that are missing, unreadable or ahead of time mean: this is the first delivery."""
        first_seen = min(moment(headers.get("x-first-seen")) or now, now)
        return cls(
            attempt=count(headers.get("x-attempt")),
            defer=count(headers.get("x-defer")),
            first_seen=first_seen,
            deadline=moment(headers.get("x-deadline")) or first_seen + patience,
            first_failed=moment(headers.get("x-first-failed")),
            error_class=headers.get("x-last-error-class"),
            replay=count(headers.get("x-replay")),
        )

    def failed(self, *, attempt: int, defer: int, error_class: str, now: datetime) -> Self:
        first_failed = self.first_failed or now
        return replace(self, attempt=attempt, defer=defer, error_class=error_class, first_failed=first_failed)

    def headers(self) -> dict[str, Any]:
        named = {
            "x-attempt": self.attempt,
            "x-defer": self.defer,
            "x-first-seen": rfc3339.text(self.first_seen),
            "x-deadline": rfc3339.text(self.deadline),
            "x-first-failed": rfc3339.text(self.first_failed) if self.first_failed else None,
            "x-last-error-class": self.error_class,
            "x-replay": self.replay or None,
        }
        return {name: value for name, value in named.items() if value is not None}


def count(value: Any) -> int:
    return value if isinstance(value, int) and value >= 0 else 0


def moment(value: Any) -> datetime | None:
    try:
        return datetime.fromisoformat(value).astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        return None
