"""Where this machine gets Python packages from, said in uv's words: uv does not read what pip is told."""

import ast
import subprocess
from collections.abc import Mapping
from pathlib import Path

NAMES = {"index": "UV_DEFAULT_INDEX", "extra-index": "UV_INDEX", "cert": "SSL_CERT_FILE"}
"""By pip's option, without its ending -url."""
SYSTEM_CERTIFICATES = {"UV_SYSTEM_CERTS": "true"}


def for_uv(python: Path, environment: Mapping[str, str]) -> dict[str, str]:
    """Variables for uv; what the environment says already stays."""
    command = [str(python), "-m", "pip", "config", "list"]
    listed = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    wanted = SYSTEM_CERTIFICATES | translated(listed)
    return {name: value for name, value in wanted.items() if name not in environment}


def translated(listed: str) -> dict[str, str]:
    """What pip config list prints; its environment variables count more than its files."""
    found = dict(line.split("=", 1) for line in listed.splitlines() if "=" in line)
    variables = {}
    for key in sorted(found, key=lambda key: key.startswith(":env:")):
        if name := NAMES.get(key.rpartition(".")[2].removesuffix("-url")):
            variables[name] = " ".join(str(ast.literal_eval(found[key])).split())
    return variables
