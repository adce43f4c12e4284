"""Documents of every kind through the child process, and what becomes of those that would hurt it."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from functions.extract import child, libreoffice
from functions.extract.child import Converted, Limits
from pipeline.errors import Rejected
from pipeline.pages import Page, Row, Segment
from pipeline.reading import PDF
from tests import papers
from tests.children import workers
from tests.waiting import eventually

TEXT = "text/plain"
QUICK = Limits(seconds=60)
WORKER = "functions.extract.worker"


def convert(path: Path, media_type: str, limits: Limits = QUICK, **how: object) -> Converted:
    return child.convert(path, media_type=media_type, limits=limits, **how)  # type: ignore[arg-type]


def code(path: Path, media_type: str, limits: Limits = QUICK) -> str:
    with pytest.raises(Rejected) as caught:
        convert(path, media_type, limits)
    return caught.value.code


def codes(converted: Converted) -> list[str]:
    return [warning.code for warning in converted.warnings]


def written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def test_a_pdf_becomes_markdown_structure_and_rows(tmp_path: Path) -> None:
    converted = convert(papers.pdf(tmp_path / "a.pdf", [papers.INVOICE, [("Thank you",)]]), PDF)
    assert converted.markdown.startswith("<!-- page 1 -->\n\n")
    assert "| Total | 1,234.50 |" in converted.markdown
    assert converted.markdown.endswith("<!-- page 2 -->\n\nThank you\n")
    assert [row.text for row in converted.pages[0].rows] == ["   ".join(row) for row in papers.INVOICE]
    assert json.loads(converted.structure)["schema_name"] == "DoclingDocument"
    assert (converted.page_count, converted.warnings) == (2, ())
    assert "docling-slim" in converted.engine


def test_the_same_text_stands_in_the_same_place_as_in_the_sample(tmp_path: Path) -> None:
    from pipeline.reading import first_pages

    path = papers.turned(papers.pdf(tmp_path / "a.pdf"), 0)
    (sampled,) = first_pages(path, PDF, "a.pdf", chars=4000).pages
    (page,) = convert(path, PDF).pages
    assert [row.text for row in page.rows] == [row.text for row in sampled.rows]
    assert page.rows[0].segments[0].box == pytest.approx(sampled.rows[0].segments[0].box, abs=0.02)


def test_the_xml_inside_a_pdf_comes_with_its_first_page(tmp_path: Path) -> None:
    path = papers.with_file(papers.pdf(tmp_path / "a.pdf", [papers.INVOICE] * 2), "factur-x.xml", b"\xef\xbb\xbf<rsm/>")
    path = papers.with_file(path, "notes.txt", b"no markup")
    assert convert(path, PDF, last=1).embedded == (("factur-x.xml", b"\xef\xbb\xbf<rsm/>"),)
    assert convert(path, PDF, first=2, last=2).embedded == ()


def test_a_range_of_pages_keeps_its_numbers(tmp_path: Path) -> None:
    path = papers.pdf(tmp_path / "a.pdf", [[(f"page {number}",)] for number in range(1, 6)])
    converted = convert(path, PDF, first=2, last=3)
    assert [(page.number, page.text) for page in converted.pages] == [(2, "page 2"), (3, "page 3")]
    assert converted.markdown.split("\n\n") == ["<!-- page 2 -->", "page 2", "<!-- page 3 -->", "page 3\n"]
    assert converted.page_count == 5


def test_scanned_and_written_pages_are_each_read_their_own_way(tmp_path: Path) -> None:
    picture = papers.picture(["Harbour Lights Ltd.", "Total 1,234.50"])
    path = papers.pdf(tmp_path / "a.pdf", [(), papers.INVOICE], pictures=[(picture, (50, 100, 450, 250))])
    scanned, written_page = convert(path, PDF).pages
    assert scanned.source == "ocr"
    assert "1,234.50" in scanned.text
    assert written_page.source == "mixed"
    assert "No. 2024-0815" in written_page.text


def test_a_small_picture_beside_text_is_left(tmp_path: Path) -> None:
    stamp = papers.picture(["PAID"], size=(300, 150))
    path = papers.pdf(tmp_path / "a.pdf", pictures=[(stamp, (400, 60, 120, 60))])
    (page,) = convert(path, PDF).pages
    assert page.source == "text"


def test_a_photo_is_read(tmp_path: Path) -> None:
    papers.picture(["Harbour Lights Ltd.", "Total 1,234.50"]).save(tmp_path / "a.jpg")
    converted = convert(tmp_path / "a.jpg", "image/jpeg")
    assert "Total 1,234.50" in converted.markdown
    assert converted.pages[0].source == "ocr"


def test_every_page_of_a_tiff_is_read(tmp_path: Path) -> None:
    first, second = papers.picture(["Page number one"]), papers.picture(["Page number two"])
    first.save(tmp_path / "a.tiff", save_all=True, append_images=[second])
    texts = [page.text for page in convert(tmp_path / "a.tiff", "image/tiff").pages]
    assert texts == ["Page number one", "Page number two"]


def test_a_page_that_was_read_before_is_not_read_again(tmp_path: Path) -> None:
    path = papers.scan(tmp_path / "a.pdf", ["Total 1,234.50"])
    row = Row(segments=(Segment(text="known before", box=(0.1, 0.1, 0.5, 0.2)),))
    known = [Page(number=1, width=450, height=250, rows=(row,), source="ocr")]
    assert convert(path, PDF, known=known).pages[0].text == "known before"


def test_pages_beyond_the_ocr_limit_are_named(tmp_path: Path) -> None:
    converted = convert(papers.scan(tmp_path / "a.pdf", ["Total"], pages=2), PDF, Limits(ocr_pages=1))
    assert [(w.code, w.page) for w in converted.warnings] == [("page-unread", 2)]


def test_a_picture_without_text_is_named(tmp_path: Path) -> None:
    assert codes(convert(papers.scan(tmp_path / "a.pdf", []), PDF)) == ["ocr-empty", "no-text"]


def test_an_empty_page_holds_no_text(tmp_path: Path) -> None:
    converted = convert(papers.pdf(tmp_path / "a.pdf", [()]), PDF)
    assert codes(converted) == ["no-text"]
    assert converted.pages[0].source == "none"


def test_word_keeps_paragraphs_and_tables(tmp_path: Path) -> None:
    converted = convert(
        papers.word(tmp_path / "a.docx", ["Dear Ann & Bo"], [["Tea", "2.00"], ["Jam", "3.00"]]), papers.WORD
    )
    assert "Dear Ann & Bo" in converted.markdown
    assert "| Jam | 3.00 |" in converted.markdown
    assert [row.text for row in converted.pages[0].rows] == ["Dear Ann & Bo", "Tea   2.00", "Jam   3.00"]


def test_a_comment_in_the_xml_of_a_word_file_does_not_matter(tmp_path: Path) -> None:
    path = papers.commented(papers.word(tmp_path / "a.docx", ["Dear Ann"]), "word/document.xml")
    assert "Dear Ann" in convert(path, papers.WORD).markdown


def test_a_sheet_and_a_slide_are_pages(tmp_path: Path) -> None:
    book = papers.excel(tmp_path / "a.xlsx", {"Costs": [["Rent", 900]], "Income": [["Fees", 1200]]})
    assert [page.text for page in convert(book, papers.EXCEL).pages] == ["Rent   900", "Fees   1200"]
    deck = papers.powerpoint(tmp_path / "a.pptx", ["Results", "Outlook"])
    converted = convert(deck, papers.POWERPOINT)
    assert [page.text for page in converted.pages] == ["Results", "Outlook"]
    assert "<!-- page 2 -->\n\n# Outlook" in converted.markdown


def test_open_document_html_and_markdown_are_read(tmp_path: Path) -> None:
    assert "Dear Bo" in convert(papers.open_document(tmp_path / "a.odt", ["Dear Bo"]), papers.ODT).markdown
    html = written(tmp_path / "a.html", "<h1>Bill</h1><p>Größe</p>".encode())
    assert convert(html, "text/html").markdown == "# Bill\n\nGröße\n"
    markdown = written(tmp_path / "a.md", b"# Bill\n\n- one\n- two\n")
    assert [row.text for row in convert(markdown, "text/markdown").pages[0].rows] == ["Bill", "one", "two"]


def test_a_table_of_values_may_be_ragged_and_of_any_encoding(tmp_path: Path) -> None:
    ragged = written(tmp_path / "a.csv", b"name;age\nAnn;30;x\nBo\n")
    assert [row.text for row in convert(ragged, "text/csv").pages[0].rows] == ["name   age", "Ann   30   x", "Bo"]
    japanese = written(tmp_path / "b.csv", "名前,年齢\n山田太郎,三十\n".encode("cp932"))
    assert "山田太郎" in convert(japanese, "text/csv").markdown


def test_text_keeps_its_line_breaks(tmp_path: Path) -> None:
    path = written(tmp_path / "a.txt", "Rechnung\nSumme:   12 €\n".encode("utf-16"))
    converted = convert(path, TEXT)
    assert converted.markdown == "Rechnung\nSumme:   12 €\n"
    assert converted.pages[0].rows[1].segments[1].text == "12 €"


def test_a_mail_gives_its_text_and_its_files(tmp_path: Path) -> None:
    path = written(tmp_path / "a.eml", papers.mail(files={"one.txt": b"1", "two.txt": b"22"}).as_bytes())
    converted = convert(path, "message/rfc822")
    assert converted.pages[0].rows[0].text == "From: Ann Ba <ann@example.org>"
    assert [(a.filename, a.path.read_bytes()) for a in converted.attachments] == [("one.txt", b"1"), ("two.txt", b"22")]


def test_more_attachments_than_are_taken_are_counted(tmp_path: Path) -> None:
    path = written(tmp_path / "a.eml", papers.mail(files={f"{n}.txt": b"x" for n in range(4)}).as_bytes())
    converted = convert(path, "message/rfc822", Limits(attachments=3))
    assert (len(converted.attachments), codes(converted)) == (3, ["attachment-skipped"])


def test_refusals_cross_the_border_with_their_code(tmp_path: Path) -> None:
    assert code(papers.pdf(tmp_path / "a.pdf", password="secret"), PDF) == "encrypted"
    assert code(written(tmp_path / "b.pdf", b"%PDF-1.7"), PDF) == "corrupt"
    assert code(written(tmp_path / "c.pdf", b""), PDF) == "empty-file"
    assert code(written(tmp_path / "d.zip", b"PK"), "application/zip") == "unsupported-type"
    assert code(papers.pdf(tmp_path / "e.pdf", [()] * 3), PDF, Limits(pages=2)) == "too-many-pages"
    assert code(papers.word(tmp_path / "f.docx", ["x"]), papers.WORD, Limits(archive_bytes=100)) == "archive-too-large"


def test_a_conversion_that_takes_too_long_ends_and_the_next_works(tmp_path: Path) -> None:
    slow = papers.word(tmp_path / "a.docx", ["word " * 20] * 4000)
    assert code(slow, papers.WORD, Limits(seconds=0.3)) == "conversion-timeout"
    assert convert(written(tmp_path / "b.txt", b"next"), TEXT).markdown == "next\n"


def test_a_conversion_that_needs_too_much_memory_ends_and_the_next_works(tmp_path: Path) -> None:
    hungry = papers.scan(tmp_path / "a.pdf", ["Total"])
    assert code(hungry, PDF, Limits(memory_bytes=700_000_000)) == "conversion-memory"
    assert convert(written(tmp_path / "b.txt", b"next"), TEXT).markdown == "next\n"


def test_a_killed_child_costs_no_document(tmp_path: Path) -> None:
    convert(written(tmp_path / "a.txt", b"warm"), TEXT)
    (pid,) = workers(os.getpid(), WORKER)
    threading.Timer(0.2, os.kill, (pid, signal.SIGKILL)).start()
    slow = papers.word(tmp_path / "b.docx", ["a paragraph of some words"] * 1500)
    assert "a paragraph" in convert(slow, papers.WORD).markdown
    assert workers(os.getpid(), WORKER) != [pid]


PARENT = """
import os, sys
from functions.extract import child
assert not any(name.split(".")[0] in ("docling", "docling_core", "rapidocr") for name in sys.modules)
child.warm_up()
sys.stdin.read()
"""


def test_the_parent_stays_small_and_takes_the_child_with_it() -> None:
    parent = subprocess.Popen([sys.executable, "-c", PARENT], stdin=subprocess.PIPE)
    eventually(lambda: bool(workers(parent.pid, WORKER)), within=90)
    (worker,) = workers(parent.pid, WORKER)
    parent.kill()
    parent.communicate()
    eventually(lambda: not Path(f"/proc/{worker}/exe").exists(), within=90)


@pytest.fixture
def visited() -> Iterator[tuple[str, list[str]]]:
    """The address of a web server and the paths that were asked of it."""
    paths: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            paths.append(self.path)
            self.send_response(200)
            self.end_headers()

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", paths
    server.shutdown()
    server.server_close()


def test_active_html_neither_runs_nor_fetches_nor_includes(tmp_path: Path, visited: tuple[str, list[str]]) -> None:
    address, paths = visited
    secret = written(tmp_path / "secret.txt", b"the secret")
    html = (
        f'<p>seen</p><img src="{address}/a.png"><iframe src="{secret.as_uri()}"></iframe>'
        f'<link rel="stylesheet" href="{address}/b.css"><script>document.write("run")</script>'
    )
    converted = convert(written(tmp_path / "a.html", html.encode()), "text/html")
    assert [row.text for row in converted.pages[0].rows] == ["seen"]
    assert paths == []


def test_rich_text_is_plain_text_without_libreoffice(tmp_path: Path) -> None:
    path = written(tmp_path / "a.rtf", rb"{\rtf1\ansi Dear \b Bo\b0\par Gr\'fc\'dfe\par}")
    converted = convert(path, "application/rtf")
    assert converted.pages[0].text == "Dear Bo\nGrüße"
    assert libreoffice.program() or codes(converted) == ["partial-conversion"]


def test_an_older_format_is_carried_over_where_libreoffice_is(tmp_path: Path) -> None:
    program = written(tmp_path / "soffice", b'#!/bin/sh\nfor last; do :; done\ncp "$last" "$7/a.docx"\n')
    program.chmod(0o755)
    (tmp_path / "out").mkdir()
    document = written(tmp_path / "a.doc", b"content")
    carried = libreoffice.carried_over(document, "docx", tmp_path / "out", by=str(program))
    assert carried.read_bytes() == b"content"


def test_what_libreoffice_cannot_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Rejected) as caught:
        libreoffice.carried_over(written(tmp_path / "a.doc", b"x"), "docx", tmp_path, by="/bin/false")
    assert caught.value.code == "corrupt"


@pytest.mark.parametrize("media_type", ["text/plain", "text/csv", "text/html", "text/markdown", "application/xml"])
def test_a_text_beyond_any_limit_is_refused_before_it_is_read(tmp_path: Path, media_type: str) -> None:
    with (tmp_path / "long.txt").open("wb") as stream:
        stream.write(b"words ")
        stream.truncate(3_000_000_000)  # more than the child may hold
    assert code(tmp_path / "long.txt", media_type) == "too-large"
