"""What the processes of one machine are told."""

from pathlib import Path

import pytest

from local import background


def test_the_model_server_that_the_caller_names_is_passed_on(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DOCSTREAM_HOME", str(tmp_path))
    monkeypatch.setenv("OLLAMA_HOST", "127.0.0.1:11434")
    monkeypatch.setenv("SOMETHING_ELSE", "1")
    told = background.owner_environment({"PGHOST": "127.0.0.1"})
    assert (told["OLLAMA_HOST"], told["PGHOST"]) == ("127.0.0.1:11434", "127.0.0.1")
    assert "SOMETHING_ELSE" not in told
