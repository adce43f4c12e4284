"""What kind of text a text is: HTML, mail, CSV, Markdown, XML, RTF or plain; pure."""

import codecs
import re

MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16: its mark begins with the same two bytes
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
WIDE = ("utf-32-be", "utf-32-le", "utf-16-be", "utf-16-le")
CONTROLS = frozenset(range(32)) - frozenset(b"\t\n\v\f\r\x1a\x1b")
CONTROLS_SHARE = 0.02
NULS_SHARE = 0.2

HTML = re.compile(r"\s*(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)*<(!doctype\s+html|html|head|body)\b", re.I | re.S)
HTML_TAG = re.compile(r"<(html|head|body|meta|title|div|p|table|span|br|h[1-6])\b", re.I)
HEADER = re.compile(r"([A-Za-z][A-Za-z0-9-]*):")
ADDRESSING = frozenset({"from", "to", "cc", "subject", "date", "sender", "reply-to"})
TRANSPORT = frozenset(
    {"received", "message-id", "mime-version", "return-path", "delivered-to", "content-type", "x-original-to"}
)
MARKDOWN = re.compile(r"^(#{1,6} \S|```|\[[^\]]+\]: ?\S|\|( ?:?-+:? ?\|)+)|\[[^\]\n]+\]\([^)\n]+\)", re.M)
DELIMITERS = ",;\t|"
EXTENSIONS = {
    ".md": "text/markdown",
    ".markdown": "text/markdown",
    ".csv": "text/csv",
    ".tsv": "text/csv",
    ".txt": "text/plain",
    ".text": "text/plain",
    ".log": "text/plain",
}


def as_text(head: bytes) -> str | None:
    """The start of a text of whatever encoding, or None for bytes that are no text."""
    for mark, encoding in MARKS:
        if head.startswith(mark):
            return decoded(head, encoding)
    nuls = head.count(0)
    if nuls > NULS_SHARE * len(head):
        return next((text for encoding in WIDE if readable(text := decoded(head, encoding))), None)
    if nuls or sum(byte in CONTROLS for byte in head) > CONTROLS_SHARE * len(head):
        return None
    try:
        return codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return head.decode("latin-1")


def decoded(head: bytes, encoding: str) -> str:
    return head.decode(encoding, errors="replace")


def readable(text: str) -> bool:
    """A wrong guess among the wide encodings shows as replacement characters, NULs and few spaces of any kind."""
    odd = sum(
        character in "\x00\ufffd" or not character.isprintable() for character in text if character not in "\t\r\n"
    )
    latin = sum(character < "\u0250" for character in text)
    return odd * 50 <= len(text) and latin * 2 >= len(text)


def text_type(text: str, extension: str) -> str:
    start = text.lstrip("\ufeff")[:4_096]
    if start.startswith("{\\rtf"):
        return "application/rtf"
    if HTML.match(start) or (extension in (".html", ".htm", ".xhtml") and HTML_TAG.search(start)):
        return "text/html"
    if start.lstrip().startswith("<?xml") or (extension == ".xml" and start.lstrip().startswith("<")):
        return "application/xml"
    if is_mail(start, extension):
        return "message/rfc822"
    if extension in EXTENSIONS:
        return EXTENSIONS[extension]
    if is_table(text):
        return "text/csv"
    return "text/markdown" if len(MARKDOWN.findall(start)) >= 2 else "text/plain"


def is_mail(start: str, extension: str) -> bool:
    """A block of headers at the start, with what only a mail system writes, or the name of a mail."""
    block = re.split(r"\r?\n\r?\n", start.lstrip("\r\n"), maxsplit=1)[0].splitlines()
    lines = block[1:] if block and block[0].startswith("From ") else block
    names = set()
    for line in lines:
        match = HEADER.match(line)
        if match:
            names.add(match[1].lower())
        elif not line[:1].isspace():
            break
    known = names & (ADDRESSING | TRANSPORT)
    return len(known) >= 2 and bool(names & TRANSPORT or extension == ".eml")


def is_table(text: str) -> bool:
    """At least three lines with the same delimiter, equally often."""
    lines = [line for line in text.splitlines()[:10] if line.strip()]
    if len(lines) < 3:
        return False
    return any(len({line.count(each) for line in lines}) == 1 and lines[0].count(each) > 0 for each in DELIMITERS)
