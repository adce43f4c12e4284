"""The files of the page, read once, compressed once."""

import functools
import gzip
import hashlib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

PAGE = Path(__file__).parent / "page"
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".woff2": "font/woff2",
}


@dataclass(frozen=True, kw_only=True)
class File:
    """packed is the content with gzip, None where that gains nothing."""

    content: bytes
    media_type: str

    @functools.cached_property
    def etag(self) -> str:
        return f'"{hashlib.sha256(self.content).hexdigest()[:32]}"'

    @functools.cached_property
    def packed(self) -> bytes | None:
        return None if self.media_type == TYPES[".woff2"] else gzip.compress(self.content, 9, mtime=0)


@functools.cache
def contents() -> dict[str, bytes]:
    """By path below the page."""
    return {str(path.relative_to(PAGE)): path.read_bytes() for path in sorted(PAGE.rglob("*")) if path.is_file()}


@functools.cache
def version() -> str:
    """Of all files together: modules import one another by relative paths, so one of them changes all addresses."""
    digest = hashlib.sha256()
    for path, content in contents().items():
        digest.update(f"{path}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()[:16]


@functools.cache
def files() -> dict[str, File]:
    """The index names its assets by their version."""
    versioned = contents() | {
        "index.html": contents()["index.html"].replace(b'"assets/', f'"page/{version()}/'.encode())
    }
    return {
        path: File(content=content, media_type=TYPES[PurePosixPath(path).suffix]) for path, content in versioned.items()
    }
