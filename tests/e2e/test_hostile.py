"""Whatever is sent, every document ends with a reason a person understands, and the good ones are unharmed."""

import base64
import io
import json
import os
import struct
import zipfile
import zlib
from email.message import EmailMessage
from uuid import uuid4

import pika
import pytest
import requests
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas

from pipeline import settings
from pipeline.envelope import render
from tests.e2e.conftest import Json, Stack
from tests.e2e.test_pipeline import invoice
from tests.factories import uploaded
from tests.waiting import eventually

DOCX = "word/document.xml"
TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.'
    'wordprocessingml.document.main+xml"/></Types>'
)


def archive(**members: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("[Content_Types].xml", TYPES)
        for name, content in members.items():
            file.writestr(name.replace("__", "/").replace("_xml", ".xml"), content)
    return buffer.getvalue()


def pdf(pages: int = 1, encryption: StandardEncryption | None = None, size: tuple[float, float] = (595, 842)) -> bytes:
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=size, encrypt=encryption)
    for number in range(pages):
        canvas.drawString(30, 30, f"page {number} {uuid4()}")
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def png(width: int, height: int) -> bytes:
    """A picture that says it is so large, without its pixels."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        body = kind + content
        return struct.pack(">I", len(content)) + body + struct.pack(">I", zlib.crc32(body))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 64)) + chunk(b"IEND", b"")
    )


def nested_mail(depth: int) -> bytes:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "a@example.org", "b@example.org", f"level {depth} {uuid4()}"
    message.set_content("See the attachment.")
    if depth:
        message.add_attachment(nested_mail(depth - 1), "application", "octet-stream", filename=f"level{depth}.eml")
    return message.as_bytes()


ENTITIES = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "aaaaaaaaaa">' + b"".join(
    b'<!ENTITY %c "%s">' % (98 + each, b"&%c;" % (97 + each) * 10) for each in range(9)
)
REFUSED = {
    "program.exe": (b"MZ\x90\x00" + b"\0" * 200, {"unsupported-type"}),
    "film.mp4": (b"\x00\x00\x00\x18ftypmp42" + b"\0" * 200, {"unsupported-type"}),
    "things.zip": (lambda: zipped_text(), {"unsupported-type"}),
    "empty.pdf": (b"", {"empty-file"}),
}
FAILED = {
    "user-password.pdf": (lambda: pdf(encryption=StandardEncryption("secret", canPrint=0)), {"encrypted"}),
    "cut.pdf": (lambda: pdf(3)[:700], {"corrupt"}),
    "no-objects.pdf": (b"%PDF-1.7\n%%EOF\n" + os.urandom(64), {"corrupt"}),
    "many-pages.pdf": (lambda: pdf(2_100), {"too-many-pages"}),
    "broken.docx": (lambda: archive(word__document_xml=b"<w:document"), {"corrupt"}),
    "bomb.docx": (lambda: archive(word__document_xml=b"<a>" + b"x" * 150_000_000 + b"</a>"), {"archive-too-large"}),
    "entities.docx": (lambda: archive(word__document_xml=ENTITIES + b"]><a>&j;</a>"), {"corrupt"}),
    "huge.png": (lambda: png(30_000, 30_000), {"image-too-large"}),
    "cut.jpg": (lambda: b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01" + os.urandom(80), {"corrupt"}),
}
PASSED = {
    "active.html": lambda: f"<script>fetch('http://127.0.0.1:1/')</script><p>plain words {uuid4()}</p>".encode(),
    "ragged.csv": lambda: f"a,b,c\n1\n2,3,4,5,6\n{uuid4()},\n".encode(),
    "latin.txt": lambda: f"gr\u00fc\u00dfe aus m\u00fcnchen {uuid4()}".encode("cp1252"),
    "wide.txt": lambda: f"words in utf-16 {uuid4()}".encode("utf-16"),
    "nested.eml": lambda: nested_mail(6),
}


def zipped_text() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        file.writestr("a.txt", "text")
    return buffer.getvalue()


def made(content: object) -> bytes:
    value = content() if callable(content) else content
    assert isinstance(value, bytes)
    return value


def offer(stack: Stack, filename: str, content: bytes) -> requests.Response:
    headers = stack.headers | {"X-Filename": filename}
    return requests.post(f"{stack.url}/api/upload", data=content, headers=headers, timeout=60)


@pytest.mark.parametrize("filename", REFUSED)
def test_what_is_no_document_is_refused_at_the_door_by_name(stack: Stack, filename: str) -> None:
    content, codes = REFUSED[filename]
    answer = offer(stack, filename, made(content))
    assert 400 <= answer.status_code < 500
    assert answer.json()["code"] in codes
    assert answer.json()["detail"]


def test_bad_documents_end_with_a_code_while_the_good_ones_pass(stack: Stack) -> None:
    good = [offer(stack, f"good-{each}.pdf", invoice()).json()["document_id"] for each in range(3)]
    bad = {name: offer(stack, name, made(content)) for name, (content, _) in FAILED.items()}
    assert {name: answer.status_code for name, answer in bad.items()} == dict.fromkeys(bad, 202)
    odd = {name: offer(stack, name, made(content)).json()["document_id"] for name, content in PASSED.items()}
    good += [offer(stack, "last.pdf", invoice()).json()["document_id"]]
    failures = {name: stack.ended(answer.json()["document_id"], 240) for name, answer in bad.items()}
    assert {name: document["state"] for name, document in failures.items()} == dict.fromkeys(bad, "failed")
    for name, document in failures.items():
        assert (name, document["failure"]["code"]) in {(name, code) for code in FAILED[name][1]}
        assert document["failure"]["reason"]
    for identity in [*good, *odd.values()]:
        assert stack.ended(identity)["state"] == "indexed"
    assert chain_of(stack, odd["nested.eml"]) == 3


def chain_of(stack: Stack, identity: str) -> int:
    """How deep attachments of attachments became documents."""
    depth = 0
    while children := stack.ended(identity)["children"]:
        identity, depth = children[0] if isinstance(children[0], str) else children[0]["id"], depth + 1
    assert "attachment-skipped" in {warning["code"] for warning in stack.ended(identity)["warnings"]}
    return depth


def publish(stack: Stack, routing_key: str, body: bytes) -> None:
    """Somebody with the broker's password publishes what no function would."""
    credentials = pika.PlainCredentials("docstream_ops", settings.secret("docstream-broker-ops"))
    connection = pika.BlockingConnection(
        pika.ConnectionParameters(
            stack.addresses["RABBITMQ_HOST"],
            int(stack.addresses["RABBITMQ_PORT"]),
            stack.addresses["RABBITMQ_VHOST"],
            credentials,
        )
    )
    connection.channel().basic_publish("documents", routing_key, body)
    connection.close()


