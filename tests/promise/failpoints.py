"""Crash points, set from outside: named functions of the product are wrapped when a process starts.

The product knows nothing of this. A process that was started through start.py looks, each time it passes a point, for
an order in the plan's folder, and carries it out at the n-th time: it kills itself as kill -9 does, raises, or waits.
"""

import importlib
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any, Literal

Moment = Literal["before", "after"]


@dataclass(frozen=True, kw_only=True)
class Point:
    """target is `module:attribute`; label tells apart what passes, by its arguments.

    moments are those worth a crash: the end of one step is the beginning of the next. times is how often one document
    passes.
    """

    name: str
    target: str
    moments: tuple[Moment, ...] = ("before", "after")
    times: int = 1
    transaction: bool = False
    label: Callable[..., str] = lambda *_, **__: ""


class Plan:
    """Orders and counts in a folder, shared by all processes of a stack."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(exist_ok=True)

    def order(self, place: str, action: str = "kill", *, nth: int = 1) -> None:
        """place is `<process>.<point>.<moment>`; action is kill, wait:<seconds> or raise:<module>:<exception>."""
        partial = self.folder / "partial"
        partial.write_text(f"{self.passes(place) + nth} {action}")
        partial.rename(self.folder / f"{place}.order")

    def value(self, fault: str) -> str | None:
        """What a fault is set to, None while it is off."""
        try:
            return (self.folder / f"{fault}.fault").read_text()
        except FileNotFoundError:
            return None

    @contextmanager
    def with_faults(self, **faults: str) -> Iterator[None]:
        """no_inbox="on" sets the fault no-inbox, in all processes, while the block runs."""
        files = {self.folder / f"{name.replace('_', '-')}.fault": value for name, value in faults.items()}
        for path, value in files.items():
            path.write_text(value)
        try:
            yield
        finally:
            for path in files:
                path.unlink()

    def cancel(self, place: str) -> None:
        (self.folder / f"{place}.order").unlink(missing_ok=True)

    def fired(self, place: str) -> bool:
        return not (self.folder / f"{place}.order").exists()

    def passes(self, place: str) -> int:
        try:
            return (self.folder / f"{place}.passes").stat().st_size
        except FileNotFoundError:
            return 0

    def passed(self, place: str) -> None:
        """Runs in the product's processes. Of several that pass at once, one carries the order out."""
        descriptor = os.open(self.folder / f"{place}.passes", os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        os.write(descriptor, b".")
        number = os.lseek(descriptor, 0, os.SEEK_CUR)
        os.close(descriptor)
        order = self.folder / f"{place}.order"
        try:
            nth, action = order.read_text().split(" ", 1)
            if number >= int(nth):
                order.rename(order.with_suffix(f".done{number}"))
                carry_out(action)
        except FileNotFoundError:
            return


def carry_out(action: str) -> None:
    if action == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    elif action.startswith("wait:"):
        time.sleep(float(action.removeprefix("wait:")))
    else:
        _, module, name, *words = action.split(":")
        raise getattr(importlib.import_module(module), name)(*words)


def install(points: tuple[Point, ...], process: str, plan: Plan) -> None:
    """Wrap the functions of this process."""
    for point in points:

        def reach(moment: Moment, label: str, point: Point = point) -> None:
            plan.passed(f"{process}.{point.name}{label and ':' + label}.{moment}")

        replace(point.target, (around_commit if point.transaction else around)(reach, point))


def replace(target: str, change: Callable[[Any], Any]) -> None:
    """Put what change makes of a function in its place."""
    module, path = target.split(":")
    *owners, name = path.split(".")
    owner: Any = importlib.import_module(module)
    for each in owners:
        owner = getattr(owner, each)
    setattr(owner, name, change(getattr(owner, name)))


def around(reach: Callable[[Moment, str], None], point: Point) -> Callable[[Any], Any]:
    def change(original: Any) -> Any:
        @wraps(original)
        def wrapped(*arguments: Any, **named: Any) -> Any:
            label = point.label(*arguments, **named)
            reach("before", label)
            result = original(*arguments, **named)
            reach("after", label)
            return result

        return wrapped

    return change


def around_commit(reach: Callable[[Moment, str], None], point: Point) -> Callable[[Any], Any]:
    """before is the last moment before COMMIT is sent, after the first one when it has been answered."""

    def change(original: Any) -> Any:
        @contextmanager
        def wrapped() -> Iterator[Any]:
            with original() as tx:
                yield tx
                reach("before", "")
            reach("after", "")

        return wrapped

    return change
