"""Write the sample documents: python -m samples.make [FOLDER]"""

import sys
from pathlib import Path

from . import agreements, invoices, messages, office, pictures

DOCUMENTS = Path(__file__).with_name("documents")
MAKERS = (*invoices.MAKERS, *agreements.MAKERS, *messages.MAKERS, *office.MAKERS, *pictures.MAKERS)


def make(folder: Path) -> None:
    """Write every sample; existing files of the same name are replaced."""
    folder.mkdir(parents=True, exist_ok=True)
    for maker in MAKERS:
        maker(folder)


if __name__ == "__main__":
    make(Path(sys.argv[1]) if len(sys.argv) > 1 else DOCUMENTS)
