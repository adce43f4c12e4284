"""What can be a company's or a person's name, and what is an address or a heading instead; pure."""

import re

_LEGAL_FORMS = (
    r"GmbH(?: ?& ?Co\.? ?KG(?:aA)?)?|mbH|AG|KG|OHG|e\.? ?K\.|e\.? ?V\.|UG|SE|Inc\.?|LLC|L\.L\.C\.?|Ltd\.?|Limited"
    r"|LLP|L\.?P\.?"
    r"|Corp(?:oration|\.)?|Company|Co\.(?!\w)|PLC|plc|P\.?C\.|Pty\.?|Pvt\.?|S\.?A\.?R\.?L\.?|SARL|SAS|S\.A\.S\.?"
    r"|S\.A\.|S\.?L\.?U?\."
    r"|S\.?p\.?A\.?|S\.?r\.?l\.?s?|B\.?V\.?|N\.?V\.?|N\.A\.?|Oy|AB|A/S|ApS|ASA|Sp\. ?z ?o\.?o\.?|Ltda\.?|S\.R\.O\."
    r"|s\.r\.o\."
    r"|SDN\.? ?BHD\.?|BHD"
)
_SHOP_WORDS = (
    r"Trading|Enterprise|Restaurant|Holdings?|Group|Bank|Association|University|Foundation|Institute|Services|Solutions"
    r"|Stores?|Supermarket|Hotel|Café|Cafe"
)
LEGAL = re.compile(rf"\b(?:{_LEGAL_FORMS})(?![\w-])")
SUFFIX = re.compile(rf"\b(?:{_LEGAL_FORMS}|{_SHOP_WORDS})(?![\w-])")
_SUFFIX_ANY_CASE = re.compile(SUFFIX.pattern, re.IGNORECASE)
_ENDS_IN_SUFFIX = re.compile(rf"^[^:@]{{4,70}}(?:{SUFFIX.pattern})$", re.IGNORECASE)
_ADDRESS = re.compile(
    r"\b(?:street|st\.|str\.|straße|strasse|road|rd\.?|avenue|ave\.?|lane|drive|boulevard|blvd|suite|floor"
    r"|p\.? ?o\.? box|postfach"
    r"|rue|place|allée|impasse|calle|avda|plaza|via|viale|piazza|straat|laan|plein|jalan|jln|lorong|taman|lot|seksyen|persiaran|lebuh|kampung|bandar|platz"
    r"|weg|gasse|allee"
    r"|parkway|pkwy|highway|hwy|unit \d|apt\b|zip|germany|deutschland|france|usa|united states|malaysia|selangor"
    r"|johor)\b"
    r"|\w{3,30}(?:straße|strasse|str\.|weg|gasse|platz|allee|straat|laan|ring|damm|ufer) ?\d|\b[A-Z]{2},? \d{5}\b"
    r"|^\d{4,6} [A-ZÄÖÜ]|^[A-Z]{1,2}-\d{4,5} |\b\d{5} [A-ZÄÖÜ][a-zäöü]"
    r"|^\d{1,5}[a-z]?,? \w",
    re.IGNORECASE,
)
_CONTACT = re.compile(
    r"\b(?:tel|telefon|phone|fax|mobile|e-?mail|www\.|https?:|web|internet|ust-?id|vat|gst|tax|iban|bic|siret|rcs"
    r"|hrb|amtsgericht"
    r"|geschäftsführer|steuer|reg\.? ?no|co\.? ?reg|roc|company no|page|seite|kunden|customer|date|datum|no\."
    r"|nr\.)\b|@|^\+?[\d ()/.-]{6,}$",
    re.IGNORECASE,
)
_TITLE = re.compile(
    r"^\W{0,3}(?:tax |sales |final |original |proforma |cash |official |copy |simplified |commercial )*(?:invoice"
    r"|receipt|bill|statement|rechnung|facture|factura|fattura|factuur|quittung|kassenbon"
    r"|credit note|gutschrift|purchase order|order|bestellung|commande|estimate|quotation|angebot|devis|copy"
    r"|original|duplicate|kopie|page|seite|welcome|thank you|draft|paid|entwurf|lieferschein|rechnungskorrektur|cash"
    r"|date|no)\b[^a-z]{0,30}$",
    re.IGNORECASE,
)
_HEAD = re.compile(
    r"^(?:\W{1,4}|(?:attn|attention|sold by|issued by|c/o|z\. ?hd\.?|att|the|messrs|an|à|company|firma|address"
    r"|billing address|name"
    r"|name/company"
    r"|company name)\s?[.:]\s{0,3})",
    re.IGNORECASE,
)
_REGISTRATION = re.compile(
    r"\s{1,3}(?:[Ss]tore|[Nn]o\.?|#)\s?#?\d{1,6}$|\s?\([a-zäöü ]{3,20}\)$"
    r"|\s?[(\[](?=[^)\]]{0,30}\d)[^()\[\]]{3,40}[)\]]?$"
)
_PHRASE = re.compile(
    r"^\W{0,3}(?:welcome|thank|goods sold|ref\b|no\b|please|dear|memo\b|memorandum|re:|subject"
    r"|sehr geehrte|your |our |this |we |you |all |for |exhibit|ex-|dear)"
    r"|^\W{0,3}\d+ ?[x×] ?\d",
    re.IGNORECASE,
)
_CITY = re.compile(
    r"^[A-Z][\w .'’-]{1,30},? [A-Z]{2},? \d{5}(?:-\d{4})?\b|^(?:[A-Z]{1,2}[- ])?\d{4,5} [A-ZÄÖÜÉ][\w .\-äöüßé]{2,30}$"
    r"|^[A-Z][A-Za-z .]{2,25},? ?-? ?\d{6}$"
)
_TITLE_FIRST = re.compile(
    r"^\W{0,3}(?:official |cash |sales |tax |payment )?(?:invoice|rechnung|facture|factura|fattura|factuur|receipt"
    r"|quittung|purchase order|bestellung"
    r"|auftragsbestätigung"
    r"|bon de commande|bill|statement|kontoauszug|relevé|my dear|scontrino|ticket)\b",
    re.IGNORECASE,
)
_LABEL = re.compile(
    r"^\W{0,3}(?:invoice|order|bill(?:ed)?|ship|sold|payable|payment|account|customer|client|purchase|delivery|due"
    r"|terms|total|subtotal|amount|balance"
    r"|p\.?/?o\.?|tax|wire|remit|rechnungs?|kunden|liefer|bestell|auftrags?|zahlungs?|steuer|ust|facture|client"
    r"|commande|fecha|cliente|factura)"
    r"[- ]?(?:to|no|nr|num|number|nummer|date|datum|id|terms|method|transfer|due|info|details|information|address"
    r"|adresse|anschrift|bedingungen|n°|#)\b",
    re.IGNORECASE,
)
_SALUTATION = re.compile(
    r"^(?:herrn?|frau|firma|familie|mr|mrs|ms|mme|madame|monsieur|m|d|dña|dr|spett\.?(?:le|li)|egr\.?"
    r"|gent\.?(?:ma|mo)?|sig\.?(?:ra)?|m\.? et mme|den heer|aan)\.?:?$",
    re.IGNORECASE,
)
_BREAKS = re.compile(r"\s+[·•|*–—]\s+|\s+[-]\s+(?=[A-ZÄÖÜ\d])| {3,}|\s?;\s|,\s(?=\d|[^,]{0,40}\d)")
_KILOGRAMS = re.compile(r"\d ?kg\W{0,2}$", re.IGNORECASE)
_MISREAD = (
    (re.compile(r"\b[S5][DO0]N(\.? ?)[B8]H[DO0]\b"), r"SDN\1BHD"),
    (re.compile(r"\b[S5][do0]n(\.? ?)[B8]h[do0]\b"), r"Sdn\1Bhd"),
    (re.compile(r"\b[G6][mn]b[HN]\b"), "GmbH"),
    (re.compile(r"\b[l1|]nc\b"), "Inc"),
)
"""Legal forms as OCR confuses their letters, and as they are written."""
LONGEST = 80


