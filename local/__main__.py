"""python -m local demo | up | down | status | clean | logs NAME"""

import argparse
import sys
from collections.abc import Callable

from local import demo, logs, services, site, stack
from local.errors import ServiceError

LOG_LINES = 100


def report(line: str) -> None:
    print(line, flush=True)


def show_status(name: str | None) -> None:
    for service, address, state in stack.status():
        report(f"{service:<14} {state:<14} {address}")
    for remark in stack.remarks():
        report(remark)


def show_logs(name: str | None) -> None:
    if name is None:
        raise ServiceError("say whose log: a function, the gateway or the connector")
    folder = site.home() / (name if name in ("gateway", "connector") else "logs")
    for line in logs.tail(folder / f"{name}.log", LOG_LINES):
        report(line)


def clean(name: str | None) -> None:
    stack.down(report)
    services.clean(report)


COMMANDS: dict[str, Callable[[str | None], None]] = {
    "demo": lambda _: demo.run(report),
    "up": lambda _: stack.up(report),
    "down": lambda _: stack.down(report),
    "status": show_status,
    "clean": clean,
    "logs": show_logs,
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m local", description="Docstream on this machine")
    parser.add_argument("command", choices=COMMANDS)
    parser.add_argument("name", nargs="?")
    arguments = parser.parse_args()
    try:
        COMMANDS[arguments.command](arguments.name)
    except ServiceError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
