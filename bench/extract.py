"""python -m bench.extract [FOLDER]: what the extract stage adds to bare Docling.

Each document is converted by the stage (checks, child process, rows, fields; without the object store) and, right
after, by bare Docling with the same options in a process of its own; both are warm. Prints JSON by format: pages per
second of both, by the clock and by CPU time, their ratio (1 is as fast), and the peak memory of both processes.
"""

import argparse
import json
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bench.processes import TICKS
from functions.extract import child
from functions.extract.converted import Limits
from functions.extract.fields import extract_fields
from pipeline import mediatype

SAMPLES = Path(__file__).resolve().parent.parent / "samples" / "documents"
FORMATS = frozenset(
    {".pdf", ".png", ".jpg", ".jpeg", ".tif", ".tiff", ".docx", ".xlsx", ".pptx", ".html", ".md", ".csv"}
)
"""What both can read from a file under its own name."""
WORKER = b"functions.extract.worker"

Json = dict[str, Any]


def stage(path: Path, media_type: str) -> Json:
    """The work of the stage on one document: {wall, cpu, pages}; raises Rejected."""
    wall, cpu = time.monotonic(), _cpu_seconds()
    with TemporaryDirectory() as folder:
        converted = child.convert(path, media_type=media_type, limits=Limits(seconds=600), spool=Path(folder))
    extract_fields(category="invoice", pages=converted.pages, attachments=(), corrections={})
    return {"wall": time.monotonic() - wall, "cpu": _cpu_seconds() - cpu, "pages": max(1, converted.page_count)}


@contextmanager
def bare() -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "bench.bare"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def asked(process: subprocess.Popen[str], path: Path, media_type: str) -> Json:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(json.dumps({"path": str(path), "media_type": media_type}) + "\n")
    process.stdin.flush()
    return dict(json.loads(process.stdout.readline()))


def run(folder: Path, rounds: int) -> Json:
    paths = sorted(path for path in folder.iterdir() if path.suffix.lower() in FORMATS)
    sums: dict[str, Json] = defaultdict(lambda: defaultdict(float))
    peak = 0
    with bare() as other:
        for number in range(rounds + 1):
            for path in paths:
                media_type = mediatype.of_content(path.read_bytes(), path.name)
                ours, theirs = stage(path, media_type), asked(other, path.resolve(), media_type)
                peak = max(peak, theirs["peak_bytes"])
                # The first round warms both.
                for name in (path.suffix.lower().lstrip("."), "all") if number else ():
                    sums[name]["pages"] += ours["pages"]
                    for clock in ("wall", "cpu"):
                        sums[name][f"stage_{clock}"] += ours[clock]
                        sums[name][f"bare_{clock}"] += theirs[clock]
    return {
        "documents": len(paths),
        "peak_mb": {"stage": round(_worker_peak() / 1e6), "bare": round(peak / 1e6)},
        **{name: rates(each) for name, each in sorted(sums.items())},
    }


def rates(sums: Json) -> Json:
    """Pages per second of both, and their ratio by the clock and by CPU time."""
    pages = sums["pages"]
    return {
        "pages": int(pages),
        "stage": {clock: round(pages / sums[f"stage_{clock}"], 2) for clock in ("wall", "cpu")},
        "bare": {clock: round(pages / sums[f"bare_{clock}"], 2) for clock in ("wall", "cpu")},
        "ratio": {clock: round(sums[f"bare_{clock}"] / sums[f"stage_{clock}"], 2) for clock in ("wall", "cpu")},
    }


def _workers() -> Iterator[Path]:
    """The converter's processes among our children."""
    for children in Path("/proc/self/task").glob("*/children"):
        for pid in children.read_text().split():
            folder = Path("/proc", pid)
            if WORKER in (folder / "cmdline").read_bytes():
                yield folder


def _cpu_seconds() -> float:
    """Of this process and of the converter's."""
    fields = ((folder / "stat").read_text().rsplit(")", 1)[1].split() for folder in _workers())
    return time.process_time() + sum(int(each[11]) + int(each[12]) for each in fields) / TICKS


def _worker_peak() -> int:
    lines = (line for folder in _workers() for line in (folder / "status").read_text().splitlines())
    return max((1024 * int(line.split()[1]) for line in lines if line.startswith("VmHWM")), default=0)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, nargs="?", default=SAMPLES)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    print(json.dumps(run(given.folder, given.rounds), indent=2))


if __name__ == "__main__":
    main()
