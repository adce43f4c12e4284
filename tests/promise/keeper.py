"""A connector that is started again whenever it ends, as any supervisor of services does."""

import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Self

START = Path(__file__).with_name("start.py")


class ConnectorKeeper:
    """Runs a connector, and another one whenever it ends, as any supervisor of services does."""

    def __init__(self, environment: Mapping[str, str], log: Path) -> None:
        self._environment, self._log = dict(environment), log
        self._stopping = threading.Event()
        self.process: subprocess.Popen[bytes] | None = None
        self.starts = 0
        self._thread = threading.Thread(target=self._keep, daemon=True)

    def twin(self, admin_port: int) -> Self:
        """Another one like this, not started."""
        return type(self)(self._environment | {"CONNECTOR_ADMIN_PORT": str(admin_port)}, self._log)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        if self.process is not None:
            self.process.terminate()
        self._thread.join(20)

    def kill(self) -> None:
        """kill -9; the next one starts at once."""
        if self.process is not None:
            self.process.kill()

    def _keep(self) -> None:
        while not self._stopping.is_set():
            self.starts += 1
            with self._log.open("ab") as log:
                self.process = subprocess.Popen(
                    [sys.executable, str(START), "connector"],
                    env=self._environment,
                    stderr=log,
                )
            self.process.wait()
            self._stopping.wait(0.1)
