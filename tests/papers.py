"""Documents of every kind, made on the spot."""

import zipfile
from collections.abc import Iterable, Sequence
from email.message import EmailMessage
from pathlib import Path

import docx
import pptx
import pypdfium2 as pdfium
import xlsxwriter
from PIL import Image, ImageDraw, ImageFont
from reportlab.lib.pagesizes import A4
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
POWERPOINT = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
ODT = "application/vnd.oasis.opendocument.text"

INVOICE = (
    ("Harbour Lights Ltd.", "Invoice"),
    ("1 Quay Street", "No. 2024-0815"),
    ("Total", "1,234.50"),
)


def pdf(
    path: Path,
    pages: Sequence[Iterable[tuple[str, ...]]] = (INVOICE,),
    *,
    password: str | None = None,
    owner: str | None = None,
    size: tuple[float, float] = A4,
    pictures: Sequence[tuple[Image.Image, tuple[float, float, float, float]]] = (),
) -> Path:
    """Each page a list of rows whose texts stand 200 points apart, 20 points below each other; pictures on each page.

    The box of a picture is left, bottom, width, height in points.
    """
    encrypt = StandardEncryption(password or "", ownerPassword=owner or password) if password or owner else None
    canvas = Canvas(str(path), pagesize=size, encrypt=encrypt)
    for rows in pages:
        for picture, (left, bottom, width, height) in pictures:
            canvas.drawImage(ImageReader(picture), left, bottom, width, height)
        for line, texts in enumerate(rows):
            for column, text in enumerate(texts):
                canvas.drawString(72 + 200 * column, size[1] - 72 - 20 * line, text)
        canvas.showPage()
    canvas.save()
    return path


def picture(lines: Sequence[str], *, size: tuple[int, int] = (900, 500), points: int = 32) -> Image.Image:
    """Black text on white."""
    drawn = Image.new("RGB", size, "white")
    pen = ImageDraw.Draw(drawn)
    for number, text in enumerate(lines):
        pen.text((60, 60 + number * 2 * points), text, fill="black", font=ImageFont.load_default(points))
    return drawn


def scan(path: Path, lines: Sequence[str], *, pages: int = 1) -> Path:
    """A PDF whose pages are pictures of text."""
    whole = (0.0, 0.0, 450.0, 250.0)
    return pdf(path, [()] * pages, size=(450, 250), pictures=[(picture(lines), whole)])


def with_file(path: Path, name: str, content: bytes) -> Path:
    """The PDF with a file embedded."""
    with pdfium.PdfDocument(path.read_bytes()) as document:
        document.new_attachment(name).set_data(content)
        document.save(path)
    return path


def turned(path: Path, degrees: int) -> Path:
    """The PDF with its pages shown rotated clockwise."""
    with pdfium.PdfDocument(path.read_bytes()) as document:
        for page in document:
            page.set_rotation(degrees)
        document.save(path)
    return path


def word(path: Path, paragraphs: Sequence[str], table: Sequence[Sequence[str]] = ()) -> Path:
    document = docx.Document()
    for text in paragraphs:
        document.add_paragraph(text)
    if table:
        grid = document.add_table(rows=len(table), cols=len(table[0]))
        for row, texts in enumerate(table):
            for column, text in enumerate(texts):
                grid.cell(row, column).text = text
    document.save(str(path))
    return path


def commented(path: Path, member: str) -> Path:
    """The Office file with an XML comment in one of its members."""
    with zipfile.ZipFile(path) as source:
        contents = {info.filename: source.read(info) for info in source.infolist()}
    contents[member] = contents[member].replace(b"<w:body>", b"<w:body><!-- left by a program -->")
    return archive(path, contents)


def excel(path: Path, sheets: dict[str, Sequence[Sequence[object]]]) -> Path:
    with xlsxwriter.Workbook(str(path)) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    return path


def powerpoint(path: Path, titles: Sequence[str]) -> Path:
    deck = pptx.Presentation()
    for title in titles:
        slide = deck.slides.add_slide(deck.slide_layouts[5])
        assert slide.shapes.title is not None
        slide.shapes.title.text = title
    deck.save(str(path))
    return path


def open_document(path: Path, paragraphs: Sequence[str]) -> Path:
    namespaces = (
        'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
    )
    body = "".join(f"<text:p>{text}</text:p>" for text in paragraphs)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", ODT)
        archive.writestr(
            "content.xml",
            f'<?xml version="1.0"?><office:document-content {namespaces} office:version="1.2"><office:body>'
            f"<office:text>{body}</office:text></office:body></office:document-content>",
        )
        archive.writestr(
            "META-INF/manifest.xml",
            '<?xml version="1.0"?><m:manifest xmlns:m="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
            f'<m:file-entry m:full-path="/" m:media-type="{ODT}"/></m:manifest>',
        )
    return path


def archive(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in members.items():
            made.writestr(name, content)
    return path


def mail(
    body: str = "See the file.", *, html: str | None = None, files: dict[str, bytes] | None = None
) -> EmailMessage:
    message = EmailMessage()
    message["From"] = "Ann Ba <ann@example.org>"
    message["To"] = "bo@example.org"
    message["Subject"] = "Grüße aus Köln"
    message["Date"] = "Mon, 06 May 2024 10:00:00 +0200"
    message.set_content(body)
    if html is not None:
        message.add_alternative(html, subtype="html")
    for name, content in (files or {}).items():
        message.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    return message
