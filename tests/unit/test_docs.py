"""What the documentation says is what the code does."""

import ast
import fnmatch
import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer.main
import yaml

from cli.__main__ import app
from pipeline.broker.topology import declare_topology
from pipeline.envelope import CONTENT_TYPE
from pipeline.events import EVENTS
from pipeline.schemas import FOLDER

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
README = (ROOT / "README.md").read_text()
OPERATIONS = (DOCS / "operations.md").read_text()
STACK = yaml.safe_load((ROOT / "stack.yml").read_text())["functions"]
TOPICS = {name: each["annotations"]["topic"] for name, each in STACK.items() if "topic" in each.get("annotations", {})}
ASYNCAPI = yaml.safe_load((DOCS / "asyncapi.yaml").read_text())
CODE = [path for folder in ("pipeline", "functions", "connector") for path in (ROOT / folder).rglob("*.py")]
PROSE = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *DOCS.rglob("*.md")]


def schema_of(event: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FOLDER / event / f"{EVENTS[event].version}.json").read_text())
    return found


def section_of(event: str) -> str:
    return re.split(r"^## ", (DOCS / "events.md").read_text().split(f"## {event}\n", 1)[1], maxsplit=1, flags=re.M)[0]


def functions_in(line: str) -> set[str]:
    return set(re.findall(r"`(\w+)`", line))


def consumers_of(event: str) -> set[str]:
    return {name for name, topic in TOPICS.items() if fnmatch.fnmatch(event, topic)}


def producers_of(event: str) -> set[str]:
    """Functions that make this event; manage copies the input events of stages that it opens a run for."""
    made = f"{EVENTS[event].__name__}("
    modules = [path for path in (ROOT / "functions").glob("*/**/*.py") if made in path.read_text()]
    copies = {"manage"} if event in ("document.uploaded", "document.classified", "document.extracted") else set()
    return {path.relative_to(ROOT).parts[1] for path in modules} | copies


@pytest.mark.parametrize("event", EVENTS)
def test_an_event_is_described_with_all_its_data(event: str) -> None:
    schema, section = schema_of(event), section_of(event)
    documented = dict(re.findall(r"^\| `(\w+)` \| [^|]+ \| (yes|no) \|", section, flags=re.M))
    assert documented == {name: "yes" if name in schema["required"] else "no" for name in schema["properties"]}


@pytest.mark.parametrize("event", EVENTS)
def test_an_event_names_those_who_make_and_those_who_take_it(event: str) -> None:
    section = section_of(event)
    (producers,), (consumers,) = (
        re.findall(rf"^{word} by: (.+)$", section, flags=re.M) for word in ("Produced", "Consumed")
    )
    assert functions_in(producers) == producers_of(event)
    assert functions_in(consumers) == consumers_of(event)


def test_no_event_is_described_that_does_not_exist() -> None:
    assert re.findall(r"^## (document\.\S+)", (DOCS / "events.md").read_text(), flags=re.M) == list(EVENTS)


@pytest.mark.parametrize("event", EVENTS)
def test_asyncapi_has_the_channel_the_message_and_the_schema_of_an_event(event: str) -> None:
    channel = ASYNCAPI["channels"][event]
    assert channel["address"] == event
    assert channel["bindings"]["amqp"]["exchange"]["name"] == "documents"
    message = ASYNCAPI["components"]["messages"][channel["messages"]["event"]["$ref"].rsplit("/", 1)[1]]
    payload = message["payload"]["allOf"][1]["properties"]
    assert payload["type"]["const"] == message["bindings"]["amqp"]["messageType"] == EVENTS[event].type()
    assert (DOCS / payload["data"]["$ref"]).resolve() == FOLDER / event / f"{EVENTS[event].version}.json"
    assert message["contentType"] == CONTENT_TYPE


def test_asyncapi_has_no_event_that_does_not_exist() -> None:
    assert {name for name in ASYNCAPI["channels"] if name.startswith("document.")} == set(EVENTS)


@pytest.mark.parametrize("event", EVENTS)
def test_asyncapi_operations_are_those_of_the_stack(event: str) -> None:
    operations = [each for each in ASYNCAPI["operations"].values() if each["channel"]["$ref"] == f"#/channels/{event}"]
    acting = {
        action: {each["x-function"] for each in operations if each["action"] == action}
        for action in ("send", "receive")
    }
    assert acting == {"send": producers_of(event), "receive": consumers_of(event)}
    assert all(each["x-queue"] == each["x-function"] for each in operations if each["action"] == "receive")


class Declarations:
    """Stands in for a channel of the broker and writes down what is declared on it."""

    message_count = 0

    def __init__(self) -> None:
        self.exchanges: dict[str, Any] = {}
        self.queues: dict[str, Any] = {}

    @property
    def method(self) -> "Declarations":
        return self

    def exchange_declare(self, name: str, *, exchange_type: str, durable: bool) -> None:
        self.exchanges[name] = {"type": exchange_type, "durable": durable}

    def queue_declare(
        self, name: str, *, durable: bool = False, passive: bool = False, arguments: Any = None
    ) -> "Declarations":
        if not passive:
            self.queues[name] = {"durable": durable, "arguments": arguments, "bindings": []}
        return self

    def queue_bind(self, queue: str, exchange: str, key: str = "") -> None:
        self.queues[queue]["bindings"].append({"exchange": exchange, "routingKey": key})


