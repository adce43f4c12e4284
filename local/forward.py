"""Lets containers reach what listens on this machine's loopback: python -m local.forward ADDRESS [--print].

With --print it says, as lines NAME=value, where the services are for a container, and forwards nothing.
"""

import argparse
import asyncio
from collections.abc import Mapping
from contextlib import suppress
from urllib.parse import urlsplit

from local import services

LOOPBACK = "127.0.0.1"
BLOCK = 65_536
HOSTS = ("PGHOST", "RABBITMQ_HOST")
PORTS = ("PGPORT", "RABBITMQ_PORT")
URLS = ("AWS_ENDPOINT_URL_S3", "OPENSEARCH_URL", "RABBITMQ_MANAGEMENT_URL")
PRIVATE = ("secret_mount_path", "RABBITMQ_MANAGEMENT_URL")
"""Nothing that a function is given."""


def ports_of(environment: Mapping[str, str]) -> list[int]:
    """Those of the services that an environment names."""
    urls = (urlsplit(environment[name]).port or 0 for name in URLS if name in environment)
    return [*(int(environment[name]) for name in PORTS), *urls]


def seen_from(address: str, environment: Mapping[str, str]) -> dict[str, str]:
    """The same environment for who reaches the services at this address."""
    urls = {name: f"http://{address}:{urlsplit(environment[name]).port}" for name in URLS if name in environment}
    return {**environment, **dict.fromkeys(HOSTS, address), **urls}


async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Until one side ends; then the other is told."""
    with suppress(OSError):
        while block := await reader.read(BLOCK):
            writer.write(block)
            await writer.drain()
        writer.write_eof()


async def serve(address: str, port: int) -> None:
    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            back, forth = await asyncio.open_connection(LOOPBACK, port)
        except OSError:
            return writer.close()
        await asyncio.gather(pump(reader, forth), pump(back, writer))
        forth.close()
        return writer.close()

    async with await asyncio.start_server(connected, address, port) as server:
        await server.serve_forever()


async def forward(address: str, ports: list[int]) -> None:
    await asyncio.gather(*(serve(address, port) for port in ports))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("address", help="of this machine, as containers see it: 10.62.0.1 on faasd")
    parser.add_argument("--print", action="store_true")
    parser.add_argument("--port", type=int, action="append", help="only these instead of the services' ports")
    arguments = parser.parse_args()
    if arguments.print:
        for name, value in seen_from(arguments.address, services.environment()).items():
            if name not in PRIVATE:
                print(f"{name}={value}")
    else:
        asyncio.run(forward(arguments.address, arguments.port or ports_of(services.environment())))


if __name__ == "__main__":
    main()
