"""What goes wrong has a clear state each: lost connection, ended session, nothing found, a slow or broken server."""

import uuid
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from pipeline import auth
from tests.papers import pdf
from tests.stack import Stack
from tests.web.test_page import card, ended, invoice, send


def test_a_lost_network_is_said_and_what_waited_is_sent_once_it_is_back(
    page: Page, context: BrowserContext, tmp_path: Path
) -> None:
    context.set_offline(True)
    expect(page.get_by_role("status").filter(has_text="No connection")).to_be_visible()
    send(page, invoice(tmp_path / "patient.pdf"))
    expect(card(page, "patient.pdf")).to_contain_text("No connection. Sent as soon as it is back.")
    context.set_offline(False)
    expect(card(page, "patient.pdf")).to_have_attribute("data-state", "indexed")
    expect(page.get_by_text("Live", exact=True)).to_be_visible()
    expect(page.locator(".row-item", has_text="patient.pdf")).to_have_count(1)


def test_a_cut_in_the_middle_shows_every_step_once(page: Page, context: BrowserContext, tmp_path: Path) -> None:
    send(page, invoice(tmp_path / "cut.pdf"))
    expect(card(page, "cut.pdf").get_by_role("link", name="cut.pdf")).to_be_visible()
    context.set_offline(True)
    expect(page.get_by_role("status").filter(has_text="No connection")).to_be_visible()
    context.set_offline(False)
    expect(card(page, "cut.pdf")).to_have_attribute("data-state", "indexed")
    expect(card(page, "cut.pdf").locator(".track [data-state=done]")).to_have_count(4)


def test_an_answer_that_was_lost_makes_no_second_document(page: Page, tmp_path: Path) -> None:
    lost: list[str] = []

    def lose(route: Route) -> None:
        route.fetch()
        lost.append(route.request.headers["idempotency-key"])
        route.abort("connectionreset")

    page.route("**/api/upload", lose, times=1)
    ended(page, invoice(tmp_path / "once.pdf"))
    assert len(lost) == 1
    expect(page.locator(".row-item", has_text="once.pdf")).to_have_count(1)


def test_a_reload_in_the_middle_loses_no_card(page: Page, tmp_path: Path) -> None:
    send(page, invoice(tmp_path / "again.pdf"))
    expect(card(page, "again.pdf").get_by_role("link", name="again.pdf")).to_be_visible()
    page.reload()
    expect(card(page, "again.pdf")).to_have_attribute("data-state", "indexed")


@pytest.fixture
def expired(tenant: Stack, monkeypatch: pytest.MonkeyPatch) -> str:
    """A cookie that was good until a moment ago."""
    monkeypatch.setenv("secret_mount_path", str(tenant.home / "secrets"))
    monkeypatch.setattr(auth, "SESSION_SECONDS", -1)
    return auth.session_cookie(uuid.uuid4())


def test_an_ended_session_asks_to_sign_in_and_goes_on_where_one_was(
    page: Page, context: BrowserContext, tenant: Stack, expired: str
) -> None:
    context.add_cookies([{"name": auth.SESSION_COOKIE, "value": expired, "url": tenant.url}])
    page.get_by_role("searchbox").fill("anything")
    expect(page.get_by_text("Your session has ended.")).to_be_visible()
    page.get_by_label("API key").fill("dsk_wrong")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_contain_text("This key is not known")
    page.get_by_label("API key").fill(tenant.key)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("searchbox")).to_have_value("anything")


def test_the_key_leaves_the_address_and_is_kept_nowhere(page: Page, context: BrowserContext, tenant: Stack) -> None:
    assert tenant.key not in page.url
    assert tenant.key not in page.evaluate("JSON.stringify([localStorage, sessionStorage, history.state])")
    (cookie,) = context.cookies()
    assert (cookie["httpOnly"], cookie["sameSite"]) == (True, "Strict")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_label("API key")).to_be_visible()
    assert context.cookies() == []


def test_nothing_found_says_so_and_leads_back(page: Page) -> None:
    page.get_by_role("searchbox").fill("xyzzyplugh")
    page.get_by_role("radio", name="Words").check()
    expect(page.locator(".results")).to_contain_text("Nothing found")
    page.get_by_role("button", name="Show all documents").click()
    expect(page.locator(".all")).to_contain_text("Nothing here yet")


def test_a_failed_document_says_why_and_what_to_do_next(page: Page, tmp_path: Path) -> None:
    ended(page, pdf(tmp_path / "locked.pdf", password="x")).get_by_role("link", name="locked.pdf").click()
    note = page.locator(".notes .note")
    expect(note).to_contain_text("The file asks for a password.")
    expect(note).to_contain_text("Save it without a password and upload it again.")
    expect(page.get_by_role("main")).to_contain_text("There is none, since the document failed.")
    note.get_by_role("button", name="Try again").click()
    expect(page.locator(".toasts")).to_contain_text("It is being read again.")
    expect(page.locator(".timeline")).to_contain_text("Run 2")


def test_a_slow_list_of_documents_is_waited_for_in_sight(page: Page) -> None:
    held: list[Route] = []
    page.route("**/api/documents?*", lambda route: held.append(route), times=1)
    page.reload()
    expect(page.locator(".all")).to_contain_text("The server takes longer than usual.")
    held[0].continue_()
    expect(page.locator(".all")).to_contain_text("Nothing here yet")


def test_a_slow_server_is_waited_for_in_sight(page: Page) -> None:
    held: list[Route] = []
    page.route("**/api/search*", lambda route: held.append(route), times=1)
    page.get_by_role("searchbox").fill("slow")
    expect(page.locator(".results")).to_contain_text("The server takes longer than usual.")
    held[0].continue_()
    expect(page.locator(".results")).to_contain_text("Nothing found")


def test_a_broken_server_can_be_asked_again(page: Page) -> None:
    page.route("**/api/search*", lambda route: route.fulfill(status=503, json={"code": "unavailable"}), times=1)
    page.get_by_role("searchbox").fill("broken")
    expect(page.locator(".results")).to_contain_text("The server had a problem.")
    page.get_by_role("button", name="Try again").click()
    expect(page.locator(".results")).to_contain_text("Nothing found")


def test_a_document_that_is_not_there_says_so(page: Page, tenant: Stack) -> None:
    page.goto(f"{tenant.url}/#/documents/{uuid.uuid4()}")
    expect(page.get_by_role("main")).to_contain_text("This document is not here")


def test_typing_asks_once_for_what_stands_in_the_end(page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/api/search" in request.url else None)
    page.get_by_role("searchbox").press_sequentially("lighthouse", delay=5)
    expect(page.locator(".results")).to_contain_text("Nothing found")
    assert len(asked) < len("lighthouse")
    assert "q=lighthouse" in asked[-1]
