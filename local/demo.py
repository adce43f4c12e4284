"""The tour: everything started, sample documents uploaded, read and found, in the commands a user would type."""

import json
import shlex
import subprocess
import sys
import time
from typing import Any

from local import site, stack
from local.errors import ServiceError
from local.progress import Report

DOCUMENTS = "samples/documents"
DOCSTREAM = (sys.executable, "-m", "cli")
SHOWN = "invoice-brightwater.pdf"
SEARCHES = (
    ("keyword", "the words as they are written", "late payment interest"),
    ("semantic", "the meaning, in other words", "how do I water the garden"),
    ("hybrid", "both together", "solar power revenue"),
)


def run(report: Report) -> None:
    """Raises ServiceError when a step fails."""
    began = time.monotonic()
    report("Starting services, functions and connector. The first time this installs what is missing.\n")
    stack.up(report)
    report("\nUploading the sample documents. Each line is an event, shown as it happens.")
    correlation = upload(report)
    docstream(report, *(["watch", "--correlation", correlation] if correlation else ["upload", DOCUMENTS]))
    report("\nWhat was found in one of them, and where on the page:")
    docstream(report, "show", payload("list", "--name", SHOWN, "--limit", "1")["id"])
    for mode, meaning, query in SEARCHES:
        report(f"\nSearching by {meaning}:")
        docstream(report, "search", query, "--mode", mode, "--limit", "3")
    report(f"\nDone after {time.monotonic() - began:.0f} s. This is running now:\n")
    for name, address, state in stack.status():
        report(f"  {name:<12} {state:<14} {address}")
    report(closing())


def closing() -> str:
    return f"""
API      {stack.gateway_url()}/api
API key  {stack.api_key()}  (in {site.home() / "secrets" / "docstream-api-key"})

The page, where you drop files, watch them and find them; this address signs you in:
  {stack.gateway_url()}/#key={stack.api_key()}

Try next:
  .venv/bin/docstream upload FILE_OR_FOLDER     your own documents, watched live
  .venv/bin/docstream search 'WORDS'            find them
  make down                                     stop everything; the data stays"""


def upload(report: Report) -> str | None:
    """The correlation id of the upload; None when every document was there already."""
    report(f"\n$ docstream upload {DOCUMENTS} --no-wait")
    answer = payload("upload", DOCUMENTS, "--no-wait")
    new = sum(not each.get("duplicate_of") for each in answer["documents"])
    report(f"{new} documents accepted, {len(answer['documents']) - new} were there already")
    return str(answer["correlation_id"]) if new else None


def docstream(report: Report, *arguments: str) -> None:
    report(f"\n$ docstream {shlex.join(arguments)}")
    code = subprocess.run([*DOCSTREAM, *arguments], cwd=site.REPOSITORY, check=False).returncode
    if code:
        raise ServiceError(f"docstream {arguments[0]} ended with exit code {code}")


def payload(*arguments: str) -> Any:
    """What a command prints as JSON; raises ServiceError when it prints nothing."""
    command = [*DOCSTREAM, "--json", *arguments]
    printed = subprocess.run(command, cwd=site.REPOSITORY, stdout=subprocess.PIPE, check=False).stdout
    if not printed.strip():
        raise ServiceError(f"docstream {shlex.join(arguments)} answered nothing")
    return json.loads(printed)
