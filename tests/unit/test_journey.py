from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connector.journey import Journey

NOW = datetime(2030, 1, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def test_a_message_without_headers_begins_its_journey_now() -> None:
    journey = Journey.of({}, now=NOW, patience=DAY)
    assert (journey.attempt, journey.defer, journey.first_seen, journey.deadline) == (0, 0, NOW, NOW + DAY)


def test_a_journey_survives_its_headers() -> None:
    journey = Journey.of({}, now=NOW, patience=DAY).failed(attempt=2, defer=7, error_class="busy", now=NOW)
    assert Journey.of(journey.headers(), now=NOW + DAY, patience=DAY) == journey


def test_the_deadline_counts_from_the_first_delivery() -> None:
    first = Journey.of({}, now=NOW, patience=DAY)
    assert Journey.of(first.headers(), now=NOW + DAY, patience=DAY).deadline == NOW + DAY


@pytest.mark.parametrize("nonsense", ["many", -3, None, 1.5, b"\xff", ["a"]])
def test_unreadable_headers_begin_a_journey(nonsense: Any) -> None:
    headers = dict.fromkeys(("x-attempt", "x-defer", "x-first-seen", "x-deadline", "x-first-failed"), nonsense)
    assert Journey.of(headers, now=NOW, patience=DAY) == Journey.of({}, now=NOW, patience=DAY)
