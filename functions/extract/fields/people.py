"""The person a resume or a form is about; pure."""

import re

from . import names
from .context import Context, Described
from .kinds import Read
from .labels import Candidate, candidates
from .lines import Line, Spot, spots
from .values import FieldValue

HEAD_LINES = 15

_PERSON = re.compile(
    r"^(?:(?:Mr|Mrs|Ms|Dr|Prof|Dipl\.-Ing|Herr"
    r"|Frau)\.? )?[A-ZÀ-ÖØ-ÞĄĆĘŁŃŚŹŻ][\w'’.\-]{0,24}(?:\s(?:[A-ZÀ-ÖØ-Þ][\w'’.\-]{0,24}|de|van|von|der|del|la|di|da"
    r"|bin|al)){1,4}(?:,? (?:Ph\.?D|M\.?D|MBA|RN|Jr|Sr)\.?)?$"
)
_EMAIL = re.compile(r"[\w.+\-]{1,60}@[\w\-]{1,60}(?:\.[\w\-]{2,20}){1,3}")
_PHONE = re.compile(r"(?<![\w.])(?:\+|00|\()?\d[\d ()/.\-–]{7,22}\d(?!\w)")
_YEARS_OR_DATE = re.compile(r"^(?:(?:19|20)\d\d\D|\d{1,2}[./-]\d{1,2}[./-]\d{2,4}\b|\d{1,2}[./]\d{4}\b)")
_NO_PERSON = re.compile(
    r"\b(?:curriculum|vitae|resume|résumé|lebenslauf|cv|summary|experience|education|skills|profile|objective"
    r"|contact|address|phone|engineer|developer|manager"
    r"|designer|analyst|university|college|school|street|road|avenue|page|software|senior|consultant|personal|data"
    r"|science|projects|languages|certifications|architect|student|director|biographical|sketch|form|report"
    r"|application|insurance|claim|date|information|details|career|statement|portfolio|contents|nurse|registered"
    r"|teacher|assistant|officer|specialist|technician)\b",
    re.IGNORECASE,
)
_OF_CV = re.compile(
    r"^(.{3,40}?)(?:['’]s)? (?:cv|resume|résumé|curriculum vitae)$|^(?:cv|resume|résumé|curriculum vitae"
    r"|lebenslauf)\s?(?:of|von|de|[-:–])\s?(.{3,40})$",
    re.IGNORECASE,
)


def person(context: Context, described: Described) -> FieldValue | None:
    """A labelled name among the first lines, else the first line that reads like one."""
    labelled = _labelled(context, described)
    headed = _headline(context.read)
    first = [each for each in labelled if each.spot.line.number < HEAD_LINES]
    best = next(iter([*first, *([headed] if headed else []), *labelled]), None)
    return best.to_value() if best else None


def named_person(context: Context, described: Described) -> FieldValue | None:
    """A labelled name only: forms are headed by whose form it is."""
    return next((each.to_value() for each in _labelled(context, described)), None)


def email(context: Context, _: Described) -> FieldValue | None:
    return _first(_EMAIL, context.read, 0.9)


def phone(context: Context, _: Described) -> FieldValue | None:
    return _first(_PHONE, context.read[:40], 0.6, unless=_YEARS_OR_DATE)


def _labelled(context: Context, described: Described) -> list[Candidate]:
    found = candidates(described.get("x-labels", ()), context.read[:80], context.reader("name"))
    return [each for each in found if is_person(each.read.value)]


def is_person(text: str) -> bool:
    calm = text.title() if text.isupper() else text
    return bool(_PERSON.match(calm)) and not _NO_PERSON.search(text) and not names.SUFFIX.search(text)


def _headline(read: tuple[Line, ...]) -> Candidate | None:
    for line in read[:HEAD_LINES]:
        for spot in spots(line):
            text = re.sub(r"^[#*\s]{1,6}", "", spot.text).strip(" *|,")
            of_cv = _OF_CV.match(text)
            name = next((group for group in of_cv.groups() if group), text) if of_cv else text
            if is_person(name):
                at = spot.text.find(name)
                return Candidate(
                    read=Read(value=_calm(name), start=at, end=at + len(name)), spot=spot, score=0.75, label=""
                )
    return None


def _calm(name: str) -> str:
    return name.strip(" .,")


def _first(
    pattern: re.Pattern[str], read: tuple[Line, ...], confidence: float, unless: re.Pattern[str] | None = None
) -> FieldValue | None:
    for line in read:
        for index, segment in enumerate(line.segments):
            found = pattern.search(segment.text[:400])
            if found and not (unless and unless.match(found[0])):
                spot = Spot(line=line, index=index)
                value = Read(value=found[0].strip(), start=found.start(), end=found.end())
                return Candidate(read=value, spot=spot, score=confidence, label="").to_value()
    return None
