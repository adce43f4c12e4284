"""CPU seconds of the parts of a running local stack, from /proc."""

import os
from collections import defaultdict
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")

PARTS = {
    "functions.extract.worker": "convert",
    "soffice": "convert",
    "functions.extract.handler": "extract",
    "functions.classify.worker": "classify",
    "functions.classify.handler": "classify",
    "functions.index.handler": "index",
    "functions.upload.handler": "upload",
    "functions.notify.handler": "notify",
    "functions.query.handler": "query",
    "functions.manage.handler": "manage",
    "functions.compensate.handler": "compensate",
    "-m connector": "connector",
    "local.serve": "gateway",
    "beam.smp": "rabbitmq",
    "postgres": "postgresql",
    "weed": "object store",
    "org.opensearch": "opensearch",
}
"""A piece of the command line, most telling first, and the part it belongs to."""

WORK = frozenset({"convert", "classify", "index"})
"""Where Docling, OCR and embeddings run; classify and index do little else."""


def part_of(command: str) -> str | None:
    return next((part for piece, part in PARTS.items() if piece in command), None)


def cpu_seconds() -> dict[str, float]:
    """User and system time by part, children that have ended included."""
    spent: dict[str, float] = defaultdict(float)
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            numbers = (folder / "stat").read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        part = part_of(command)
        if part:
            spent[part] += sum(int(each) for each in numbers[11:15]) / TICKS
    return dict(spent)


def difference(before: dict[str, float], after: dict[str, float]) -> dict[str, float]:
    """What each part spent in between, the most first. A process that ended meanwhile counts as nothing spent."""
    spent = {part: max(0.0, round(seconds - before.get(part, 0), 1)) for part, seconds in after.items()}
    return dict(sorted(spent.items(), key=lambda each: -each[1]))
