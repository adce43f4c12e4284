"""Everything by keys alone, with the focus in sight and back where it was."""

from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests.papers import pdf
from tests.web.test_page import card, ended, invoice

OUTLINED = "(each) => { const style = getComputedStyle(each); return style.outlineStyle + style.boxShadow; }"


def tab_to(page: Page, target: Locator) -> None:
    """As somebody without a mouse gets there: by the tab key, until it has the focus and shows it."""
    target.wait_for()
    for _ in range(80):
        page.keyboard.press("Tab")
        if target.evaluate("(each) => each === document.activeElement"):
            break
    expect(target).to_be_focused()
    assert target.evaluate(OUTLINED) != "nonenone"


def test_a_file_is_chosen_searched_for_opened_and_corrected(page: Page, tmp_path: Path) -> None:
    # From the first listener on the browser hands choosers over; it takes a moment to begin.
    page.on("filechooser", lambda chooser: None)
    tab_to(page, page.get_by_role("button", name="Choose files"))
    with page.expect_file_chooser() as chooser:
        page.keyboard.press("Enter")
    chooser.value.set_files(invoice(tmp_path / "keys.pdf"))
    expect(card(page, "keys.pdf")).to_have_attribute("data-state", "indexed")
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.type("harbour lights")
    tab_to(page, page.locator(".hit a"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()
    edit = page.get_by_role("button", name="Correct Total")
    tab_to(page, edit)
    page.keyboard.press("Enter")
    expect(page.get_by_role("textbox", name="Correct Total")).to_be_focused()
    page.keyboard.type("77.00")
    page.keyboard.press("Enter")
    expect(page.locator(".timeline")).to_contain_text("Corrected by a person")
    expect(page.locator(".field-row", has_text="77.00")).to_contain_text("corrected by a person")
    expect(edit).to_be_focused()


def test_a_dialogue_gives_the_focus_back_and_a_letter_is_replayed(page: Page, tmp_path: Path) -> None:
    ended(page, pdf(tmp_path / "sealed.pdf", password="x"))
    tab_to(page, page.get_by_role("link", name="Operations"))
    page.keyboard.press("Enter")
    tab_to(page, page.locator(".letter").get_by_role("checkbox"))
    page.keyboard.press("Space")
    discard = page.get_by_role("button", name="Discard")
    tab_to(page, discard)
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog").get_by_role("textbox")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(discard).to_be_focused()
    page.keyboard.press("Shift+Tab")
    expect(page.get_by_role("button", name="Replay")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".toasts")).to_contain_text("1 letter replayed")
