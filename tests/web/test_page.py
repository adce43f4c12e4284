"""A person's way through the page, in a real browser against the running product."""

import re
import uuid
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests.papers import archive, pdf, scan

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


SAID = """() => {
    window.said = new Set();
    new MutationObserver(() => document.querySelectorAll(".now").forEach((each) => said.add(each.textContent)))
        .observe(document.body, { childList: true, subtree: true });
}"""


def test_a_long_document_tells_page_by_page_how_far_it_is_read(page: Page, tmp_path: Path) -> None:
    pages = 12
    page.evaluate(SAID)
    ended(page, scan(tmp_path / "long.pdf", [f"Tide table {uuid.uuid4().hex[:8]}", "of Harbour Lights"], pages=pages))
    expect(card(page, "long.pdf")).to_have_attribute("data-state", "indexed")
    told = re.findall(rf"Reading: page (\d+) of {pages}", "\n".join(page.evaluate("[...said]")))
    assert any(0 < int(number) < pages for number in told)


def test_what_is_no_document_is_refused_before_anything_is_sent(page: Page, tmp_path: Path) -> None:
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    (tmp_path / "empty.txt").write_bytes(b"")
    send(page, archive(tmp_path / "all.zip", {"a.txt": b"hello"}), tmp_path / "empty.txt")
    expect(card(page, "all.zip")).to_contain_text("This is an archive, not a document.")
    expect(card(page, "all.zip")).to_contain_text("Allowed are PDF, pictures, Word")
    expect(card(page, "empty.txt")).to_contain_text("The file is empty.")
    assert not [url for url in requests if url.endswith("/api/upload")]


def test_a_field_is_pointed_at_corrected_and_found_by_its_new_value(page: Page, tmp_path: Path) -> None:
    ended(page, invoice(tmp_path / "beacon.pdf")).get_by_role("link", name="beacon.pdf").click()
    total = page.locator(".field-row", has=page.get_by_text("Total", exact=True))
    total.hover()
    expect(page.locator(".sheet .box")).to_have_count(1)
    total.get_by_role("button", name="Correct Total").click()
    page.get_by_role("textbox", name="Correct Total").fill("4321.00")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".timeline")).to_contain_text("Corrected by a person")
    expect(page.locator(".timeline")).to_contain_text("Total: 4321.00")
    expect(total).to_contain_text("corrected by a person")
    expect(page.locator(".toasts")).to_contain_text("Your correction is applied.")
    total.get_by_role("link", name="Find others with this Total").click()
    expect(page.locator(".hit")).to_have_count(1)


def test_another_kind_is_an_event_too(page: Page, tmp_path: Path) -> None:
    ended(page, invoice(tmp_path / "kind.pdf")).get_by_role("link", name="kind.pdf").click()
    page.get_by_role("combobox", name="Change the kind").select_option("letter")
    expect(page.locator(".timeline")).to_contain_text("Run 2")
    expect(page.get_by_role("combobox", name="Change the kind")).to_have_value("letter")


def test_a_document_is_downloaded_read_again_and_deleted(page: Page, tmp_path: Path) -> None:
    path = invoice(tmp_path / "short.pdf")
    ended(page, path).get_by_role("link", name="short.pdf").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download").click()
    assert download.value.path().read_bytes() == path.read_bytes()
    page.get_by_role("button", name="Read again").click()
    page.get_by_role("dialog").get_by_role("button", name="Read again").click()
    expect(page.locator(".timeline")).to_contain_text("Run 2")
    expect(page.get_by_role("button", name="Read again")).to_be_visible()
    page.get_by_role("button", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.locator(".all")).to_contain_text("Nothing here yet")
