"""The gateway's process: python -m local.serve --port N."""

import argparse
import logging
import os
import resource
import socket
from pathlib import Path

import uvicorn

from local import site, stackfile
from local.functions import Functions
from local.gateway import Gateway
from local.images import containers
from local.launch import Place

DEFAULT_UPSTREAM_TIMEOUT = "2m20s"
"""Above the exec_timeout of every function, as the ladder of time-outs asks for."""
GRACE_SECONDS = 5
KEEP_ALIVE_SECONDS = 75
BACKLOG = 2048


class Server(uvicorn.Server):
    """Ends the streams first, so that only calls that end by themselves are waited for."""

    def __init__(self, config: uvicorn.Config, gateway: Gateway) -> None:
        super().__init__(config)
        self.gateway = gateway

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self.gateway.end_streams()
        await super().shutdown(sockets)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8080)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--stack", type=Path, default=site.REPOSITORY / "stack.yml")
    parser.add_argument("--home", type=Path, default=site.home())
    parser.add_argument("--upstream-timeout", default=DEFAULT_UPSTREAM_TIMEOUT)
    in_containers = os.environ.get("DOCSTREAM_NETWORK")
    parser.add_argument("--network", default=in_containers, help="run the functions' images on this Docker network")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    allow_many_connections()
    place = Place(root=arguments.stack.absolute().parent, home=arguments.home.absolute())
    gateway = Gateway(
        stackfile.parse(arguments.stack.read_text(encoding="utf-8"), os.environ),
        containers.functions(place, arguments.network) if arguments.network else Functions(place),
        upstream_timeout=stackfile.duration(arguments.upstream_timeout),
    )
    config = uvicorn.Config(
        gateway,
        host=arguments.host,
        port=arguments.port,
        loop="uvloop",
        http="httptools",
        ws="websockets-sansio",
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=GRACE_SECONDS,
        backlog=BACKLOG,
    )
    Server(config, gateway).run()


def allow_many_connections() -> None:
    """Every live feed takes one connection here and one to its function."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


if __name__ == "__main__":
    main()
