"""deploy/edge/Caddyfile sends the paths of the page and of the API where the local gateway sends them."""

import re
import shutil
import subprocess
from fnmatch import fnmatchcase

import pytest

from local.routes import Target, target
from tests.unit.manifests import EDGE

CADDYFILE = EDGE / "Caddyfile"
METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")
PATHS = (
    *("/api/upload", "/api/upload/", "/api/documents", "/api/documents/7", "/api/documents/7/history"),
    *("/api/search", "/api/openapi.json", "/api/operations", "/api/webhooks", "/api/webhooks/3/deliveries"),
    *("/api/dead-letters", "/api/dead-letters/3/replay", "/api/index/rebuild", "/api/session", "/api/keys/3"),
    "/api/republish",
    *("/api/events", "/api/", "/api/nothing", "/api/uploads", "/", "/page/about.json", "/page/1/script/main.js"),
)
INSIDE = ("/system/functions", "/function/classify", "/async-function/classify", "/ui/", "/metrics", "/pages")


def matchers(text: str) -> dict[str, tuple[list[str], list[str]]]:
    """Name: its paths and its methods; no method is every method."""
    found: dict[str, tuple[list[str], list[str]]] = {}
    for line, block in re.findall(r"^\t@(\w+ path .+|\w+ \{\n((?:\t\t.+\n)+)\t\})$", text, flags=re.M):
        name, rest = line.split(maxsplit=1)
        lines = block or rest
        paths, methods = (re.findall(rf"\b{word} (.+)", lines) for word in ("path", "method"))
        found[name] = (paths[0].split(), methods[0].split() if methods else [])
    return found


def handled(method: str, path: str) -> Target | None:
    """The first handle whose matcher fits, as Caddy takes them; None is 404."""
    text = CADDYFILE.read_text(encoding="utf-8")
    known = matchers(text)
    for name, block in re.findall(r"^\thandle @(\w+) \{\n(.+?)^\t\}$", text, flags=re.M | re.S):
        paths, methods = known[name]
        if any(fnmatchcase(path, each) for each in paths) and (not methods or method in methods):
            rest = path.removeprefix("/api") if "strip_prefix /api" in block else path
            (rewritten,) = re.findall(r"rewrite \* (\S+)", block)
            function, _, inside = rewritten.replace("{uri}", rest).removeprefix("/function/").partition("/")
            return Target(function, f"/{inside}")
    return None


@pytest.mark.parametrize("path", PATHS)
def test_the_edge_and_the_local_gateway_agree(path: str) -> None:
    assert {method: handled(method, path) for method in METHODS} == {method: target(method, path) for method in METHODS}


@pytest.mark.parametrize("path", INSIDE)
def test_what_is_inside_stays_inside(path: str) -> None:
    assert not any(handled(method, path) for method in METHODS)


@pytest.mark.skipif(not shutil.which("caddy"), reason="Caddy is not installed")
def test_caddy_takes_the_file() -> None:
    command = ["caddy", "validate", "--config", str(CADDYFILE), "--adapter", "caddyfile"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
