"""Everything the checker looks at, collected from the services themselves after the system has come to rest."""

import hashlib
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

import requests

from connector.cleaner import ROUND_SECONDS, Cleaner
from pipeline import blobs, documents, event_store, settings
from pipeline.database import Row, fetch
from pipeline.event_store import Stored
from pipeline.model import Document
from tests.promise.history import Operation
from tests.servers import management

SERVER_NAMED = "amq.gen"


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One entry of the search index; digest is of all it holds."""

    document_id: str
    run: int
    ordinal: int
    digest: str


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What client, database, object store, search index and broker say.

    events are in the order of the stream; unsent holds the ids of those the broker has not confirmed. objects maps a
    key to the SHA-256 of its content, entries an id to an entry, queues a name to its messages, read_model a document
    to the state the API shows. seen is what a live client got: (cursor, event id), in the order in which it came.
    not_running names what is paused, open or still starting.
    """

    operations: Sequence[Operation]
    documents: Mapping[UUID, Document]
    events: Sequence[Stored]
    unsent: frozenset[UUID]
    inbox: Sequence[tuple[str, UUID]]
    dead_letters: Sequence[Row]
    objects: Mapping[str, str]
    entries: Mapping[str, Entry]
    queues: Mapping[str, int] = field(default_factory=dict)
    read_model: Mapping[str, str] | None = None
    seen: Sequence[tuple[str, str]] | None = None
    not_running: Sequence[str] = ()
    attempts: int = 6

    def history(self, document_id: UUID) -> list[Stored]:
        """One document's events by their sequence."""
        own = [each for each in self.events if each.row["document_id"] == document_id]
        return sorted(own, key=lambda each: int(each.row["sequence"]))

    def entries_of(self, document_id: UUID) -> list[Entry]:
        return [each for each in self.entries.values() if each.document_id == str(document_id)]


def collect(operations: Sequence[Operation], **more: Any) -> Evidence:
    """Through the ordinary settings, as a user who may see everything; more goes into the evidence as it is."""
    rows = fetch(f"SELECT {event_store.COLUMNS}, sent_at IS NULL AS waits FROM events ORDER BY events.xid, position")
    return Evidence(
        operations=operations,
        documents={
            each.id: each for each in map(documents.from_row, fetch(f"SELECT {documents.COLUMNS} FROM documents"))
        },
        events=event_store.stored(rows),
        unsent=frozenset(row["id"] for row in rows if row["waits"]),
        inbox=[(row["consumer"], row["event_id"]) for row in fetch("SELECT consumer, event_id FROM inbox")],
        dead_letters=fetch("SELECT * FROM dead_letters"),
        objects=stored_objects(),
        entries=indexed_entries(),
        **more,
    )


def stored_objects() -> dict[str, str]:
    """Every object of the bucket, read and hashed."""
    return {key: hashlib.sha256(blobs.read(key)).hexdigest() for key in blobs.keys("")}


def indexed_entries() -> dict[str, Entry]:
    """Everything behind the alias."""
    server = settings.search_server()
    page = searched(f"{server.index}/_search?scroll=1m", {"size": 1000, "query": {"match_all": {}}})
    found: dict[str, Entry] = {}
    while page and page["hits"]["hits"]:
        found |= {hit["_id"]: entry(hit["_id"], hit["_source"]) for hit in page["hits"]["hits"]}
        page = searched("_search/scroll", {"scroll": "1m", "scroll_id": page["_scroll_id"]})
    return found


def searched(path: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """Empty where there is no index yet."""
    answer = requests.post(f"{settings.search_server().url}/{path}", json=body, timeout=30)
    if answer.status_code == 404:
        return {}
    answer.raise_for_status()
    found: dict[str, Any] = answer.json()
    return found


def entry(identity: str, source: Mapping[str, Any]) -> Entry:
    document_id, run, ordinal = identity.split(".")
    content = json.dumps(source, sort_keys=True).encode()
    return Entry(
        document_id=document_id, run=int(run), ordinal=int(ordinal), digest=hashlib.sha256(content).hexdigest()
    )


def queue_messages(vhost: str) -> dict[str, int]:
    """All messages of each durable queue, those in a consumer's hands included; some seconds old."""
    queues = management("GET", f"queues/{vhost}").json()
    return {each["name"]: each.get("messages", 0) for each in queues if not each["name"].startswith(SERVER_NAMED)}


def clean() -> None:
    """What a crash left in the object store and in the index, removed as the connector's cleaner does in the end."""
    cleaner = Cleaner(age=timedelta())
    while cleaner.step() < ROUND_SECONDS:
        pass


def last_messages(vhost: str, deadline: float) -> dict[str, int]:
    """As soon as the broker counts none, or at this monotonic time: its counts may be some seconds old."""
    while any((messages := queue_messages(vhost)).values()) and time.monotonic() < deadline:
        time.sleep(0.2)
    return messages
