"""The network lets through what stack.yml needs, and nothing else."""

from pathlib import Path
from typing import Any

import pytest

from tests.unit.manifests import FUNCTIONS, MANIFESTS, of_kind

SERVICES = {"db": 5432, "broker": 5672, "s3": 8333, "search": 9200}
"""The middle of a secret's name, and the port of the service that it opens."""


def holders(service: str) -> set[str]:
    """The functions that hold a secret of the service."""
    return {spec.name for spec in FUNCTIONS if any(each.startswith(f"docstream-{service}") for each in spec.secrets)}


def chosen(selector: dict[str, Any]) -> set[str]:
    return {value for each in selector.get("matchExpressions", []) for value in each["values"]}


@pytest.mark.parametrize(("service", "port"), SERVICES.items())
def test_who_holds_the_secret_of_a_service_reaches_it_and_nobody_else(service: str, port: int) -> None:
    policies = of_kind("NetworkPolicy")
    leaving = policies[f"docstream-to-{service}"]["spec"]
    assert chosen(leaving["podSelector"]) == holders(service)
    entering = [rule for rule in policies[service]["spec"]["ingress"] if rule.get("ports")]
    assert [rule["ports"] for rule in (*entering, *leaving["egress"])] == [[{"port": port}]] * 2
    peers = {
        peer["namespaceSelector"]["matchLabels"]["kubernetes.io/metadata.name"]: peer for peer in entering[0]["from"]
    }
    assert chosen(peers["openfaas-fn"]["podSelector"]) == holders(service)
    assert set(peers) - {"keda"} == {"docstream", "openfaas-fn"}


@pytest.mark.parametrize(("service", "port"), SERVICES.items())
def test_both_ends_of_a_connection_mean_the_same_pods(service: str, port: int) -> None:
    policies = of_kind("NetworkPolicy")
    inside = policies[service]["spec"]["podSelector"]["matchLabels"]
    for policy in (policies[f"docstream-to-{service}"], policies["connector"]):
        rules = [rule for rule in policy["spec"]["egress"] if rule["ports"] == [{"port": port}]]
        (peer,) = rules[0]["to"]
        assert peer["namespaceSelector"]["matchLabels"] == {"kubernetes.io/metadata.name": "docstream-services"}
        assert peer["podSelector"]["matchLabels"].items() >= inside.items()


def test_the_functions_that_ask_a_language_model_reach_it_and_nobody_else() -> None:
    asking = {
        path.parent.name
        for path in (Path(__file__).parents[2] / "functions").glob("*/*.py")
        if "llm.ask(" in path.read_text()
    }
    policies = of_kind("NetworkPolicy")
    leaving, entering = policies["docstream-to-model"]["spec"], policies["model"]["spec"]
    assert chosen(leaving["podSelector"]) == asking
    assert chosen(entering["ingress"][0]["from"][0]["podSelector"]) == asking
    assert leaving["egress"][0]["to"][0]["podSelector"] == entering["podSelector"]
    assert leaving["egress"][0]["ports"] == entering["ingress"][0]["ports"] == [{"port": 11434}]


def test_every_function_is_called_by_the_gateway_alone_and_notify_by_the_edge_too() -> None:
    policies = of_kind("NetworkPolicy")
    assert chosen(policies["docstream-functions"]["spec"]["podSelector"]) == {spec.name for spec in FUNCTIONS}
    callers = {
        peer["podSelector"]["matchLabels"].get("app", "edge")
        for policy in policies.values()
        if policy["metadata"]["namespace"] == "openfaas-fn"
        for rule in policy["spec"].get("ingress", [])
        for peer in rule["from"]
    }
    assert callers == {"gateway", "edge"}


@pytest.mark.parametrize("namespace", ["docstream", "docstream-services"])
def test_what_no_policy_names_does_not_pass(namespace: str) -> None:
    place = {"name": "default-deny", "namespace": namespace}
    (policy,) = (each["spec"] for each in MANIFESTS if each["metadata"] == place)
    assert policy["podSelector"] == {}
    assert "Ingress" in policy["policyTypes"]
    assert not policy.keys() & {"ingress", "egress"}
