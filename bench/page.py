"""python -m bench.page: how soon the page can be used, and how smoothly a long list scrolls.

Needs the stack (make up) and Chromium. A tenant of its own gets 10,000 documents, which are removed afterwards. Prints
JSON, in milliseconds: from the start of the navigation, with nothing in the cache, until the search field and the first
rows are there; the time between frames while the list is scrolled by a thousand rows and thrown to its end.
"""

import argparse
import json
import os
from typing import Any
from uuid import uuid4

from playwright.sync_api import Browser, Page, sync_playwright

from bench.corpus import percentile
from cli.client import Client
from cli.place import api_key, url
from local import background, services
from pipeline import database
from tests.web import archive, chromium

MANY = 10_000
VISITS = 15
PATIENCE_MS = 120_000

USABLE = """() => document.querySelector(".search-input") && document.querySelector(".row-item") && performance.now()"""
SCROLLED = """async ([steps, pixels]) => {
    const frame = () => new Promise(requestAnimationFrame);
    const times = [await frame()];
    for (let step = 0; step < steps; step += 1) {
        scrollBy(0, pixels);
        times.push(await frame());
    }
    return times.slice(1).map((time, index) => time - times[index]);
}"""
AT_THE_END = """() => {
    scrollTo(0, document.documentElement.scrollHeight);
    return [...document.querySelectorAll(".filename")].at(-1)?.textContent === "document-10000.pdf";
}"""


def visited(browser: Browser, address: str) -> tuple[Page, float]:
    """The page in a new profile, and after how many milliseconds it could be used."""
    page = browser.new_context(viewport={"width": 1280, "height": 860}).new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.goto(address, wait_until="commit")
    return page, float(page.wait_for_function(USABLE).json_value())


def figures(values: list[float]) -> dict[str, float]:
    return {"p50": percentile(values, 0.5), "p95": percentile(values, 0.95), "longest": round(max(values), 2)}


def run(browser: Browser, address: str, visits: int) -> dict[str, Any]:
    waited = []
    for _ in range(visits):
        page, milliseconds = visited(browser, address)
        waited.append(milliseconds)
        page.context.close()
    page, _ = visited(browser, address)
    reading = page.evaluate(SCROLLED, [600, 100])
    page.wait_for_function(AT_THE_END)
    page.evaluate("scrollTo(0, 0)")
    flung = page.evaluate(SCROLLED, [300, 2_100])
    return {
        "load": round(os.getloadavg()[0], 1),
        "usable": figures(waited),
        "frames_while_pages_come": figures(reading),
        "frames_through_all": figures(flung),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--visits", type=int, default=VISITS)
    visits = parser.parse_args().visits
    client, tenant = Client(url(None), api_key(None)), f"bench-{uuid4().hex[:12]}"
    addresses = {} if "PGHOST" in os.environ else services.environment()
    for name, value in background.owner_environment(addresses).items():
        os.environ.setdefault(name, value)
    key = client.post("/api/keys", json={"name": "bench", "scopes": ["read"], "tenant": tenant})
    archive.fill(tenant, MANY)
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium.program(), args=["--disable-gpu"])
            print(json.dumps(run(browser, f"{client.url}/#key={key['key']}", visits), indent=2))
    finally:
        with database.transaction() as tx:
            tx.execute("DELETE FROM documents WHERE tenant = %(tenant)s", {"tenant": tenant})
        client.delete(f"/api/keys/{key['id']}")
        database.close()


if __name__ == "__main__":
    main()
