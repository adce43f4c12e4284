"""Bare Docling with our options: reads paths from standard input, answers each with the seconds it took.

The same converter object as the extract stage has, as warm; without checks, rows, limits and a border between two
processes. One line of JSON for each path: {"wall", "cpu", "peak_bytes"}.
"""

import json
import logging
import os
import resource
import sys
import time
from pathlib import Path

from functions.extract import converter
from functions.extract.scan import Scan
from pipeline.reading import PDF

ALL_PAGES = 100_000
PIXELS = 90_000_000


def converted(path: Path, media_type: str) -> str:
    scan = Scan(path=path, is_pdf=media_type == PDF, budget=ALL_PAGES, image_pixels=PIXELS)
    return converter.document_of(path, scan=scan).result.document.export_to_markdown()


def main() -> None:
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    logging.disable(logging.CRITICAL)
    converter.start()
    for line in sys.stdin:
        asked = json.loads(line)
        wall, cpu = time.monotonic(), time.process_time()
        converted(Path(asked["path"]), asked["media_type"])
        spent = {"wall": time.monotonic() - wall, "cpu": time.process_time() - cpu}
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        print(json.dumps(spent | {"peak_bytes": peak}), file=answers, flush=True)


if __name__ == "__main__":
    main()
