"""The running product, through its HTTP API only: upload a folder, wait, ask what became of it, search."""

import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from bench.corpus import UPLOADERS, finished, upload
from bench.feed import Watching
from cli.client import Client
from cli.errors import Refused

from .manifest import Labelled, Query
from .observed import Document, Observed
from .search import MODES

HITS = 50
"""Asked for, so that ten documents are left when hits of attachments count as their parents'."""

Json = dict[str, Any]


def observe(client: Client, root: Path, labels: Sequence[Labelled], asked: Sequence[Query], within: float) -> Observed:
    """within: seconds to wait for the last document. root is what the files are relative to."""
    watching = Watching(client)
    watching.start()
    time.sleep(1)  # the feed begins
    files = [each.file for each in labels]
    with ThreadPoolExecutor(UPLOADERS) as pool:
        answers = dict(zip(files, pool.map(lambda file: upload(client, root / file), files), strict=True))
    identities = {answer["document_id"]: file for file, answer in answers.items() if "document_id" in answer}
    wait_for_all(client, watching, set(identities), within)
    documents = {file: _refused(answer) for file, answer in answers.items() if "document_id" not in answer}
    for identity, file in identities.items():
        documents[file] = _ended(client, identity, watching.worked.get(identity, {}))
    return Observed(documents=documents, rankings=searched(client, asked, identities))


def wait_for_all(client: Client, watching: Watching, accepted: set[str], within: float) -> None:
    """The documents, then the attachments they turned out to have, and so on."""
    deadline = time.monotonic() + within
    while accepted:
        finished(watching, accepted, max(0.0, deadline - time.monotonic()))
        accepted = {child for each in accepted for child in client.get(f"/api/documents/{each}")["children"]}
    print(file=sys.stderr)


def _refused(answer: Json) -> Document:
    return Document(state="refused", code=answer["code"])


def _ended(client: Client, identity: str, seconds: Mapping[str, float]) -> Document:
    document = client.get(f"/api/documents/{identity}")
    if document["state"] != "indexed":
        failure = document["failure"] or {"code": "unfinished"}
        return Document(state=document["state"], code=failure["code"], seconds=seconds)
    return Document(
        state="indexed",
        category=document["category"],
        confidence=document["category_confidence"],
        method=document["category_method"] or "",
        fields=client.get(f"/api/documents/{identity}/fields")["fields"],
        text=client.text(f"/api/documents/{identity}/text"),
        warnings=[warning["code"] for warning in document["warnings"]],
        seconds=seconds,
    )


def searched(
    client: Client, queries: Iterable[Query], identities: Mapping[str, str]
) -> dict[str, dict[str, list[str]]]:
    """The files each mode finds; hits outside the folder are passed over, an attachment counts as its parent."""
    known: dict[str, str | None] = dict(identities)
    return {query.id: {mode: _files(client, known, query.text, mode) for mode in MODES} for query in queries}


def _files(client: Client, known: dict[str, str | None], text: str, mode: str) -> list[str]:
    hits = client.get("/api/search", q=text, mode=mode, limit=HITS)["hits"]
    files = [_file(client, known, hit["document_id"]) for hit in hits]
    return list(dict.fromkeys(file for file in files if file))


def _file(client: Client, known: dict[str, str | None], identity: str) -> str | None:
    if identity not in known:
        try:
            parent = client.get(f"/api/documents/{identity}")["parent_id"]
        except Refused:
            parent = None
        known[identity] = _file(client, known, parent) if parent else None
    return known[identity]
