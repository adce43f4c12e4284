from pathlib import Path

import pytest

from local.errors import ServiceError
from local.stackfile import FunctionSpec, duration, parse, substitute

STACK = Path(__file__).parents[2] / "stack.yml"


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("2m5s", 125), ("1h", 3600), ("500ms", 0.5), ("1.5s", 1.5), ("30", 30), ("1h2m3s4ms", 3723.004)],
)
def test_durations_are_read_as_go_writes_them(text: str, seconds: float) -> None:
    assert duration(text) == pytest.approx(seconds)


@pytest.mark.parametrize("text", ["", "2 minutes", "m", "5x", "-3s", "2m 5s"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(ServiceError, match="no duration"):
        duration(text)


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("${HOST:-postgres}", "db"),
        ("${HOST}", "db"),
        ("${NONE:-postgres}", "postgres"),
        ("${EMPTY:-postgres}", "postgres"),
        ("${NONE}", ""),
        ("${NONE:-http://a:1/b}", "http://a:1/b"),
        ("$HOST", "$HOST"),
    ],
)
def test_variables_are_substituted_as_faas_cli_does(text: str, result: str) -> None:
    assert substitute(text, {"HOST": "db", "EMPTY": ""}) == result


def test_a_function_is_read_with_everything_the_gateway_needs() -> None:
    text = """
        functions:
          classify:
            handler: ./functions/classify
            image: r/docstream-classify:dev
            annotations: {topic: document.uploaded}
            labels: {com.openfaas.scale.min: "3"}
            secrets: [docstream-db]
            environment: {exec_timeout: 2m, max_inflight: 4, DEBUG: true}
            limits: {memory: 2Gi}
    """
    (classify,) = parse(text, {})
    assert (classify.name, classify.module, classify.scale) == ("classify", "functions.classify.handler", 3)
    assert classify.annotations == {"topic": "document.uploaded"}
    assert classify.secrets == ("docstream-db",)
    assert classify.memory == "2Gi"
    assert classify.environment == {"exec_timeout": "2m", "max_inflight": "4", "DEBUG": "true"}
    limits = classify.limits()
    assert (limits.exec_timeout, limits.write_timeout, limits.max_inflight) == (120, 30, 4)


@pytest.mark.parametrize("text", ["functions: 3", "version: 1.0", "functions: {a: {}}", "a: [", "functions: {a: 3}"])
def test_what_is_no_stack_file_is_refused_in_one_line(text: str) -> None:
    with pytest.raises(ServiceError, match="the stack file cannot be read"):
        parse(text, {})


def test_the_functions_stand_in_the_order_of_the_pipeline() -> None:
    names = [function.name for function in parse(STACK.read_text(encoding="utf-8"), {})]
    assert names == ["upload", "classify", "extract", "index", "notify", "query", "compensate", "manage", "web"]


@pytest.mark.parametrize("function", parse(STACK.read_text(encoding="utf-8"), {}), ids=lambda function: function.name)
def test_time_outs_form_a_ladder_below_the_gateway(function: FunctionSpec) -> None:
    limits = function.limits()
    grace = duration(function.environment["grace_period"])
    assert limits.exec_timeout < limits.write_timeout < 140 < 160
    assert limits.write_timeout + 5 <= grace
    assert duration(function.environment["read_timeout"]) == limits.write_timeout


def test_a_topic_is_one_binding_key() -> None:
    functions = parse(STACK.read_text(encoding="utf-8"), {})
    topics = {function.name: function.annotations["topic"] for function in functions if "topic" in function.annotations}
    assert topics == {
        "classify": "document.uploaded",
        "extract": "document.classified",
        "index": "document.extracted",
        "notify": "document.*",
        "compensate": "document.deleted",
    }


def test_no_more_calls_come_from_the_connector_than_a_function_takes() -> None:
    for function in parse(STACK.read_text(encoding="utf-8"), {}):
        most = function.limits().max_inflight or float("inf")  # 0 is no limit
        assert int(function.annotations.get("concurrency", "0")) <= most


def described(**functions: str) -> str:
    entries = [
        f"  {name}: {{handler: ./x, image: i, annotations: {{topic: '{topic}'}}}}" for name, topic in functions.items()
    ]
    return "\n".join(["functions:", *entries])


@pytest.mark.parametrize("topic", ["document.uploaded,document.deleted", "document.dreamt"])
def test_a_topic_that_would_fail_in_production_is_refused(topic: str) -> None:
    with pytest.raises(ServiceError, match="classify: the topic"):
        parse(described(classify=topic), {})


@pytest.mark.parametrize(
    ("mistake", "reason"),
    [
        ("Classify: {handler: x, image: i}", "no DNS label"),
        ("a: {handler: x, image: i, limits: {memory: 512MB}}", "no quantity"),
        ("a: {handler: x, image: i, environment: {write_timeout: soon}}", "no duration"),
        ("a: {handler: x, image: i, environment: {max_inflight: few}}", "max_inflight"),
    ],
)
def test_what_no_provider_would_deploy_is_refused(mistake: str, reason: str) -> None:
    with pytest.raises(ServiceError, match=reason):
        parse(f"functions: {{{mistake}}}", {})


def test_two_functions_of_one_name_are_refused() -> None:
    text = described(classify="document.uploaded")
    with pytest.raises(ServiceError, match="classify twice"):
        parse(text + "\n" + text.splitlines()[1], {})
