"""What the connector makes of a gateway that is not there, silent, or gone in the middle."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest

from connector.gateway import Gateway
from connector.outcome import Answer, Trouble
from tests.simulated_gateway import SimulatedGateway, problem

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
PROBLEM = b"HTTP/1.1 409 Conflict\r\nContent-Type: application/problem+json\r\n"
SAID = b'{"code":"busy"}'


def call(address: str, seconds: float = 30) -> Answer:
    gateway = Gateway(address, user="admin", password="x", seconds=seconds)
    try:
        return gateway.call("classify", b"{}", {"X-Topic": "t"})
    finally:
        gateway.hang_up()


@contextmanager
def listening(serve: Callable[[socket.socket], None]) -> Iterator[str]:
    """The address of a server that does this with one connection after the other, until the block ends."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def run() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                with connection:
                    serve(connection)

        thread = threading.Thread(target=run)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()


def read(connection: socket.socket) -> None:
    """One request with a body of two bytes."""
    received = b""
    while not received.endswith(b"\r\n\r\n{}"):
        received += connection.recv(4_096)


def test_where_nobody_listens_nothing_was_sent() -> None:
    assert call("http://127.0.0.1:1").trouble == "refused"


def test_a_name_that_does_not_exist_is_refused_too() -> None:
    assert call("http://gateway.invalid").trouble == "refused"


@pytest.mark.parametrize(("rest", "trouble"), [(b"", "cut"), (OK[:-1], "cut"), (b"nonsense\r\n\r\n", "cut")])
def test_a_gateway_that_goes_in_the_middle_may_have_called_the_function(rest: bytes, trouble: Trouble) -> None:
    def serve(connection: socket.socket) -> None:
        read(connection)
        connection.sendall(rest)

    with listening(serve) as address:
        assert call(address).trouble == trouble


def test_a_function_that_does_not_answer_in_time_may_have_run() -> None:
    over = threading.Event()

    def serve(connection: socket.socket) -> None:
        read(connection)
        over.wait(60)

    with listening(serve) as address:
        try:
            assert call(address, seconds=0.2).trouble == "timeout"
        finally:
            over.set()


@pytest.mark.parametrize(
    ("trickles", "trouble"), [(True, "timeout"), (False, "cut")], ids=["byte by byte", "as fast as it can"]
)
def test_an_answer_without_an_end_is_given_up(trickles: bool, trouble: Trouble) -> None:
    over = threading.Event()
    piece = b"x" if trickles else b"x" * 65_536

    def serve(connection: socket.socket) -> None:
        read(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
        with suppress(OSError):
            while not (trickles and over.wait(0.05)):
                connection.sendall(piece)

    with listening(serve) as address:
        try:
            assert call(address, seconds=1 if trickles else 60).trouble == trouble
        finally:
            over.set()


def test_a_connection_that_was_closed_meanwhile_is_made_anew() -> None:
    closed = threading.Semaphore(0)

    def serve(connection: socket.socket) -> None:
        read(connection)
        connection.sendall(OK)
        connection.close()
        closed.release()

    with listening(serve) as address:
        gateway = Gateway(address, user="admin", password="x", seconds=30)
        for _ in range(3):
            assert gateway.call("classify", b"{}", {}).status == 200
            closed.acquire()
        gateway.hang_up()


@pytest.mark.parametrize(
    "sent",
    [
        PROBLEM + b"Content-Length: 15\r\n\r\n" + SAID,
        PROBLEM + b"Transfer-Encoding: chunked\r\n\r\n5\r\n" + SAID[:5] + b"\r\na\r\n" + SAID[5:] + b"\r\n0\r\n\r\n",
        PROBLEM + b"Connection: close\r\n\r\n" + SAID,
        b"HTTP/1.1 100 Continue\r\n\r\n" + PROBLEM + b"Content-Length: 15\r\n\r\n" + SAID,
    ],
    ids=["with its length", "in pieces", "until the connection ends", "after an interim answer"],
)
def test_an_answer_is_read_to_its_end_however_it_is_framed(sent: bytes) -> None:
    def serve(connection: socket.socket) -> None:
        read(connection)
        for each in sent:
            connection.sendall(bytes([each]))

    with listening(serve) as address:
        said = call(address)
    assert (said.status, said.code, said.trouble) == (409, "busy", None)


def test_a_header_that_would_become_two_is_not_sent() -> None:
    with SimulatedGateway() as gateway:
        calls = Gateway(gateway.url, user="admin", password="x", seconds=30)
        with pytest.raises(ValueError, match="control characters"):
            calls.call("classify", b"{}", {"X-Topic": "t\r\nX-Call-Id: forged"})
        calls.hang_up()
    assert gateway.calls == []


def test_what_the_function_says_is_read_from_its_problem_details() -> None:
    with SimulatedGateway() as gateway:
        gateway.deploy("classify")
        gateway.replies["classify"] = lambda _: problem(503, "circuit-open", **{"Retry-After": "7"})
        said = call(gateway.url)
    assert (said.status, said.code, said.reason, said.retry_after) == (503, "circuit-open", "because circuit-open", 7)
