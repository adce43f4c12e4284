"""A person's way through the page, in a real browser against the running product."""

import re
import uuid
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests.papers import archive, pdf

INVOICE = re.compile(r"Invoice")


def invoice(path: Path) -> Path:
    """One that nobody has uploaded before."""
    number = f"R-{uuid.uuid4().hex[:8]}"
    rows = (
        ("INVOICE",),
        ("Seller: Harbour Lights GmbH",),
        ("Invoice number:", number),
        ("Invoice date:", "12.03.2024"),
        ("Total due:", "EUR 1,190.00"),
    )
    return pdf(path, [rows])


def send(page: Page, *paths: Path) -> None:
    page.locator("input[type=file]:not([webkitdirectory])").set_input_files(paths)


def card(page: Page, name: str) -> Locator:
    return page.locator(".journey", has_text=name)


def ended(page: Page, path: Path) -> Locator:
    send(page, path)
    found = card(page, path.name)
    expect(found).to_have_attribute("data-state", re.compile("indexed|failed"))
    return found


def test_files_are_dropped_watched_to_their_end_and_found(page: Page, tmp_path: Path) -> None:
    paths = [
        invoice(tmp_path / "harbour.pdf"),
        invoice(tmp_path / "lights.pdf"),
        pdf(tmp_path / "locked.pdf", password="x"),
    ]
    send(page, *paths)
    for path in paths[:2]:
        expect(card(page, path.name)).to_have_attribute("data-state", "indexed")
        expect(card(page, path.name).locator(".track [data-state=done]")).to_have_count(4)
    expect(card(page, "locked.pdf")).to_contain_text("The file asks for a password.")
    expect(card(page, "locked.pdf")).to_contain_text("Save it without a password and upload it again.")
    page.get_by_role("searchbox").press_sequentially("harbour lights")
    expect(page.locator(".hit")).to_have_count(2)
    expect(page.locator(".hit mark").first).to_be_visible()


def test_what_is_no_document_is_refused_before_anything_is_sent(page: Page, tmp_path: Path) -> None:
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    (tmp_path / "empty.txt").write_bytes(b"")
    send(page, archive(tmp_path / "all.zip", {"a.txt": b"hello"}), tmp_path / "empty.txt")
    expect(card(page, "all.zip")).to_contain_text("This is an archive, not a document.")
    expect(card(page, "all.zip")).to_contain_text("Allowed are PDF, pictures, Word")
    expect(card(page, "empty.txt")).to_contain_text("The file is empty.")
    assert not [url for url in requests if url.endswith("/api/upload")]
