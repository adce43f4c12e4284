"""The rules of the code base that a reader relies on."""

import ast
import functools
import itertools
import re
from fnmatch import fnmatch
from pathlib import Path

import pytest
import yaml

from pipeline.events import EVENTS

ROOT = Path(__file__).parents[2]
PRODUCT = ("functions", "pipeline", "connector", "local", "cli", "template")
MODULES = sorted(path for folder in PRODUCT for path in (ROOT / folder).rglob("*.py") if "build" not in path.parts)
VISIBLE = [folder for folder in ROOT.iterdir() if not folder.name.startswith(".")]
REQUIREMENTS = sorted(
    [*ROOT.glob("requirements*.txt"), *(path for folder in VISIBLE for path in folder.rglob("requirements*.txt"))]
)
MANIFESTS = yaml.safe_load((ROOT / "stack.yml").read_text())["functions"]

HOMES = {
    "pika": ("pipeline/broker/*",),
    "boto3": ("pipeline/blobs.py", "local/s3.py"),
    "psycopg2": ("pipeline/database.py", "pipeline/documents.py", "pipeline/event_store.py", "local/*.py"),
    "opensearchpy": ("pipeline/search/*",),
    "onnxruntime": ("pipeline/embeddings.py", "pipeline/ocr.py"),
    "tokenizers": ("pipeline/embeddings.py",),
    "rapidocr": ("pipeline/ocr.py",),
    "pypdfium2": ("pipeline/pdf.py",),
    "puremagic": ("pipeline/mediatype.py",),
    "py3langid": ("pipeline/language.py",),
    "docling": ("functions/extract/*",),
    "xlrd": ("pipeline/spreadsheets.py",),
    "oxmsg": ("pipeline/mail.py",),
    "olefile": ("pipeline/legacy.py",),
    "striprtf": ("pipeline/legacy.py",),
    "sklearn": ("pipeline/lightmodel/train.py",),
    "typer": ("cli/*",),
}
"""psycopg2's Json adapter stands where rows are written; local/ makes the servers, not the product's calls."""

DECIDING = (
    "pipeline/model.py",
    "pipeline/events.py",
    "pipeline/envelope.py",
    "pipeline/errors.py",
    "pipeline/projection.py",
    "pipeline/chunks.py",
    "functions/*/undo.py",
    "functions/*/accept.py",
    "functions/*/plan.py",
    "functions/notify/message.py",
    "functions/query/ranking.py",
    "connector/outcome.py",
    "connector/settle.py",
)
CLIENTS = frozenset(HOMES) | {"requests", "starlette"}


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@functools.cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


@functools.cache
def imports_of(path: Path) -> set[str]:
    """Top-level packages a module imports, lazily or not."""
    found: set[str] = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            found.add(node.module.split(".")[0])
    return found


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_each_client_has_one_home(path: Path) -> None:
    strays = {
        client
        for client in imports_of(path) & HOMES.keys()
        if not any(fnmatch(name(path), home) for home in HOMES[client])
    }
    assert strays == set()


def says_pure(path: Path) -> bool:
    return bool(re.search(r"\bpure\b", ast.get_docstring(tree(path)) or "", re.IGNORECASE))


@pytest.mark.parametrize("path", [path for path in MODULES if says_pure(path)], ids=name)
def test_what_says_it_is_pure_imports_no_client(path: Path) -> None:
    own = {client for client, homes in HOMES.items() if name(path) in homes}
    assert imports_of(path) & CLIENTS - own == set()


@pytest.mark.parametrize("module", DECIDING)
def test_what_decides_says_that_it_is_pure(module: str) -> None:
    assert all(map(says_pure, ROOT.glob(module)))


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_a_module_stays_small(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 200


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_a_function_fits_on_a_screen(path: Path) -> None:
    long = [
        node.name
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.body[0].lineno >= 40
    ]
    assert long == []


@pytest.mark.parametrize("path", sorted((ROOT / "functions").glob("*/handler.py")), ids=name)
def test_a_handler_fits_on_one_screen(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 60


@pytest.mark.parametrize(
    "path", [path for path in MODULES if name(path).startswith(("functions", "pipeline", "connector"))], ids=name
)
def test_settings_are_read_in_one_place(path: Path) -> None:
    reads = re.search(r"os\.(environ|getenv)", path.read_text())
    assert reads is None or name(path) == "pipeline/settings.py"


@pytest.mark.parametrize("path", [path for path in MODULES if name(path).startswith("functions/")], ids=name)
def test_no_function_imports_another(path: Path) -> None:
    assert imports_of(path) & {"functions", "connector"} == set()


@pytest.mark.parametrize("path", [path for path in MODULES if name(path).startswith("pipeline/")], ids=name)
def test_the_pipeline_imports_neither_functions_nor_connector(path: Path) -> None:
    assert imports_of(path) & {"functions", "connector", "local", "cli"} == set()


def pins(path: Path) -> dict[str, str]:
    lines = [line.split("#")[0].strip() for line in path.read_text().splitlines()]
    return dict(line.split("==") for line in lines if line and not line.startswith("-"))


@pytest.mark.parametrize("path", REQUIREMENTS, ids=name)
def test_everything_is_pinned(path: Path) -> None:
    assert all(pins(path).values())


def test_shared_pins_agree() -> None:
    everywhere = sorted(itertools.chain.from_iterable(pins(path).items() for path in REQUIREMENTS))
    versions: dict[str, set[str]] = {}
    for package, version in everywhere:
        versions.setdefault(package.split("[")[0], set()).add(version)
    assert {package: found for package, found in versions.items() if len(found) > 1} == {}


def test_every_function_is_deployed_and_every_deployed_one_exists() -> None:
    folders = {path.parent.name for path in (ROOT / "functions").glob("*/handler.py")}
    assert set(MANIFESTS) == folders
    assert all(manifest["handler"] == f"./functions/{each}" for each, manifest in MANIFESTS.items())


FIXED = frozenset({"PGUSER", "RABBITMQ_USER", "secret_mount_path", "EMBEDDING_MODEL_PATH"})
"""What an installation does not choose."""


def test_every_setting_of_a_function_can_be_set_where_it_is_deployed() -> None:
    read = re.compile(
        r"""(?:settings\.|environ\.get\(|= )?(?:text|number|get)\("([A-Z][A-Z0-9_]+|secret_mount_path)\""""
    )
    names = {
        found
        for path in MODULES
        if name(path).startswith(("functions/", "pipeline/settings.py"))
        for found in read.findall(path.read_text())
    }
    passed = {each for manifest in MANIFESTS.values() for each in manifest["environment"]}
    assert "PGHOST" in names
    assert names - FIXED <= passed


def test_every_topic_is_an_event() -> None:
    topics = [manifest.get("annotations", {}).get("topic") for manifest in MANIFESTS.values()]
    for topic in filter(None, topics):
        assert any(fnmatch(event, topic) for event in EVENTS), topic


@pytest.mark.parametrize("event", EVENTS)
def test_every_event_has_a_producer(event: str) -> None:
    kind = EVENTS[event].__name__
    sources = [path for path in MODULES if name(path).startswith("functions/") and f"{kind}(" in path.read_text()]
    assert sources
