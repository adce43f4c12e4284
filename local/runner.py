"""How a replica runs: a process on a unix socket, or whatever else starts, accepts connections and ends."""

import asyncio
import os
import signal
from contextlib import suppress
from pathlib import Path
from typing import Protocol

import aiohttp
from yarl import URL

from local.launch import Place, launch
from local.stackfile import FunctionSpec

IDLE_SECONDS = 60.0


class Runner(Protocol):
    """One process of a function at a time; started again when it has ended.

    origin is where calls go, over session; socket is the unix socket on which it listens, if it does.
    """

    origin: URL
    socket: Path | None

    async def start(self) -> asyncio.subprocess.Process: ...
    async def accepts(self) -> bool: ...
    async def end(self, process: asyncio.subprocess.Process) -> None: ...
    def session(self) -> aiohttp.ClientSession: ...
    def close(self) -> None: ...


class ProcessRunner:
    """The template's server on this machine."""

    def __init__(self, spec: FunctionSpec, place: Place) -> None:
        self.spec, self.place = spec, place
        self.origin = URL.build(scheme="http", host=spec.name)
        self.path = place.new_socket(spec.name)
        self.socket: Path | None = self.path

    async def start(self) -> asyncio.subprocess.Process:
        return await launch(self.spec, self.place, self.path)

    async def accepts(self) -> bool:
        try:
            _, writer = await asyncio.open_unix_connection(str(self.path))
        except OSError:
            return False
        writer.close()
        return True

    async def end(self, process: asyncio.subprocess.Process) -> None:
        """With all its children."""
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)

    def session(self) -> aiohttp.ClientSession:
        return session(aiohttp.UnixConnector(path=str(self.path), limit=0, keepalive_timeout=IDLE_SECONDS))

    def close(self) -> None:
        self.path.unlink(missing_ok=True)


def session(connector: aiohttp.BaseConnector) -> aiohttp.ClientSession:
    """Passes bytes as they are; all time limits are the caller's."""
    return aiohttp.ClientSession(
        connector=connector,
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,
        timeout=aiohttp.ClientTimeout(total=None),
        skip_auto_headers=("User-Agent", "Accept", "Accept-Encoding", "Content-Type"),
    )
