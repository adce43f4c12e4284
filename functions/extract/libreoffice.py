"""Formats of older Office programs, carried over by LibreOffice where it is installed."""

import os
import shutil
import subprocess
from functools import partial
from pathlib import Path

from pipeline import settings
from pipeline.errors import Rejected
from pipeline.isolated.process import die_with_parent

_TIMEOUT_SECONDS = 60
_PROGRAMS = ("soffice", "libreoffice")


def program() -> str | None:
    """Where LibreOffice is, if it is."""
    return next((found for name in _PROGRAMS if (found := shutil.which(name))), None)


def carried_over(path: Path, suffix: str, folder: Path, *, by: str) -> Path:
    """The document as docx or pptx (suffix) in folder, by the program at this place. Raises Rejected "corrupt"."""
    command = [
        by,
        f"-env:UserInstallation={(folder / 'profile').as_uri()}",
        "--headless",
        "--norestore",
        "--convert-to",
        suffix,
        "--outdir",
        str(folder),
        str(path),
    ]
    try:
        subprocess.run(
            command,
            check=True,
            timeout=_TIMEOUT_SECONDS,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=settings.environment_of({"HOME": str(folder)}),
            preexec_fn=partial(die_with_parent, os.getpid()),
        )
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        raise Rejected("corrupt", "LibreOffice cannot read the document") from error
    result = folder / f"{path.stem}.{suffix}"
    if not result.exists():
        raise Rejected("corrupt", "LibreOffice cannot read the document")
    return result
