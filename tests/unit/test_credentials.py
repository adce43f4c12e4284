"""Secrets are generated once, private, and never the same twice."""

from pathlib import Path

from local import credentials


def modes(folder: Path) -> set[int]:
    return {path.stat().st_mode & 0o777 for path in folder.iterdir()}


def test_only_the_owner_can_read_a_secret(tmp_path: Path) -> None:
    credentials.generate(tmp_path / "secrets")
    assert (tmp_path / "secrets").stat().st_mode & 0o777 == 0o700
    assert modes(tmp_path / "secrets") == {0o600}


def test_a_second_start_keeps_every_secret(tmp_path: Path) -> None:
    credentials.generate(tmp_path)
    before = {path.name: path.read_text() for path in tmp_path.iterdir()}
    (tmp_path / "docstream-db").unlink()
    credentials.generate(tmp_path)
    after = {path.name: path.read_text() for path in tmp_path.iterdir()}
    assert before.keys() == after.keys()
    assert {name for name in before if before[name] != after[name]} == {"docstream-db"}


def test_no_two_secrets_are_alike(tmp_path: Path) -> None:
    credentials.generate(tmp_path)
    values = [path.read_text() for path in tmp_path.iterdir()]
    assert len(set(values)) == len(values) == len(credentials.GENERATORS)
    assert min(map(len, values)) >= 32


def test_the_first_api_key_can_be_told_from_other_secrets(tmp_path: Path) -> None:
    credentials.generate(tmp_path)
    key = credentials.read(tmp_path, "docstream-api-key")
    assert key.startswith("dsk_")
    assert len(key) == len("dsk_") + 32


def test_a_private_file_is_replaced_as_a_whole(tmp_path: Path) -> None:
    credentials.write_private(tmp_path / "file", "first")
    credentials.write_private(tmp_path / "file", "second")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
    assert (tmp_path / "file").read_text() == "second"
