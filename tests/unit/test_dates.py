import time

import pytest

from functions.extract.fields import dates


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2018-04-25", "2018-04-25"),
        ("2018/06/05", "2018-06-05"),
        ("25.04.2018", "2018-04-25"),
        ("3-7-99", "1999-07-03"),
        ("12/11/2019 at noon", "2019-11-12"),
        ("l2/O3/2018", "2018-03-12"),
        ("16/04/201816:28", "2018-04-16"),
        ("06/04/1711:43am", "2017-04-06"),
        ("25032018 13:11:54", "2018-03-25"),
        ("31DEC2017", "2017-12-31"),
        ("9th day of January, 2008", "2008-01-09"),
        ("March 4, 2024", "2024-03-04"),
        ("den 5. Januar 2023", "2023-01-05"),
        ("1er mars 2022", "2022-03-01"),
        ("3 de mayo de 2022", "2022-05-03"),
        ("28 febbraio 2023", "2023-02-28"),
        ("7 augustus 2021", "2021-08-07"),
        ("2 września 2020, 12 marca 2021", "2021-03-12"),
        ("04/30/2022", "2022-04-30"),
        ("0ctober 11, 1995", "1995-10-11"),
        ("Apri1 3 1988", "1988-04-03"),
        ("l2 May 1987", "1987-05-12"),
        ("June 1O, 1992", "1992-06-10"),
        ("May 5; 1990", "1990-05-05"),
        ("Sat12 May 2020", "2020-05-12"),
    ],
)
def test_a_date_is_read_in_any_notation(text: str, value: str) -> None:
    assert value in [found.value for found in dates.find(text)]


@pytest.mark.parametrize(
    "text", ["31.02.2020", "1.234.567,89", "192.168.10.12", "Mai 2012", "12/2019", "45/13/2020", ""]
)
def test_what_is_no_date_is_none(text: str) -> None:
    assert dates.find(text) == []


def test_the_characters_of_a_date_are_told() -> None:
    text = "Due: 3 June 2022."
    (found,) = dates.find(text)
    assert text[found.start : found.end] == "3 June 2022"


@pytest.mark.parametrize("text", ["1/" * 4_000, "1 " * 4_000, "12." * 4_000, "may " * 2_000, " " * 8_000])
def test_hostile_text_is_read_quickly(text: str) -> None:
    started = time.process_time()
    dates.find(text)
    assert time.process_time() - started < 1
