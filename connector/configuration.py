"""The connector's settings, from the environment only. Durations are seconds.

cleans: without an object store and a search server there is nothing to clean.
"""

import os
import socket
from dataclasses import dataclass, field
from datetime import timedelta

from pipeline import settings
from pipeline.breaker import Limits
from pipeline.broker import DELAY_LEVELS

from .settle import Policy


@dataclass(frozen=True, kw_only=True)
class Configuration:
    name: str
    gateway_url: str
    gateway_user: str
    gateway_password: str = field(repr=False)
    call_seconds: float
    grace_seconds: float
    topics_seconds: float
    admin_host: str
    admin_port: int
    policy: Policy
    patience: timedelta
    breaker: Limits
    relay_age_seconds: float
    sweep_seconds: float
    stuck_seconds: float
    cleans: bool


def seconds(name: str, default: float) -> float:
    text = settings.text(name, f"{default:g}")
    try:
        return float(text)
    except ValueError:
        raise settings.MissingSetting(f"the environment variable {name} is {text!r}, expected seconds") from None


def levels() -> tuple[float, ...]:
    """Ascending delay levels; other values than the default make other queues."""
    text = settings.text("CONNECTOR_DELAY_LEVELS", ",".join(f"{level:g}" for level in DELAY_LEVELS))
    try:
        return tuple(sorted(float(each) for each in text.split(",")))
    except ValueError:
        raise settings.MissingSetting(f"CONNECTOR_DELAY_LEVELS is {text!r}, expected seconds with commas") from None


def configuration() -> Configuration:
    """Raises MissingSetting, naming what is absent."""
    call_seconds = seconds("CONNECTOR_CALL_SECONDS", 160)
    delays = levels()
    return Configuration(
        name=settings.text("CONNECTOR_NAME", f"{socket.gethostname()}-{os.getpid()}"),
        gateway_url=settings.text("GATEWAY_URL"),
        gateway_user=settings.text("GATEWAY_USER", "admin"),
        gateway_password=settings.secret("docstream-basic-auth-password"),
        call_seconds=call_seconds,
        grace_seconds=seconds("CONNECTOR_GRACE_SECONDS", call_seconds + 5),
        topics_seconds=seconds("CONNECTOR_TOPICS_SECONDS", 5),
        admin_host=settings.text("CONNECTOR_ADMIN_HOST", "127.0.0.1"),
        admin_port=settings.number("CONNECTOR_ADMIN_PORT", 8081),
        policy=Policy(
            levels=delays,
            base=seconds("CONNECTOR_BACKOFF_SECONDS", 2),
            cap=delays[-1],
            attempts=settings.number("CONNECTOR_MAX_ATTEMPTS", 6),
            defers=settings.number("CONNECTOR_MAX_DEFERS", 200),
        ),
        patience=timedelta(seconds=seconds("CONNECTOR_DEADLINE_SECONDS", 86_400)),
        breaker=Limits(
            first_open=seconds("CONNECTOR_BREAKER_SECONDS", 10),
            longest_open=seconds("CONNECTOR_BREAKER_MAX_SECONDS", 300),
            probe_lease=call_seconds + 10,
        ),
        relay_age_seconds=seconds("CONNECTOR_RELAY_AGE_SECONDS", 2),
        sweep_seconds=seconds("CONNECTOR_SWEEP_SECONDS", 30),
        stuck_seconds=seconds("CONNECTOR_STUCK_SECONDS", 1_200),
        cleans=bool(settings.text("AWS_ENDPOINT_URL_S3", "") and settings.text("OPENSEARCH_URL", "")),
    )
