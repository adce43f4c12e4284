"""The currency of a document: what it mentions most; pure."""

import re
from collections import Counter

_SIGNS = {
    "EUR": r"€|\bEUR\b|\bEuros?\b",
    "USD": r"US\$|\bUSD\b|(?<![A-Z])\$(?! ?\d{1,3}[.,]?\d* ?(?:AUD|CAD|SGD))",
    "GBP": r"£|\bGBP\b",
    "MYR": r"\bMYR\b|\bRM ?\d|\bRM\b|\(RM\)|SDN\.? ?BHD",
    "INR": r"₹|\bINR\b|\bRs\.? ?\d|\bRupees\b|\bGSTIN\b",
    "CHF": r"\bCHF\b|\bSFr\b|\bFr\. ?\d",
    "JPY": r"¥|\bJPY\b|円",
    "CNY": r"\bCNY\b|\bRMB\b|元",
    "KRW": r"₩|\bKRW\b",
    "AUD": r"A\$|\bAUD\b|\bABN\b",
    "CAD": r"C\$|CA\$|\bCAD\b|\bHST\b",
    "SGD": r"S\$|\bSGD\b",
    "NZD": r"NZ\$|\bNZD\b",
    "HKD": r"HK\$|\bHKD\b",
    "BRL": r"R\$|\bBRL\b",
    "PLN": r"\bPLN\b|\bzł\b",
    "SEK": r"\bSEK\b",
    "NOK": r"\bNOK\b",
    "DKK": r"\bDKK\b",
    "CZK": r"\bCZK\b|\bKč\b",
    "HUF": r"\bHUF\b|\bFt\b",
    "TRY": r"₺|\bTRY\b",
    "RUB": r"₽|\bRUB\b|руб",
    "ZAR": r"\bZAR\b|\bR \d",
    "AED": r"\bAED\b",
    "SAR": r"\bSAR\b",
}
_COUNTRIES = {
    "EUR": r"\bMwSt\b|\bUSt\b|\bTVA\b|\bSIRET\b|\bBTW\b|\bIVA\b|\bFrance\b|\bDeutschland\b|\bGermany\b"
    r"|\bIBAN:? ?(?:DE|FR|ES|IT|NL|BE|AT)\d",
    "GBP": r"\bVAT Reg\b|\bUnited Kingdom\b|\bGB\d{9}\b|\bSort code\b",
    "MYR": r"\bGST ID\b|\bMalaysia\b|\bKuala Lumpur\b|\bSelangor\b|\bJohor\b",
    "USD": r"\b[A-Z]{2},? \d{5}(?:-\d{4})?\b|\bSales tax\b|\bUnited States\b",
    "INR": r"\bIndia\b|\bCGST\b|\bSGST\b",
    "AUD": r"\bAustralia\b",
    "CHF": r"\bSchweiz\b|\bSuisse\b|\bCHE-\d",
}
_CAPS = {code: re.compile(pattern, re.IGNORECASE if code == "EUR" else 0) for code, pattern in _SIGNS.items()}
_HINTS = {code: re.compile(pattern, re.IGNORECASE) for code, pattern in _COUNTRIES.items()}
_OTHER_DOLLARS = {
    "AUD": re.compile(r"\bABN\b|\bPty\b|\bAustralia\b"),
    "CAD": re.compile(r"\bHST\b|\bCanada\b|\b(?:ON|BC|QC|AB) [A-Z]\d[A-Z] ?\d[A-Z]\d\b"),
    "NZD": re.compile(r"\bNew Zealand\b|\bNZBN\b"),
    "SGD": re.compile(r"\bSingapore\b|\bPte\b"),
    "HKD": re.compile(r"\bHong Kong\b"),
}
_US_DOLLAR = re.compile(r"US\$|\bUSD\b|\b[A-Z]{2},? \d{5}\b|\bUSA\b|United States")
SIGN_WEIGHT = 3


def currency(text: str) -> tuple[str, re.Match[str]] | None:
    """ISO 4217 code and one mention of it; signs and codes count more than a country's tax words."""
    counts: Counter[str] = Counter()
    shown: dict[str, re.Match[str]] = {}
    for patterns, weight in ((_CAPS, SIGN_WEIGHT), (_HINTS, 1)):
        for code, pattern in patterns.items():
            found = list(pattern.finditer(text))
            if found:
                counts[code] += weight * len(found)
                shown.setdefault(code, found[0])
    if not counts:
        return None
    best = max(counts, key=lambda code: counts[code])
    local = next((code for code, hint in _OTHER_DOLLARS.items() if hint.search(text)), None)
    if best == "USD" and local and not _US_DOLLAR.search(text):
        return local, shown[best]
    return best, shown[best]
