"""What is deployed: each function with its processes."""

import asyncio
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from local.launch import Place
from local.replica import Replica
from local.runner import ProcessRunner, Runner
from local.stackfile import LARGEST_SCALE, FunctionSpec, Limits

NAMESPACE = "openfaas-fn"
START_SECONDS = 10.0
"""How long a call waits for a function that has no process yet, as a gateway that scales from zero does."""
DRAIN_SECONDS = 5.0


Run = Callable[[FunctionSpec, Place], Runner]


class NotAvailable(Exception):
    """No process of the function became ready in time."""


class Function:
    """All processes of one deployed function."""

    def __init__(self, spec: FunctionSpec, place: Place, run: Run, limits: Limits) -> None:
        self.spec = spec
        self.limits = limits
        self._run = run
        self.invocations = 0
        self.created_at = datetime.now(UTC)
        self.replicas: list[Replica] = []
        self._place = place
        self._ready = asyncio.Event()

    @property
    def available(self) -> int:
        return sum(replica.ready for replica in self.replicas)

    async def scale(self, count: int) -> None:
        """Start or drain processes until there are so many."""
        count = min(count, LARGEST_SCALE)
        while len(self.replicas) < count:
            self.replicas.append(Replica(self.spec, self._run(self.spec, self._place), self._ready.set))
        surplus, self.replicas = self.replicas[count:], self.replicas[:count]
        await asyncio.gather(*(replica.stop(DRAIN_SECONDS) for replica in surplus))

    async def least_busy(self) -> Replica:
        """A ready process. Raises NotAvailable."""
        deadline = time.monotonic() + START_SECONDS
        while True:
            ready = [replica for replica in self.replicas if replica.ready]
            if ready:
                return min(ready, key=lambda replica: replica.inflight)
            self._ready.clear()
            try:
                await asyncio.wait_for(self._ready.wait(), deadline - time.monotonic())
            except TimeoutError as error:
                raise NotAvailable(self.spec.name) from error


class Functions:
    """By name, in the order of deployment."""

    def __init__(
        self, place: Place, run: Run = ProcessRunner, limits: Callable[[FunctionSpec], Limits] | None = None
    ) -> None:
        """limits: what stands in for the watchdog's, where no watchdog runs."""
        self.place, self._run = place, run
        self._limits = limits or FunctionSpec.limits
        self._deployed: dict[str, Function] = {}

    def __iter__(self) -> Iterator[Function]:
        return iter(list(self._deployed.values()))

    def get(self, name: str) -> Function | None:
        return self._deployed.get(name)

    async def deploy(self, spec: FunctionSpec) -> None:
        """An update is delete, then create: calls that come in between find no function, as on faasd."""
        await self.remove(spec.name)
        function = self._deployed[spec.name] = Function(spec, self.place, self._run, self._limits(spec))
        await function.scale(spec.scale)

    async def remove(self, name: str) -> None:
        function = self._deployed.pop(name, None)
        if function is not None:
            await function.scale(0)

    async def stop(self) -> None:
        await asyncio.gather(*(self.remove(function.spec.name) for function in self))
