"""A long document through the whole product: watched while it is read, whole at the end, found on its page."""

import random
from io import BytesIO
from uuid import uuid4

from reportlab.pdfgen.canvas import Canvas

from cli.live import follow
from tests.e2e.conftest import Stack

PAGES = 120
MARKED = 118
EVERY = 10
"""Each tenth page holds a table."""
WORDS = ("pump", "valve", "pressure", "sensor", "report", "basin", "filter", "station", "schedule", "winter", "gauge")


def handbook(word: str) -> bytes:
    """PAGES pages of text, a table now and then; word stands only on page MARKED."""
    chance = random.Random(7)
    buffer = BytesIO()
    canvas = Canvas(buffer)
    for number in range(1, PAGES + 1):
        lines = [f"Handbook of the waterworks, part {number}", ""]
        lines += [" ".join(chance.choices(WORDS, k=11)).capitalize() + "." for _ in range(24)]
        if number == MARKED:
            lines[12] = f"The spare key is kept under the name {word} by the operator."
        for place, text in enumerate(lines):
            canvas.drawString(72, 780 - 16 * place, text)
        for row in range(8 if number % EVERY == 0 else 0):
            for column, text in enumerate((f"Gauge {row}", f"{chance.random():.3f}", f"{chance.randint(100, 999)} m3")):
                canvas.drawString(72 + 160 * column, 340 - 20 * row, text)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def test_a_long_document_is_watched_range_by_range_and_found_on_its_page(stack: Stack) -> None:
    word = f"zq{uuid4().hex[:10]}"
    identity = stack.upload(handbook(word), "handbook.pdf")["document_id"]
    feed = list(follow(stack.client, document=identity))
    assert [each.event for each in feed if each.id][-1] == "document.indexed"
    told = [each.data for each in feed if each.event == "document.progress" and each.data.get("status") == "reading"]
    # Progress is live only: what is said while the feed is connected anew is not said again.
    assert {each["pages"] for each in told} <= {PAGES}
    read = [each["page"] for each in told]
    assert read == sorted(set(read))

    document = stack.document(identity)
    assert (document["state"], document["pages"]) == ("indexed", PAGES)
    (hit,) = stack.client.get("/api/search", q=word, mode="keyword")["hits"]
    assert (hit["document_id"], hit["page"]) == (identity, MARKED)
