"""Docling's own layout and table models, used instead of our engines where DOCLING_ARTIFACTS_PATH names a folder."""

import importlib.util
from pathlib import Path

from pipeline import settings
from pipeline.settings import MissingSetting

LAYOUT = "docling-project--docling-layout-heron"
TABLES = "docling-project--docling-models"
MEMORY_BYTES = 12 * 1024**3
"""Of address space: what PyTorch maps, most of which it never touches."""
RESIDENT_BYTES = 3_000_000_000
"""What a child may keep after a document; the function has 4 GiB."""
REQUIREMENTS = "functions/extract/requirements-docling-models.txt"
PACKAGES = ("torch", "transformers", "docling_ibm_models")


def folder() -> Path | None:
    """Where the models are, None for our own engines. Raises MissingSetting where one is missing, or what runs them."""
    path = settings.text("DOCLING_ARTIFACTS_PATH", "")
    if not path:
        return None
    missing = [name for name in (LAYOUT, TABLES) if not Path(path, name).is_dir()]
    if missing:
        raise MissingSetting(f"DOCLING_ARTIFACTS_PATH is {path}, which holds no {' and no '.join(missing)}")
    absent = [name for name in PACKAGES if importlib.util.find_spec(name) is None]
    if absent:
        raise MissingSetting(
            f"DOCLING_ARTIFACTS_PATH is set, but {', '.join(absent)}: not installed, see {REQUIREMENTS}"
        )
    return Path(path)


def check() -> None:
    """Raises MissingSetting."""
    folder()
