import gc
import weakref

import pytest

from functions.extract.fields import extract_fields

from .laid_out import page

STATEMENT = """
Date         Description      Amount     Balance
01.02.2024   Rent             -5.00      95.00
03.02.2024   Wages            20.00      115.00
"""

INVOICE = """
Harbour Tools Ltd
Invoice No: 77
Total due: 5.00 EUR
"""


@pytest.mark.parametrize(
    ("category", "text", "field"), [("bank_statement", STATEMENT, "transactions"), ("invoice", INVOICE, "total")]
)
def test_no_page_is_kept_when_its_fields_are_read(category: str, text: str, field: str) -> None:
    pages = [page(text)]
    segment = weakref.ref(pages[0].rows[0].segments[0])
    found = extract_fields(category=category, pages=pages, attachments=[], corrections={})
    del pages
    gc.collect()
    assert field in found.fields
    assert segment() is None
