"""An operator's way through dead letters, one and many."""

from pathlib import Path

from playwright.sync_api import Page, expect

from tests.papers import pdf
from tests.web.test_page import card, ended, send

MANY = 7


def test_a_dead_letter_is_looked_at_replayed_and_discarded_with_a_reason(page: Page, tmp_path: Path) -> None:
    ended(page, pdf(tmp_path / "sealed.pdf", password="x"))
    page.get_by_role("link", name="Operations").click()
    letter = page.locator(".letter")
    expect(letter).to_contain_text("encrypted")
    letter.get_by_text("Message and history").click()
    expect(letter.locator("pre").first).to_contain_text("sealed.pdf")
    letter.get_by_role("checkbox").check()
    page.get_by_role("button", name="Replay").click()
    expect(page.locator(".toasts")).to_contain_text("1 letter replayed")
    # The document still asks for a password, so another letter comes.
    letter.get_by_role("checkbox").check()
    page.get_by_role("button", name="Discard").click()
    page.get_by_role("textbox", name="Reason").fill("it has a password")
    page.get_by_role("dialog").get_by_role("button", name="Discard").click()
    expect(page.locator(".letters")).to_contain_text("No dead letters")
    page.locator(".letters").get_by_role("radio", name="Closed").check()
    expect(page.locator(".letter .tag:not(.bad)")).to_have_text(["Discarded", "Replayed"])


def test_many_dead_letters_are_replayed_and_discarded_at_once(page: Page, tmp_path: Path) -> None:
    names = [f"sealed-{number}.pdf" for number in range(MANY)]
    send(page, *(pdf(tmp_path / name, password=name) for name in names))
    for name in names:
        expect(card(page, name)).to_have_attribute("data-state", "failed")
    page.get_by_role("link", name="Operations").click()
    letters = page.locator(".letter")
    expect(letters).to_have_count(MANY)
    page.get_by_role("checkbox", name="Select all").check()
    expect(page.get_by_text(f"{MANY} selected")).to_be_visible()
    page.get_by_role("button", name="Replay").click()
    expect(page.locator(".toasts")).to_contain_text(f"{MANY} letters replayed")
    # Each document still asks for a password, so as many letters come again; two of them are kept.
    expect(letters).to_have_count(MANY)
    page.get_by_role("checkbox", name="Select all").check()
    for kept in range(2):
        letters.nth(kept).get_by_role("checkbox").uncheck()
    page.get_by_role("button", name="Discard").click()
    page.get_by_role("dialog", name=f"Discard {MANY - 2} letters?").get_by_role("textbox").fill("they have passwords")
    page.get_by_role("dialog").get_by_role("button", name="Discard").click()
    expect(page.locator(".toasts")).to_contain_text(f"{MANY - 2} letters discarded")
    expect(letters).to_have_count(2)
    expect(page.get_by_role("button", name="Replay")).to_be_disabled()
