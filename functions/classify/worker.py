"""The child process of classify: {"path", "media_type", "filename", "chars"} to {"sample", "xml_root"}."""

from pathlib import Path
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from pipeline import reading
from pipeline.isolated.serving import Json, serve
from pipeline.pages import pages_to_json
from pipeline.reading import Sample


def answer(request: Json) -> Json:
    path, media_type = Path(request["path"]), request["media_type"]
    sample = reading.first_pages(path, media_type, request["filename"], chars=request["chars"])
    return {
        "sample": {**vars(sample), "pages": pages_to_json(sample.pages)},
        "xml_root": embedded_root(path, sample) if media_type == reading.PDF else None,
    }


def embedded_root(path: Path, sample: Sample) -> str | None:
    """The local name of the root of the first XML file inside a PDF, as electronic invoices carry one."""
    if not any(name.lower().endswith(".xml") for name in sample.embedded):
        return None
    for name, content in reading.pdf_attachments(path):
        if name.lower().endswith(".xml"):
            try:
                return str(fromstring(content).tag).rsplit("}", 1)[-1]
            except (ParseError, DefusedXmlException, ValueError, LookupError):
                continue
    return None


if __name__ == "__main__":
    serve(lambda: answer)
