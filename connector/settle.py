"""Outcome and journey -> Ack | Retry | DeadLetter; pure.

Two budgets: attempts for what the handler did wrong, defers and a deadline for what the world did.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from .journey import Journey
from .levels import backoff, level_for
from .outcome import Answer, Outcome


@dataclass(frozen=True, kw_only=True)
class Policy:
    """levels, base and cap are seconds; endless is for the compensator, which may never give up."""

    levels: Sequence[float]
    base: float = 2
    cap: float = 900
    attempts: int = 6
    defers: int = 200
    endless: bool = False


@dataclass(frozen=True)
class Ack:
    pass


@dataclass(frozen=True, kw_only=True)
class Retry:
    """Through the delay queue of this level, with this journey in the headers."""

    level: float
    journey: Journey


@dataclass(frozen=True, kw_only=True)
class DeadLetter:
    code: str
    failure_class: str
    reason: str
    status: int | None
    journey: Journey


Settlement = Ack | Retry | DeadLetter


def settle(
    verdict: Outcome, answer: Answer, journey: Journey, policy: Policy, *, now: datetime, chance: float
) -> Settlement:
    """chance, in (0, 1], is the jitter of the delay."""
    if verdict.kind == "success":
        return Ack()
    if verdict.kind == "permanent":
        failed = journey.failed(attempt=journey.attempt + 1, defer=journey.defer, error_class=verdict.name, now=now)
        return dead_letter(answer.code or "rejected", verdict, answer, failed)
    failed = journey.failed(
        attempt=journey.attempt + (verdict.kind == "transient"),
        defer=journey.defer + (verdict.kind == "deferred" and not verdict.free),
        error_class=verdict.name,
        now=now,
    )
    if not policy.endless and exhausted(failed, policy, now):
        code = "attempts-exhausted" if verdict.kind == "transient" else "suspected-poison"
        return dead_letter(code, verdict, answer, failed)
    return Retry(level=wait(verdict, answer, failed, policy, chance), journey=failed)


def exhausted(journey: Journey, policy: Policy, now: datetime) -> bool:
    return journey.attempt > policy.attempts or journey.defer > policy.defers or now > journey.deadline


def wait(verdict: Outcome, answer: Answer, journey: Journey, policy: Policy, chance: float) -> float:
    """The level: full jitter over the count of this kind of failure, but never before Retry-After."""
    asked = min(answer.retry_after or 0, policy.cap)
    if verdict.free:
        return level_for(asked, policy.levels)
    count = journey.attempt if verdict.kind == "transient" else journey.defer
    return level_for(max(asked, backoff(count, base=policy.base, cap=policy.cap, chance=chance)), policy.levels)


def dead_letter(code: str, verdict: Outcome, answer: Answer, journey: Journey) -> DeadLetter:
    return DeadLetter(
        code=code,
        failure_class=verdict.name,
        reason=answer.reason or f"the function answered {answer.status or answer.trouble}",
        status=answer.status or None,
        journey=journey,
    )
