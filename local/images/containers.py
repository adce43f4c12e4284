"""Functions as containers behind the local gateway: the watchdog in each keeps its limits, the gateway none."""

import asyncio
import math
import os
from itertools import count
from pathlib import Path

import aiohttp
from yarl import URL

from local import ports
from local.functions import Functions
from local.images.isolation import HARDENED, LABEL, secret_mounts
from local.launch import Place
from local.runner import IDLE_SECONDS, session
from local.stackfile import FunctionSpec, Limits

DOCKER = os.environ.get("DOCSTREAM_DOCKER", "docker")
FIRST_PORT = 25_000
STOP_SECONDS = 30
"""faasd waits so long between SIGTERM and SIGKILL."""
NO_LIMITS = Limits(exec_timeout=math.inf, write_timeout=math.inf, max_inflight=0)
PROBE = aiohttp.ClientTimeout(total=2)

_ports = count(FIRST_PORT + os.getpid() % 1000)


def functions(place: Place, network: str) -> Functions:
    return Functions(place, lambda spec, where: ContainerRunner(spec, where, network), lambda spec: NO_LIMITS)


def memory_limit(spec: FunctionSpec) -> list[str]:
    """Docker counts its M as Kubernetes its Mi."""
    return [f"--memory={spec.memory.removesuffix('i')}"] if spec.memory else []


class ContainerRunner:
    """One container of the function's image; only this machine reaches it."""

    def __init__(self, spec: FunctionSpec, place: Place, network: str) -> None:
        self.spec, self.place, self.network = spec, place, network
        self.port = next(port for port in _ports if ports.is_free(port))
        self.origin = URL.build(scheme="http", host="127.0.0.1", port=self.port)
        self.socket: Path | None = None
        self.name = f"docstream-{spec.name}-{os.getpid()}-{self.port}"

    async def start(self) -> asyncio.subprocess.Process:
        log = self.place.log(self.spec.name)
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as output:
            return await asyncio.create_subprocess_exec(
                *(DOCKER, "run", "--rm", "--name", self.name, "--network", self.network),
                *("--label", f"{LABEL}={self.network}", "--publish", f"127.0.0.1:{self.port}:8080"),
                *(*HARDENED, *memory_limit(self.spec), *self._environment()),
                *secret_mounts(self.place.home, self.spec.name, self.spec.secrets),
                self.spec.image,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=asyncio.subprocess.STDOUT,
            )

    def _environment(self) -> list[str]:
        return [word for name, value in self.spec.environment.items() for word in ("--env", f"{name}={value}")]

    async def accepts(self) -> bool:
        """Docker's own proxy accepts connections before anybody listens behind it."""
        try:
            ready = self.origin / "_/ready"
            async with self.session() as asking, asking.get(ready, timeout=PROBE) as answer:
                return answer.ok
        except (aiohttp.ClientError, TimeoutError):
            return False

    async def end(self, process: asyncio.subprocess.Process) -> None:
        for words in (("stop", "--time", str(STOP_SECONDS)), ("rm", "--force")):
            ending = await asyncio.create_subprocess_exec(
                DOCKER, *words, self.name, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL
            )
            await ending.wait()

    def session(self) -> aiohttp.ClientSession:
        return session(aiohttp.TCPConnector(limit=0, keepalive_timeout=IDLE_SECONDS))

    def close(self) -> None:
        """Nothing is left of a container that was removed."""
