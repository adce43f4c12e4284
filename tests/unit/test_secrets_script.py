"""deploy/secrets.sh hands the gateway what stack.yml names."""

import os
import subprocess
from pathlib import Path

from local import credentials
from local.stackfile import parse

ROOT = Path(__file__).parents[2]
NEEDED = {name for spec in parse((ROOT / "stack.yml").read_text(encoding="utf-8"), {}) for name in spec.secrets}


def run(folder: Path, programs: Path, *, within: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """With a faas-cli that says what it is asked for."""
    programs.mkdir()
    command = programs / "faas-cli"
    command.write_text('#!/bin/sh\necho "$*" >> "$ASKED"\n', encoding="ascii")
    command.chmod(0o755)
    environment = {"PATH": f"{programs}:{os.environ['PATH']}", "ASKED": str(programs / "asked")}
    script = [str(ROOT / "deploy" / "secrets.sh"), str(folder)]
    return subprocess.run(script, cwd=within, env=environment, capture_output=True, text=True, check=False)


def test_the_gateway_gets_every_secret_that_a_function_names_and_no_other(tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    credentials.generate(folder)
    done = run(folder, tmp_path / "programs")
    assert done.returncode == 0, done.stderr
    assert set(done.stdout.split()) == NEEDED
    asked = (tmp_path / "programs" / "asked").read_text(encoding="ascii").splitlines()
    assert asked == [f"secret create {name} --from-file {folder / name} --replace" for name in sorted(NEEDED)]


def test_a_folder_is_meant_from_where_the_script_is_called(tmp_path: Path) -> None:
    credentials.generate(tmp_path / "secrets")
    done = run(Path("secrets"), tmp_path / "programs", within=tmp_path)
    assert done.returncode == 0, done.stderr
    asked = (tmp_path / "programs" / "asked").read_text(encoding="ascii")
    assert f"--from-file {tmp_path / 'secrets'}/docstream-session-key " in asked


def test_nothing_is_created_while_one_is_missing(tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    credentials.generate(folder)
    (folder / "docstream-session-key").unlink()
    done = run(folder, tmp_path / "programs")
    assert done.returncode == 1
    assert "docstream-session-key is missing" in done.stderr
    assert not (tmp_path / "programs" / "asked").exists()
