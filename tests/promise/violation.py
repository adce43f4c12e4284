"""What is wrong, and where."""

from dataclasses import dataclass
from typing import Literal

Invariant = Literal["I1", "I2", "I3", "I4", "I5", "I6", "I7", "I8", "I9", "I10"]


@dataclass(frozen=True)
class Violation:
    """what starts with lost, duplicated or stuck where it is one of these."""

    invariant: Invariant
    subject: object
    what: str

    @property
    def kind(self) -> str:
        first = self.what.partition(":")[0]
        return first if first in ("lost", "duplicated", "stuck") else "other"
