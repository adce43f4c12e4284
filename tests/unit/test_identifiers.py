import time

import pytest

from functions.extract.fields import identifiers
from pipeline import check_digits


@pytest.mark.parametrize(
    ("text", "iban"),
    [
        ("IBAN: DE89 3704 0044 0532 0130 00 BIC COBADEFF", "DE89370400440532013000"),
        ("GB82WEST12345698765432", "GB82WEST12345698765432"),
        ("NL91 ABNA 0417 1643 00", "NL91ABNA0417164300"),
    ],
)
def test_an_iban_is_cut_to_the_length_of_its_country(text: str, iban: str) -> None:
    found = identifiers.find_iban(text)
    assert found is not None
    assert found[0] == iban
    assert check_digits.iban_is_valid(iban)


@pytest.mark.parametrize("text", ["DE89 3704", "order XX12 3456 7890 1234 5678", "", "ABCDEF"])
def test_what_is_no_iban_is_none(text: str) -> None:
    assert identifiers.find_iban(text) is None


@pytest.mark.parametrize("iban", ["DE89370400440532013001", "DE8937040044053201300é", "DE", ""])
def test_a_wrong_digit_makes_an_iban_invalid(iban: str) -> None:
    assert not check_digits.iban_is_valid(iban)


@pytest.mark.parametrize("vat_id", ["DE136695976", "FR60421938861", "BE0428759497", "IT00743110157", "ATU13585627"])
def test_a_true_vat_id_passes(vat_id: str) -> None:
    assert identifiers.find_vat_id(f"VAT: {vat_id}.") == (vat_id, 5, 5 + len(vat_id))
    assert check_digits.vat_id_is_valid(vat_id)


@pytest.mark.parametrize("vat_id", ["DE136695977", "FR61421938861", "BE0428759498", "BE1", "IT00743110158"])
def test_a_wrong_digit_makes_a_vat_id_invalid(vat_id: str) -> None:
    assert not check_digits.vat_id_is_valid(vat_id)


@pytest.mark.parametrize("vat_id", ["DE13669597²", "FRXX421938861", "XX1", "DE", ""])
def test_a_vat_id_without_check_digits_that_are_known_is_taken_as_it_is(vat_id: str) -> None:
    assert check_digits.vat_id_is_valid(vat_id)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("INV-20418", "INV-20418"),
        ("No. 001", "001"),
        ("# A-2022/341 dated", "A-2022/341"),
        ("12 345 678", "12 345 678"),
    ],
)
def test_a_number_is_read_from_the_beginning(text: str, number: str) -> None:
    found = identifiers.find_number(text)
    assert found is not None
    assert found[0] == number


@pytest.mark.parametrize("text", ["Date", "12.05.2023", "2023-05-12", "", "(503) 555-0142"])
def test_words_dates_and_telephones_are_no_numbers(text: str) -> None:
    assert identifiers.find_number(text) is None


@pytest.mark.parametrize("text", ["AB12 " * 1_500, "AB" * 4_000, "DE1 " * 2_000])
def test_hostile_text_is_read_quickly(text: str) -> None:
    started = time.process_time()
    identifiers.find_iban(text)
    identifiers.find_vat_id(text)
    assert time.process_time() - started < 1
