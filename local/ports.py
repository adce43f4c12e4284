"""Which ports one clone uses: a block of neighbours, chosen once, so that two clones never meet."""

import os
import socket
from collections.abc import Callable, Iterable
from pathlib import Path

BLOCK = 20
CANDIDATES = range(21600, 22600, BLOCK)
"""Blocks whose gRPC ports (port + 10000) still lie below the range the kernel gives to outgoing connections."""

OFFSETS = {
    "rabbitmq": 0,
    "rabbitmq-management": 1,
    "rabbitmq-distribution": 2,
    "rabbitmq-names": 3,
    "postgres": 4,
    "s3": 5,
    "s3-master": 6,
    "s3-volume": 7,
    "s3-filer": 8,
    "s3-admin": 9,
    "opensearch": 10,
    "opensearch-transport": 11,
    "ollama": 12,
}
GRPC_DISTANCE = 10000

SOCKETS = Path("/tmp")
"""Where SeaweedFS keeps a socket file per port, and leaves it; another account cannot replace it."""


def used_by(base: int) -> list[int]:
    """All ports of the block that starts at base."""
    plain = [base + offset for offset in OFFSETS.values()]
    grpc = [base + offset + GRPC_DISTANCE for name, offset in OFFSETS.items() if name.startswith("s3")]
    return plain + grpc


def choose(is_free: Callable[[int], bool], candidates: Iterable[int] = CANDIDATES) -> int | None:
    """The first block that is free as a whole, or None."""
    return next((base for base in candidates if all(is_free(port) for port in used_by(base))), None)


def is_free(port: int) -> bool:
    """Whether a server of ours could listen on this loopback port now."""
    if any(not _ours(left) for left in SOCKETS.glob(f"seaweedfs-*-{port}.sock")):
        return False
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _ours(path: Path) -> bool:
    return os.geteuid() in (0, path.stat().st_uid)
