"""Texts that share words with another category than their own."""

import pytest

from functions.classify import rules
from functions.classify.classify import SAMPLE_CHARS, Decision, classify
from functions.classify.evidence import Evidence
from pipeline import categories

LAW = """H. R. 4417
One Hundred Ninth Congress of the United States of America
AN ACT to improve the repair of river dams, and for other purposes.
Be it enacted by the Senate and House of Representatives in Congress assembled,
SECTION 1. SHORT TITLE. This Act may be cited as the River Dams Act.
The Bureau of Reclamation and the Department of the Interior shall submit a plan."""

ENCYCLOPAEDIA = """Marsh warbler
From Wikipedia, the free encyclopedia
The marsh warbler is a bird of damp thickets.[1] It winters in Africa.[2] Its song is full of other birds' calls.[3]
See also: list of warblers. Retrieved from https://en.wikipedia.org/wiki/Marsh_warbler"""

GUIDE = """Reading feeds with Quill
This document describes how to read a feed. You will need Quill 3 and a feed's address.
Introduction
First, create a reader with FeedReader.open(address), then call readNext() until it gives null.
You should close the reader. For example, to keep ten entries, set the parameter <q:limit> in quill.xml."""

PAYSLIP = """BULLETIN DE SALAIRE
Période du 01/03/2021 au 31/03/2021   Matricule 0042
Salaire de base 2 100,00   Retraite complémentaire 3,15 %
Net à payer 1 648,20"""


BRIEFING = """A depot for the trams
Background
Ridership grew by 12 per cent in 2024, compared with 2023
Table 1. Number of households within reach: 8,400"""

PDF = "application/pdf"
SLIDES = [
    "application/vnd.ms-powerpoint",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "application/vnd.oasis.opendocument.presentation",
]


def decide(text: str, media_type: str = PDF) -> Decision:
    return classify(text=text, media_type=media_type, filename="a", evidence=Evidence(), embedding=None, corrected=None)


@pytest.mark.parametrize(
    ("text", "category"),
    [(LAW, "other"), (ENCYCLOPAEDIA, "other"), (PAYSLIP, "other"), (GUIDE, "manual")],
    ids=["law", "encyclopaedia", "payslip", "guide"],
)
def test_words_of_another_category_do_not_decide(text: str, category: str) -> None:
    assert decide(text).alternatives[0].category == category


@pytest.mark.parametrize(("media_type", "category"), [(PDF, "report"), *((each, "presentation") for each in SLIDES)])
def test_what_a_slide_program_wrote_is_a_presentation_whatever_it_reports(media_type: str, category: str) -> None:
    assert decide(BRIEFING, media_type).category == category


@pytest.mark.parametrize(
    "title", ["Arve nr 1207", "Kreeditarve 88", "Sąskaita faktūra", "Rēķins 12", "Factură 31", "Račun br. 5", "請求書"]
)
def test_the_title_of_an_invoice_is_known_in_many_languages(title: str) -> None:
    assert rules.cues_found(categories.named("invoice"), f"Firm\n{title}\n18.00")


def test_a_course_of_study_is_no_curriculum_vitae() -> None:
    resume = categories.named("resume")
    assert rules.cues_found(resume, "Curriculum Vitae\nA. Moor")
    assert rules.cues_found(resume, "Curriculum of the first term") == ()


def test_a_cue_on_a_later_page_counts_and_one_behind_what_is_read_does_not() -> None:
    letter = categories.named("letter")
    assert rules.cues_found(letter, "word " * 900 + "\nYours sincerely,\nA. Moor")
    assert rules.cues_found(letter, "word " * (SAMPLE_CHARS // 5) + "\nYours sincerely,\nA. Moor") == ()
