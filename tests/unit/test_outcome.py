"""Every answer that OpenFaaS or a function can give, and what it means."""

import pytest

from connector.outcome import Answer, Outcome, Trouble, outcome

WATCHDOG, PROXY, MIDDLEWARE = "of-watchdog", "proxy", "faas-middleware"


def of(status: int, internal: str | None = None) -> Outcome:
    return outcome(Answer(status=status, internal=internal))


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_any_2xx_is_success(status: int) -> None:
    assert (of(status).kind, of(status).health) == ("success", "well")


@pytest.mark.parametrize("status", [400, 405, 410, 411, 413, 414, 415, 422])
def test_a_refusal_is_permanent_and_says_nothing_about_health(status: int) -> None:
    assert (of(status).kind, of(status).health) == ("permanent", "silent")


@pytest.mark.parametrize(
    ("status", "internal", "kind", "health"),
    [
        (404, None, "deferred", "silent"),
        (408, None, "deferred", "silent"),
        (409, None, "deferred", "silent"),
        (425, None, "deferred", "silent"),
        (429, MIDDLEWARE, "deferred", "silent"),
        (503, PROXY, "deferred", "ill"),
        (503, None, "deferred", "ill"),
        (500, PROXY, "deferred", "ill"),
        (500, WATCHDOG, "deferred", "ill"),
        (502, None, "deferred", "ill"),
        (504, WATCHDOG, "transient", "ill"),
        (504, None, "transient", "ill"),
        (500, None, "transient", "ill"),
        (507, None, "transient", "ill"),
        (302, None, "transient", "ill"),
    ],
)
def test_who_answered_decides_what_a_status_means(status: int, internal: str | None, kind: str, health: str) -> None:
    assert (of(status, internal).kind, of(status, internal).health) == (kind, health)


@pytest.mark.parametrize(("trouble", "kind"), [("refused", "deferred"), ("timeout", "transient"), ("cut", "transient")])
def test_no_answer_burns_an_attempt_only_when_the_function_may_have_run(trouble: Trouble, kind: str) -> None:
    assert (outcome(Answer(trouble=trouble)).kind, outcome(Answer(trouble=trouble)).health) == (kind, "ill")


@pytest.mark.parametrize("status", [401, 403])
def test_wrong_credentials_stop_the_function_at_once(status: int) -> None:
    assert (of(status).kind, of(status).blocked) == ("deferred", True)


def test_only_too_many_requests_slows_the_workers() -> None:
    assert [status for status in range(200, 600) if of(status).overloaded] == [429]


@pytest.mark.parametrize("status", [404, 500, 503])
def test_a_handler_that_says_permanent_is_believed(status: int) -> None:
    assert outcome(Answer(status=status, permanent=True)).kind == "permanent"


def test_a_long_document_that_goes_on_is_free() -> None:
    going_on = outcome(Answer(status=425, code="continues"))
    assert (going_on.kind, going_on.free, going_on.health) == ("deferred", True, "well")


def test_an_open_circuit_behind_the_function_stops_it_at_once_and_burns_no_attempt() -> None:
    said = outcome(Answer(status=503, code="circuit-open", retry_after=2))
    assert (said.kind, said.blocked, said.name) == ("deferred", True, "circuit-open")
