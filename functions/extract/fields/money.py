"""The currency of a document: what it mentions most; pure."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

SIGN_WEIGHT = 3

_SIGNS = {
    "EUR": ("€ eur", r"€|\bEUR\b|\bEuros?\b"),
    "USD": ("$ USD", r"US\$|\bUSD\b|(?<![A-Z])\$(?! ?\d{1,3}[.,]?\d* ?(?:AUD|CAD|SGD))"),
    "GBP": ("£ GBP", r"£|\bGBP\b"),
    "MYR": ("MYR RM SDN", r"\bMYR\b|\bRM ?\d|\bRM\b|\(RM\)|SDN\.? ?BHD"),
    "INR": ("₹ INR Rs Rupees GSTIN", r"₹|\bINR\b|\bRs\.? ?\d|\bRupees\b|\bGSTIN\b"),
    "CHF": ("CHF Fr", r"\bCHF\b|\bSFr\b|\bFr\. ?\d"),
    "JPY": ("¥ JPY 円", r"¥|\bJPY\b|円"),
    "CNY": ("CNY RMB 元", r"\bCNY\b|\bRMB\b|元"),
    "KRW": ("₩ KRW", r"₩|\bKRW\b"),
    "AUD": ("A$ AUD ABN", r"A\$|\bAUD\b|\bABN\b"),
    "CAD": ("C$ CA$ CAD HST", r"C\$|CA\$|\bCAD\b|\bHST\b"),
    "SGD": ("S$ SGD", r"S\$|\bSGD\b"),
    "NZD": ("NZ$ NZD", r"NZ\$|\bNZD\b"),
    "HKD": ("HK$ HKD", r"HK\$|\bHKD\b"),
    "BRL": ("R$ BRL", r"R\$|\bBRL\b"),
    "PLN": ("PLN zł", r"\bPLN\b|\bzł\b"),
    "SEK": ("SEK", r"\bSEK\b"),
    "NOK": ("NOK", r"\bNOK\b"),
    "DKK": ("DKK", r"\bDKK\b"),
    "CZK": ("CZK Kč", r"\bCZK\b|\bKč\b"),
    "HUF": ("HUF Ft", r"\bHUF\b|\bFt\b"),
    "TRY": ("₺ TRY", r"₺|\bTRY\b"),
    "RUB": ("₽ RUB руб", r"₽|\bRUB\b|руб"),
    "ZAR": ("R", r"\bZAR\b|\bR \d"),
    "AED": ("AED", r"\bAED\b"),
    "SAR": ("SAR", r"\bSAR\b"),
}
_COUNTRIES = {
    "EUR": (
        "mwst ust tva siret btw iva france deutschland germany iban",
        r"\bMwSt\b|\bUSt\b|\bTVA\b|\bSIRET\b|\bBTW\b|\bIVA\b|\bFrance\b|\bDeutschland\b|\bGermany\b"
        r"|\bIBAN:? ?(?:DE|FR|ES|IT|NL|BE|AT)\d",
    ),
    "GBP": ("vat united gb sort", r"\bVAT Reg\b|\bUnited Kingdom\b|\bGB\d{9}\b|\bSort code\b"),
    "MYR": ("gst malaysia kuala selangor johor", r"\bGST ID\b|\bMalaysia\b|\bKuala Lumpur\b|\bSelangor\b|\bJohor\b"),
    "USD": ("", r"\b[A-Z]{2},? \d{5}(?:-\d{4})?\b|\bSales tax\b|\bUnited States\b"),
    "INR": ("india gst", r"\bIndia\b|\bCGST\b|\bSGST\b"),
    "AUD": ("australia", r"\bAustralia\b"),
    "CHF": ("schweiz suisse che-", r"\bSchweiz\b|\bSuisse\b|\bCHE-\d"),
}
_OTHER_DOLLARS = {
    "AUD": re.compile(r"\bABN\b|\bPty\b|\bAustralia\b"),
    "CAD": re.compile(r"\bHST\b|\bCanada\b|\b(?:ON|BC|QC|AB) [A-Z]\d[A-Z] ?\d[A-Z]\d\b"),
    "NZD": re.compile(r"\bNew Zealand\b|\bNZBN\b"),
    "SGD": re.compile(r"\bSingapore\b|\bPte\b"),
    "HKD": re.compile(r"\bHong Kong\b"),
}
_US_DOLLAR = re.compile(r"US\$|\bUSD\b|\b[A-Z]{2},? \d{5}\b|\bUSA\b|United States")


@dataclass(frozen=True, kw_only=True)
class _Mentions:
    """How a currency is mentioned. Without one of the parts, in folded case where case is ignored, nothing matches."""

    code: str
    parts: tuple[str, ...]
    pattern: re.Pattern[str]
    weight: int

    def found(self, text: str, folded: str) -> list[re.Match[str]]:
        where = folded if self.pattern.flags & re.IGNORECASE else text
        possible = not self.parts or any(part in where for part in self.parts)
        return list(self.pattern.finditer(text)) if possible else []


def _all_mentions() -> Iterator[_Mentions]:
    for table, weight in ((_SIGNS, SIGN_WEIGHT), (_COUNTRIES, 1)):
        for code, (parts, pattern) in table.items():
            flags = re.IGNORECASE if weight == 1 or code == "EUR" else 0
            yield _Mentions(code=code, parts=tuple(parts.split()), pattern=re.compile(pattern, flags), weight=weight)


_MENTIONS = tuple(_all_mentions())


def currency(text: str) -> tuple[str, re.Match[str]] | None:
    """ISO 4217 code and one mention of it; signs and codes count more than a country's tax words."""
    counts: Counter[str] = Counter()
    shown: dict[str, re.Match[str]] = {}
    folded = text.casefold()
    for mentions in _MENTIONS:
        found = mentions.found(text, folded)
        if found:
            counts[mentions.code] += mentions.weight * len(found)
            shown.setdefault(mentions.code, found[0])
    if not counts:
        return None
    best = max(counts, key=lambda code: counts[code])
    if best == "USD" and not _US_DOLLAR.search(text):
        best = next((code for code, hint in _OTHER_DOLLARS.items() if hint.search(text)), best)
        return best, shown["USD"]
    return best, shown[best]
