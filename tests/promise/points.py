"""Where the processes of the product can be killed: every step that leaves something behind."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from tests.promise.failpoints import Point

PUBLISHING = (
    Point(name="publish", target="pipeline.outbox:publish_event", moments=("after",)),
    Point(name="mark", target="pipeline.outbox:mark_sent", moments=("after",)),
    Point(name="mark-commit", target="pipeline.outbox:transaction", transaction=True, moments=("after",)),
)
STAGE = (
    Point(name="look", target="pipeline.inbox:has", moments=("after",)),
    Point(name="claim", target="pipeline.inbox:claim", moments=("after",)),
    Point(name="record", target="pipeline.documents:record", moments=()),
    Point(name="commit", target="pipeline.stage:transaction", transaction=True),
    *PUBLISHING,
)
WRITING = Point(name="write", target="pipeline.blobs:write")
DOWNLOADING = Point(name="download", target="pipeline.blobs:download", moments=("after",))


def exchange_of(_: Any, message: Any, **__: Any) -> str:
    """Where a message of the connector goes: to a delay, to the dead letters, to the stages."""
    name = str(message.exchange).removeprefix("documents").strip("-")
    return "delay" if name.startswith("delay") else name or "events"


POINTS: dict[str, tuple[Point, ...]] = {
    "upload": (
        Point(name="claim-key", target="functions.upload.claims:transaction", transaction=True),
        Point(name="store", target="pipeline.blob_writer:Writer.complete"),
        Point(name="create", target="pipeline.documents:create", moments=("after",)),
        Point(name="commit", target="functions.upload.admit:transaction", transaction=True),
        *PUBLISHING,
    ),
    "classify": (DOWNLOADING, WRITING, *STAGE),
    "extract": (DOWNLOADING, replace(WRITING, times=4), *STAGE),
    "index": (
        Point(name="put", target="pipeline.search.index:put"),
        Point(name="rebuild-keep", target="pipeline.search.swap:keep_place"),
        Point(name="rebuild-join", target="pipeline.search.swap:join"),
        Point(name="rebuild-retire", target="pipeline.search.swap:retire"),
        *STAGE,
    ),
    "manage": (
        Point(name="record", target="pipeline.documents:record", moments=("after",)),
        Point(name="commit", target="functions.manage.commands:transaction", transaction=True, times=2),
        Point(name="replay-commit", target="functions.manage.replay:transaction", transaction=True),
        *PUBLISHING,
    ),
    "compensate": (
        Point(name="letter", target="pipeline.dead_letters:record", moments=("after",)),
        Point(name="fail-commit", target="functions.compensate.fail:transaction", transaction=True, times=2),
        Point(name="erase-commit", target="functions.compensate.erase:transaction", transaction=True),
        Point(name="delete-objects", target="pipeline.blobs:delete", times=2),
        Point(name="delete-run", target="pipeline.search.index:remove_run"),
        Point(name="delete-entries", target="pipeline.search.index:remove_document"),
        *PUBLISHING,
    ),
    "notify": (
        Point(name="deliver", target="functions.notify.handler:deliver"),
        Point(name="hand-out", target="functions.notify.feed:note"),
        Point(name="catch-up", target="functions.notify.stream:missed", moments=("after",)),
    ),
    "query": (),
    "connector": (
        Point(name="call", target="connector.gateway:Gateway.call", label=lambda _, function, *__: str(function)),
        Point(
            name="ack",
            target="pipeline.broker.consumer:Delivery.ack",
            label=lambda delivery: str(delivery.queue),
            moments=("after",),
        ),
        Point(name="publish", target="pipeline.broker.publisher:Publisher.publish", label=exchange_of),
        Point(name="relay-claim", target="connector.relay:claim", moments=("after",)),
        Point(name="relay-send", target="connector.relay:Relay._send"),
        Point(name="relay-mark", target="pipeline.outbox:mark_sent", moments=("after",)),
        Point(name="relay-commit", target="connector.relay:transaction", transaction=True, moments=("after",)),
        Point(name="sweep-commit", target="connector.sweeper:transaction", transaction=True, moments=("before",)),
    ),
}

LABELS: Mapping[str, tuple[str, ...]] = {
    "call": ("classify", "extract", "index", "notify", "compensate"),
    "ack": ("classify", "extract", "index", "notify", "compensate"),
    "publish": ("delay", "dlx"),
}
"""What passes the points of the connector that have labels."""

OUTSIDE = "raise:builtins:RuntimeError:the test broke it"
COMPANIONS: Mapping[str, tuple[str, str]] = {
    "connector.relay": ("upload.publish.before", "raise:pipeline.broker:NotPublished:the test kept it"),
    "connector.publish:delay": ("classify.look.after", OUTSIDE),
    "compensate.delete-run": ("index.record.before", "raise:pipeline.errors:Rejected:corrupt:the test rejected it"),
}
"""Beginnings of places that are only reached when something else goes wrong: where, and what."""


def places(process: str) -> Iterator[tuple[str, int]]:
    """Every place of a process at which it is killed, and how often one document passes it."""
    for point in POINTS[process]:
        labels = LABELS[point.name] if process == "connector" and point.name in LABELS else ("",)
        for name in [f"{process}.{point.name}{label and ':' + label}" for label in labels]:
            for moment in point.moments:
                yield f"{name}.{moment}", point.times


def companion(place: str) -> tuple[str, str] | None:
    return next((order for beginning, order in COMPANIONS.items() if place.startswith(beginning)), None)
