"""The template serves a function the way of-watchdog and the local gateway need it."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from local import stackfile
from tests.free_port import free_port
from tests.waiting import eventually

REPOSITORY = Path(__file__).parents[2]
TEMPLATE = REPOSITORY / "template" / "python3-starlette"
PROBE = Path(__file__).parent / "gateway" / "functions" / "probe"
STACK = stackfile.parse((REPOSITORY / "stack.yml").read_text(encoding="utf-8"), {})


def build(handler: Path, folder: Path) -> Path:
    """The files of an image's home folder, laid out as faas-cli and the Dockerfile do."""
    shutil.copytree(TEMPLATE, folder)
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(handler, folder / "function", dirs_exist_ok=True, ignore=ignored)
    shutil.copytree(REPOSITORY / "pipeline", folder / "function" / "pipeline", ignore=ignored)
    return folder


def environment(home: Path) -> dict[str, str]:
    return {"DRAIN_SECONDS": "2", "PATH": os.environ["PATH"], "HOME": str(home), "PYTHONPATH": str(home / "function")}


@contextmanager
def serving(home: Path) -> Iterator[tuple["subprocess.Popen[bytes]", str]]:
    """index.py as the watchdog starts it, and where it listens."""
    port = free_port()
    secrets = home / "secrets"
    secrets.mkdir()
    process = subprocess.Popen(
        [sys.executable, "index.py", "--port", str(port)],
        cwd=home,
        env={**environment(home), "secret_mount_path": str(secrets)},
    )
    url = f"http://127.0.0.1:{port}"
    try:
        eventually(lambda: answers(url), within=20)
        yield process, url
    finally:
        process.kill()
        process.wait()


def answers(url: str) -> bool:
    try:
        return requests.get(url, timeout=30).ok
    except requests.ConnectionError:
        return False


def test_on_sigterm_calls_in_flight_finish_and_new_ones_are_answered(tmp_path: Path) -> None:
    with serving(build(PROBE, tmp_path / "app")) as (process, url):

        def body() -> Iterator[bytes]:
            yield b"begun"
            process.send_signal(signal.SIGTERM)
            # A whole other call after the signal, while this one is in flight.
            assert requests.get(url, timeout=30).ok
            yield b"ended"

        assert requests.post(f"{url}/digest", data=body(), timeout=10).json()["bytes"] == len("begunended")
        assert process.poll() is None


def test_after_sigterm_a_call_that_never_ends_does_not_hold_the_process(tmp_path: Path) -> None:
    with serving(build(PROBE, tmp_path / "app")) as (process, url), ThreadPoolExecutor(1) as pool:
        call = pool.submit(requests.get, f"{url}/hold", timeout=20)
        process.send_signal(signal.SIGTERM)
        assert process.wait(15) == 1
        with pytest.raises(requests.ConnectionError):
            call.result()


def test_the_watchdog_and_not_the_function_writes_server_and_date(tmp_path: Path) -> None:
    with serving(build(PROBE, tmp_path / "app")) as (_, url):
        assert not {"server", "date"} & {name.lower() for name in requests.get(url, timeout=30).headers}


def test_a_new_function_answers_before_anything_is_changed(tmp_path: Path) -> None:
    with serving(build(TEMPLATE / "function", tmp_path / "app")) as (_, url):
        assert requests.get(f"{url}/hello", timeout=30).json() == {"path": "/hello"}


def pins(folder: Path) -> set[str]:
    lines = (folder / "requirements.txt").read_text().splitlines()
    return {re.split(r"==|\[", line)[0] for line in lines if not line.startswith("#")}


USED_BY_OTHERS = {"charset-normalizer", "python-multipart", "requests"}
"""Packages import them by themselves, some only where they are there."""
PINNED_ANYWHERE = set().union(*(pins(REPOSITORY / each.handler) for each in STACK)) - USED_BY_OTHERS
IMPORTED = """
import json, sys
from importlib.metadata import packages_distributions
from function.handler import app
assert callable(app)
distributions = packages_distributions()
print(json.dumps(sorted({each for module in sys.modules for each in distributions.get(module, [])})))
"""
"""Prints the distributions of all modules that are loaded."""


@pytest.mark.parametrize("function", STACK, ids=lambda function: function.name)
def test_every_function_is_importable_from_its_image_needs_only_what_it_pins_and_opens_nothing(
    function: stackfile.FunctionSpec, tmp_path: Path
) -> None:
    home = build(REPOSITORY / function.handler, tmp_path / "app")
    # Neither settings nor secrets are there: whoever opens a connection at import fails.
    done = subprocess.run(
        [sys.executable, "-c", IMPORTED],
        cwd=home,
        env=environment(home),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    pinned = pins(TEMPLATE) | pins(REPOSITORY / function.handler)
    assert set(json.loads(done.stdout)) & PINNED_ANYWHERE <= pinned
