"""What the page says: numbers with their units, counts, and the words that were found, in each language."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.stack import Stack
from tests.web.conftest import DESKTOP, PATIENCE_MS, PHONE
from tests.web.test_page import card, ended, invoice, send

SIZES = """async ([module, sizes]) => {
    const { load, size, t } = await import(module);
    await load();
    return [...sizes.map(size), ...[0, 1, 2].map((count) => t("pages", { count }))];
}"""
INSIDE = """(mark) => {
    const [shown, around] = [mark, mark.closest(".excerpt")].map((each) => each.getBoundingClientRect());
    return shown.height > 0 && shown.top >= around.top && shown.bottom <= around.bottom + 1;
}"""


@pytest.mark.parametrize(
    ("locale", "expected"),
    [
        ("en-GB", ["1 byte", "81 bytes", "1 kB", "1.5 MB", "0 pages", "1 page", "2 pages"]),
        ("de-DE", ["1 Byte", "81 Byte", "1 kB", "1,5 MB", "0 Seiten", "1 Seite", "2 Seiten"]),
    ],
)
def test_one_is_one_and_many_are_many_in_each_language(
    browser: Browser, stack: Stack, locale: str, expected: list[str]
) -> None:
    context = browser.new_context(locale=locale, viewport=DESKTOP)
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    page.goto(stack.url)
    page.locator("input[name=key]").wait_for()
    module = page.locator("script[type=module]").evaluate("(script) => new URL('words.js', script.src).href")
    said = page.evaluate(SIZES, [module, [1, 81, 1_200, 1_500_000]])
    assert [each.replace("\N{NO-BREAK SPACE}", " ") for each in said] == expected
    context.close()


@pytest.mark.parametrize("between", ["\n\n", " "], ids=["lines", "one-line"])
def test_a_hit_shows_the_words_that_were_found(page: Page, tmp_path: Path, between: str) -> None:
    path = tmp_path / "ledger.txt"
    path.write_text(between.join([*(f"Entry {number}" for number in range(20)), "lighthouse", "and so on"]))
    send(page, path)
    expect(card(page, "ledger.txt")).to_have_attribute("data-state", "indexed")
    page.set_viewport_size(PHONE)
    page.get_by_role("searchbox").fill("lighthouse")
    mark = page.locator(".hit .excerpt mark")
    expect(mark).to_have_text("lighthouse")
    assert mark.evaluate(INSIDE)


def test_a_count_says_what_was_counted(page: Page, tmp_path: Path) -> None:
    ended(page, invoice(tmp_path / "counted.pdf"))
    page.get_by_role("searchbox").fill("harbour lights")
    found = page.locator(".found")
    expect(found).to_have_text("1 document with these words or near in meaning")
    page.get_by_role("radio", name="Meaning").check()
    expect(found).to_have_text("1 document near in meaning")
    page.get_by_role("radio", name="Words").check()
    expect(found).to_have_text(re.compile(r"^1 document$"))
