"""The local gateway keeps the rules of OpenFaaS that functions, connector and clients rely on."""

import hashlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from threading import Event
from typing import Any

import pytest
import requests
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from local import ports
from tests.waiting import eventually

REPOSITORY = Path(__file__).parents[2]
STACK = Path(__file__).parent / "gateway" / "stack.yml"
MEGABYTE = 1_000_000
UPSTREAM_SECONDS = 25
STREAM = {"Accept": "text/event-stream"}


@dataclass(frozen=True)
class Gateway:
    process: "subprocess.Popen[bytes]"
    home: Path
    url: str

    def call(self, path: str, method: str = "GET", **options: Any) -> requests.Response:
        return requests.request(method, self.url + path, timeout=60, **options)

    def system(self, path: str, method: str = "GET", **options: Any) -> requests.Response:
        return self.call(f"/system/{path}", method, auth=("admin", "secret"), **options)

    def describe(self, name: str) -> dict[str, Any]:
        described: dict[str, Any] = self.system(f"function/{name}").json()
        return described

    def pid(self, name: str) -> int:
        return int(self.call(f"/function/{name}/").json()["pid"])

    def resident_kilobytes(self) -> int:
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM")))


def start(home: Path) -> Gateway:
    (home / "secrets").mkdir(parents=True, exist_ok=True)
    for name, value in {"probe-key": "1", "other-key": "2", "docstream-basic-auth-password": "secret"}.items():
        (home / "secrets" / name).write_text(value)
    port = next(port for port in count(23_000 + os.getpid() % 1000) if ports.is_free(port))
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "local.serve", "--port", str(port), "--stack", str(STACK), "--home", str(home)),
            *("--upstream-timeout", f"{UPSTREAM_SECONDS}s"),
        ],
        cwd=REPOSITORY,
        env={**os.environ, "GREETING": "good morning"},
    )
    gateway = Gateway(process, home, f"http://127.0.0.1:{port}")
    eventually(lambda: answers(gateway), within=20)
    return gateway


def answers(gateway: Gateway) -> bool:
    assert gateway.process.poll() is None
    try:
        return gateway.call("/healthz").status_code == 200
    except requests.ConnectionError:
        return False


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    gateway = start(tmp_path_factory.mktemp("gateway"))
    yield gateway
    gateway.process.terminate()
    gateway.process.wait(20)


def release(gateway: Gateway, name: str, path: str = "") -> None:
    gateway.call(f"/function/{name}/release{path}")


@contextmanager
def in_flight(gateway: Gateway, name: str, at: str = "/function/{name}") -> Iterator["Future[requests.Response]"]:
    """A call that reached the function and ends after the block."""
    go_on = Event()
    before = gateway.describe(name)["invocationCount"]

    def body() -> Iterator[bytes]:
        yield b"begun"
        go_on.wait(20)
        yield b"ended"

    with ThreadPoolExecutor(1) as pool:
        call = pool.submit(gateway.call, f"{at.format(name=name)}/digest", "POST", data=body())
        try:
            eventually(lambda: gateway.describe(name)["invocationCount"] > before)
            yield call
        finally:
            go_on.set()


def test_a_function_sees_the_call_as_behind_openfaas(gateway: Gateway) -> None:
    seen = gateway.call("/function/probe/a%20b/c?d=e%20f", "POST", data=b"x", headers={"X-Mine": "1"}).json()
    headers = dict(seen["headers"])
    assert (seen["method"], seen["path"], seen["query"]) == ("POST", "/a b/c", "d=e%20f")
    assert (headers["x-mine"], headers["transfer-encoding"]) == ("1", "chunked")
    assert headers["x-forwarded-host"] == gateway.url.removeprefix("http://")
    assert "content-length" not in headers
    assert "x-call-id" in headers


