"""python -m bench.latency: a one-page PDF on an idle system, one after the other.

Prints JSON: p50, p95 and p99 in milliseconds from accepted to document.indexed, stage by stage, by the events' own
times; the overhead (what remains of the whole after the work the stages report), and what a watching client sees.
"""

import argparse
import itertools
import json
import time
from collections import defaultdict
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from bench.corpus import finished, percentile, upload
from bench.feed import Watching
from cli.client import Client
from cli.place import api_key, url

WARM = 3
STAGES = ("uploaded", "classified", "extracted", "indexed")


def one_page(number: int) -> bytes:
    """A letter of one page that differs from every other."""
    buffer = BytesIO()
    canvas = Canvas(buffer, pagesize=A4)
    lines = [f"Dear reader, this is letter {number}."] + [
        f"Line {line} of the letter says that the meeting on {line} March is moved by one week."
        for line in range(1, 30)
    ]
    for place, text in enumerate([*lines, "Yours faithfully", "The office"]):
        canvas.drawString(60, 780 - 22 * place, text)
    canvas.save()
    return buffer.getvalue()


def run(client: Client, documents: int) -> dict[str, Any]:
    watching = Watching(client)
    watching.start()
    time.sleep(1)  # the feed begins
    seen: list[float] = []
    with TemporaryDirectory() as folder:
        for number in range(-WARM, documents):
            path = Path(folder) / f"letter-{number}.pdf"
            path.write_bytes(one_page(number))
            sent = time.monotonic()
            finished(watching, {upload(client, path)["document_id"]}, 120)
            seen.append(1000 * (time.monotonic() - sent))
    counted = list(watching.reached)[WARM:]
    taken: dict[str, list[float]] = defaultdict(list)
    for identity in counted:
        reached, worked = watching.reached[identity], watching.worked[identity]
        for before, after in itertools.pairwise(STAGES):
            taken[after].append(1000 * (reached[after] - reached[before]).total_seconds())
        whole = 1000 * (reached["indexed"] - reached["uploaded"]).total_seconds()
        taken["accepted to indexed"].append(whole)
        taken["overhead"].append(whole - 1000 * sum(worked.values()))
        for stage, seconds in worked.items():
            taken[f"work of {stage}"].append(1000 * seconds)
    taken["request to seen live"] = seen[WARM:]
    shares = {"p50": 0.5, "p95": 0.95, "p99": 0.99}
    return {name: {word: percentile(values, share) for word, share in shares.items()} for name, values in taken.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--documents", type=int, default=50)
    arguments = parser.parse_args()
    print(json.dumps(run(Client(url(None), api_key(None)), arguments.documents), indent=2))


if __name__ == "__main__":
    main()
