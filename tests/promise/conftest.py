"""A running product that a test may ruin."""

from collections.abc import Iterator

import pytest

from tests.promise.rig import Rig
from tests.promise.running import running


@pytest.fixture(scope="module")
def doomed(services: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    with running(tmp_path_factory.mktemp("doomed")) as rig:
        yield rig
