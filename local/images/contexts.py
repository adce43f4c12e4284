"""The folder that faas-cli makes of template, handler and shared code, and hands to docker build."""

import shutil
from pathlib import Path

from local import site
from local.stackfile import FunctionSpec

TEMPLATE = site.REPOSITORY / "template" / "python3-starlette"
SHARED = ("pipeline",)
"""configuration.copy of the stack file."""
SKIPPED = shutil.ignore_patterns("build", "template")


def make(spec: FunctionSpec, folder: Path) -> Path:
    """Every file as it is, caches included; the handler's folder is closed to others, as faas-cli makes it."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    handler = folder / "function"
    handler.mkdir(mode=0o700)
    shutil.copytree(TEMPLATE, folder, dirs_exist_ok=True)
    handler.chmod(0o700)
    source = site.REPOSITORY / spec.handler
    shutil.copytree(
        source,
        handler,
        dirs_exist_ok=True,
        ignore=lambda at, names: SKIPPED(at, names) if Path(at) == source else set(),
    )
    handler.chmod(0o700)
    for name in SHARED:
        shutil.copytree(site.REPOSITORY / name, handler / name)
    return folder
