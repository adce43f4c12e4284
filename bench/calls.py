"""One small call, made again and again."""

import http.client
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from bench.corpus import percentile

CLIENTS = (1, 8)
WARM = 50
POLL_SECONDS = 0.01
LONGEST_START = 120


def calls(address: str, number: int) -> list[float]:
    """Milliseconds of each of so many calls over one connection."""
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(parts.netloc, timeout=30)
    taken = []
    for _ in range(number):
        began = time.perf_counter()
        connection.request("GET", parts.path)
        answer = connection.getresponse()
        answer.read()
        taken.append(1000 * (time.perf_counter() - began))
        assert answer.status == http.client.OK, answer.status
    connection.close()
    return taken


def measured(address: str, number: int) -> dict[str, Any]:
    """Milliseconds and calls per second, by the number of clients; each makes so many calls."""
    calls(address, WARM)
    rows = {}
    for clients in CLIENTS:
        with ThreadPoolExecutor(clients) as pool:
            began = time.perf_counter()
            taken = [each for some in pool.map(calls, [address] * clients, [number] * clients) for each in some]
            seconds = time.perf_counter() - began
        rows[f"clients: {clients}"] = {
            "p50": percentile(taken, 0.5),
            "p99": percentile(taken, 0.99),
            "calls per second": round(len(taken) / seconds),
        }
    return rows


def answered(address: str) -> None:
    """Wait until the function itself answers, in JSON or that nothing is there. Raises TimeoutError."""
    deadline = time.monotonic() + LONGEST_START
    parts = urlsplit(address)
    while time.monotonic() < deadline:
        connection = http.client.HTTPConnection(parts.netloc, timeout=5)
        with suppress(OSError, http.client.HTTPException):
            connection.request("GET", parts.path)
            answer = connection.getresponse()
            if "json" in answer.getheader("Content-Type", "") or answer.status == http.client.NOT_FOUND:
                return
        connection.close()
        time.sleep(POLL_SECONDS)
    raise TimeoutError(address)
