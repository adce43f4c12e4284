"""What the first view weighs, and what a long list costs."""

from collections.abc import Iterator

import pytest
import requests
from playwright.sync_api import BrowserContext, Page, Request, expect

from pipeline import database
from tests.stack import Stack
from tests.web import archive

MOST_BYTES = 150_000
MANY = 10_000
ROWS_IN_SIGHT = 60

TO_THE_END = """() => {
    window.most = Math.max(window.most ?? 0, document.querySelectorAll(".row-item").length);
    scrollTo(0, document.documentElement.scrollHeight);
    const last = [...document.querySelectorAll(".filename")].at(-1)?.textContent;
    return last === "document-10000.pdf" && window.most;
}"""


def wire(request: Request) -> int:
    sizes = request.sizes()
    return sizes["responseBodySize"] + sizes["responseHeadersSize"]


@pytest.fixture
def many(tenant: Stack, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Rows of documents, written as the owner of the database."""
    own = requests.get(f"{tenant.url}/api/session", headers=tenant.headers, timeout=60).json()["tenant"]
    for name in ("PGHOST", "PGPORT", "PGDATABASE", "secret_mount_path"):
        monkeypatch.setenv(name, tenant.addresses[name])
    monkeypatch.setenv("PGUSER", "docstream_owner")
    database.close()
    archive.fill(own, MANY)
    yield
    database.close()


def test_the_first_view_of_a_full_archive_is_light(many: None, tenant: Stack, context: BrowserContext) -> None:
    page = context.new_page()
    loaded: list[Request] = []
    page.on("requestfinished", lambda request: loaded.append(request))
    page.goto(f"{tenant.url}/#key={tenant.key}")
    expect(page.locator(".row-item").first).to_contain_text("document-1.pdf")
    weights = {each.url: wire(each) for each in loaded if "/api/events" not in each.url}
    assert all(url.startswith(tenant.url) for url in weights)
    assert sum(weights.values()) <= MOST_BYTES, weights


def test_a_second_visit_loads_no_script_again(page: Page, tenant: Stack) -> None:
    loaded: list[Request] = []
    page.on("requestfinished", lambda request: loaded.append(request))
    page.reload()
    page.get_by_role("searchbox").wait_for()
    fetched = [each for each in loaded if "/script/" in each.url and each.sizes()["responseBodySize"] > 0]
    assert fetched == []


def test_ten_thousand_documents_are_scrolled_through_with_few_rows(many: None, page: Page) -> None:
    expect(page.locator(".row-item").first).to_contain_text("document-1.pdf")
    most = page.wait_for_function(TO_THE_END).json_value()
    expect(page.get_by_role("link", name="document-10000.pdf")).to_be_visible()
    assert most <= ROWS_IN_SIGHT
