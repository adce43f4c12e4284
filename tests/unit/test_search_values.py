"""Fields become searchable values; tables stay out; corrections win."""

from pipeline import embeddings
from pipeline.checks import failures
from pipeline.fields import corrected
from pipeline.search import mapping
from pipeline.search.entry import FieldValue
from pipeline.search.values import MOST_VALUES, searchable, shown


def field(value: object) -> dict[str, object]:
    return {"value": value, "page": 1, "quote": str(value), "box": None, "method": "rules", "confidence": 0.9}


def test_a_value_is_searchable_as_text_number_and_date() -> None:
    fields = {"seller": field("ACME"), "total": field("119.00"), "date": field("2024-05-03"), "tax": field(None)}
    assert searchable(fields) == [
        FieldValue(name="seller", keyword="ACME"),
        FieldValue(name="total", keyword="119.00", number=119.0),
        FieldValue(name="date", keyword="2024-05-03", date="2024-05-03"),
    ]


def test_what_only_looks_like_a_date_is_text() -> None:
    assert searchable({"date": field("2024-02-31")}) == [FieldValue(name="date", keyword="2024-02-31")]


def test_lists_and_objects_are_flattened_and_tables_left_out() -> None:
    fields = {
        "parties": [field("A"), field("B")],
        "seller_party": field({"name": "ACME", "vat_id": "DE123"}),
        "line_items": [field({"description": "x", "total": "1.00"})],
    }
    assert [(each.name, each.keyword) for each in searchable(fields)] == [
        ("parties", "A"),
        ("parties", "B"),
        ("seller_party.name", "ACME"),
        ("seller_party.vat_id", "DE123"),
    ]
    assert shown(fields) == {"parties": ["A", "B"]}


def test_a_long_list_is_cut_for_filters() -> None:
    assert len(searchable({"parties": [field(str(number)) for number in range(500)]})) == MOST_VALUES


def test_a_correction_wins_and_none_removes() -> None:
    fields = {"seller": field("ACNE"), "total": field("119.00"), "date": field("2024-05-03")}
    after = corrected(fields, {"seller": "ACME", "date": None, "parties": ["A"]})
    assert set(after) == {"seller", "total", "parties"}
    assert (after["seller"]["value"], after["seller"]["method"]) == ("ACME", "correction")
    assert [each["value"] for each in after["parties"]] == ["A"]


def test_corrected_rows_look_as_rows_that_were_read() -> None:
    rows = [{"amount": "4.00"}, {"amount": "5.00"}]
    after = corrected({"line_items": field([]), "total": field("10.00")}, {"line_items": rows})
    assert after["line_items"]["value"] == rows
    assert [warning.code for _, warning in failures(after)] == ["sum-mismatch"]


def test_a_row_without_an_amount_proves_nothing() -> None:
    assert list(failures({"transactions": field([{"balance": "1"}, {"balance": "5"}])})) == []


def test_the_index_holds_vectors_of_the_model() -> None:
    assert mapping.DIMENSIONS == embeddings.DIMENSIONS
