"""What the commands ask the running gateway, as its administrator."""

import time
from typing import Any

import requests

from local import credentials, provider, site, stackfile
from local.errors import ServiceError

TIMEOUT_SECONDS = 5
POLL_SECONDS = 0.05


def functions(url: str) -> list[dict[str, Any]]:
    """What is deployed, as GET /system/functions says it. Raises ServiceError when the gateway does not answer."""
    password = credentials.read(site.home() / "secrets", provider.PASSWORD)
    try:
        answer = requests.get(f"{url}/system/functions", auth=(provider.USER, password), timeout=TIMEOUT_SECONDS)
        answer.raise_for_status()
    except requests.RequestException as error:
        raise ServiceError(f"the gateway does not answer at {url}") from error
    deployed: list[dict[str, Any]] = answer.json()
    return deployed


def not_ready(url: str, within: float) -> list[str]:
    """The names of functions without a process that answers, once there are none or after so many seconds."""
    deadline = time.monotonic() + within
    while True:
        missing = [each["name"] for each in functions(url) if not each["availableReplicas"]]
        if not missing or time.monotonic() > deadline:
            return missing
        time.sleep(POLL_SECONDS)


def states(url: str) -> list[tuple[str, str, str]]:
    """Name, address and state of each function; those of the stack file where no gateway says what is deployed."""
    try:
        answering = {each["name"]: bool(each["availableReplicas"]) for each in functions(url)}
    except ServiceError:
        specs = stackfile.parse((site.REPOSITORY / "stack.yml").read_text(encoding="utf-8"), {})
        answering = dict.fromkeys((spec.name for spec in specs), False)
    return [
        (name, f"{url}/function/{name}", "running" if answers else "not answering")
        for name, answers in answering.items()
    ]
