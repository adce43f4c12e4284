"""Mails (.eml, .msg) as headers, body text and attachments. The only home of oxmsg."""

import email
import email.policy
from collections.abc import Iterator
from dataclasses import dataclass
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import Any

from pipeline.decoding import decoded, first_bytes
from pipeline.errors import Rejected
from pipeline.markup import text_of_html
from pipeline.office import OLE_SIGNATURE

OUTLOOK = "application/vnd.ms-outlook"
_SHOWN = ("From", "To", "Cc", "Subject", "Date")
_SIGNATURES = frozenset({"application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature"})
_SEALED = frozenset({"multipart/encrypted", "application/pgp-encrypted", "application/pkcs7-mime"})
_UNREADABLE = (LookupError, ValueError, TypeError, AttributeError, AssertionError)


@dataclass(frozen=True, kw_only=True)
class Enclosure:
    """A file that came with a mail."""

    filename: str
    media_type: str
    content: bytes


@dataclass(frozen=True, kw_only=True)
class Mail:
    """headers holds From, To, Cc, Subject and Date, where given; sealed: the body is encrypted."""

    headers: tuple[tuple[str, str], ...]
    body: str
    enclosures: tuple[Enclosure, ...]
    sealed: bool

    @property
    def text(self) -> str:
        """A line for each header, an empty line, the body."""
        return "\n".join([*(f"{name}: {value}" for name, value in self.headers), "", self.body]).strip()


def read(path: Path, media_type: str, *, most: int | None = None) -> Mail:
    """most is how many bytes of an Internet mail are looked at. Raises Rejected "corrupt"."""
    with path.open("rb") as stream:
        outlook = stream.read(8) == OLE_SIGNATURE
    if media_type == OUTLOOK and not outlook:
        raise Rejected("corrupt", "this is not an Outlook message")
    if outlook:
        return _outlook(path)
    return _internet(path.read_bytes() if most is None else first_bytes(path, most))


def _internet(data: bytes) -> Mail:
    message = email.message_from_bytes(data, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return Mail(
        headers=tuple((name, value) for name in _SHOWN if (value := _header(message, name))),
        body=_body(message),
        enclosures=tuple(_enclosures(message)),
        sealed=any(part.get_content_type() in _SEALED for part in message.walk()),
    )


def _header(message: EmailMessage, name: str) -> str:
    try:
        return " ".join(str(message.get(name, "")).split())
    except _UNREADABLE:
        raw = next((value for key, value in message.raw_items() if key.lower() == name.lower()), "")
        return " ".join(str(raw).split())


def _body(message: EmailMessage) -> str:
    """The plain text where there is some, else the text of the HTML."""
    for kind in ("plain", "html"):
        try:
            part = message.get_body(preferencelist=(kind,))
        except _UNREADABLE:
            part = None
        text = _text(part) if part is not None else ""
        if text.strip():
            return (text_of_html(text) if kind == "html" else text).strip()
    return ""


def _text(part: Any) -> str:
    data = part.get_payload(decode=True)
    return decoded(data, part.get_content_charset()) if isinstance(data, bytes) and data else ""


def _enclosures(message: EmailMessage) -> Iterator[Enclosure]:
    body = {id(part) for kind in ("plain", "html") if (part := _body_part(message, kind)) is not None}
    for part in _leaves(message):
        kind = part.get_content_type()
        name = _filename(part)
        embedded = part.get_content_disposition() != "attachment" and (part.get("Content-ID") or not name)
        if id(part) in body or (embedded and kind != "message/rfc822") or kind in _SEALED | _SIGNATURES:
            continue
        content = _content(part)
        if content:
            yield Enclosure(filename=name or _named(part), media_type=kind, content=content)


def _body_part(message: EmailMessage, kind: str) -> Any:
    try:
        return message.get_body(preferencelist=(kind,))
    except _UNREADABLE:
        return None


def _leaves(part: Any) -> Iterator[Any]:
    """Parts that hold content, without looking into attached mails."""
    if part.get_content_maintype() == "multipart" and part.is_multipart():
        for child in part.get_payload():
            yield from _leaves(child)
    else:
        yield part


def _content(part: Any) -> bytes:
    if part.get_content_type() == "message/rfc822" and part.is_multipart():
        return bytes(part.get_payload()[0].as_bytes(policy=email.policy.compat32))
    data = part.get_payload(decode=True)
    return data if isinstance(data, bytes) else b""


def _filename(part: Any) -> str:
    try:
        return str(part.get_filename() or "")
    except _UNREADABLE:
        return ""


def _named(part: Any) -> str:
    if part.get_content_type() == "message/rfc822" and part.is_multipart():
        return f"{_header(part.get_payload()[0], 'Subject') or 'message'}.eml"
    return "attachment"


def _outlook(path: Path) -> Mail:
    from oxmsg import Message

    try:
        message = Message.load(str(path))
        return Mail(
            headers=tuple(_outlook_headers(message)),
            body=(message.body or text_of_html(message.html_body or "")).strip(),
            enclosures=tuple(_outlook_enclosures(message)),
            sealed="SMIME" in (message.message_class or "").upper()
            or any((a.mime_type or "") in _SEALED for a in message.attachments),
        )
    except (OSError, KeyError, IndexError, *_UNREADABLE) as error:
        raise Rejected("corrupt", "this Outlook message cannot be read") from error


def _outlook_headers(message: Any) -> Iterator[tuple[str, str]]:
    internet = {name.title(): value for name, value in message.message_headers.items()}
    named = (f"{r.name} <{r.email_address}>" if r.name else r.email_address for r in message.recipients)
    fallback = {
        "From": message.sender or "",
        "To": ", ".join(r for r in named if r),
        "Subject": message.subject or "",
        "Date": format_datetime(message.sent_date) if message.sent_date else "",
    }
    for name in _SHOWN:
        value = " ".join(str(internet.get(name) or fallback.get(name, "")).split())
        if value:
            yield name, str(make_header(decode_header(value)))


def _outlook_enclosures(message: Any) -> Iterator[Enclosure]:
    for each in message.attachments:
        if each.attached_by_value and each.file_bytes and (each.mime_type or "") not in _SEALED:
            yield Enclosure(
                filename=each.file_name or "attachment",
                media_type=each.mime_type or "application/octet-stream",
                content=each.file_bytes,
            )
