"""A disk without space left for PostgreSQL: its processes may not let a file grow any more, and its table of events is
as large as that already.

The kernel's limit on the size of a file needs no rights, works wherever the cluster lies, and is taken back while the
server runs. As on a full disk, what exists can be written again and nothing can grow. The limit is in the middle of a
block: PostgreSQL up to 15 takes half a written block for a full disk, later ones say that the file is too large.
"""

import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg2

from local.server import Server, as_account
from pipeline import database

WAL_SEGMENT_BYTES = 16 * 1024 * 1024
"""A file of the log is written whole, so it must have room."""
BLOCK_BYTES = 8192
STEPS = ((500, 1_700), (50, 0), (1, 0))
"""Rows at once and the characters in each: the last ones are smaller than any event."""
ROWS = """
    INSERT INTO events (id, document_id, sequence, run, tenant, type, source, schema_version, causation_id,
        correlation_id, data, occurred_at)
    SELECT gen_random_uuid(), gen_random_uuid(), 1, 1, '', '', '', '', '', gen_random_uuid(),
        to_jsonb(repeat('.', %(characters)s)), now()
    FROM generate_series(1, %(rows)s)
"""


@contextmanager
def full_disk(server: Server) -> Iterator[None]:
    """During the block a transaction that never commits holds all the space there is."""
    with closing(database.connect()) as connection, connection.cursor() as cursor:
        cursor.execute("SET idle_in_transaction_session_timeout = 0; SELECT pg_relation_size('events')")
        (size,) = cursor.fetchone() or (0,)
        blocks = max(WAL_SEGMENT_BYTES, size) // BLOCK_BYTES
        limit(server, str(blocks * BLOCK_BYTES + BLOCK_BYTES // 2))
        try:
            for rows, characters in STEPS:
                while grown(cursor, rows, characters):
                    pass
            yield
        finally:
            limit(server, "unlimited")


def grown(cursor: Any, rows: int, characters: int) -> bool:
    cursor.execute("SAVEPOINT step")
    try:
        cursor.execute(ROWS, {"rows": rows, "characters": characters})
    except (psycopg2.errors.DiskFull, psycopg2.errors.InternalError_):
        cursor.execute("ROLLBACK TO step")
        return False
    return True


def limit(server: Server, size: str) -> None:
    """For the server and all its sessions; new ones have that of the server, which comes first."""
    first = server.pid()
    assert first is not None
    cluster = Path(f"/proc/{first}/cwd").readlink()
    for pid in [first, *(pid for pid in processes_in(cluster) if pid != first)]:
        # Only the hard limit would need rights to be raised again.
        command = ["prlimit", f"--pid={pid}", f"--fsize={size}:"]
        done = subprocess.run(command, check=False, capture_output=True, text=True, **as_account(server.account))
        assert done.returncode == 0 or not Path(f"/proc/{pid}").exists(), done.stderr


def processes_in(folder: Path) -> Iterator[int]:
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if (process / "cwd").readlink() == folder:
                yield int(process.name)
