"""What the function answers, and what its files say, without a browser."""

import gzip
import json
import re
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from functions.web.files import PAGE, files, version
from functions.web.handler import app
from tests.unit.test_docs import OPERATIONS

SCRIPTS = sorted((PAGE / "assets" / "script").glob("*.js"))
LANGUAGES = sorted((PAGE / "assets" / "language").glob("*.json"))
CATEGORIES = sorted(path.parent.name for path in (PAGE.parents[2] / "pipeline" / "categories").glob("*/category.toml"))
KEY = re.compile(r"""\bt\(\s*["`]([a-z0-9.-]+)["`]""")


@pytest.fixture
def client() -> TestClient:
    return TestClient(app)


def words(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def places(text: object) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", json.dumps(text)))


def test_every_answer_forbids_what_the_page_does_not_do(client: TestClient) -> None:
    for path in ("/", "/page/about.json", f"/page/{version()}/script/main.js"):
        policy = client.get(path).headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "http" not in policy
        assert client.get(path).headers["X-Content-Type-Options"] == "nosniff"


def test_a_file_is_kept_for_ever_under_its_version_and_asked_for_again_under_another(client: TestClient) -> None:
    now = client.get(f"/page/{version()}/script/main.js")
    before = client.get("/page/0123456789abcdef/script/main.js")
    assert "immutable" in now.headers["Cache-Control"]
    assert before.headers["Cache-Control"] == "no-cache"
    assert now.content == before.content


def test_what_did_not_change_is_not_sent_again(client: TestClient) -> None:
    first = client.get("/")
    again = client.get("/", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_texts_are_sent_compressed_and_fonts_as_they_are(client: TestClient) -> None:
    script = files()["assets/script/main.js"]
    assert script.packed is not None
    assert gzip.decompress(script.packed) == script.content
    assert client.get("/", headers={"Accept-Encoding": "gzip"}).headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in client.get("/", headers={"Accept-Encoding": "identity"}).headers
    assert "Content-Encoding" not in client.get(f"/page/{version()}/font/inter.woff2").headers


@pytest.mark.parametrize("path", ["/page/x/../handler.py", "/page/x/%2e%2e/handler.py", "/page/x/", "/handler.py"])
def test_nothing_but_the_page_is_served(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_the_page_names_nothing_of_another_host() -> None:
    for path, file in files().items():
        if file.media_type.startswith(("text/html", "text/css", "text/javascript")):
            found = re.findall(r"https?://[\w.-]+", file.content.decode())
            assert set(found) <= {"http://www.w3.org"}, path


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_a_script_stays_small_and_makes_no_markup_of_text(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert len(source.splitlines()) <= 200
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function", source)


def imported(name: str, known: set[str]) -> set[str]:
    """A script and what it imports at once, and so on."""
    if name not in known:
        known.add(name)
        for other in re.findall(r'^import .+? from "\./(.+?)";', (SCRIPTS[0].parent / name).read_text(), flags=re.M):
            imported(other, known)
    return known


def test_the_page_asks_for_every_script_of_the_first_view_in_one_step() -> None:
    index = files()["index.html"].content.decode()
    preloaded = re.findall(r'modulepreload" href="page/[0-9a-f]{16}/script/([^"]+)"', index)
    assert set(preloaded) == imported("main.js", set())


def test_every_address_in_the_page_leads_to_a_file() -> None:
    for address in re.findall(r'"page/[0-9a-f]{16}/([^"]+)"', files()["index.html"].content.decode()):
        assert f"assets/{address}" in files()


@pytest.mark.parametrize("path", LANGUAGES, ids=lambda path: path.stem)
def test_every_language_says_everything_with_the_same_places(path: Path) -> None:
    english, other = words(PAGE / "assets" / "language" / "en.json"), words(path)
    assert set(other) == set(english)
    assert {key: places(text) for key, text in other.items()} == {key: places(text) for key, text in english.items()}


def test_every_word_that_is_asked_for_is_there() -> None:
    english = words(PAGE / "assets" / "language" / "en.json")
    asked = {key for path in SCRIPTS for key in KEY.findall(path.read_text(encoding="utf-8"))}
    assert asked - set(english) == set()


def test_every_failure_has_words_and_help_and_every_warning_has_words() -> None:
    english = words(PAGE / "assets" / "language" / "en.json")
    failures, warnings = (
        re.findall(r"^\| `([a-z-]+)` \|", OPERATIONS.split(f"## {title} codes")[1].split("\n## ")[0], flags=re.M)
        for title in ("Failure", "Warning")
    )
    expected = {f"{kind}.{code}" for code in failures for kind in ("failure", "help")}
    assert (expected | {f"warning.{code}" for code in warnings}) - set(english) == set()


@pytest.mark.parametrize("category", CATEGORIES)
def test_every_category_has_a_name_and_its_fields_a_kind(client: TestClient, category: str) -> None:
    assert f"category.{category}" in words(PAGE / "assets" / "language" / "en.json")
    told = client.get("/page/about.json").json()["categories"][category]
    assert set(told.values()) <= {"text", "date", "number", "list"}
