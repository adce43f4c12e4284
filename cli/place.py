"""Where the server is and which key to show it: options, the environment, then the stack of this machine."""

import os
from pathlib import Path

from .errors import Misuse

DEFAULT_URL = "http://127.0.0.1:8080"
KEY = Path("secrets", "docstream-api-key")
ADDRESS = Path("address")
"""One line: the URL of the local gateway, written when it starts."""


def home() -> Path | None:
    """DOCSTREAM_HOME, else the nearest .docstream upwards from here, else the one of the repository."""
    if given := os.environ.get("DOCSTREAM_HOME"):
        return Path(given)
    here = Path.cwd()
    folders = [here, *here.parents, Path(__file__).resolve().parent.parent]
    return next((folder / ".docstream" for folder in folders if (folder / ".docstream").is_dir()), None)


def url(given: str | None) -> str:
    """Without a slash at the end; raises Misuse for anything but http and https."""
    address = given or written(ADDRESS) or DEFAULT_URL
    if not address.startswith(("http://", "https://")):
        raise Misuse(f"{address!r} is no address of a server", "write it like http://127.0.0.1:8080")
    return address.rstrip("/")


def api_key(file: Path | None) -> str | None:
    """The key in the named file, in DOCSTREAM_API_KEY, or of the local stack; raises Misuse for a missing file."""
    if file is not None:
        try:
            return one_word(file.read_text(encoding="utf-8").strip(), file)
        except OSError as error:
            raise Misuse(f"the API key file {file} is not readable: {error.strerror}") from error
        except UnicodeDecodeError as error:
            raise Misuse(f"the API key file {file} holds no text") from error
    return os.environ.get("DOCSTREAM_API_KEY") or written(KEY)


def one_word(key: str, file: Path) -> str:
    """Raises Misuse for what no header can carry."""
    if not (key.isascii() and key.isprintable() and " " not in key):
        raise Misuse(f"the API key file {file} holds more than a key", "it is one word, like dsk_…")
    return key


def key_file() -> Path | None:
    """The file of the local stack's key, where there is one."""
    folder = home()
    return folder / KEY if folder and (folder / KEY).is_file() else None


def written(name: Path) -> str | None:
    folder = home()
    try:
        return (folder / name).read_text(encoding="utf-8").strip() if folder else None
    except OSError:
        return None
