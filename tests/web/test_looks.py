"""Each view for everybody: WCAG 2.2 AA by axe, on a desktop and on a phone, light and dark, in each language, nothing
out of the frame.

SCREENSHOTS=docs/screenshots also keeps what the browser shows.
"""

import json
import os
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, FilePayload, Page, expect

from functions.web.files import PAGE
from tests.papers import pdf
from tests.stack import Stack
from tests.web.conftest import DESKTOP, PATIENCE_MS, PHONE, new_tenant
from tests.web.test_page import card

SAMPLES = Path(__file__).parents[2] / "samples" / "documents"
SHOWN = ("invoice-brightwater.pdf", "contract-cleaning-services.pdf", "receipt-harbour-bistro.pdf", "budget-2025.xlsx")
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture(scope="module")
def gallery(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Stack:
    """A tenant with a few documents, one of them failed."""
    tenant = new_tenant(stack)
    sealed = pdf(tmp_path_factory.mktemp("gallery") / "sealed-offer.pdf", password="x")
    paths = [sealed, *(SAMPLES / name for name in SHOWN)]
    identities = [tenant.upload(path.read_bytes(), path.name)["document_id"] for path in paths]
    assert [tenant.ended(each)["state"] for each in identities] == ["failed", *["indexed"] * len(SHOWN)]
    return tenant


LOCALES = {"en": "en-GB", "de": "de-DE"}


def words(page: Page, key: str) -> str:
    """What the page says for a key, in its language, up to the first place to fill."""
    language = page.evaluate("document.documentElement.lang")
    said = json.loads((PAGE / "assets" / "language" / f"{language}.json").read_text(encoding="utf-8"))
    return str(said[key]).split(" {")[0]


@pytest.fixture(scope="module", params=["desktop-light", "phone-dark", "desktop-dark", "phone-light", "phone-light-de"])
def frame(request: pytest.FixtureRequest, browser: Browser, gallery: Stack) -> Iterator[tuple[Page, str]]:
    """The page in one size and scheme, signed in; axe is injected, which the page's own policy would forbid."""
    size, scheme, language = f"{request.param}-en".split("-")[:3]
    context = browser.new_context(
        locale=LOCALES[language],
        viewport=DESKTOP if size == "desktop" else PHONE,
        color_scheme="dark" if scheme == "dark" else "light",
        reduced_motion="reduce",
        bypass_csp=True,
    )
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    page.goto(f"{gallery.url}/#key={gallery.key}")
    page.get_by_role("searchbox").wait_for()
    yield page, request.param
    context.close()


def home(page: Page) -> None:
    expect(page.locator(".row-item", has_text=SHOWN[0])).to_have_count(1)


def uploads(page: Page) -> None:
    """One that goes through, one that is known, and one that is refused."""
    manual = SAMPLES / "manual-irrigation-controller.md"
    new = f"{manual.read_text(encoding='utf-8')}\n\n{uuid.uuid4()}\n"
    payload: list[FilePayload] = [
        {"name": manual.name, "mimeType": "text/markdown", "buffer": new.encode()},
        {"name": SHOWN[0], "mimeType": "application/pdf", "buffer": (SAMPLES / SHOWN[0]).read_bytes()},
        {"name": "holiday.zip", "mimeType": "application/zip", "buffer": b"PK\x03\x04" + bytes(100)},
    ]
    page.locator("input[type=file]:not([webkitdirectory])").set_input_files(payload)
    expect(card(page, manual.name)).to_have_attribute("data-state", "indexed")
    expect(card(page, SHOWN[0])).to_have_attribute("data-state", "known")
    expect(card(page, "holiday.zip")).to_have_attribute("data-state", "refused")


def results(page: Page) -> None:
    page.get_by_role("searchbox").fill("payment terms")
    expect(page.locator(".hit").first).to_be_visible()


def one(page: Page) -> None:
    page.get_by_role("link", name=SHOWN[0]).first.click()
    due = page.locator(".field-row", has=page.get_by_text(words(page, "field.due_date"), exact=True))
    expect(page.locator(".sheet:not([aria-busy]) img")).to_be_visible()
    due.locator(".field-main").focus()
    expect(page.locator(".links")).not_to_have_count(0)
    page.evaluate("scrollTo(0, 0)")


def operations(page: Page) -> None:
    page.get_by_role("link", name=words(page, "operations")).click()
    expect(page.locator(".letter")).to_have_count(1)
    expect(page.locator(".tables tbody tr").first).to_be_visible()


def question(page: Page) -> None:
    page.locator(".letter").get_by_role("checkbox").check()
    page.get_by_role("button", name=words(page, "letters.discard")).click()
    expect(page.get_by_role("dialog")).to_be_visible()


def sign_in(page: Page) -> None:
    page.keyboard.press("Escape")
    page.get_by_role("button", name=words(page, "sign-out")).click()
    expect(page.get_by_label(words(page, "sign-in.key"))).to_be_visible()


VIEWS: tuple[Callable[[Page], None], ...] = (home, uploads, results, one, operations, question, sign_in)


def test_every_view_is_accessible_and_fits(frame: tuple[Page, str]) -> None:
    page, name = frame
    for view in VIEWS:
        view(page)
        found = Axe().run(page, options=RULES)
        assert found.violations_count == 0, f"{view.__name__}: {found.generate_report()}"
        assert page.evaluate(OVERFLOW) <= 0, view.__name__
        kept = os.environ.get("SCREENSHOTS")
        if kept:
            page.screenshot(path=Path(kept) / f"{view.__name__.replace('_', '-')}-{name}.png")
