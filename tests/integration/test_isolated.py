"""What a document does to the process that opens it costs classify that document, and nothing else."""

import os
import signal
import zlib
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from functions.classify import child
from functions.classify.handler import app
from pipeline import documents
from pipeline.envelope import Envelope
from pipeline.events import DocumentUploaded
from pipeline.reading import PDF
from tests import papers
from tests.children import workers
from tests.factories import accept_content, deliver
from tests.waiting import eventually

pytestmark = pytest.mark.usefixtures("fresh_database", "vhost", "bucket")

WORKER = "functions.classify.worker"
STROKES = 2_000_000
"""Some of them take a reader seconds and hundreds of megabytes, though the file is small."""


def crowded() -> Envelope[DocumentUploaded]:
    """A PDF of one page with STROKES lines on it."""
    content = zlib.compress(b"0 0 m 9 9 l S\n" * STROKES, 1)
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 300] /Contents 4 0 R >>",
        b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (len(content), content),
    ]
    body = b"".join(b"%d 0 obj\n%s\nendobj\n" % each for each in enumerate(objects, 1))
    pdf = b"%PDF-1.4\n" + body + b"trailer << /Root 1 0 R /Size 5 >>\n%%EOF\n"
    return accept_content(pdf, filename="plan.pdf", media_type=PDF)


def note() -> Envelope[DocumentUploaded]:
    return accept_content(b"Dear Ms Miller, thank you for your letter.", filename="note.txt")


def assert_the_next_is_classified() -> None:
    following = note()
    assert deliver(app, following).json() == {"outcome": "done"}
    assert documents.load(following.subject).state == "classified"


@pytest.mark.parametrize("size", [(8, 640_000), (4_000, 12)])
def test_a_strip_of_a_picture_is_classified_in_bounded_memory(size: tuple[int, int]) -> None:
    buffer = BytesIO()
    Image.new("L", size, "white").save(buffer, "PNG")
    event = accept_content(buffer.getvalue(), filename="a.png", media_type="image/png")
    assert deliver(app, event).json() == {"outcome": "done"}


def test_a_document_that_spins_is_put_off_once_then_refused_and_the_next_is_classified() -> None:
    event = crowded()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(child, "SECONDS", 0.2)
        answers = [deliver(app, event) for _ in range(2)]
    assert [(each.status_code, each.json()["code"]) for each in answers] == [
        (503, "unavailable"),
        (422, "conversion-timeout"),
    ]
    assert_the_next_is_classified()


def test_a_document_that_eats_memory_is_refused_and_the_next_is_classified() -> None:
    event = crowded()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(child, "MEMORY_BYTES", 120_000_000)
        answer = deliver(app, event)
    assert (answer.status_code, answer.json()["code"]) == (422, "conversion-memory")
    assert_the_next_is_classified()


def test_a_reader_that_died_is_begun_anew_for_the_next_document() -> None:
    assert_the_next_is_classified()
    (pid,) = workers(os.getpid(), WORKER)
    os.kill(pid, signal.SIGKILL)
    eventually(lambda: pid not in workers(os.getpid(), WORKER), within=60)
    assert_the_next_is_classified()


def test_documents_are_opened_by_one_child_that_stays() -> None:
    assert_the_next_is_classified()
    before = workers(os.getpid(), WORKER)
    assert_the_next_is_classified()
    assert workers(os.getpid(), WORKER) == before


def test_a_file_that_cannot_be_read_says_why() -> None:
    answer = deliver(app, accept_content(b"%PDF-1.7\nnothing more", filename="a.pdf", media_type=PDF))
    assert (answer.status_code, answer.json()["code"]) == (422, "corrupt")


def test_a_file_inside_a_pdf_in_no_known_encoding_is_passed_over_for_the_next(tmp_path: Path) -> None:
    path = papers.with_file(
        papers.pdf(tmp_path / "a.pdf"), "a.xml", b'<?xml version="1.0" encoding="nonexistent"?><a/>'
    )
    papers.with_file(path, "b.xml", b"<Invoice/>")
    assert child.look(path, PDF, "a.pdf", chars=1000).xml_root == "Invoice"
