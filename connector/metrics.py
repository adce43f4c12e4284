"""What Prometheus reads; queue depths and breaker states by function."""

from prometheus_client import Counter, Gauge, Histogram

CALL_SECONDS = (0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100, 300)

SETTLED = Counter("docstream_connector_settled", "Messages by what became of them", ["function", "action", "outcome"])
CALL = Histogram("docstream_connector_call_seconds", "Calls to functions", ["function"], buckets=CALL_SECONDS)
HELD = Counter(
    "docstream_connector_held", "Publishes that had to be tried again before an acknowledgement", ["function"]
)
READY = Gauge("docstream_queue_ready", "Messages waiting in a queue", ["queue"])
ACTIVE = Gauge("docstream_connector_active", "Calls running", ["function"])
PAUSED = Gauge("docstream_connector_paused", "1 while the circuit of a function is not closed", ["function"])
DEPENDENCY_OPEN = Gauge("docstream_dependency_open", "1 while the circuit of a server is not closed", ["dependency"])
RECONNECTS = Gauge("docstream_connector_reconnects", "Connections lost since the start", ["connection"])
RELAYED = Counter("docstream_relay_events", "Unsent events by the broker's answer", ["answer"])
UNSENT = Gauge("docstream_relay_unsent", "Events not yet confirmed by the broker")
UNSENT_SECONDS = Gauge("docstream_relay_oldest_unsent_seconds", "Age of the oldest unsent event")
HORIZON_SECONDS = Gauge("docstream_horizon_seconds", "Age of the oldest open transaction, which readers wait for")
REFUSED = Gauge("docstream_refused_calls", "Calls of functions without a valid signature", ["function", "reason"])
SWEPT = Counter("docstream_sweeper_actions", "What the sweeper had to do", ["action"])
