"""IBANs, VAT ids and other numbers that name something; pure."""

import re

_IBAN = re.compile(r"(?<![A-Z0-9])([A-Z]{2}\d{2}(?: ?[A-Z0-9]{2,4}){3,8}(?: ?[A-Z0-9]{1,3})?)(?![A-Z0-9])")
_IBAN_LENGTHS = {
    "AD": 24, "AT": 20, "BE": 16, "BG": 22, "CH": 21, "CY": 28, "CZ": 24, "DE": 22, "DK": 18, "EE": 20, "ES": 24,
    "FI": 18, "FR": 27, "GB": 22, "GR": 27, "HR": 21, "HU": 28, "IE": 22, "IS": 26, "IT": 27, "LI": 21, "LT": 20,
    "LU": 20, "LV": 21, "MC": 27, "MT": 31, "NL": 18, "NO": 15, "PL": 28, "PT": 25, "RO": 24, "SE": 24, "SI": 19,
    "SK": 24, "TR": 26,
}  # fmt: skip
_VAT_ID = re.compile(
    r"(?<![A-Z0-9])(?:(?:DE|EL|GR|FI|HU|LU|MT|SI|PT|EE|DK) ?\d[\d ]{7,9}\d|(?:ATU|AT U) ?\d{8}"
    r"|BE ?[01]?\d{3}\.?\d{3}\.?\d{3}"
    r"|FR ?[A-Z0-9]{2} ?\d{3} ?\d{3} ?\d{3}|GB ?\d{3} ?\d{4} ?\d{2}|IT ?\d{11}|ES ?[A-Z0-9]\d{7}[A-Z0-9]"
    r"|NL ?\d{9}B\d{2}|PL ?\d{10}|SE ?\d{12}|IE ?\d[A-Z0-9]\d{5}[A-Z]{1,2}|CZ ?\d{8,10}|RO ?\d{2,10}"
    r"|CHE-?\d{3}\.?\d{3}\.?\d{3})(?![A-Z0-9])"
)
_NUMBER = re.compile(
    r"(?:(?:(?:no|nr|num|number)\b|n[°º])[.:]?\s{0,2})?#?\s{0,2}([A-Z0-9](?:[\w./\-–#&]{0,38}[\w])?)",
    re.IGNORECASE,
)
_SPACED = re.compile(r"#?\s{0,2}(\d{2,6}(?:[ -]\d{2,6}){1,5})(?=\s{0,2}$|   )")
_PHONE_LIKE = re.compile(r"^\+?\(?\d{3}\)?[ -]\d{3}[ -]\d{4}$")
_DATE_LIKE = re.compile(r"^(?:\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|\d{4}-\d{2}-\d{2})$")


def find_iban(text: str) -> tuple[str, int, int] | None:
    """The first IBAN of a line without its spaces, cut to its country's length, and where it stands."""
    for found in _IBAN.finditer(text):
        length = _IBAN_LENGTHS.get(found[1][:2])
        packed = re.sub(r"\s", "", found[1])
        if length is None or len(packed) < length:
            continue
        end, taken = found.start(1), 0
        while taken < length:
            taken += not text[end].isspace()
            end += 1
        return packed[:length], found.start(1), end
    return None


def find_vat_id(text: str) -> tuple[str, int, int] | None:
    """The first VAT identification number of a line, without spaces and dots."""
    found = _VAT_ID.search(text)
    return (re.sub(r"[ .]", "", found[0]), found.start(), found.end()) if found else None


def find_number(text: str) -> tuple[str, int, int] | None:
    """The number at the beginning of a text: it holds a digit and is neither a date nor a telephone number."""
    iban = find_iban(text)
    if iban and iban[1] <= 1:
        return iban
    found = _SPACED.match(text) or _NUMBER.match(text)
    if (
        not found
        or not any(map(str.isdigit, found[1]))
        or _DATE_LIKE.match(found[1])
        or _PHONE_LIKE.match(text.strip())
    ):
        return None
    return found[1], found.start(1), found.end(1)
