"""Office formats: a CV, a budget and a slide deck; written anew with fixed times, so that the bytes stay the same."""

import io
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import docx
import xlsxwriter
from pptx import Presentation

MADE = datetime(2025, 6, 30, 8, tzinfo=UTC)
EPOCH_OF_ZIP = (1980, 1, 1, 0, 0, 0)

POSTS = (
    (
        "Senior Data Engineer, Polar Logistics AB, Gothenburg, 2021 - present",
        "Moved 40 nightly batch feeds to event streams on RabbitMQ and PostgreSQL.",
        "Cut the cost of the data warehouse by a third while the volume doubled.",
    ),
    (
        "Data Engineer, Nordhavn Shipping, Copenhagen, 2017 - 2021",
        "Built the container tracking service in Python; 3,000 positions per second.",
        "Introduced property-based tests and on-call rotation.",
    ),
)
BUDGET = (
    ("Marketing", 42_000, 38_750),
    ("Travel", 18_500, 21_310),
    ("Training", 12_000, 9_480),
    ("Software licences", 27_000, 27_940),
    ("Office supplies", 6_500, 5_890),
)
SLIDES = (
    ("Why shore power", "Docked ships burn fuel for light and cooling", "Noise and soot reach the old town"),
    ("The proposal", "Four berths with 6 MW each by 2027", "Power from the offshore wind farm at Skagen"),
    ("What it costs", "Investment: 21 million euros, 40 per cent of it granted", "Saves 9,800 tonnes of CO2 a year"),
)


def repack(content: bytes) -> bytes:
    """The same archive with every entry dated alike."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
        for entry in source.infolist():
            fixed = zipfile.ZipInfo(entry.filename, EPOCH_OF_ZIP)
            fixed.compress_type = zipfile.ZIP_DEFLATED
            packed.writestr(fixed, source.read(entry))
    return target.getvalue()


def resume(folder: Path) -> None:
    document = docx.Document()
    document.core_properties.title = "Curriculum Vitae Mara Lindqvist"
    document.core_properties.created = document.core_properties.modified = MADE.replace(tzinfo=None)
    document.add_heading("Mara Lindqvist", 0)
    document.add_paragraph("Gothenburg, Sweden | mara.lindqvist@example.org | +46 31 555 01 42")
    document.add_heading("Profile", 1)
    document.add_paragraph("Data engineer with nine years of experience in logistics and streaming systems.")
    document.add_heading("Work experience", 1)
    for post, *achievements in POSTS:
        document.add_heading(post, 2)
        for achievement in achievements:
            document.add_paragraph(achievement, style="List Bullet")
    document.add_heading("Education", 1)
    document.add_paragraph("MSc Computer Science, Chalmers University of Technology, 2017")
    document.add_heading("Skills", 1)
    document.add_paragraph("Python, SQL, RabbitMQ, PostgreSQL, Kubernetes, Terraform")
    document.add_heading("Languages", 1)
    document.add_paragraph("Swedish (native), English (fluent), Danish (good)")
    content = io.BytesIO()
    document.save(content)
    (folder / "cv-mara-lindqvist.docx").write_bytes(repack(content.getvalue()))


def budget(folder: Path) -> None:
    with xlsxwriter.Workbook(folder / "budget-2025.xlsx") as workbook:
        workbook.set_properties({"title": "Departmental budget 2025", "created": MADE})
        sheet = workbook.add_worksheet("Budget")
        money = workbook.add_format({"num_format": "#,##0"})
        sheet.write_row(0, 0, ("Cost centre", "Planned EUR", "Actual EUR", "Difference EUR"))
        for row, (name, planned, actual) in enumerate(BUDGET, start=1):
            sheet.write(row, 0, name)
            sheet.write_row(row, 1, (planned, actual, planned - actual), money)
        planned, actual = sum(row[1] for row in BUDGET), sum(row[2] for row in BUDGET)
        sheet.write(len(BUDGET) + 1, 0, "Total")
        sheet.write_row(len(BUDGET) + 1, 1, (planned, actual, planned - actual), money)


def slides(folder: Path) -> None:
    deck = Presentation()
    deck.core_properties.title = "Shore power for the harbour"
    deck.core_properties.modified = MADE.replace(tzinfo=None)
    opening = deck.slides.add_slide(deck.slide_layouts[0])
    opening.shapes.title.text = "Shore power for the harbour"
    opening.placeholders[1].text = "Briefing for the city council, June 2025"
    for headline, *points in SLIDES:
        slide = deck.slides.add_slide(deck.slide_layouts[1])
        slide.shapes.title.text = headline
        slide.placeholders[1].text = "\n".join(points)
    content = io.BytesIO()
    deck.save(content)
    (folder / "slides-shore-power.pptx").write_bytes(repack(content.getvalue()))


MAKERS = (resume, budget, slides)
