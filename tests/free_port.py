"""A port for a process that binds it a moment later."""

import random

from local import ports

BELOW_OUTGOING = range(24_000, 31_000)
"""The kernel gives connections that go out ports above these, so that none takes one in between."""


def free_port() -> int:
    return next(port for port in iter(lambda: random.choice(BELOW_OUTGOING), None) if ports.is_free(port))
