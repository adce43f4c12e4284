import json
from pathlib import Path

from functions.extract.converted import Attachment, Converted, from_json, to_json
from pipeline.model import DocumentWarning
from pipeline.pages import Page, Row, Segment


def test_a_conversion_survives_json() -> None:
    row = Row(
        segments=(Segment(text="Total", box=(0.1, 0.2, 0.3, 0.4)), Segment(text="9,00 €", box=(0.5, 0.2, 0.6, 0.4)))
    )
    converted = Converted(
        markdown="Total 9,00 €\n",
        structure='{"texts": [{"text": "Total"}]}',
        pages=(Page(number=1, width=595, height=842, rows=(row,), source="ocr", turned=90),),
        warnings=(DocumentWarning(code="ocr-empty", message="nothing", page=2),),
        attachments=(Attachment(filename="a.txt", media_type="text/plain", path=Path("/spool/a")),),
        embedded=(("factur-x.xml", b"\xff<rsm/>"),),
        engine="test 1",
        page_count=2,
    )
    assert from_json(json.loads(json.dumps(to_json(converted)))) == converted
