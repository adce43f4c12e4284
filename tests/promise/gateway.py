"""The local gateway, whose functions start through start.py: python -m tests.promise.gateway, else as local.serve."""

import os
from pathlib import Path

from local import launch, replica, serve
from local.launch import Place
from local.stackfile import FunctionSpec

PASSED_ON = ("PROMISE_PLAN", "EMBEDDING_MODEL_PATH")
LONGEST_PAUSE = 0.2
"""A function that is killed for the tenth time in a row is not to blame."""


def environment(spec: FunctionSpec, place: Place) -> dict[str, str]:
    passed = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    return ORDINARY(spec, place) | passed


ORDINARY = launch.environment

if __name__ == "__main__":
    launch.INDEX = Path(__file__).with_name("start.py")
    launch.environment = environment
    replica.LONGEST_PAUSE = LONGEST_PAUSE
    serve.main()
