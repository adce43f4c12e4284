"""Every version of an event that was ever written can be read, as one file of each shows; later ones are refused."""

import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from pipeline.envelope import parse
from pipeline.errors import Rejected
from pipeline.events import EVENTS, Event
from pipeline.schemas import FOLDER, validate
from pipeline.upcasting import STEPS, is_readable, numbers

GOLDEN = sorted((Path(__file__).parents[1] / "golden").glob("*/*.json"))


def named(path: Path) -> str:
    return f"{path.parent.name}/{path.stem}"


@dataclass(frozen=True, kw_only=True)
class Sorted(Event):
    """What document.classified may become one day."""

    name = "document.classified"
    version = "2.0"
    kind: str
    surely: bool


def as_sorted(data: dict[str, Any]) -> dict[str, Any]:
    return {"kind": data["category"], "surely": data["confidence"] > 0.9}


def versions(event: str) -> list[str]:
    return sorted((path.stem for path in (FOLDER / event).glob("*.json")), key=numbers)


def earlier() -> Iterator[tuple[str, str, str]]:
    """Event, version and the next version."""
    for event in EVENTS:
        known = [each for each in versions(event) if numbers(each) <= numbers(EVENTS[event].version)]
        for version, following in itertools.pairwise(known):
            yield event, version, following


def test_there_is_a_golden_file_of_every_version() -> None:
    assert {named(path) for path in GOLDEN} >= {f"{event}/{each}" for event in EVENTS for each in versions(event)}


@pytest.mark.parametrize(("event", "version", "following"), list(earlier()))
def test_every_earlier_version_has_a_step_to_the_next(event: str, version: str, following: str) -> None:
    assert STEPS[event, version][0] == following


@pytest.mark.parametrize("path", GOLDEN, ids=named)
def test_row_35_a_golden_file_reads_as_an_event_of_today(path: Path) -> None:
    event = parse(path.read_bytes(), *EVENTS.values())
    told, data = json.loads(path.read_text()), json.loads(json.dumps(event.data.to_data()))
    assert (event.name, str(event.id)) == (path.parent.name, told["id"])
    validate(event.name, event.data.version, data)
    if numbers(path.stem) <= numbers(event.data.version):
        assert data.items() >= told["data"].items()


def altered(path: Path, version: str, **more: Any) -> bytes:
    """The event as a later release would write it."""
    told = json.loads(path.read_text())
    event, major = path.parent.name, version.split(".")[0]
    return json.dumps(
        told
        | {"type": f"docstream.{event}.v{major}", "dataschema": f"https://docstream.dev/schemas/{event}/{version}.json"}
        | {"data": told["data"] | more}
    ).encode()


@pytest.mark.parametrize("path", GOLDEN, ids=named)
def test_what_a_later_minor_version_adds_is_left_out(path: Path) -> None:
    later = parse(altered(path, "1.99", invented={"a": 1}), *EVENTS.values())
    assert later == parse(altered(path, EVENTS[path.parent.name].version), *EVENTS.values())


@pytest.mark.parametrize("path", GOLDEN, ids=named)
def test_a_later_major_version_is_refused_by_name(path: Path) -> None:
    with pytest.raises(Rejected) as refused:
        parse(altered(path, "2.0"), *EVENTS.values())
    assert refused.value.code == "future-version"
    assert not is_readable(path.parent.name, "2.0")


@pytest.mark.parametrize("path", [each for each in GOLDEN if named(each) == "document.classified/1.0"], ids=named)
def test_steps_follow_one_another_to_another_shape(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(STEPS, ("document.classified", "1.1"), ("2.0", as_sorted))
    event = parse(path.read_bytes(), Sorted)
    assert event.data == Sorted(kind="scientific_paper", surely=True)


def test_a_type_and_a_schema_of_different_majors_are_malformed() -> None:
    told = json.loads(GOLDEN[0].read_text()) | {"type": f"docstream.{GOLDEN[0].parent.name}.v3"}
    with pytest.raises(Rejected, match="expected") as refused:
        parse(json.dumps(told).encode(), *EVENTS.values())
    assert refused.value.code == "malformed-event"
