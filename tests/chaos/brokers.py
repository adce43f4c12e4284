"""A broker of its own for tests that kill it, and the contract tests on another version of RabbitMQ.

python -m tests.chaos.brokers <start script>
"""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from local import site
from local.rabbitmq import RabbitMQ
from pipeline import broker, settings
from tests.servers import found_or_started

CONTRACT = (
    "tests/integration/test_broker.py",
    "tests/integration/test_connector.py",
    "tests/integration/test_relay.py",
    "tests/promise/test_rows_messages.py",
)


@contextmanager
def own_broker(home: Path) -> Iterator[RabbitMQ]:
    """Started here, and this process is set to use it; passwords and the other services stay."""
    shutil.copytree(settings.secrets_directory(), home / "secrets")
    here = site.plan(home, "native")
    service = RabbitMQ(here)
    with pytest.MonkeyPatch.context() as patch:
        for name in ("RABBITMQ_HOST", "RABBITMQ_PORT", "RABBITMQ_MANAGEMENT_URL"):
            patch.setenv(name, here.environment()[name])
        broker.close()
        try:
            service.start(lambda _: None)
            yield service
        finally:
            broker.close()
            for server in service.servers:
                server.stop()
            shutil.rmtree(here.data, ignore_errors=True)


def main(start_script: str) -> int:
    """Run the contract tests on the broker that this start script starts."""
    found_or_started()
    with tempfile.TemporaryDirectory(prefix="docstream-broker-") as name, pytest.MonkeyPatch.context() as patch:
        Path(name).chmod(0o755)
        patch.setattr("local.rabbitmq._program", lambda: start_script)
        with own_broker(Path(name)):
            return subprocess.run([sys.executable, "-m", "pytest", *CONTRACT], check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
