from datetime import UTC, datetime

import pytest

from connector.gateway import seconds_of

NOW = datetime(2030, 1, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (None, None),
        ("30", 30),
        ("Tue, 01 Jan 2030 12:00:30 GMT", 30),
        ("Tue, 01 Jan 2030 11:00:00 GMT", 0),
        ("soon", None),
        ("-5", None),
        ("²", None),
        ("Tue, 01 Jan 2030 12:00:30", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(value: str | None, seconds: float | None) -> None:
    assert seconds_of(value, NOW) == seconds
