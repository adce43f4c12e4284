import pytest

from functions.extract.fields import Extraction, FieldValue
from functions.extract.gaps import corner
from pipeline.pages import Page, Turn, as_shown

# A box near the left upper corner of the page that is shown, by how far the page has to be turned.
STANDING: list[tuple[Turn, tuple[float, float, float, float]]] = [
    (0, (0.1, 0.2, 0.3, 0.25)),
    (90, (0.75, 0.1, 0.8, 0.3)),
    (180, (0.7, 0.75, 0.9, 0.8)),
    (270, (0.2, 0.7, 0.25, 0.9)),
]


@pytest.mark.parametrize(("turned", "box"), STANDING)
def test_a_box_of_a_standing_page_is_found_on_the_page_that_is_shown(
    turned: Turn, box: tuple[float, float, float, float]
) -> None:
    assert as_shown(box, turned) == (0.1, 0.2, 0.3, 0.25)


@pytest.mark.parametrize(("turned", "box"), STANDING)
def test_a_region_keeps_its_place_when_its_page_is_turned(turned: Turn, box: tuple[float, float, float, float]) -> None:
    width, height = (800, 600) if turned in (90, 270) else (600, 800)
    place = corner((60, 160, 180, 200), turned, width=600, height=800)
    assert place == pytest.approx((box[0] * width, box[1] * height))


def test_values_are_placed_on_the_page_that_is_shown() -> None:
    first = Page(number=1, width=600, height=800, rows=(), source="ocr")
    second = Page(number=2, width=800, height=600, rows=(), source="ocr", turned=180)
    total = FieldValue(value="5", page=2, box=(0.7, 0.75, 0.9, 0.8))
    ibans = [FieldValue(value="x", page=1, box=(0.7, 0.75, 0.9, 0.8)), FieldValue(value="y")]
    shown = Extraction(fields={"total": total, "iban": ibans}).as_shown([first, second])
    assert shown.to_json()["total"]["box"] == [0.1, 0.2, 0.3, 0.25]
    assert shown.fields["iban"] == ibans