def test_a_function_sees_its_own_settings_and_secrets_and_no_others(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = gateway.call("/function/probe/").json()
    assert seen["secrets"] == {"probe-key": "1"}
    assert seen["environment"]["GREETING"] == "good morning"
    assert "PYTEST_CURRENT_TEST" not in seen["environment"]
    assert gateway.call("/function/twins/").json()["secrets"] == {}


def test_a_rotated_secret_counts_at_once(gateway: Gateway) -> None:
    secret = gateway.home / "secrets" / "probe-key"
    before = gateway.pid("probe")
    secret.write_text("rotated")
    seen = gateway.call("/function/probe/").json()
    secret.write_text("1")
    assert (seen["secrets"], seen["pid"]) == ({"probe-key": "rotated"}, before)


def test_headers_of_one_connection_do_not_pass(gateway: Gateway) -> None:
    answer = gateway.call("/function/probe/", headers={"TE": "trailers", "Connection": "X-Once", "X-Once": "1"})
    sent = dict(answer.json()["headers"])
    assert not {"te", "x-once", "connection"} & set(sent)
    assert answer.headers["X-Public"] == "2"
    assert not {"x-private", "keep-alive"} & {name.lower() for name in answer.headers}


def test_the_edge_maps_the_api_onto_functions(gateway: Gateway) -> None:
    assert gateway.call("/api/upload", "POST").json()["path"] == "/"
    assert gateway.call("/api/webhooks/3").json()["path"] == "/webhooks/3"


def test_an_unknown_api_path_is_a_problem_with_a_code(gateway: Gateway) -> None:
    answer = gateway.call("/api/nothing")
    assert (answer.status_code, answer.headers["Content-Type"]) == (404, "application/problem+json")
    assert answer.json()["code"] == "not-found"


def test_an_unknown_function_is_not_found_without_a_marker(gateway: Gateway) -> None:
    answer = gateway.call("/function/nobody")
    assert (answer.status_code, answer.headers.get("X-OpenFaaS-Internal")) == (404, None)


def test_a_100_megabyte_upload_streams_in_constant_memory(gateway: Gateway) -> None:
    chunk = os.urandom(MEGABYTE)
    gateway.call("/function/probe/digest", "POST", data=chunk)
    before = gateway.resident_kilobytes()
    received = gateway.call("/function/probe/digest", "POST", data=(chunk for _ in range(100))).json()
    assert received["bytes"] == 100 * MEGABYTE
    assert received["sha256"] == hashlib.sha256(chunk * 100).hexdigest()
    assert gateway.resident_kilobytes() - before < 8_000
    assert received["peak_kilobytes"] < 100_000


def test_a_100_megabyte_answer_streams_in_constant_memory(gateway: Gateway) -> None:
    before = gateway.resident_kilobytes()
    with gateway.call("/function/probe/large?megabytes=100", stream=True) as answer:
        total = sum(len(chunk) for chunk in answer.iter_content(65536))
    assert total == 100 * MEGABYTE
    assert gateway.resident_kilobytes() - before < 8_000


def test_an_answer_before_the_end_of_the_upload_reaches_the_client(gateway: Gateway) -> None:
    assert gateway.call("/function/probe/refuse", "POST", data=b"x" * 5 * MEGABYTE).status_code == 413
    assert gateway.call("/function/probe/").status_code == 200


def test_events_are_flushed_one_by_one(gateway: Gateway) -> None:
    with gateway.call("/function/probe/events", headers=STREAM, stream=True) as answer:
        lines = answer.iter_lines(chunk_size=1)
        for number in range(3):
            # The function writes the next event only after the last one arrived here.
            assert next(line for line in lines if line.startswith(b"id")) == f"id: {number}".encode()
            release(gateway, "probe")


def test_events_are_held_back_unless_accept_is_exactly_theirs(gateway: Gateway) -> None:
    headers = {"Accept": "text/event-stream, application/json"}
    with gateway.call("/function/probe/events", headers=headers, stream=True) as answer:
        read = ThreadPoolExecutor(1).submit(lambda: next(answer.iter_content(None)))
        release(gateway, "probe")
        release(gateway, "probe")
        # Two releases later three events are written, and none has been seen.
        eventually(lambda: gateway.call("/function/probe/").ok)
        assert not read.done()
        release(gateway, "probe")
        assert read.result(10).count(b"id:") == 3


def test_a_stream_ends_with_its_client(gateway: Gateway) -> None:
    with gateway.call("/function/narrow/events", headers=STREAM, stream=True) as answer:
        lines = answer.iter_lines()
        assert next(lines)
        assert gateway.call("/function/narrow/").status_code == 429
    eventually(lambda: gateway.call("/function/narrow/").ok)


def test_a_stream_is_cut_at_the_write_time_out(gateway: Gateway) -> None:
    with (
        gateway.call("/function/hasty/events", headers=STREAM, stream=True) as answer,
        pytest.raises(requests.exceptions.ChunkedEncodingError),
    ):
        assert len(list(answer.iter_lines())) > 1


def test_calls_above_max_inflight_are_refused_as_the_watchdog_does(gateway: Gateway) -> None:
    with in_flight(gateway, "narrow") as call:
        refused = gateway.call("/function/narrow/")
    assert (refused.status_code, refused.headers["X-OpenFaaS-Internal"]) == (429, "faas-middleware")
    assert call.result().status_code == 200


def test_exec_timeout_answers_504_as_the_watchdog_does(gateway: Gateway) -> None:
    answer = gateway.call("/function/hasty/hold")
    assert (answer.status_code, answer.headers["X-OpenFaaS-Internal"], answer.content) == (504, "of-watchdog", b"")


def test_a_killed_function_answers_500_once_and_is_started_again(gateway: Gateway) -> None:
    pid = gateway.pid("probe")
    with in_flight(gateway, "probe") as call:
        os.kill(pid, signal.SIGKILL)
        eventually(lambda: not Path(f"/proc/{pid}").exists())
    lost = call.result()
    assert (lost.status_code, lost.headers.get("X-OpenFaaS-Internal")) == (500, "of-watchdog")
    assert gateway.pid("probe") != pid


def test_a_client_of_the_api_is_told_to_come_again_when_a_function_dies(gateway: Gateway) -> None:
    pid = gateway.pid("upload")
    with in_flight(gateway, "upload", at="/api/{name}") as call:
        os.kill(pid, signal.SIGKILL)
        eventually(lambda: not Path(f"/proc/{pid}").exists())
    lost = call.result()
    assert (lost.status_code, lost.headers["Content-Type"]) == (503, "application/problem+json")
    assert (lost.json()["code"], lost.json()["instance"]) == ("unavailable", "/api/upload/digest")
    assert lost.headers["Retry-After"] == "1"


def test_a_function_that_is_not_there_is_a_problem_at_the_edge(gateway: Gateway) -> None:
    answer = gateway.call("/api/search")
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")


def test_headers_without_measure_are_refused_at_the_edge(gateway: Gateway) -> None:
    answer = gateway.call("/api/webhooks", headers={f"X-{number}": "x" * 8_000 for number in range(10)})
    assert (answer.status_code, answer.json()["code"]) == (431, "headers-too-large")
    assert gateway.call("/api/webhooks", headers={"X-Large": "x" * 8_000}).status_code == 200


def test_two_processes_of_a_function_share_its_calls(gateway: Gateway) -> None:
    eventually(lambda: gateway.describe("twins")["availableReplicas"] == 2)
    with in_flight(gateway, "twins") as first, in_flight(gateway, "twins") as second:
        pass
    assert first.result().json()["pid"] != second.result().json()["pid"]


def test_a_function_is_scaled_while_it_runs(gateway: Gateway) -> None:
    assert gateway.system("scale-function/upload", "POST", json={"replicas": 2}).status_code == 202
    eventually(lambda: gateway.describe("upload")["availableReplicas"] == 2)
    gateway.system("scale-function/upload", "POST", json={"replicas": 1})
    assert gateway.describe("upload")["replicas"] == 1


def test_a_web_socket_passes_both_ways(gateway: Gateway) -> None:
    url = gateway.url.replace("http", "ws")
    for path in ("/api/ws", "/function/notify/ws"):
        with connect(
            url + path,
            subprotocols=["docstream", "other"],  # type: ignore[list-item]
            additional_headers={"Authorization": "Bearer 1"},
        ) as socket:
            socket.send("ping")
            assert (socket.recv(10), socket.subprotocol) == ("Bearer 1 ping", "docstream")
            socket.send("end")
            with pytest.raises(ConnectionClosed, match="4001"):
                socket.recv(10)


def test_a_refused_web_socket_says_why(gateway: Gateway) -> None:
    with pytest.raises(InvalidStatus) as refused, connect(gateway.url.replace("http", "ws") + "/api/ws?refused"):
        pass
    assert refused.value.response.status_code == 401
    assert json.loads(refused.value.response.body or b"")["code"] == "unauthorized"


@pytest.mark.parametrize("authorization", [None, "Basic YWRtaW46", "Bearer secret", "Basic ???", b"Basic \xe9"])
def test_the_system_api_asks_for_the_administrators_password(
    gateway: Gateway, authorization: str | bytes | None
) -> None:
    answer = gateway.call("/system/functions", headers={"Authorization": authorization})
    assert answer.status_code == 401


def test_functions_are_listed_with_their_topics(gateway: Gateway) -> None:
    listed = {each["name"]: each for each in gateway.system("functions").json()}
    assert list(listed) == ["probe", "hasty", "narrow", "twins", "upload", "notify"]
    assert listed["probe"]["annotations"] == {"topic": "document.indexed"}
    assert listed["probe"]["namespace"] == "openfaas-fn"


def test_a_redeployed_function_runs_in_a_new_process_with_its_new_settings(gateway: Gateway) -> None:
    described = gateway.describe("probe")
    deployment = {"service": "probe", "image": "new", "envVars": {**described["envVars"], "GREETING": "hi"}}
    pid = gateway.pid("probe")
    assert gateway.system("functions", "PUT", json={**deployment, "secrets": ["probe-key"]}).status_code == 202
    seen = gateway.call("/function/probe/").json()
    assert (seen["environment"]["GREETING"], seen["pid"] != pid) == ("hi", True)


def test_a_deployment_with_a_missing_secret_or_an_unknown_name_is_refused(gateway: Gateway) -> None:
    missing = {"service": "probe", "image": "new", "secrets": ["nowhere"]}
    assert gateway.system("functions", "PUT", json=missing).status_code == 400
    assert gateway.system("functions", "PUT", json={"service": "nobody", "image": "new"}).status_code == 404


@pytest.mark.parametrize("topic", ["document.uploaded,document.deleted", "documents.uploaded", "document..x"])
def test_a_deployment_whose_topic_would_fail_in_production_is_refused_with_the_reason(
    gateway: Gateway, topic: str
) -> None:
    before = gateway.describe("probe")["createdAt"]
    deployment = {"service": "probe", "image": "new", "annotations": {"topic": topic}}
    answer = gateway.system("functions", "PUT", json=deployment)
    assert (answer.status_code, topic in answer.text) == (400, True)
    assert gateway.describe("probe")["createdAt"] == before


MISTAKES = {
    "name": ({"service": "Probe_2"}, "DNS label"),
    "outside": ({"service": "../functions/probe"}, "DNS label"),
    "memory": ({"limits": {"memory": "512MB"}}, "512MB"),
    "time-out": ({"envVars": {"exec_timeout": "2 minutes"}}, "2 minutes"),
    "inflight": ({"envVars": {"max_inflight": "many"}}, "max_inflight"),
    "variable": ({"envVars": {"MY NAME": "x"}}, "MY NAME"),
    "label": ({"labels": {"team": "a b"}}, "label team"),
    "scale": ({"labels": {"com.openfaas.scale.min": "two"}}, "scale.min"),
    "namespace": ({"namespace": "elsewhere"}, "elsewhere"),
    "secret": ({"secrets": ["nowhere"]}, "nowhere"),
}


@pytest.mark.parametrize(("change", "word"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_that_would_fail_in_production_is_refused_and_the_function_stays(
    gateway: Gateway, change: dict[str, object], word: str
) -> None:
    before = gateway.describe("probe")["createdAt"]
    answer = gateway.system("functions", "POST", json={"service": "probe", "image": "new"} | change)
    assert (answer.status_code, word in answer.text) == (400, True)
    assert gateway.describe("probe")["createdAt"] == before


@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE"])
@pytest.mark.parametrize("body", [b"{", b"{}"], ids=["cut", "empty"])
def test_a_body_that_is_no_deployment_is_refused(gateway: Gateway, method: str, body: bytes) -> None:
    assert gateway.system("functions", method, data=body).status_code == 400


def test_secrets_are_named_written_and_removed_but_never_shown(gateway: Gateway) -> None:
    secret = {"name": "new-key", "namespace": "openfaas-fn", "value": "abc"}
    assert gateway.system("secrets", "PUT", json=secret).status_code == 404
    assert gateway.system("secrets", "POST", json=secret).status_code == 201
    assert (gateway.home / "secrets" / "new-key").read_text() == "abc"
    assert {"name": "new-key", "namespace": "openfaas-fn"} in gateway.system("secrets").json()
    assert gateway.system("secrets", "DELETE", json={"name": "new-key"}).status_code == 200
    assert "new-key" not in gateway.system("secrets").text


@pytest.mark.parametrize("name", ["../address", "", ".hidden", "a/b"])
def test_a_secret_cannot_be_written_outside_its_folder(gateway: Gateway, name: str) -> None:
    for method, status in (("POST", 400), ("PUT", 400), ("DELETE", 404)):
        assert gateway.system("secrets", method, json={"name": name, "value": "x"}).status_code == status


def test_the_log_of_a_function_is_read_and_followed(gateway: Gateway) -> None:
    gateway.call("/function/probe/say?words=first")
    assert eventually(lambda: "first" in gateway.system("logs?name=probe&tail=5").text)
    with gateway.system("logs?name=probe&follow=1", stream=True) as answer:
        lines = (json.loads(line) for line in answer.iter_lines(chunk_size=1))
        assert next(line for line in lines if "first" in line["text"])["name"] == "probe"
        gateway.call("/function/probe/say?words=second")
        assert next(line for line in lines if "second" in line["text"])["namespace"] == "openfaas-fn"


def test_the_log_since_a_time_has_the_lines_written_then(gateway: Gateway) -> None:
    with (gateway.home / "logs" / "probe.log").open("a") as log:
        log.write('{"at": "2025-03-01T10:00:00+0000", "message": "long ago"}\nTraceback of long ago\n')
        log.write('{"at": "2025-03-01T11:00:00+0000", "message": "an hour later"}\n')
    lines = [
        json.loads(line) for line in gateway.system("logs?name=probe&since=2025-03-01T10:30:00Z").text.splitlines()
    ]
    said = " ".join(line["text"] for line in lines)
    assert "an hour later" in said
    assert "long ago" not in said
    assert "2025-03-01T11:00:00+00:00" in {line["timestamp"] for line in lines}
    assert gateway.system("logs?name=probe&since=yesterday").status_code == 400


def test_on_sigterm_calls_in_flight_finish_and_every_process_ends(tmp_path: Path) -> None:
    gateway = start(tmp_path)
    pids = [gateway.pid(name) for name in ("probe", "upload")]
    with (
        gateway.call("/function/probe/events", headers=STREAM, stream=True) as stream,
        in_flight(gateway, "upload") as call,
    ):
        gateway.process.terminate()
        with pytest.raises(requests.exceptions.ChunkedEncodingError):
            list(stream.iter_lines())
    assert call.result().json()["bytes"] == len("begunended")
    gateway.process.wait(10)
    assert not [pid for pid in pids if Path(f"/proc/{pid}").exists()]


def test_functions_die_with_a_killed_gateway(tmp_path: Path) -> None:
    gateway = start(tmp_path)
    pid = gateway.pid("probe")
    gateway.process.kill()
    gateway.process.wait()
    eventually(lambda: not Path(f"/proc/{pid}").exists())
