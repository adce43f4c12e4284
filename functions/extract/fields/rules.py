"""Fields read by rules: each property of a category's schema by its kind; pure."""

from collections.abc import Callable, Mapping
from typing import Any

from pipeline import check_digits

from . import (
    agreement_parties,
    agreement_terms,
    banking,
    charges,
    commerce,
    correspondence,
    items,
    kinds,
    merchants,
    party_details,
    people,
    publications,
    statement,
)
from .context import Context, Described
from .labels import Candidate, candidates
from .lines import spots
from .values import Fields, FieldValue

Rule = Callable[[Context, Described], FieldValue | list[FieldValue] | None]

RULES: Mapping[str, Rule] = {
    "addressee": banking.addressee,
    "arxiv": publications.arxiv,
    "attachment-count": correspondence.attachment_count,
    "bank": banking.bank,
    "buyer": commerce.buyer,
    "charges": charges.charges,
    "closing-balance": banking.closing_balance,
    "contract-parties": agreement_parties.parties_of,
    "currency": commerce.currency,
    "doi": publications.doi,
    "effective-date": agreement_terms.effective_date,
    "email": people.email,
    "header": correspondence.header,
    "jurisdiction": agreement_terms.jurisdiction,
    "letter-date": correspondence.letter_date,
    "letter-recipient": correspondence.recipient,
    "letter-sender": correspondence.sender,
    "line-items": items.line_items,
    "merchant": merchants.merchant,
    "merchant-address": merchants.merchant_address,
    "ordered-by": commerce.ordered_by,
    "ordered-from": commerce.ordered_from,
    "period-end": banking.period_end,
    "period-start": banking.period_start,
    "named-person": people.named_person,
    "person": people.person,
    "party": party_details.party,
    "phone": people.phone,
    "seller": commerce.seller,
    "subtotal": commerce.subtotal,
    "tax": commerce.tax,
    "term": agreement_terms.term,
    "title": publications.title,
    "total": commerce.total,
    "transactions": statement.transactions,
}
"""What a schema's x-kind asks for; every other property is read by its labels alone."""

VALID: Mapping[str, Callable[[str], bool]] = {
    "iban": check_digits.iban_is_valid,
    "vat-id": check_digits.vat_id_is_valid,
}


def by_rules(schema: Mapping[str, Any], context: Context) -> Fields:
    """The fields of a schema found on the pages, in the schema's order."""
    for name, described in schema.get("properties", {}).items():
        kind = kinds.kind_of(described)
        value = RULES.get(kind, _labelled)(context, described)
        if value is None and name == "date":
            value = _first_date(context)
        if value:
            context.found[name] = value
    gate = schema.get("x-only-if")
    return {} if gate and gate not in context.found else context.found


def _labelled(context: Context, described: Described) -> FieldValue | None:
    kind = kinds.kind_of(described)
    found = candidates(described.get("x-labels", ()), context.read, context.reader(kind))
    if not found and kind in VALID:
        return _valid_anywhere(kind, context)
    return found[0].to_value() if found else None


def _valid_anywhere(kind: str, context: Context) -> FieldValue | None:
    """Numbers with check digits need no label."""
    for line in context.read:
        for spot in spots(line):
            read = context.reader(kind)(spot.text)
            if read and VALID[kind](read.value):
                return Candidate(read=read, spot=spot, score=0.7, label="").to_value()
    return None


def _first_date(context: Context) -> FieldValue | None:
    return correspondence.letter_date(context, {})
