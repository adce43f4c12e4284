"""The first text of every format, and what is refused with which code."""

import io
from pathlib import Path

import pytest
from PIL import Image

from pipeline import reading
from pipeline.errors import Rejected
from pipeline.pages import Turn
from tests import papers

TEXT = "text/plain"


def first(path: Path, media_type: str, *, chars: int = 4000) -> reading.Sample:
    return reading.first_pages(path, media_type, path.name, chars=chars)


def code(path: Path, media_type: str) -> str:
    with pytest.raises(Rejected) as caught:
        first(path, media_type)
    return caught.value.code


def written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def test_a_pdf_gives_its_rows_with_their_place(tmp_path: Path) -> None:
    sample = first(papers.pdf(tmp_path / "a.pdf"), reading.PDF)
    (page,) = sample.pages
    assert [row.text for row in page.rows] == ["   ".join(row) for row in papers.INVOICE]
    left, top, right, bottom = page.rows[2].segments[1].box
    assert 0.4 < left < right < 0.7
    assert 0.1 < top < bottom < 0.2
    assert (sample.ocr_used, page.source) == (False, "text")


def test_only_as_many_characters_and_pages_as_asked(tmp_path: Path) -> None:
    sample = first(papers.pdf(tmp_path / "a.pdf", [papers.INVOICE] * 5), reading.PDF, chars=80)
    assert len(sample.text) == 80
    assert (len(sample.pages), sample.page_count) == (2, 5)


def test_a_scan_is_read_by_ocr(tmp_path: Path) -> None:
    sample = first(papers.scan(tmp_path / "a.pdf", ["Harbour Lights Ltd.", "Total 1,234.50"]), reading.PDF)
    assert sample.ocr_used
    assert sample.pages[0].source == "ocr"
    assert "Harbour Lights" in sample.text
    assert "1,234.50" in sample.text


def test_a_picture_is_read_by_ocr_as_its_exif_turns_it(tmp_path: Path) -> None:
    turned = papers.picture(["Total 1,234.50"]).transpose(Image.Transpose.ROTATE_90)
    exif = Image.Exif()
    exif[0x0112] = 6
    turned.save(tmp_path / "a.jpg", exif=exif)
    assert "1,234.50" in first(tmp_path / "a.jpg", "image/jpeg").text


@pytest.mark.parametrize("turned", [90, 180, 270])
def test_a_scan_that_does_not_stand_is_described_as_it_stands(tmp_path: Path, turned: Turn) -> None:
    lines = ["Harbour Lights Ltd.", "Invoice number 2024", "Total due 1,234.50"]
    papers.picture(lines).rotate(turned, expand=True).save(tmp_path / "a.png")
    (page,) = first(tmp_path / "a.png", "image/png").pages
    assert [row.text for row in page.rows] == lines
    assert (page.width, page.height, page.turned) == (900, 500, turned)
    left, top, right, bottom = page.rows[0].segments[0].box
    assert (left, top) == pytest.approx((60 / 900, 60 / 500), abs=0.03)
    assert (right - left) * 900 > 5 * (bottom - top) * 500


def test_embedded_files_are_named_and_read(tmp_path: Path) -> None:
    path = papers.with_file(papers.pdf(tmp_path / "a.pdf"), "factur-x.xml", b"<rsm/>")
    assert first(path, reading.PDF).embedded == ("factur-x.xml",)
    assert reading.pdf_attachments(path) == [("factur-x.xml", b"<rsm/>")]


def test_embedded_files_above_the_limit_are_left(tmp_path: Path) -> None:
    path = papers.with_file(papers.pdf(tmp_path / "a.pdf"), "big.bin", b"x" * 1000)
    assert reading.pdf_attachments(path, max_bytes=999) == []


def test_word_excel_powerpoint_and_open_document_give_their_first_text(tmp_path: Path) -> None:
    word = papers.word(tmp_path / "a.docx", ["Dear Ann"], [["Tea", "2.00"]])
    assert "Dear Ann\n" in first(word, papers.WORD).text
    assert "Tea   2.00" in first(word, papers.WORD).text
    excel = papers.excel(tmp_path / "a.xlsx", {"Costs": [["Rent", 900], ["Power", 80.5]]})
    assert first(excel, papers.EXCEL).text == "Rent   900\nPower   80.5"
    deck = papers.powerpoint(tmp_path / "a.pptx", ["Results", "Outlook"])
    assert first(deck, papers.POWERPOINT).text == "Results\nOutlook"
    assert first(papers.open_document(tmp_path / "a.odt", ["Dear Bo"]), papers.ODT).text == "Dear Bo"


def test_a_mail_gives_headers_and_body_and_names_its_files(tmp_path: Path) -> None:
    path = written(tmp_path / "a.eml", papers.mail(files={"bill.pdf": b"%PDF"}).as_bytes())
    sample = first(path, "message/rfc822")
    assert sample.text.splitlines()[0] == "From: Ann Ba <ann@example.org>"
    assert "Subject: Grüße aus Köln" in sample.text
    assert "See the file." in sample.text
    assert sample.embedded == ("bill.pdf",)


def test_text_html_and_xml_give_their_text(tmp_path: Path) -> None:
    assert first(written(tmp_path / "a.txt", "Größe\n5".encode("cp1252")), TEXT).text == "Größe\n5"
    html = written(tmp_path / "a.html", b"<p>seen</p><script>hidden()</script>")
    assert first(html, "text/html").text == "seen"
    xml = written(tmp_path / "a.xml", b"<Invoice><ID>47</ID></Invoice>")
    assert first(xml, "application/xml").text == "ID: 47"


