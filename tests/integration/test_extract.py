"""Extract reads a document, keeps what it found, and makes its attachments documents."""

import json
from contextlib import closing
from email.message import EmailMessage
from io import BytesIO

import pytest

from functions.extract import ranges
from functions.extract.handler import app
from pipeline import blobs, broker, documents, event_store
from pipeline.broker import Control
from pipeline.database import fetch
from pipeline.envelope import Envelope
from pipeline.events import DocumentClassified, DocumentCorrected, DocumentDeleted, Event
from tests import papers
from tests.factories import accept_content, deliver, move
from tests.waiting import eventually

pytestmark = pytest.mark.usefixtures("fresh_database", "vhost", "bucket")


def classified(content: bytes, category: str = "other", **changes: object) -> Envelope[Event]:
    uploaded = accept_content(content, **changes)
    event = DocumentClassified(category=category, confidence=0.9, method="rules")
    return move(uploaded.subject, event, cause=str(uploaded.id))


def pdf(pages: int, text: str = "Total amount due 12.00 EUR") -> bytes:
    from reportlab.pdfgen.canvas import Canvas

    buffer = BytesIO()
    canvas = Canvas(buffer)
    for number in range(1, pages + 1):
        canvas.drawString(72, 720, f"Page number {number}. {text}")
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def mail(attachments: int) -> bytes:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "a@example.org", "b@example.org", "Minutes"
    message.set_content("The minutes are attached.")
    for number in range(attachments):
        message.add_attachment(f"Minute {number} of the meeting".encode(), "text", "plain", filename=f"m{number}.txt")
    message.add_attachment(b"\x7fELF\x02\x01", "application", "octet-stream", filename="tool.bin")
    return message.as_bytes()


def test_text_structure_and_fields_are_kept_under_the_run() -> None:
    event = classified(pdf(1), "invoice", media_type="application/pdf", filename="bill.pdf")
    assert deliver(app, event).json() == {"outcome": "done"}
    document = documents.load(event.subject)
    assert (document.state, document.pages) == ("extracted", 1)
    assert document.text_key is not None
    assert document.fields_key is not None
    assert "Page number 1" in blobs.read(document.text_key).decode()
    fields = json.loads(blobs.read(document.fields_key))
    assert (fields["total"]["value"], fields["total"]["page"]) == ("12.00", 1)
    assert "12.00" in fields["total"]["quote"]


def test_the_box_of_a_value_lies_on_the_scan_as_it_is_shown() -> None:
    page = papers.picture(["Harbour Lights Ltd.", "Invoice number 2024-0815", "Total due 1,234.50"]).rotate(180)
    buffer = BytesIO()
    page.save(buffer, "PNG")
    event = classified(buffer.getvalue(), "invoice", media_type="image/png", filename="a.png")
    deliver(app, event)
    document = documents.load(event.subject)
    assert document.fields_key is not None
    assert document.structure_key is not None
    total = json.loads(blobs.read(document.fields_key))["total"]
    (shown,) = json.loads(blobs.read(document.structure_key))["pages"]
    (row,) = [each["box"] for each in shown["rows"] if each["text"].startswith("Total")]
    assert total["value"] == "1234.50"
    assert row[0] - 0.01 <= total["box"][0] < total["box"][2] <= row[2] + 0.01
    assert row[1] - 0.01 <= total["box"][1] < total["box"][3] <= row[3] + 0.01


def test_only_corrected_fields_that_the_category_has_are_kept() -> None:
    event = classified(b"Dear Ms Miller, thank you.", "letter", media_type="text/plain", filename="a.txt")
    move(event.subject, DocumentCorrected(by="a person", fields={"total": "12.00", "date": "2026-03-01"}))
    deliver(app, event)
    key = documents.load(event.subject).fields_key
    assert key is not None
    fields = json.loads(blobs.read(key))
    assert fields["date"]["value"] == "2026-03-01"
    assert "total" not in fields


def test_a_long_document_is_read_range_by_range_and_resumes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ranges, "CALL_SECONDS", 0)
    event = classified(pdf(11), media_type="application/pdf")
    answers = [deliver(app, event) for _ in range(2)]
    assert [(each.status_code, each.json()["code"]) for each in answers] == [(425, "continues")] * 2
    monkeypatch.setattr(ranges, "CALL_SECONDS", 60)
    assert deliver(app, event).status_code == 200
    document = documents.load(event.subject)
    assert document.text_key is not None
    text = blobs.read(document.text_key).decode()
    assert [text.count(f"<!-- page {number} -->") for number in range(1, 12)] == [1] * 11
    assert text.index("Page number 2.") < text.index("Page number 11.")


