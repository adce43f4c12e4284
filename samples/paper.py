"""PDF pages: the few elements our samples are made of; the same input gives the same bytes."""

from collections.abc import Sequence
from pathlib import Path

from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfdoc
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, PageBreak, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

BODY = ParagraphStyle("body", fontName="Helvetica", fontSize=10, leading=14, spaceAfter=6)
RIGHT = ParagraphStyle("right", parent=BODY, alignment=2)
SMALL = ParagraphStyle("small", parent=BODY, fontSize=8, leading=11, textColor=colors.grey)
HEADING = ParagraphStyle("heading", parent=BODY, fontName="Helvetica-Bold", fontSize=12, leading=16, spaceBefore=8)
TITLE = ParagraphStyle("title", parent=BODY, fontName="Helvetica-Bold", fontSize=18, leading=24, spaceAfter=10)

PLAIN = TableStyle([("FONT", (0, 0), (-1, -1), "Helvetica", 9.5), ("VALIGN", (0, 0), (-1, -1), "TOP")])
RULED = TableStyle(
    [
        ("FONT", (0, 0), (-1, -1), "Helvetica", 9),
        ("FONT", (0, 0), (-1, 0), "Helvetica-Bold", 9),
        ("LINEBELOW", (0, 0), (-1, 0), 0.8, colors.black),
        ("LINEBELOW", (0, 1), (-1, -1), 0.25, colors.lightgrey),
        ("ALIGN", (-3, 0), (-1, -1), "RIGHT"),
    ]
)
Rows = Sequence[Sequence[str]]


def text(*lines: str, style: ParagraphStyle = BODY) -> Flowable:
    """One paragraph; each argument is a line of it."""
    return Paragraph("<br/>".join(lines), style)


def heading(line: str) -> Flowable:
    return Paragraph(line, HEADING)


def title(line: str) -> Flowable:
    return Paragraph(line, TITLE)


def gap(millimetres: float) -> Flowable:
    return Spacer(0, millimetres * mm)


def prose(markup: str) -> list[Flowable]:
    """Paragraphs apart by an empty line; # and ## before a title and a heading."""
    styles = {"#": TITLE, "##": HEADING}
    story: list[Flowable] = []
    for paragraph in markup.strip().split("\n\n"):
        mark, _, rest = paragraph.partition(" ")
        story.append(Paragraph(rest, styles[mark]) if mark in styles else Paragraph(paragraph, BODY))
    return story


def page_break() -> Flowable:
    return PageBreak()


def ruled(rows: Rows, widths: Sequence[float]) -> Flowable:
    """A table whose first row is the head and whose last three columns hold numbers; widths in millimetres."""
    return Table([list(row) for row in rows], colWidths=[width * mm for width in widths], style=RULED, repeatRows=1)


def plain(rows: Rows, widths: Sequence[float], *, right: bool = False) -> Flowable:
    """Pairs of label and value without lines."""
    style = TableStyle([("ALIGN", (-1, 0), (-1, -1), "RIGHT")], parent=PLAIN) if right else PLAIN
    return Table(
        [list(row) for row in rows],
        colWidths=[width * mm for width in widths],
        style=style,
        hAlign="RIGHT" if right else "LEFT",
    )


def write(
    path: Path, story: Sequence[Flowable], *, name: str, size: tuple[float, float] = A4, xml: bytes | None = None
) -> None:
    """One PDF; xml is embedded under the name that Factur-X and ZUGFeRD give it."""

    def first_page(canvas: Canvas, _: SimpleDocTemplate) -> None:
        if xml is not None:
            embed(canvas, "factur-x.xml", xml)

    margin = min(22 * mm, size[0] / 10)
    template = SimpleDocTemplate(
        str(path), pagesize=size, title=name, author="Docstream samples", invariant=1,
        leftMargin=margin, rightMargin=margin, topMargin=margin, bottomMargin=margin,
    )  # fmt: skip
    template.build(list(story), onFirstPage=first_page)


def embed(canvas: Canvas, name: str, content: bytes) -> None:
    """Attach a file to the document (PDF 1.7, 7.11.4)."""
    document = canvas._doc
    parameters = pdfdoc.PDFDictionary({"Size": len(content), "ModDate": pdfdoc.PDFString("D:20250314080000Z")})
    stream = pdfdoc.PDFStream(
        pdfdoc.PDFDictionary(
            {"Type": pdfdoc.PDFName("EmbeddedFile"), "Subtype": pdfdoc.PDFName("text/xml"), "Params": parameters}
        ),
        content,
    )
    reference = document.Reference(stream)
    specification = document.Reference(
        pdfdoc.PDFDictionary(
            {
                "Type": pdfdoc.PDFName("Filespec"),
                "F": pdfdoc.PDFString(name),
                "UF": pdfdoc.PDFString(name),
                "AFRelationship": pdfdoc.PDFName("Alternative"),
                "EF": pdfdoc.PDFDictionary({"F": reference, "UF": reference}),
            }
        )
    )
    files = pdfdoc.PDFDictionary({"Names": pdfdoc.PDFArray([pdfdoc.PDFString(name), specification])})
    document.Catalog.Names = pdfdoc.PDFDictionary({"EmbeddedFiles": files})
