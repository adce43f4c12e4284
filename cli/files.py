"""Which files the paths of a command line mean, and which of them travel together."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from .errors import Misuse

BATCH_FILES = 100
BATCH_BYTES = 100_000_000


def expand(paths: Iterable[str]) -> list[Path]:
    """Files in the order given; folders with all they hold, globs that the shell left alone; each file once.

    Hidden files are taken only where they are named. Raises Misuse for a path that means nothing.
    """
    found = dict.fromkeys(file for path in paths for file in meaning(path))
    if not found:
        raise Misuse("there is no file to upload", "name files, folders or globs: docstream upload invoices/*.pdf")
    return list(found)


def meaning(path: str) -> Iterable[Path]:
    if Path(path).is_file():
        return [Path(path)]
    if path and Path(path).is_dir():
        return within(Path(path))
    pattern = Path(path)
    matches = sorted(Path(pattern.anchor).glob(str(pattern.relative_to(pattern.anchor)))) if path else []
    if not matches:
        raise Misuse(f"{path!r}: no such file or folder")
    return [file for match in matches for file in ([match] if match.is_file() else within(match))]


def within(folder: Path) -> list[Path]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return sorted(file for file in files if not any(part.startswith(".") for part in file.relative_to(folder).parts))


def batches(files: Sequence[Path]) -> Iterator[list[Path]]:
    """Groups for one request each: at most BATCH_FILES of them and, save for a single large one, BATCH_BYTES."""
    batch: list[Path] = []
    size = 0
    for file in files:
        length = file.stat().st_size
        if batch and (len(batch) == BATCH_FILES or size + length > BATCH_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(file)
        size += length
    if batch:
        yield batch
