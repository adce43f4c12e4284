"""What is installed with the command docstream is everything it imports, and the files beside it."""

import tomllib
from fnmatch import fnmatch
from pathlib import Path

ROOT = Path(__file__).parents[2]
SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]
FOLDERS = ("cli", "connector", "local", "pipeline")
FILES = [path for folder in FOLDERS for path in (ROOT / folder).rglob("*") if path.is_file()]


def test_every_module_belongs_to_a_package_that_is_installed() -> None:
    packages = {".".join(path.parent.relative_to(ROOT).parts) for path in FILES if path.suffix == ".py"}
    assert "pipeline.search" in packages
    patterns = SETTINGS["packages"]["find"]["include"]
    assert {each for each in packages if not any(fnmatch(each, pattern) for pattern in patterns)} == set()


def test_every_file_that_a_module_reads_is_installed_beside_it() -> None:
    read = {path.name for path in FILES if path.suffix not in (".py", ".pyc", ".md")}
    assert "0001_documents.sql" in read
    patterns = SETTINGS["package-data"]["*"]
    assert {each for each in read if not any(fnmatch(each, pattern) for pattern in patterns)} == set()
