"""Serves a function's ASGI application, `app` in its handler module, until the process is killed.

The watchdog in front of it (in an image) or the local gateway decides when it ends: SIGTERM reaches this process at
once, while requests are still in flight and new ones are still forwarded, so it goes on. But a request that never ends
must not hold the watchdog's drain for ever: faasd takes the network away first, loopback included, and gives up for
good a function that still runs half a minute later. So after DRAIN_SECONDS this process ends whatever it does.
"""

import argparse
import contextlib
import logging
import os
import signal
import threading
from collections.abc import Iterator

import uvicorn

# Above the idle time-out of whoever connects, so that the client and never the server ends an idle connection.
KEEP_ALIVE_SECONDS = 200
BACKLOG = 2048
DRAIN_SECONDS = 25.0


class Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def end_later(*_: object) -> None:
    """On SIGTERM. An exit code other than 0 ends the watchdog too, which may not see its connections close."""
    timer = threading.Timer(float(os.environ.get("DRAIN_SECONDS") or DRAIN_SECONDS), os._exit, [1])
    timer.daemon = True
    timer.start()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--app", default="function.handler:app", help="module and attribute of the application")
    parser.add_argument("--uds", help="listen on this unix socket instead of --port")
    parser.add_argument("--port", type=int, default=5000)
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, end_later)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    # The watchdog and the gateway write Server and Date themselves.
    config = uvicorn.Config(
        arguments.app,
        host="127.0.0.1",
        port=arguments.port,
        uds=arguments.uds,
        loop="uvloop",
        http="httptools",
        ws="websockets-sansio",
        access_log=False,
        log_config=None,
        log_level="warning",
        server_header=False,
        date_header=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        backlog=BACKLOG,
    )
    Server(config).run()


if __name__ == "__main__":
    main()
