"""Files and folders dragged over the page and dropped, as the system hands them to the browser."""

from pathlib import Path

from playwright.sync_api import CDPSession, Page, expect

from tests.papers import archive
from tests.web.test_page import card, invoice


class Drag:
    """Files and folders of this machine, held over the middle of the page."""

    def __init__(self, page: Page, *paths: Path) -> None:
        self.devtools: CDPSession = page.context.new_cdp_session(page)
        self.data = {"items": [], "files": [str(path) for path in paths], "dragOperationsMask": 1}
        self.happens("dragEnter")

    def happens(self, kind: str, x: int = 600) -> None:
        self.devtools.send("Input.dispatchDragEvent", {"type": kind, "x": x, "y": 400, "data": self.data})

    def dropped(self) -> None:
        self.happens("dragOver")
        self.happens("drop")


def test_a_folder_is_dropped_anywhere_with_all_that_lies_in_it(page: Page, tmp_path: Path) -> None:
    deep = tmp_path / "archive" / "2024" / "march"
    deep.mkdir(parents=True)
    invoice(tmp_path / "archive" / "first.pdf")
    invoice(deep / "second.pdf")
    archive(deep / "old.zip", {"a.txt": b"hello"})
    for left_behind in (".DS_Store", "Thumbs.db", "~$second.docx"):
        (deep / left_behind).write_bytes(b"x")
    Drag(page, tmp_path / "archive", invoice(tmp_path / "beside.pdf")).dropped()
    for name in ("first.pdf", "second.pdf", "beside.pdf"):
        expect(card(page, name)).to_have_attribute("data-state", "indexed")
    expect(card(page, "old.zip")).to_contain_text("This is an archive, not a document.")
    expect(page.locator(".journey")).to_have_count(4)


def test_a_folder_with_more_files_than_a_browser_lists_at_once_is_taken_whole(page: Page, tmp_path: Path) -> None:
    for number in range(230):
        (tmp_path / f"empty-{number}.txt").touch()
    Drag(page, tmp_path).dropped()
    expect(page.locator(".journey[data-state=refused]")).to_have_count(230)


def test_what_is_dragged_over_the_page_shows_where_it_may_be_dropped(page: Page, tmp_path: Path) -> None:
    veil = page.get_by_text("Drop to upload")
    expect(veil).to_be_hidden()
    drag = Drag(page, invoice(tmp_path / "held.pdf"))
    expect(veil).to_be_visible()
    drag.happens("dragOver")
    drag.happens("dragOver", x=-50)
    expect(veil).to_be_hidden()
    expect(page.locator(".journey")).to_have_count(0)


def test_a_folder_without_a_file_says_so(page: Page, tmp_path: Path) -> None:
    (tmp_path / "nothing" / "within").mkdir(parents=True)
    Drag(page, tmp_path / "nothing").dropped()
    expect(page.locator(".toasts")).to_contain_text("There was no file in it.")


def test_files_dropped_on_another_view_are_sent_and_shown_on_their_way(page: Page, tmp_path: Path) -> None:
    page.get_by_role("link", name="Operations").click()
    expect(page.get_by_role("heading", name="Operations")).to_be_visible()
    Drag(page, invoice(tmp_path / "elsewhere.pdf")).dropped()
    expect(card(page, "elsewhere.pdf")).to_have_attribute("data-state", "indexed")