def test_a_range_that_the_call_has_no_time_for_is_read_by_the_next() -> None:
    event = classified(pdf(11), media_type="application/pdf")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ranges, "LAST_SECONDS", 0)
        answer = deliver(app, event)
    assert (answer.status_code, answer.json()["code"]) == (425, "continues")
    assert deliver(app, event).status_code == 200
    assert documents.load(event.subject).pages == 11


def test_who_watches_a_long_document_is_told_how_far_it_is_read() -> None:
    event = classified(pdf(11), media_type="application/pdf")
    heard: list[dict[str, object]] = []
    with (
        closing(Control("test-control")) as control,
        closing(broker.hints(lambda _id, _key, body: heard.append(json.loads(body)))),
    ):
        control.declare({"index": ["document.extracted"]}, (1.0,))

        def connected() -> bool:
            broker.publish_progress(event.subject, b"{}")
            return bool(heard)

        eventually(connected)
        assert deliver(app, event).status_code == 200
        eventually(lambda: any(each.get("status") == "worked" for each in heard))
    told = [(each["page"], each["pages"]) for each in heard if each.get("status") == "reading"]
    assert told[-1] == (11, 11)
    assert {pages for _, pages in told} == {11}


def test_attachments_become_documents_and_what_cannot_be_read_is_said() -> None:
    event = classified(mail(2), "email", media_type="message/rfc822", filename="minutes.eml")
    assert deliver(app, event).status_code == 200
    parent = documents.load(event.subject)
    children = fetch("SELECT filename, depth FROM documents WHERE parent_id = %(id)s ORDER BY 1", {"id": parent.id})
    assert [(each["filename"], each["depth"]) for each in children] == [("m0.txt", 1), ("m1.txt", 1)]
    assert [warning.code for warning in parent.warnings] == ["attachment-skipped"]


def test_an_attachment_with_a_hostile_name_is_a_document_with_a_harmless_one() -> None:
    content = mail(1).replace(b'filename="m0.txt"', b"filename*=utf-8''..%2Fa%00b%0A.txt")
    event = classified(content, "email", media_type="message/rfc822", filename="minutes.eml")
    assert deliver(app, event).status_code == 200
    children = fetch("SELECT filename FROM documents WHERE parent_id = %(id)s", {"id": event.subject})
    assert [each["filename"] for each in children] == ["ab.txt"]


def test_a_repeated_delivery_makes_no_second_child() -> None:
    event = classified(mail(1), "email", media_type="message/rfc822", filename="minutes.eml")
    assert [deliver(app, event).json()["outcome"] for _ in range(2)] == ["done", "repeated"]
    assert len(fetch("SELECT 1 FROM documents WHERE parent_id = %(id)s", {"id": event.subject})) == 1


def test_what_was_written_for_a_deleted_run_is_removed() -> None:
    event = classified(b"A short note about nothing.", filename="note.txt")
    move(event.subject, DocumentDeleted(reason="asked"), run=2)
    assert deliver(app, event).json() == {"outcome": "superseded"}
    assert [each.row["type"] for each in event_store.history(event.subject)][-1] == "document.deleted"
    assert blobs.keys(blobs.run_prefix(event.tenant, event.subject, 1)) == []


@pytest.mark.parametrize(
    ("content", "media_type", "code"),
    [
        (b"", "text/plain", "empty-file"),
        (b"%PDF-1.7\nnothing more", "application/pdf", "corrupt"),
        (b"PK\x03\x04 cut", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "corrupt"),
    ],
    ids=["empty", "broken-pdf", "broken-docx"],
)
def test_a_document_that_cannot_be_read_says_why(content: bytes, media_type: str, code: str) -> None:
    answer = deliver(app, classified(content, media_type=media_type))
    assert (answer.status_code, answer.json()["code"]) == (422, code)


def test_a_text_longer_than_any_document_may_be_is_refused_with_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAX_PAGES", "2")
    answer = deliver(app, classified(b"word " * 1_001, filename="long.txt"))
    assert (answer.status_code, answer.json()["code"]) == (422, "too-large")
    assert "the limit is 5000" in answer.json()["detail"]


def test_row_08_an_original_that_was_tampered_with_is_refused() -> None:
    event = classified(b"as uploaded")
    blobs.write(documents.load(event.subject).original_key, b"something else", "text/plain")
    assert deliver(app, event).json()["code"] == "corrupt"


@pytest.mark.parametrize(
    ("pages", "seconds", "following"), [(4, 0.2, 16), (4, 20, 4), (4, 80, 1), (40, 1, 50), (1, 0, 4)]
)
def test_the_next_range_fits_the_time(pages: int, seconds: float, following: int) -> None:
    assert ranges.next_pages(pages, seconds) == following
