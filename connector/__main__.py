"""Build the parts, print them, start; stop on SIGTERM: finish what runs, give back the rest."""

import logging
import signal
import sys
import threading
import time
from datetime import timedelta
from types import FrameType

from pipeline import database
from pipeline.application import log_as_json
from pipeline.broker import Control, Publisher
from pipeline.errors import PipelineError
from pipeline.settings import MissingSetting, secret

from .admin import Admin, Health
from .circuits import Circuits
from .cleaner import Cleaner
from .configuration import Configuration, configuration
from .gateway import Gateway
from .heartbeat import Heartbeat
from .periodic import Periodic
from .relay import Relay
from .supervisor import Supervisor
from .sweeper import Sweeper
from .topics import Topics

log = logging.getLogger(__name__)

# Older than any upload or stage can run.
ORPHAN_AGE = timedelta(hours=24)
CLEAN_AFTER_SECONDS = 600


class Connector:
    def __init__(self, settings: Configuration) -> None:
        self.settings = settings
        self.stopping, self.hurry = threading.Event(), threading.Event()
        self.failed = False
        gateway = Gateway(
            settings.gateway_url,
            user=settings.gateway_user,
            password=settings.gateway_password,
            seconds=settings.call_seconds,
        )
        self.control = Control("docstream-connector-control")
        self.publisher = Publisher("docstream-connector-publish")
        self.topics = Topics(gateway)
        self.supervisor = Supervisor(
            settings, topics=self.topics, gateway=gateway, publisher=self.publisher, control=self.control
        )
        self.links = [self.publisher.link, self.supervisor.subscriber.link]
        self.heartbeat = Heartbeat(settings.name, self.supervisor, self.control, self.links)
        self.relay = Relay(self.publisher, age=settings.relay_age_seconds)
        self.sweeper = Sweeper(
            self.publisher,
            self.control,
            seconds=settings.sweep_seconds,
            stuck_seconds=settings.stuck_seconds,
            levels=tuple(settings.policy.levels),
        )
        health = Health(self.supervisor, self.publisher)
        administrator = (settings.gateway_user, settings.gateway_password)
        self.admin = Admin(settings.admin_host, settings.admin_port, health, administrator)

    def run(self) -> int:
        """Until a signal or a bug; returns the exit code."""
        self.admin.start()
        self._migrate()
        for name, action in (
            ("topics", self._refresh_topics),
            ("relay", self.relay.step),
            ("heartbeat", self.heartbeat.step),
            ("circuits", Circuits(self.settings.name, probes=self.settings.cleans).step),
            ("sweeper", self.sweeper.step),
        ):
            Periodic(name, action, self.stopping).start()
        if self.settings.cleans:
            Periodic("cleaner", Cleaner(age=ORPHAN_AGE).step, self.stopping, after=CLEAN_AFTER_SECONDS).start()
        while not self.stopping.is_set():
            self.supervisor.tick()
            self.supervisor.wait()
            if any(link.state == "closed" for link in self.links):
                # A bug ended an I/O thread, which has logged it.
                self.failed = True
                break
        self.stopping.set()
        self._drain()
        return 1 if self.failed else 0

    def stop(self) -> None:
        """The first time: drain. The second time: close now."""
        (self.hurry if self.stopping.is_set() else self.stopping).set()
        self.supervisor.wake()

    def fail(self, args: threading.ExceptHookArgs) -> None:
        """A bug ended a thread: stop, so that whoever runs us starts afresh."""
        log.critical("bug", exc_info=args.exc_value, extra={"action": "bug"})
        self.failed = True
        self.stopping.set()
        self.supervisor.wake()

    def _migrate(self) -> None:
        while not self.stopping.is_set():
            try:
                log.info("migrated", extra={"action": "migrate", "applied": database.migrate()})
                return
            except PipelineError as error:
                log.warning("waiting", extra={"action": "waiting", "part": "database", "reason": error.reason})
                self.supervisor.ticked_at = time.monotonic()
                self.stopping.wait(1)

    def _refresh_topics(self) -> float:
        if self.topics.refresh():
            self.supervisor.wake()
        return 1.0 if self.topics.functions is None else self.settings.topics_seconds

    def _drain(self) -> None:
        """The I/O threads go on while calls finish, so heartbeats and acknowledgements flow."""
        started = time.monotonic()
        log.info("draining", extra={"action": "drain"})
        self.supervisor.stop()
        consumers = [intake.consumer for intake in self.supervisor.intakes.values()]
        while not self.hurry.is_set() and time.monotonic() - started < self.settings.grace_seconds:
            if all(consumer.join(time.monotonic() + 0.05) for consumer in consumers):
                break
        self.supervisor.subscriber.close()
        self.publisher.close()
        self.control.close()
        try:
            self.heartbeat.end()
        except PipelineError:
            log.warning("rows left", extra={"action": "rows_left"})
        log.info("stopped", extra={"action": "stop", "seconds": round(time.monotonic() - started, 2)})


def main() -> int:
    log_as_json()
    try:
        settings = configuration()
        secret("docstream-events-key")
    except MissingSetting as error:
        print(f"connector: {error}", file=sys.stderr)
        return 2
    log.info("starting", extra={"action": "start", "settings": str(settings)})
    connector = Connector(settings)

    def stop(_signal: int, _frame: FrameType | None) -> None:
        connector.stop()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    threading.excepthook = connector.fail
    return connector.run()


if __name__ == "__main__":
    sys.exit(main())
