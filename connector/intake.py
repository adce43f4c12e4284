"""What a consumer takes from its queue, made to follow what it should take: one subscription at a time."""

from pipeline.breaker import State
from pipeline.broker import Subscriber, Subscription

from .consumer import Consumer


class Intake:
    """Only the supervisor's thread uses it."""

    def __init__(self, consumer: Consumer, subscriber: Subscriber) -> None:
        self.consumer = consumer
        self.paused = False
        self._subscriber = subscriber
        self._subscription: Subscription | None = None
        self._retiring: list[Subscription] = []

    @property
    def consuming(self) -> bool:
        return self._subscription is not None and self._subscription.state == "consuming"

    def wanted(self, workers: int, circuit: State) -> int:
        """The prefetch. While the circuit is half-open a held delivery is the probe, else one new one."""
        if self.paused:
            return 0
        if circuit == "half-open":
            return min(workers, 0 if self._retiring else 1)
        return 0 if circuit == "open" else self.consumer.pace.prefetch(workers)

    def follow(self, prefetch: int) -> bool:
        """One step towards this prefetch; true when the broker took the subscription away, so look at the topology."""
        self._retiring = [each for each in self._retiring if not self._finished(each)]
        current, troubled = self._subscription, False
        if current is not None:
            if current.state == "lost":
                self._subscription, troubled = None, True
            elif current.state == "cancelled":
                self._retire(current)
                troubled = current.by_broker
            elif current.prefetch != prefetch:
                current.cancel()
                self._retire(current)
        if self._subscription is None and prefetch and not troubled:
            self._subscription = self._subscriber.subscribe(self.consumer.function, prefetch, self.consumer.deliver)
        return troubled

    def _retire(self, subscription: Subscription) -> None:
        self._retiring.append(subscription)
        self._subscription = None

    def _finished(self, subscription: Subscription) -> bool:
        """Close the channel once everything it brought is settled."""
        if subscription.state != "lost" and self.consumer.outstanding(subscription):
            return False
        subscription.close()
        return True
