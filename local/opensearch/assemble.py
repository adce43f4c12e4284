"""Make a node's program folder from what Maven Central holds: jars, the k-NN plug-in, and our descriptors."""

import os
import shutil
import subprocess
from pathlib import Path

from local.errors import ServiceError

PARTS = Path(__file__).parent


def assemble(target: Path) -> None:
    """The folder appears under its name only when it is complete; nothing happens when it exists.

    Raises ServiceError with what Maven said.
    """
    if target.exists():
        return
    unfinished = target.with_name(target.name + ".new")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    done = subprocess.run(
        ["mvn", "--quiet", "--batch-mode", f"--file={PARTS / 'pom.xml'}", f"-Dnode={unfinished}", "package"],
        capture_output=True,
        text=True,
        check=False,
        umask=0o022,
    )
    if done.returncode:
        raise ServiceError(f"OpenSearch could not be assembled from Maven Central:\n{done.stdout.strip()[-2000:]}")
    shutil.copytree(PARTS / "modules", unfinished / "modules", dirs_exist_ok=True)
    for folder in ("bin", "extensions"):
        (unfinished / folder).mkdir()
    _readable_by_all(unfinished)
    unfinished.rename(target)


def _readable_by_all(folder: Path) -> None:
    for path, _, files in os.walk(folder):
        Path(path).chmod(0o755)
        for file in files:
            Path(path, file).chmod(0o644)
