"""The light model of a tenant: the newest version that it fitted itself, used at once, else the shipped one."""

import functools

from ..database import fetch
from .model import LightModel, parse, shipped

MODELS_KEPT = 8
"""In the memory of one process."""


def of(tenant: str) -> LightModel:
    """The tenant's newest model that is not withdrawn, else the shipped one."""
    rows = fetch(
        """
        SELECT version, sha256 FROM light_models WHERE tenant = %(tenant)s AND withdrawn_at IS NULL
        ORDER BY version DESC LIMIT 1
        """,
        {"tenant": tenant},
    )
    return _stored(tenant, rows[0]["version"], rows[0]["sha256"]) if rows else shipped()


@functools.lru_cache(maxsize=MODELS_KEPT)
def _stored(tenant: str, version: int, sha256: str) -> LightModel:
    """sha256 tells apart what another database calls the same version."""
    statement = "SELECT content FROM light_models WHERE tenant = %(tenant)s AND version = %(version)s"
    [row] = fetch(statement, {"tenant": tenant, "version": version})
    return parse(bytes(row["content"]))
