"""The command docstream against a real HTTP server."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from uuid import uuid4

import pytest
import uvicorn
from rich.console import Console

from cli import files, render
from cli.__main__ import hoisted, main
from cli.board import Followed
from cli.dead_letters import as_table
from tests.waiting import eventually

from . import api_server

REPOSITORY = Path(__file__).parents[2]


@dataclass(frozen=True)
class Ran:
    code: int
    out: str
    err: str

    def lines(self) -> list[dict[str, object]]:
        return [json.loads(line) for line in self.out.splitlines()]


Run = Callable[..., Ran]


@pytest.fixture
def state() -> api_server.State:
    return api_server.State()


@pytest.fixture
def server(state: api_server.State) -> Iterator[str]:
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(api_server.application(state), log_config=None, timeout_graceful_shutdown=1)
    running = uvicorn.Server(config)
    thread = threading.Thread(target=running.run, kwargs={"sockets": [listener]})
    thread.start()
    eventually(lambda: running.started, within=60)
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    running.should_exit = True
    thread.join()
    listener.close()


@pytest.fixture
def run(server: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    monkeypatch.setenv("DOCSTREAM_URL", server)
    monkeypatch.setenv("DOCSTREAM_API_KEY", api_server.KEY)
    monkeypatch.setenv("DOCSTREAM_HOME", str(tmp_path / "no-stack-here"))

    def run(*arguments: str) -> Ran:
        monkeypatch.setattr(sys, "argv", ["docstream", *arguments])
        with pytest.raises(SystemExit) as left:
            main()
        captured = capsys.readouterr()
        return Ran(int(left.value.code or 0), captured.out, captured.err)

    return run


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    folder = tmp_path / "inbox"
    for name in ("invoice.pdf", "receipt.pdf", "deeper/letter.pdf", ".hidden"):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    return folder


def test_a_folder_is_uploaded_as_one_batch_and_followed_to_the_end(run: Run, inbox: Path) -> None:
    ran = run("upload", str(inbox))
    assert ran.code == 0
    assert [line.split()[1:3] for line in ran.out.splitlines()] == [
        ["letter.pdf", "indexed"],
        ["invoice.pdf", "indexed"],
        ["receipt.pdf", "indexed"],
    ]
    assert "invoice 97 %, 2 pages" in ran.out
    assert "no-text" in ran.out


def test_a_failed_document_gives_exit_code_1_and_its_reason(run: Run, tmp_path: Path) -> None:
    (tmp_path / "broken.pdf").write_text("x")
    ran = run("upload", str(tmp_path / "broken.pdf"))
    assert ran.code == 1
    assert "encrypted: The file asks for a password." in ran.out


def test_a_refused_file_does_not_stop_the_others(run: Run, inbox: Path) -> None:
    (inbox / "setup.exe").write_text("MZ")
    ran = run("upload", str(inbox))
    assert ran.code == 1
    assert "unsupported-type: setup.exe is a program, not a document." in ran.out
    assert ran.out.count("indexed") == 3


def test_a_single_refused_file_is_told_like_one_of_many(run: Run, tmp_path: Path) -> None:
    (tmp_path / "setup.exe").write_text("MZ")
    ran = run("--json", "upload", str(tmp_path / "setup.exe"))
    assert ran.code == 1
    assert ran.lines()[0] | {"detail": ""} == {
        "state": "refused",
        "filename": "setup.exe",
        "code": "unsupported-type",
        "detail": "",
    }


def test_every_file_of_a_batch_that_is_refused_as_a_whole_has_its_own_reason(run: Run, tmp_path: Path) -> None:
    for name in ("one.exe", "two.exe"):
        (tmp_path / name).write_text("MZ")
    ran = run("upload", str(tmp_path / "one.exe"), str(tmp_path / "two.exe"))
    assert ran.code == 1
    assert "one.exe is a program" in ran.out
    assert "two.exe is a program" in ran.out


def test_the_same_content_again_is_told_at_once_as_already_there(run: Run, inbox: Path) -> None:
    run("upload", str(inbox))
    ran = run("upload", str(inbox / "invoice.pdf"))
    assert ran.code == 0
    assert "already there as" in ran.out
    (told,) = run("--json", "upload", str(inbox / "invoice.pdf")).lines()
    assert (told["state"], told["warnings"]) == (
        "indexed",
        [{"code": "no-text", "message": "Nothing to read.", "page": 2}],
    )
    assert None not in told.values()


def test_the_same_content_that_is_still_on_its_way_is_followed_too(
    run: Run, inbox: Path, state: api_server.State
) -> None:
    state.slow = True
    run("upload", "--no-wait", str(inbox / "invoice.pdf"))
    state.slow = False
    ran = run("upload", str(inbox))
    assert ran.code == 0
    assert [line.split()[1:3] for line in ran.out.splitlines()] == [
        ["letter.pdf", "indexed"],
        ["receipt.pdf", "indexed"],
        ["invoice.pdf", "indexed"],
    ]
    assert sum(request.url.path == "/api/events" for request in state.requests) == 2


def test_json_output_is_the_payload_and_nothing_else(run: Run, inbox: Path) -> None:
    ran = run("upload", str(inbox), "--json")
    assert ran.code == 0
    assert ran.err == ""
    assert {line["state"] for line in ran.lines()} == {"indexed"}
    assert all(line["document_id"] and line["category"] == "invoice" for line in ran.lines())


def test_no_wait_returns_what_the_server_answered(run: Run, inbox: Path, state: api_server.State) -> None:
    ran = run("--json", "upload", "--no-wait", str(inbox / "invoice.pdf"), str(inbox / "receipt.pdf"))
    (answer,) = ran.lines()
    assert len(answer["documents"]) == 2  # type: ignore[arg-type]
    assert not any(request.url.path == "/api/events" for request in state.requests)


def test_an_upload_carries_an_idempotency_key_and_repeats_it_when_asked_to_wait(
    run: Run, inbox: Path, state: api_server.State
) -> None:
    state.busy_answers = 2
    assert run("upload", "--no-wait", str(inbox / "invoice.pdf")).code == 0
    keys = [request.headers["idempotency-key"] for request in state.requests]
    assert len(keys) == 3
    assert len(set(keys)) == 1


@pytest.mark.parametrize("position", [1, 2, 5, 8])
def test_a_cut_feed_is_resumed_without_a_gap_and_without_a_repetition(
    run: Run, inbox: Path, state: api_server.State, position: int
) -> None:
    run("upload", "--no-wait", str(inbox / "invoice.pdf"), str(inbox / "receipt.pdf"))
    state.cut_after = position
    correlation = state.events[0][1]["correlationid"]
    ran = run("--json", "watch", "--correlation", correlation)
    assert ran.code == 0
    shown = [line["id"] for line in ran.lines() if "specversion" in line]
    assert shown == [event["id"] for _, event in state.events]
    feeds = [request.headers for request in state.requests if request.url.path == "/api/events"]
    assert {headers["accept"] for headers in feeds} == {"text/event-stream"}


def test_watch_names_the_document_in_every_line(run: Run, inbox: Path) -> None:
    uploaded = run("--json", "upload", str(inbox / "invoice.pdf")).lines()[0]
    ran = run("watch", str(uploaded["document_id"]))
    assert [line.split()[2:4] for line in ran.out.splitlines()] == [
        ["invoice.pdf", state] for state in ("uploaded", "classified", "extracted", "indexed")
    ]


def test_list_follows_the_pages_up_to_its_limit(run: Run, inbox: Path) -> None:
    run("upload", str(inbox))
    assert len(run("list", "--json").lines()) == 3
    assert len(run("list", "--json", "--limit", "2").lines()) == 2
    ran = run("list")
    assert ran.out.splitlines()[0].split() == ["ID", "File", "State", "Category", "Pages", "Warnings", "Updated"]
    assert run("list", "--state", "failed").out == "no documents\n"


def test_show_has_the_document_its_warnings_and_its_fields(run: Run, inbox: Path) -> None:
    document = str(run("--json", "upload", str(inbox / "invoice.pdf")).lines()[0]["document_id"])
    ran = run("show", document)
    assert "! no-text: Nothing to read. (page 2)" in ran.out
    assert "extract asked qwen2.5:3b: 2 calls, 950 tokens, 8.1 s" in ran.out
    assert [line.split()[:2] for line in ran.out.splitlines() if line.startswith(("total", "lines"))] == [
        ["total", "12.00"],
        ["lines", "description"],
    ]
    assert "Total 12.00" in ran.out


def test_show_text_is_the_text_unchanged(run: Run, inbox: Path) -> None:
    document = str(run("--json", "upload", str(inbox / "invoice.pdf")).lines()[0]["document_id"])
    assert run("show", document, "--text").out == "# Title\n\n[bold]not markup[/]\n"
    assert run("show", document, "--history").out.count("  invoice.pdf  ") == 4
    assert run("show", document, "--text", "--fields").code == 2


def test_a_name_cannot_command_the_terminal(run: Run, state: api_server.State, tmp_path: Path) -> None:
    name = "[bold]odd[/] :smile: \x1b[2J.pdf"
    (tmp_path / "odd.pdf").write_text("x")
    run("upload", str(tmp_path / "odd.pdf"))
    next(iter(state.documents.values()))["filename"] = name
    assert "[bold]odd[/] :smile: �[2J.pdf" in run("list").out
    assert run("list", "--json").lines()[0]["filename"] == name


def test_search_shows_what_matched_without_its_tags(run: Run, state: api_server.State) -> None:
    ran = run("search", "restart the pump", "--mode", "semantic", "--field", "total=12.00", "--category", "manual")
    assert "hold *RESET* & wait for five seconds" in ran.out
    assert "manual.md" in ran.out
    assert dict(state.requests[-1].query_params) == {
        "q": "restart the pump",
        "mode": "semantic",
        "category": "manual",
        "limit": "10",
        "field.total": "12.00",
    }
    assert "at least 1 document, semantic" in ran.out


def test_reprocess_follows_the_new_run_only(run: Run, inbox: Path) -> None:
    document = str(run("--json", "upload", str(inbox / "invoice.pdf")).lines()[0]["document_id"])
    ran = run("--json", "reprocess", document, "--from", "extract")
    assert [(line["run"], line["state"]) for line in ran.lines()] == [(2, "indexed")]


def test_delete_erases(run: Run, inbox: Path) -> None:
    document = str(run("--json", "upload", str(inbox / "invoice.pdf")).lines()[0]["document_id"])
    assert run("delete", document).code == 0
    assert run("show", document).code == 1


def test_dead_letters_are_listed_replayed_and_discarded(run: Run, state: api_server.State) -> None:
    letter = str(api_server.LETTER["id"])
    assert letter in run("dead-letters", "list").out
    assert run("--json", "dead-letters", "show", letter).lines() == [api_server.LETTER]
    assert run("dead-letters", "replay", letter).code == 0
    assert run("dead-letters", "discard", letter, "--reason", "test data").code == 0
    assert state.bodies == [{}, {"reason": "test data"}]
    assert run("dead-letters", "discard", letter).code == 2


def test_dead_letters_are_listed_over_all_pages(run: Run, state: api_server.State) -> None:
    state.letters = 120
    assert len(run("--json", "dead-letters", "list", "--limit", "1000").lines()) == 120
    few = run("--json", "dead-letters", "list")
    assert (len(few.lines()), few.err) == (50, "")
    assert "there are more" in run("dead-letters", "list").err


def test_keys_are_made_shown_once_listed_and_revoked(run: Run, state: api_server.State) -> None:
    made = run("keys", "create", "scanner", "--scope", "write", "--scope", "read")
    assert made.out == "dsk_new\n"
    assert (state.keys[0]["name"], state.keys[0]["scopes"]) == ("scanner", ["read", "write"])
    identity = str(state.keys[0]["id"])
    assert identity in made.err
    assert identity in run("keys", "list").out
    assert "dsk_" not in run("keys", "list", "--json").out
    assert run("--json", "keys", "revoke", identity).lines() == [{"id": identity, "revoked": True}]
    assert run("keys", "create", "scanner").code == 2


def test_an_id_is_never_broken_however_narrow_the_terminal() -> None:
    identity = str(uuid4())
    document = {
        "id": identity,
        "filename": "a rather long name of a file.pdf",
        "state": "indexed",
        "category": "invoice",
    }
    letter = {**api_server.LETTER, "id": identity}
    for made in (render.documents([document], wide=False), as_table([letter], wide=False)):
        shown = StringIO()
        Console(file=shown, width=80).print(made)
        assert identity in shown.getvalue()


def test_an_attachment_names_its_parent_wherever_it_stands() -> None:
    parent = Followed(document_id="1", filename="mail.eml", state="indexed")
    child = Followed(document_id="2", filename="scan.pdf", state="indexed", parent_id="1")
    assert render.followed(child, parent).plain.endswith("attached to mail.eml")
    assert "attached" not in render.followed(parent).plain


def test_many_dead_letters_are_replayed_only_when_it_is_said(run: Run, state: api_server.State) -> None:
    letter = str(api_server.LETTER["id"])
    asked = ("dead-letters", "replay-all", "--function", "extract", "--rate", "5")
    assert letter in run(*asked).out
    assert f"{letter}  replayed" in run(*asked, "--send", "--reason", "mended").out
    common = {"function": "extract", "rate": 5, "limit": 100}
    assert state.bodies == [{**common, "dry_run": True}, {**common, "reason": "mended", "dry_run": False}]


def test_events_are_sent_again_only_when_it_is_said_and_until_there_are_no_more(
    run: Run, state: api_server.State
) -> None:
    assert run("republish", "--since", "2025-03-01T10:00:00Z").out.startswith("7 events would be sent again")
    told = run("republish", "--all", "--send").out
    assert "7 events sent again" in told
    assert "passed over: 1 that no queue takes, 0 of a later release" in told
    assert state.bodies[0] == {"since": "2025-03-01T10:00:00Z", "rate": 100, "what": "unfinished", "dry_run": True}
    assert [(body["what"], body["dry_run"], body.get("cursor")) for body in state.bodies[1:]] == [
        ("all", False, None),
        ("all", False, "5-5"),
    ]


def test_the_index_is_made_anew_until_it_is_done_and_each_step_is_told(run: Run) -> None:
    ran = run("index", "rebuild")
    assert ran.code == 0
    assert [line for line in ran.out.splitlines() if " of 7 " in line] == [f"{n} of 7 documents" for n in (3, 6, 7)]
    assert "6 documents written, and documents-v2 is searched" in ran.out
    assert "1 passed over" in ran.out


def test_each_step_of_a_rebuild_is_a_line_of_json(run: Run) -> None:
    lines = run("index", "rebuild", "--json").lines()
    assert [(each["reached"], each["total"], each["done"]) for each in lines] == [
        (3, 7, False),
        (6, 7, False),
        (7, 7, True),
    ]


def test_problem_details_are_told_as_one_line_with_a_hint(run: Run) -> None:
    ran = run("show", "d9")
    assert ran.out == ""
    assert ran.err == "error: there is no document d9 (not-found)\nhint: `docstream list` shows what there is\n"


def test_a_wrong_key_says_where_the_key_is_read(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "key").write_text("dsk_other\n")
    ran = run("list", "--api-key-file", str(tmp_path / "key"))
    assert ran.code == 1
    assert "--api-key-file" in ran.err
    assert run("list", "--api-key-file", str(tmp_path / "absent")).code == 2


@pytest.mark.parametrize(
    "content", [b"abc\ndef", "schl\u00fcssel".encode(), b"\xff\xfe"], ids=["lines", "letters", "bytes"]
)
def test_a_file_that_holds_no_key_is_refused_in_one_line_without_showing_it(
    run: Run, tmp_path: Path, content: bytes
) -> None:
    file = tmp_path / "key"
    file.write_bytes(content)
    outcome = run("--api-key-file", str(file), "list")
    assert "API key file" in outcome.err
    assert "Traceback" not in outcome.err
    assert (outcome.code, "abc" in outcome.err) == (2, False)


def test_the_key_and_the_address_of_the_stack_of_this_machine_are_the_default(
    run: Run, server: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".docstream" / "secrets").mkdir(parents=True)
    (tmp_path / ".docstream" / "secrets" / "docstream-api-key").write_text(api_server.KEY)
    (tmp_path / ".docstream" / "address").write_text(server + "\n")
    (tmp_path / "below").mkdir()
    for name in ("DOCSTREAM_URL", "DOCSTREAM_API_KEY", "DOCSTREAM_HOME"):
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path / "below")
    assert run("list").code == 0


def test_a_server_that_is_not_there_gives_exit_code_3(run: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        url = f"http://127.0.0.1:{closed.getsockname()[1]}"
    ran = run("list", "--url", url)
    assert ran.code == 3
    assert ran.err.startswith(f"error: cannot reach {url}: connection refused\nhint: ")


@pytest.mark.parametrize(
    "arguments",
    [("upload", "absent.pdf"), ("upload",), ("search",), ("nonsense",), ("list", "--url", "ftp://x"),
     ("search", "x", "--field", "total"), ("search", "x", "--mode", "magic")],
    ids=" ".join,
)  # fmt: skip
def test_wrong_usage_gives_exit_code_2(run: Run, arguments: tuple[str, ...]) -> None:
    ran = run(*arguments)
    assert ran.code == 2
    assert ran.err
    assert "Traceback" not in ran.err


def test_global_options_are_understood_on_both_sides_of_the_verb() -> None:
    assert hoisted(["list", "--json", "--url", "u", "--state", "failed"]) == [
        "--json", "--url", "u", "list", "--state", "failed",
    ]  # fmt: skip
    assert hoisted(["search", "--", "--json"]) == ["search", "--", "--json"]


def test_each_path_means_its_files_once_and_hidden_ones_only_by_name(
    inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(inbox)
    assert [str(path) for path in files.expand(["*.pdf", "invoice.pdf", "**/*.pdf", ".hidden"])] == [
        "invoice.pdf",
        "receipt.pdf",
        "deeper/letter.pdf",
        ".hidden",
    ]


def test_large_uploads_are_cut_into_batches(tmp_path: Path) -> None:
    paths = [tmp_path / f"{number}.txt" for number in range(250)]
    for path in paths:
        path.write_text("x")
    with paths[0].open("wb") as large:
        large.truncate(files.BATCH_BYTES)
    assert [len(batch) for batch in files.batches(paths)] == [1, 100, 100, 49]


def command(server: str, *arguments: str, **environment: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "cli", *arguments],
        cwd=REPOSITORY,
        env=os.environ | {"DOCSTREAM_URL": server, "DOCSTREAM_API_KEY": api_server.KEY} | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_a_pipe_gets_no_control_sequences(server: str, inbox: Path) -> None:
    out, err = command(server, "upload", str(inbox), TERM="xterm-256color").communicate(timeout=30)
    assert out.count("indexed") == 3
    assert "\x1b" not in out + err


def interrupted(server: str, state: api_server.State, *arguments: str) -> tuple[int, str]:
    """Exit code and standard error of a command that gets Ctrl-C once it has asked the server."""
    # Started in the background, these tests ignore the signal, and what they start would ignore it too.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        running = command(server, *arguments)
    finally:
        signal.signal(signal.SIGINT, before)
    eventually(lambda: bool(state.requests), within=60)
    running.send_signal(signal.SIGINT)
    _, err = running.communicate(timeout=60)
    return running.returncode, err


def test_ctrl_c_ends_a_watch_with_130_and_no_traceback(server: str, state: api_server.State) -> None:
    code, err = interrupted(server, state, "watch")
    assert code == 130
    assert "Traceback" not in err


def test_an_interrupted_rebuild_says_that_it_goes_on_and_does(server: str, state: api_server.State, run: Run) -> None:
    state.searchable = 1_000_000
    code, err = interrupted(server, state, "index", "rebuild")
    assert (code, "goes on where it was" in err, "Traceback" in err) == (130, True, False)
    state.searchable = state.reached + 1
    assert run("index", "rebuild", "--json").lines()[0]["reached"] == state.searchable
