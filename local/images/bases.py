"""The public base images under their public tags; where they cannot be had, the same made of what this machine has."""

import hashlib
import io
import os
import subprocess
import tarfile
from pathlib import Path

from local import packages
from local.errors import ServiceError
from local.images.engine import Docker
from local.progress import Report

PYTHON = "python:3.11-slim-bookworm"
WATCHDOG = "ghcr.io/openfaas/of-watchdog:0.11.6"
LABEL = "docstream.stand-in"
STAND_IN = Path(__file__).parent / "watchdog.py"
AUTHORITIES = Path("/etc/ssl/certs/ca-certificates.crt")
PIP_SECONDS = 180
"""Without a byte from the registry; pip's own 15 are short for a loaded one."""
HOOKS = (
    'rm -f "$1"/usr/lib/python3*/EXTERNALLY-MANAGED',
    'ln -s /usr/bin/python3 "$1/usr/local/bin/python"',
    # Builds meet the registry that this machine meets.
    f"copy-in {AUTHORITIES} /etc/ssl/certs",
    f'printf "[global]\\ncert = {AUTHORITIES}\\ntimeout = {PIP_SECONDS}\\n" > "$1/etc/pip.conf"',
    'rm -rf "$1"/usr/share/doc/* "$1"/usr/share/man/* "$1"/usr/share/locale/*',
)


def ensure(engine: Docker, report: Report) -> None:
    """Raises ServiceError."""
    for tag, make in ((PYTHON, _python), (WATCHDOG, _watchdog)):
        if engine.succeeds("image", "inspect", tag) and not outdated(engine, tag):
            continue
        if engine.succeeds("pull", "--quiet", tag):
            report(f"{tag}: pulled")
            continue
        report(f"{tag}: cannot be pulled here, making one")
        make(engine)


def outdated(engine: Docker, tag: str) -> bool:
    """Whether this is a stand-in of ours, and another one than today's."""
    made = engine.run("image", "inspect", "--format", f'{{{{index .Config.Labels "{LABEL}"}}}}', tag)
    return made not in ("", "<no value>", _version())


def _version() -> str:
    return hashlib.sha256(STAND_IN.read_bytes()).hexdigest()


def _python(engine: Docker) -> None:
    """Debian's own Python 3.11 in its smallest system."""
    packages.install(["mmdebstrap"], packages.how_to_become_root(["mmdebstrap"]))
    hooks = [f"--customize-hook={hook}" for hook in HOOKS]
    command = ["mmdebstrap", "--quiet", "--variant=minbase", "--include=python3,python3-pip,ca-certificates", *hooks]
    made = subprocess.run([*command, "bookworm", "-"], capture_output=True, check=False, env=dict(os.environ))
    if made.returncode:
        raise ServiceError(f"mmdebstrap failed: {made.stderr.decode()[-2000:]}")
    engine.run("import", "--change", 'CMD ["python3"]', "-", PYTHON, input=made.stdout)


def _watchdog(engine: Docker) -> None:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        program = archive.gettarinfo(str(STAND_IN), "fwatchdog")
        program.mode = 0o755
        with STAND_IN.open("rb") as file:
            archive.addfile(program, file)
    engine.run("import", "--change", f"LABEL {LABEL}={_version()}", "-", WATCHDOG, input=buffer.getvalue())
