"""RabbitMQ on one side, the OpenFaaS gateway on the other: invoke, settle, relay, sweep."""