def cleaned(text: str) -> str:
    """A name without leading marks, an address behind it or trailing punctuation; empty where the text is none."""
    text = text.strip()
    if _CITY.match(text):
        return ""
    while (head := _HEAD.match(text)) and head.end() < len(text):
        text = text[head.end() :]
    name = _REGISTRATION.sub("", _BREAKS.split(text, maxsplit=1)[0]).strip(" ,;:|·•-–—*_\t")
    return name if is_name(name) else ""


def repaired(name: str) -> str:
    """A name with its legal form as it is written."""
    for misread, written in _MISREAD:
        name = misread.sub(written, name)
    return name


def is_name(text: str) -> bool:
    """Has letters, is no title, address, contact line or bare salutation."""
    if text.rstrip().endswith((":", "?")) or _LABEL.match(text):
        return False
    if _TITLE_FIRST.match(text) and not SUFFIX.search(text):
        return False
    letters = sum(map(str.isalpha, text))
    if (
        letters < 3
        or len(text) > LONGEST
        or letters < len(text) * 0.5
        or _SALUTATION.match(text)
        or _PHRASE.match(text)
    ):
        return False
    if _SUFFIX_ANY_CASE.search(text) and (not _CONTACT.search(text) or _ENDS_IN_SUFFIX.search(text)):
        return not _TITLE.match(text)
    return not (_TITLE.match(text) or _ADDRESS.search(text) or _CONTACT.search(text))


def is_address(text: str) -> bool:
    return bool(_ADDRESS.search(text))


def is_company(text: str) -> bool:
    """Carries a legal form or a word shops use; what is weighed is no KG."""
    return bool(SUFFIX.search(text) or _ENDS_IN_SUFFIX.search(text)) and not _KILOGRAMS.search(text)
