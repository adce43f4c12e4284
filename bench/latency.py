"""python -m bench.latency: a one-page PDF on an idle system, one after the other.

Prints JSON: p50 and p95 in milliseconds from accepted to document.indexed, stage by stage, by the events' own times;
and the overhead: what remains of the whole after the work the stages report.
"""

import argparse
import itertools
import json
from datetime import datetime
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from bench.corpus import finished, percentile, upload
from cli.client import Client
from cli.place import api_key, url

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


def times(client: Client, identity: str) -> dict[str, datetime]:
    """When each state was reached."""
    events = client.get(f"/api/documents/{identity}/history")["events"]
    return {event["type"].split(".")[2]: datetime.fromisoformat(event["time"]) for event in events}


def run(client: Client, documents: int) -> dict[str, Any]:
    taken: dict[str, list[float]] = {stage: [] for stage in (*STAGES[1:], "all")}
    with TemporaryDirectory() as folder:
        for number in range(documents):
            path = Path(folder) / f"letter-{number}.pdf"
            path.write_bytes(one_page(number))
            identity = upload(client, path)["document_id"]
            finished(client, [identity], 120)
            reached = times(client, identity)
            for before, after in itertools.pairwise(STAGES):
                taken[after].append(1000 * (reached[after] - reached[before]).total_seconds())
            taken["all"].append(1000 * (reached["indexed"] - reached["uploaded"]).total_seconds())
    return {stage: {"p50": percentile(values, 0.5), "p95": percentile(values, 0.95)} for stage, values in taken.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--documents", type=int, default=50)
    arguments = parser.parse_args()
    print(json.dumps(run(Client(url(None), api_key(None)), arguments.documents), indent=2))


if __name__ == "__main__":
    main()