def dead_letters(stack: Stack) -> list[Json]:
    letters: list[Json] = stack.client.get("/api/dead-letters", limit=100)["dead_letters"]
    return letters


@pytest.mark.parametrize(
    ("body", "codes"),
    [
        (b"not json at all", {"malformed-event"}),
        (b"[1, 2, 3]", {"malformed-event"}),
        (json.dumps({"specversion": "1.0", "type": "docstream.document.dreamt.v1"}).encode(), {"malformed-event"}),
        (render(uploaded(size=-1)), {"schema-invalid"}),
        (render(uploaded()), {"malformed-event"}),
    ],
    ids=["no-json", "no-object", "unknown-type", "wrong-data", "unknown-document"],
)
def test_row_38_a_message_that_is_no_event_of_ours_is_recorded_and_never_looped(
    stack: Stack, body: bytes, codes: set[str]
) -> None:
    marked = body + b" " * (1 + int(uuid4()) % 1000)  # white space makes each one another message
    known = {letter["id"] for letter in dead_letters(stack)}
    publish(stack, "document.uploaded", marked)
    letter = eventually(
        lambda: next((each for each in dead_letters(stack) if each["id"] not in known), None), within=30
    )
    assert letter is not None
    shown = stack.client.get(f"/api/dead-letters/{letter['id']}")
    assert shown["code"] in codes
    assert shown["body"] == marked.decode() or base64.b64decode(shown["body"]) == marked
