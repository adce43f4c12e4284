"""Names of parameters, read strictly: who sends one that is not known expects something of it; pure."""

from collections.abc import Collection, Iterable

from .errors import BadRequest


def refused(reason: str) -> BadRequest:
    return BadRequest(reason, code="invalid-parameter")


def only(given: Iterable[str], known: Collection[str], *, prefixes: Collection[str] = ()) -> None:
    """Raises BadRequest for a name that is neither known nor begins with a prefix; the answer says what is."""
    for name in given:
        if name not in known and not name.startswith(tuple(prefixes)):
            choices = ", ".join([*sorted(known), *(f"{prefix}<name>" for prefix in prefixes)]) or "none"
            raise refused(f"the parameter {name[:60]!r} is not known here; known are: {choices}")
