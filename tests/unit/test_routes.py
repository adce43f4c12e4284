import pytest

from local.routes import target


@pytest.mark.parametrize(
    ("method", "path", "function", "rest"),
    [
        ("POST", "/api/upload", "upload", "/"),
        ("POST", "/api/upload/", "upload", "/"),
        ("GET", "/api/documents", "query", "/documents"),
        ("HEAD", "/api/documents/7/original", "query", "/documents/7/original"),
        ("DELETE", "/api/documents/7", "manage", "/documents/7"),
        ("PATCH", "/api/documents/7", "manage", "/documents/7"),
        ("POST", "/api/documents/7/reprocess", "manage", "/documents/7/reprocess"),
        ("GET", "/api/search", "query", "/search"),
        ("GET", "/api/openapi.json", "query", "/openapi.json"),
        ("GET", "/api/operations", "query", "/operations"),
        ("GET", "/api/events", "notify", "/events"),
        ("GET", "/api/ws", "notify", "/ws"),
        ("POST", "/api/webhooks", "notify", "/webhooks"),
        ("DELETE", "/api/webhooks/3", "notify", "/webhooks/3"),
        ("GET", "/api/dead-letters", "manage", "/dead-letters"),
        ("POST", "/api/dead-letters/3/replay", "manage", "/dead-letters/3/replay"),
        ("POST", "/api/index/rebuild", "index", "/index/rebuild"),
        ("POST", "/api/session", "manage", "/session"),
        ("POST", "/api/categories/models", "manage", "/categories/models"),
        ("DELETE", "/api/keys/3", "manage", "/keys/3"),
        ("GET", "/", "web", "/"),
        ("HEAD", "/page/about.json", "web", "/page/about.json"),
    ],
)
def test_each_call_has_one_function(method: str, path: str, function: str, rest: str) -> None:
    assert target(method, path) == (function, rest)


@pytest.mark.parametrize(
    "path", ["/api/", "/api/nothing", "/api/uploads", "/api/document", "/api//upload", "/pages", "/x"]
)
def test_nobody_answers_another_path(path: str) -> None:
    assert target("GET", path) is None
