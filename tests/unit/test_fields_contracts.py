import pytest

from functions.extract.fields import Extraction, FieldValue, extract_fields
from functions.extract.fields.agreement_parties import canonical
from functions.extract.fields.lines import all_lines
from functions.extract.fields.passages import Passage

from .laid_out import flowing, page


def read(text: str) -> Extraction:
    return extract_fields(category="contract", pages=[page(text)], attachments=[], corrections={}, language="en")


def parties(text: str) -> list[str]:
    found = read(text).fields.get("party", [])
    assert isinstance(found, list)
    return [str(each.value) for each in found]


def value(text: str, name: str) -> str | None:
    found = read(text).fields.get(name)
    return str(found.value) if isinstance(found, FieldValue) else None


@pytest.mark.parametrize(
    ("opening", "expected"),
    [
        (
            "This Supply Agreement is made as of May 2, 2021, by and among Harlow Thermal Systems, Inc., a Delaware\n"
            'corporation (the "Company"), Harlow Coatings, LLC, an Ohio limited liability company ("Subsidiary"), and\n'
            'Dana R. Whitfield ("Executive") and amends certain provisions of an earlier agreement.',
            ["Harlow Thermal Systems Inc.", "Harlow Coatings LLC", "Dana R. Whitfield"],
        ),
        (
            "This Agreement is entered into by and between Quillfeather, Incorporated (“Quillfeather”), a Texas\n"
            "corporation, with offices at 12 Ridge Parkway, Austin, Texas 78727 and ODA Corporation (“ODA”).",
            ["Quillfeather Inc.", "ODA Corporation"],
        ),
        (
            "AGREEMENT BETWEEN OWNER AND GENERAL CONTRACTOR\nThis agreement is made this 3rd day of June 2019\n"
            'by and between Marlow\'s Builders, Inc. ("Contractor") and Tidewater Controls, Inc. ("Owner").',
            ["Marlow's Builders Inc.", "Tidewater Controls Inc."],
        ),
        (
            "THIS UNDERTAKING is made by FENWICK ENERGY, INC., a corporation of Florida, in favor of (i) DELTA\n"
            "POWER PARTNERS, L.P., a limited partnership, and (ii) KESTREL BANK, N.A., as administrative agent.",
            ["FENWICK ENERGY INC.", "DELTA POWER PARTNERS LP", "KESTREL BANK N.A."],
        ),
        (
            "This note is between BRAMBLE INCORPORATED and COASTBANK, N.A. The parties hereto agree as follows:",
            ["BRAMBLE Inc.", "COASTBANK N.A"],
        ),
        (
            "Dated 1 March 2020 and made between O'RYAN (HARBOUR) LIGHTING LIMITED, a company (the “Seller”), and\n"
            "Gregory T. Amsel, Jr., a resident of Leeds (the “Buyer”).",
            ["O'RYAN (HARBOUR) LIGHTING Ltd.", "Gregory T. Amsel Jr."],
        ),
    ],
)
def test_an_opening_clause_names_each_party_up_to_its_description(opening: str, expected: list[str]) -> None:
    assert [each.casefold() for each in parties(opening)] == [each.casefold() for each in expected]


@pytest.mark.parametrize("sentence", ["This Agreement sets out terms", "The parties wish to meet", "In return Smith"])
def test_a_heading_without_a_full_stop_names_none_of_the_next_line(sentence: str) -> None:
    assert parties(f"DEED between Acme Tools, Inc. and Bob Smith\n{sentence} of trade.") == [
        "Acme Tools Inc.",
        "Bob Smith",
    ]


def test_a_name_may_begin_a_line_of_the_clause() -> None:
    assert parties("A deed between Acme Tools, Inc. and\nThe Bob Smith Company (“Smith”).") == [
        "Acme Tools Inc.",
        "The Bob Smith Company",
    ]


@pytest.mark.parametrize("suffix", ["II", "III", "IV", "Jr."])
def test_a_name_keeps_the_number_of_its_generation_without_a_comma(suffix: str) -> None:
    assert canonical(f"Arthur Bell, {suffix}") == f"Arthur Bell {suffix}"


def test_a_letter_agreement_is_made_by_the_firm_and_the_person_who_sign() -> None:
    letter = """
    Dear Helen:
    This letter sets out what we agreed about your leave.
    Sincerely,
    MORROW FREIGHT CORPORATION
    By: /s/ Peter Lund
    Title: Chief Executive Officer
    EMPLOYEE: Helen B. Strand
    """
    assert parties(letter) == ["MORROW FREIGHT CORPORATION", "Helen B. Strand"]


