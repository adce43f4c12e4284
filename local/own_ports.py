"""The ports of the gateway and the connector: the usual ones where they are free, then remembered."""

import json
from itertools import count
from pathlib import Path

from local import ports, site

USUAL = {"gateway": 8080, "connector": 8090}


def port(name: str) -> int:
    return _remembered().get(name, USUAL[name])


def choose(names: list[str]) -> None:
    """Keep each remembered port that is free, else take the next free one from the usual one on."""
    remembered = _remembered()
    for name in names:
        if not ports.is_free(port(name)):
            others = {number for other, number in remembered.items() if other != name}
            remembered[name] = next(p for p in count(USUAL[name]) if ports.is_free(p) and p not in others)
        else:
            remembered[name] = port(name)
    _file().parent.mkdir(parents=True, exist_ok=True)
    _file().write_text(json.dumps(remembered) + "\n", encoding="ascii")


def _file() -> Path:
    return site.home() / "ports.json"


def _remembered() -> dict[str, int]:
    try:
        remembered: dict[str, int] = json.loads(_file().read_text(encoding="ascii"))
    except FileNotFoundError:
        return {}
    return remembered
