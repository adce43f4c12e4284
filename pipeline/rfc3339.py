"""Moments as the API and the events write them; pure."""

from datetime import UTC, datetime


def text(at: datetime) -> str:
    """RFC 3339 in UTC with milliseconds: 2026-03-14T09:26:53.589Z."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
