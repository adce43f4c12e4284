"""What a terminal may be shown: documents and their names can hold sequences that a terminal would obey."""

from typing import Any

CONTROLS = dict.fromkeys([*range(0x20), *range(0x7F, 0xA0)], "�")
"""C0, DEL and C1; without ESC and CSI there is no sequence."""
KEPT = {ord("\n"): "\n", ord("\t"): "\t"}


def printable(value: Any) -> Any:
    """The same JSON value; in its texts every control character but line break and tab is replaced."""
    if isinstance(value, str):
        return value.translate(CONTROLS | KEPT)
    if isinstance(value, list):
        return [printable(each) for each in value]
    if isinstance(value, dict):
        return {printable(name): printable(each) for name, each in value.items()}
    return value
