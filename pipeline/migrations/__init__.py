"""Numbered SQL files, forward only, each applied once."""

from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
LOCK = 7_305_117


def apply(cursor: Any) -> list[str]:
    """What is missing, in order, in the transaction of this cursor; returns the names applied."""
    cursor.execute("SET LOCAL lock_timeout = '60s'; SET LOCAL statement_timeout = 0")
    cursor.execute("SELECT pg_advisory_xact_lock(%s)", (LOCK,))
    cursor.execute("CREATE TABLE IF NOT EXISTS migrations (name text PRIMARY KEY, at timestamptz DEFAULT now())")
    cursor.execute("SELECT name FROM migrations")
    applied = {row["name"] for row in cursor.fetchall()}
    missing = [path for path in sorted(FOLDER.glob("*.sql")) if path.stem not in applied]
    for path in missing:
        cursor.execute(path.read_text())
        cursor.execute("INSERT INTO migrations (name) VALUES (%s)", (path.stem,))
    return [path.stem for path in missing]
