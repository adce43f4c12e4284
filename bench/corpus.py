"""python -m bench.corpus FOLDER: upload every document of a folder through the API and say what became of it.

Prints JSON: counts by state and code, documents per minute, seconds from accepted to searchable by format, and how the
CPU time divides between the work on documents (Docling, OCR, embeddings) and everything around it.
"""

import argparse
import json
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from bench.feed import Watching
from bench.processes import WORK, cpu_seconds, difference
from cli.client import Client
from cli.errors import Refused
from cli.place import api_key, url

TERMINAL = frozenset({"indexed", "failed", "deleted"})
UPLOADERS = 4

Json = dict[str, Any]


def percentile(values: Iterable[float], share: float) -> float:
    """Nearest rank."""
    ordered = sorted(values)
    return round(ordered[min(len(ordered) - 1, int(len(ordered) * share))], 2)


def upload(client: Client, path: Path) -> Json:
    """The answer of the API, or the code of its refusal."""
    try:
        return dict(client.upload([path], duplicates=True))
    except Refused as refusal:
        return {"code": refusal.code, "state": "refused"}


def finished(watching: Watching, accepted: set[str], within: float) -> None:
    """Wait until every document has ended, or for `within` seconds."""
    deadline = time.monotonic() + within
    while (left := accepted - watching.ended.keys()) and time.monotonic() < deadline:
        print(f"\r{len(accepted) - len(left)} of {len(accepted)} finished ", end="", file=sys.stderr, flush=True)
        watching.news.wait(1)
        watching.news.clear()


def by_format(watching: Watching, documents: dict[str, Json]) -> Json:
    """Seconds from document.uploaded to document.indexed, by the events' own times."""
    taken: dict[str, list[float]] = defaultdict(list)
    for identity, document in documents.items():
        reached = watching.reached[identity]
        if document["state"] == "indexed":
            seconds = (reached["indexed"] - reached["uploaded"]).total_seconds()
            taken[Path(document["filename"]).suffix.lstrip(".").lower()].append(seconds)
    return {
        suffix: {"documents": len(values), "p50": percentile(values, 0.5), "p95": percentile(values, 0.95)}
        for suffix, values in sorted(taken.items())
    }


def run(client: Client, folder: Path, within: float) -> Json:
    paths = sorted(path for path in folder.iterdir() if path.is_file() and path.name != "manifest.jsonl")
    watching = Watching(client)
    watching.start()
    time.sleep(1)  # the feed begins
    before, started = cpu_seconds(), time.monotonic()
    with ThreadPoolExecutor(UPLOADERS) as pool:
        answers = dict(zip(paths, pool.map(lambda path: upload(client, path), paths), strict=True))
    accepted = {answer["document_id"]: path for path, answer in answers.items() if "document_id" in answer}
    finished(watching, set(accepted), within)
    elapsed = time.monotonic() - started
    documents = {identity: client.get(f"/api/documents/{identity}") for identity in accepted}
    spent = difference(before, cpu_seconds())
    total = sum(spent.values()) or 1.0
    failed = {accepted[each].name: document["failure"] for each, document in documents.items() if document["failure"]}
    return {
        "documents": len(paths),
        "states": dict(Counter(document["state"] for document in documents.values())),
        "refused": {path.name: answer["code"] for path, answer in answers.items() if "document_id" not in answer},
        "failed": failed,
        "warnings": dict(Counter(each["code"] for document in documents.values() for each in document["warnings"])),
        "stuck": sorted(
            accepted[each].name for each, document in documents.items() if document["state"] not in TERMINAL
        ),
        "seconds": round(elapsed, 1),
        "documents_per_minute": round(60 * len(documents) / elapsed, 1),
        "seconds_to_searchable": by_format(watching, documents),
        "cpu_seconds": spent,
        "cpu_seconds_per_document": round(total / max(1, len(documents)), 2),
        "share_outside_docling_ocr_embeddings": round(1 - sum(spent.get(part, 0) for part in WORK) / total, 3),
        "share_of_connector_gateway_database": round(
            sum(spent.get(part, 0) for part in ("connector", "gateway", "postgresql", "rabbitmq")) / total, 3
        ),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--within", type=float, default=3600, help="seconds to wait for the last document")
    arguments = parser.parse_args()
    print(json.dumps(run(Client(url(None), api_key(None)), arguments.folder, arguments.within), indent=2))


if __name__ == "__main__":
    main()