def test_of_what_is_very_long_only_the_beginning_is_read(tmp_path: Path) -> None:
    xml = written(tmp_path / "a.xml", b"<d><a>47</a>" + b"<b/>" * 500_000 + b"<open>")
    assert first(xml, "application/xml").text == "a: 47"
    mail = written(tmp_path / "a.eml", papers.mail().as_bytes() + b"\nmore" * 100_000)
    assert first(mail, "message/rfc822").text.startswith("From: Ann Ba")
    rich = written(tmp_path / "a.rtf", b"{\\rtf1 Dear Ann" + b"{\\b }" * 500_000)
    assert first(rich, "application/rtf").text == "Dear Ann"
    empty = b"<w:p xmlns:w='w'>" + b"<w:b/>" * 300_000 + b"<w:t>too late</w:t></w:p>"
    assert first(papers.archive(tmp_path / "a.docx", {"word/document.xml": empty}), papers.WORD).text == ""


def test_white_space_has_no_text(tmp_path: Path) -> None:
    sample = first(written(tmp_path / "a.txt", b" \n\t"), TEXT)
    assert (sample.text, sample.pages[0].source) == ("", "none")


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    assert code(written(tmp_path / "a.pdf", b""), reading.PDF) == "empty-file"


def test_a_password_is_told_from_damage(tmp_path: Path) -> None:
    assert code(papers.pdf(tmp_path / "a.pdf", password="secret"), reading.PDF) == "encrypted"
    assert code(written(tmp_path / "b.pdf", b"%PDF-1.7 no more"), reading.PDF) == "corrupt"
    ole = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600)
    assert code(written(tmp_path / "c.docx", ole), papers.WORD) == "encrypted"
    assert code(written(tmp_path / "d.docx", b"PK\x03\x04half"), papers.WORD) == "corrupt"


def test_an_owner_password_does_not_hinder_reading(tmp_path: Path) -> None:
    assert "Total" in first(papers.pdf(tmp_path / "a.pdf", owner="boss"), reading.PDF).text


def test_pages_and_pictures_beyond_the_limits_are_refused(tmp_path: Path) -> None:
    assert code(papers.pdf(tmp_path / "a.pdf", size=(20_000, 500)), reading.PDF) == "page-too-large"
    Image.new("1", (12_000, 9_000)).save(tmp_path / "a.png")
    assert code(tmp_path / "a.png", "image/png") == "image-too-large"
    huge = papers.pdf(tmp_path / "b.pdf", [()], pictures=[(Image.new("1", (12_000, 9_000)), (0, 0, 500, 500))])
    assert code(huge, reading.PDF) == "image-too-large"


def test_pages_that_hold_each_other_are_refused(tmp_path: Path) -> None:
    pages = b"<</Type/Pages/Kids[2 0 R 2 0 R]/Count 100000>>"
    content = (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj" + pages + b"endobj\ntrailer<</Root 1 0 R>>\n"
    )
    with pytest.raises(Rejected) as refused:
        first(written(tmp_path / "a.pdf", content), "application/pdf")
    assert refused.value.code == "corrupt"


def test_a_damaged_picture_is_refused(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    papers.picture(["Total"]).save(buffer, "JPEG")
    assert code(written(tmp_path / "a.jpg", buffer.getvalue()[:4000]), "image/jpeg") == "corrupt"


def test_archives_that_unpack_too_large_and_entities_are_refused(tmp_path: Path) -> None:
    bomb = papers.archive(tmp_path / "a.docx", {"word/document.xml": bytes(130 * 1024 * 1024)})
    assert code(bomb, papers.WORD) == "archive-too-large"
    entities = b'<!DOCTYPE d [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><d>&b;</d>'
    assert code(papers.archive(tmp_path / "b.docx", {"word/document.xml": entities}), papers.WORD) == "corrupt"
    assert code(written(tmp_path / "c.xml", entities), "application/xml") == "corrupt"


def test_an_unknown_type_is_refused(tmp_path: Path) -> None:
    assert code(written(tmp_path / "a.bin", b"\x7fELF"), "application/octet-stream") == "unsupported-type"


def test_a_page_of_a_pdf_and_a_picture_can_be_shown(tmp_path: Path) -> None:
    shown = Image.open(io.BytesIO(reading.page_picture(papers.pdf(tmp_path / "a.pdf", size=(300, 400)), 1, scale=2)))
    assert (shown.format, shown.size) == ("PNG", (600, 800))
    papers.picture(["Total"], size=(800, 400)).save(tmp_path / "a.tiff")
    shown = Image.open(io.BytesIO(reading.page_picture(tmp_path / "a.tiff", 1, scale=0.5)))
    assert shown.size == (400, 200)


def test_a_page_that_is_not_there_cannot_be_shown(tmp_path: Path) -> None:
    with pytest.raises(Rejected):
        reading.page_picture(papers.pdf(tmp_path / "a.pdf"), 2, scale=1)


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_text_and_boxes_fit_the_page_as_it_is_shown(tmp_path: Path, rotation: int) -> None:
    path = papers.turned(papers.pdf(tmp_path / "a.pdf", [[("Total due",)]], size=(400, 600)), rotation)
    (page,) = first(path, reading.PDF).pages
    (segment,) = page.rows[0].segments
    shown = Image.open(io.BytesIO(reading.page_picture(path, 1, scale=2))).convert("L")
    ink = shown.point(lambda value: 255 if value < 128 else 0).getbbox()
    assert segment.text == "Total due"
    assert ink is not None
    sides = zip(segment.box, (shown.width, shown.height) * 2, ink, strict=True)
    assert all(abs(fraction * length - edge) < 12 for fraction, length, edge in sides)