def test_asyncapi_has_the_exchanges_queues_and_bindings_that_the_connector_declares() -> None:
    declared = Declarations()
    declare_topology(declared, {name: [topic] for name, topic in TOPICS.items()})
    assert ASYNCAPI["x-exchanges"] == declared.exchanges
    assert ASYNCAPI["x-queues"] == declared.queues


def test_every_reference_in_asyncapi_leads_somewhere() -> None:
    text = (DOCS / "asyncapi.yaml").read_text()
    for pointer in re.findall(r"\$ref: '#/([^']+)'", text):
        target: Any = ASYNCAPI
        for part in pointer.split("/"):
            target = target[part]


def calls() -> Iterator[ast.Call]:
    for path in CODE:
        yield from (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call))


def constant(node: ast.expr) -> Any:
    return node.value if isinstance(node, ast.Constant) else None


def settings_of_the_code() -> dict[str, str | None]:
    """Each environment variable that is read, with its default where that is a plain value."""
    found: dict[str, str | None] = {}
    for call in calls():
        reads = ast.unparse(call.func).split(".")[-1] in ("text", "number", "seconds", "get")
        name = constant(call.args[0]) if call.args else None
        if reads and isinstance(name, str) and re.fullmatch(r"[A-Z][A-Z0-9]+(_[A-Z0-9]+)*|secret_mount_path", name):
            default = constant(call.args[1]) if len(call.args) > 1 else None
            found[name] = found.get(name) or (None if default in (None, "") else str(default))
    return found


def test_every_setting_is_documented_with_its_default() -> None:
    documented = dict(re.findall(r"^\| `([A-Z][A-Z0-9_]+|secret_mount_path)` \| ([^|]+) \|", OPERATIONS, flags=re.M))
    code = settings_of_the_code()
    assert set(documented) == set(code)
    assert {name: value.strip("` ") for name, value in documented.items() if code[name]} == {
        name: default for name, default in code.items() if default
    }


def codes_of_the_code() -> set[str]:
    """The first argument of Rejected, what is called code=, the defaults of the error classes, warnings of checks."""
    found: set[Any] = set()
    for call in calls():
        name = ast.unparse(call.func).split(".")[-1]
        found |= {constant(each.value) for each in call.keywords if each.arg == "code"}
        if name == "Rejected" and call.args:
            found.add(constant(call.args[0]))
        if name == "_warning":
            found.add(constant(call.args[2]))
    for path in CODE:
        found |= set(re.findall(r'default_code = "([^"]+)"', path.read_text()))
    return {each for each in found if isinstance(each, str)}


def test_every_code_a_person_may_meet_is_documented() -> None:
    documented = set(re.findall(r"`([a-z]+(?:-[a-z]+)*)`", OPERATIONS))
    assert codes_of_the_code() - documented == set()


def test_every_documented_failure_and_warning_can_happen() -> None:
    tables = OPERATIONS.split("## Failure codes")[1].split("## Answers of the API")[0]
    source = "".join(path.read_text() for path in CODE)
    assert [code for code in re.findall(r"^\| `([a-z-]+)` \|", tables, flags=re.M) if f'"{code}"' not in source] == []


def commands() -> Iterator[str]:
    group: Any = typer.main.get_command(app)
    for name, command in group.commands.items():
        yield from (f"{name} {inner}" for inner in command.commands) if hasattr(command, "commands") else (name,)


@pytest.mark.parametrize("command", list(commands()))
def test_every_command_is_documented(command: str) -> None:
    assert f"docstream {command}" in README + OPERATIONS


@pytest.mark.parametrize("command", list(commands()))
def test_every_command_explains_itself_with_an_example(command: str) -> None:
    group: Any = typer.main.get_command(app)
    for part in command.split():
        group = group.commands[part]
    assert len(group.help) > 20
    if command not in ("up", "down", "status"):
        assert f"docstream {command}" in group.help.replace("--json ", "")


@pytest.mark.parametrize("function", STACK)
def test_every_function_is_in_the_architecture(function: str) -> None:
    assert f"| `{function}` |" in (DOCS / "architecture.md").read_text()


@pytest.mark.parametrize("path", PROSE, ids=lambda path: path.name)
def test_every_link_leads_to_a_file(path: Path) -> None:
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", path.read_text())
    assert [link for link in links if not (path.parent / link).exists()] == []


def test_the_changelog_has_the_version_of_the_package() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert re.search(rf"^## \[{re.escape(version)}\]", (ROOT / "CHANGELOG.md").read_text(), flags=re.M)
