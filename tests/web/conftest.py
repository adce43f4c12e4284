"""A browser, and in it the page of the running product, for a tenant of its own with every right."""

import uuid
from collections.abc import Iterator

import pytest
import requests
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, expect, sync_playwright

from tests.stack import Stack
from tests.web import chromium

PATIENCE_MS = 120_000
DESKTOP: ViewportSize = {"width": 1280, "height": 860}
PHONE: ViewportSize = {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Playwright keeps an event loop running in this thread, so it may not outlive the tests that need it."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium.program(), args=["--disable-gpu"])
        expect.set_options(timeout=PATIENCE_MS)
        yield started
        started.close()


def new_tenant(stack: Stack) -> Stack:
    """The stack as a new tenant sees it: empty, with a key that may do everything."""
    body = {"name": "page", "scopes": ["read", "write", "operate"], "tenant": f"web-{uuid.uuid4().hex[:12]}"}
    made = requests.post(f"{stack.url}/api/keys", json=body, headers=stack.headers, timeout=60)
    assert made.status_code == 201, made.text
    return Stack(url=stack.url, key=made.json()["key"], home=stack.home, addresses=stack.addresses)


@pytest.fixture
def tenant(stack: Stack) -> Stack:
    return new_tenant(stack)


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    made = browser.new_context(locale="en-GB", viewport=DESKTOP, reduced_motion="reduce")
    made.set_default_timeout(PATIENCE_MS)
    yield made
    made.close()


@pytest.fixture
def page(tenant: Stack, context: BrowserContext) -> Iterator[Page]:
    """The page, signed in. Whatever the page throws, or its policy refuses, fails the test."""
    opened = context.new_page()
    wrong: list[str] = []
    opened.on("pageerror", lambda error: wrong.append(str(error)))
    opened.on("console", lambda line: wrong.append(line.text) if "Content Security Policy" in line.text else None)
    opened.goto(f"{tenant.url}/#key={tenant.key}")
    opened.get_by_role("searchbox").wait_for()
    yield opened
    assert wrong == []
