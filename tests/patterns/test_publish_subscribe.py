"""A new function with a topic receives events, and nothing else is changed for it."""

from pathlib import Path

from pipeline import database
from tests.promise.client import text
from tests.promise.rig import Rig
from tests.waiting import eventually

HANDLER = '''
"""document.indexed -> a line in a file"""

import os

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from pipeline.application import application
from pipeline.refusals import Refusals
from pipeline.stage import signed_body


async def archive(request: Request) -> Response:
    await signed_body(request, Refusals("archive"))
    with open(os.environ["ARCHIVE"], "a") as file:
        file.write(request.headers["x-topic"] + " " + request.headers["x-message-id"] + chr(10))
    return Response()


app = application([Route("/", archive, methods=["POST"])])
'''


def test_a_function_that_is_deployed_with_a_topic_gets_its_events(rig: Rig, tmp_path: Path) -> None:
    folder, archive = rig.stack.home / "code" / "functions" / "archive", tmp_path / "archive.txt"
    folder.mkdir()
    (folder / "handler.py").write_text(HANDLER)
    deployment = {
        "service": "archive",
        "image": "archive",
        "annotations": {"topic": "document.indexed"},
        "envVars": {"ARCHIVE": str(archive)},
        "secrets": ["docstream-events-key"],
    }
    rig.deploy("POST", deployment)
    eventually(lambda: rig.function_states().get("archive") == "consuming", within=30)
    document = rig.client.upload(text(), "notes.txt")
    assert rig.comes_to_rest() == {}
    indexed = "SELECT id::text FROM events WHERE document_id = %(id)s::uuid AND type = 'document.indexed'"
    expected = f"document.indexed {database.fetch(indexed, {'id': document})[0]['id']}\n"
    eventually(lambda: archive.exists() and archive.read_text() == expected, within=30)
