"""Formats of older Office programs, carried over by LibreOffice where it is installed."""

import os
import shutil
import subprocess
from pathlib import Path

from pipeline.errors import Rejected

from .process import die_with_parent

_TIMEOUT_SECONDS = 60
_PROGRAMS = ("soffice", "libreoffice")


def carried_over(path: Path, suffix: str, folder: Path) -> Path:
    """The document as docx or pptx (suffix) in folder. Raises Rejected "converter-missing" or "corrupt"."""
    program = next((found for name in _PROGRAMS if (found := shutil.which(name))), None)
    if program is None:
        raise Rejected("converter-missing", "this format needs LibreOffice, which is not installed here")
    command = [
        program,
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
            env={**os.environ, "HOME": str(folder)},
            preexec_fn=die_with_parent,
        )
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        raise Rejected("corrupt", "LibreOffice cannot read the document") from error
    result = folder / f"{path.stem}.{suffix}"
    if not result.exists():
        raise Rejected("corrupt", "LibreOffice cannot read the document")
    return result