def test_a_person_signs_under_a_rule_where_no_firm_stands_above() -> None:
    signed = "Agreed as set out here.\n\n\n\n________________\nMargo T. Ellis\n\nQUARRY LANE LLC\nBy: __________"
    assert parties(signed) == ["QUARRY LANE LLC", "Margo T. Ellis"]


@pytest.mark.parametrize(
    ("clause", "state"),
    [
        (
            "THIS AGREEMENT SHALL BE GOVERNED BY AND CONSTRUED IN ACCORDANCE WITH THE LAWS OF THE STATE OF TEXAS.",
            "Texas",
        ),
        (
            "ALL QUESTIONS WILL BE GOVERNED BY THE INTERNAL LAW, AND NOT THE LAW OF CONFLICTS, OF NEW HAMPSHIRE.",
            "New Hampshire",
        ),
        ("This deed is governed by the laws of the Country of Antigua.", "Antigua"),
        ("English law aside, New York law shall govern this letter.", "New York"),
        ("A company organized under the laws of the State of Nevada.", None),
        ("This deed is governed by the laws of the State of New  York.", "New York"),
        ("This deed is governed by the laws of İndia.", "India"),
        ("GEORGıA LAW SHALL GOVERN THIS LETTER.", "Georgia"),
    ],
)
def test_the_law_that_governs_is_found_in_any_case(clause: str, state: str | None) -> None:
    assert value(clause, "jurisdiction") == state


@pytest.mark.parametrize(
    ("clause", "length"),
    [
        ("The term of this Agreement shall be one (1) year from the date hereof.", "1 year"),
        ("This Agreement shall remain in force for a period of eighteen months.", "18 months"),
        ("The lease has a term of 5 years.", "5 years"),
        ("This agreement may be terminated at the end of any month on three months' notice.", None),
        ("The agreement ends when confidential information was kept for two years.", None),
    ],
)
def test_how_long_it_runs_is_no_notice_and_no_duty_that_outlives_it(clause: str, length: str | None) -> None:
    assert value(clause, "term") == length


@pytest.mark.parametrize("words", ["term ", "term of one ", "agreement continue term "])
def test_how_long_it_runs_is_read_behind_pages_of_the_same_words(words: str) -> None:
    text = "\n".join([words * 80] * 200)
    assert value(f"{text}\nEnd.\nThis Agreement shall remain in force for 3 years.", "term") == "3 years"


def test_a_clause_on_a_page_in_the_middle_of_a_long_agreement_is_read() -> None:
    pages = [page("Nothing of note.", number=number) for number in range(1, 21)]
    pages[11] = page("This Agreement is governed by the laws of Ohio.", number=12)
    found = extract_fields(category="contract", pages=pages, attachments=[], corrections={}).fields["jurisdiction"]
    assert isinstance(found, FieldValue)
    assert (found.value, found.page, found.quote) == ("Ohio", 12, "Ohio")


def test_a_date_that_runs_over_the_end_of_a_line_is_the_agreements_own() -> None:
    found = read("This Agreement is made as of April\u00a07,\n2006 by and between A. Corp. and B. Corp.").fields[
        "effective_date"
    ]
    assert isinstance(found, FieldValue)
    assert (found.value, found.quote, found.box) == ("2006-04-07", "April 7, 2006", None)


def test_a_paragraph_on_one_line_is_read_past_its_first_sentences() -> None:
    words = "The parties have worked together for a long time and wish to go on. " * 8
    text = f"{words} This Agreement is made as of June 3, 2011 by and between Olin Foods, Inc. and Pia Reed (“Reed”)."
    found = extract_fields(category="contract", pages=[flowing(text)], attachments=[], corrections={})
    assert found.to_json()["effective_date"]["value"] == "2011-06-03"


def test_words_are_found_over_the_ends_of_lines_with_the_page_they_begin_on() -> None:
    read_on = all_lines([page("the Vantage", number=1), page("Optics Group", number=2)])
    passage = Passage(read=read_on, chars=100)
    at = passage.find("vantage  optics")
    assert at is not None
    shown = passage.shown("x", *at, 0.5)
    assert (shown.page, shown.quote, shown.box) == (1, "Vantage Optics", None)
    assert passage.find("antage") is None
