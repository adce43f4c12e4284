"""Two clones on one machine never share a port."""

import socket

from local import ports

EPHEMERAL_START = 32768


def test_the_first_block_is_taken_when_all_is_free() -> None:
    assert ports.choose(lambda port: True) == ports.CANDIDATES[0]


def test_a_block_with_one_taken_port_is_left_alone() -> None:
    taken = ports.CANDIDATES[0] + ports.OFFSETS["opensearch"]
    assert ports.choose(lambda port: port != taken) == ports.CANDIDATES[1]


def test_a_taken_grpc_port_spoils_the_block() -> None:
    taken = ports.CANDIDATES[0] + ports.OFFSETS["s3-filer"] + ports.GRPC_DISTANCE
    assert ports.choose(lambda port: port != taken) == ports.CANDIDATES[1]


def test_there_is_no_block_when_nothing_is_free() -> None:
    assert ports.choose(lambda port: False) is None


def test_neighbouring_blocks_do_not_overlap() -> None:
    first, second = ports.CANDIDATES[:2]
    assert not set(ports.used_by(first)) & set(ports.used_by(second))


def test_every_port_lies_below_those_of_outgoing_connections() -> None:
    assert max(ports.used_by(ports.CANDIDATES[-1])) < EPHEMERAL_START


def test_a_port_somebody_listens_on_is_not_free() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        assert not ports.is_free(server.getsockname()[1])
