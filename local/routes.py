"""The paths of the page and of the API to functions, as the edge maps them in production."""

from typing import NamedTuple

READS = frozenset({"GET", "HEAD", "OPTIONS"})


class Target(NamedTuple):
    function: str
    path: str


def target(method: str, path: str) -> Target | None:
    """Who answers METHOD path; None when nobody does. A WebSocket comes as GET."""
    if path == "/" or path.startswith("/page/"):
        return Target("web", path) if method in READS else None
    rest = path.removeprefix("/api")
    match rest.split("/")[1]:
        case "upload":
            return Target("upload", rest.removeprefix("/upload") or "/")
        case "events" | "ws" | "webhooks":
            return Target("notify", rest)
        case "search" | "openapi.json":
            return Target("query", rest)
        case "documents" | "operations":
            return Target("query" if method in READS else "manage", rest)
        case "index":
            return Target("index", rest)
        case "dead-letters" | "republish" | "categories" | "session" | "keys":
            return Target("manage", rest)
        case _:
            return None
