"""The manifests of deploy/kubernetes: what Kubernetes takes, and what they promise."""

import shutil
import subprocess
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from deploy.kubernetes import secrets
from local import credentials
from tests.unit.manifests import EDGE, FOLDER, FUNCTIONS, MANIFESTS, ROOT, name, of_kind

VERSIONS = ("1.31", "1.35", "1.37")
CUSTOM = {
    "Cluster",
    "OpenSearchCluster",
    "OpensearchRole",
    "OpensearchUser",
    "OpensearchUserRoleBinding",
    "RabbitmqCluster",
    "ScaledObject",
    "TriggerAuthentication",
}
"""Kinds that operators bring along."""

BUILT_IN = [each for each in MANIFESTS if each["kind"] not in CUSTOM]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("manifest", BUILT_IN, ids=name)
def test_a_manifest_keeps_the_schema_of_kubernetes(manifest: dict[str, Any], version: str) -> None:
    kubernetes_validate.validate(manifest, version, strict=True)


def test_the_schema_refuses_a_field_that_does_not_exist() -> None:
    wrong = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "docstream", "label": {}}}
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(wrong, VERSIONS[0], strict=True)


def test_generated_secrets_keep_the_schema_and_lack_nothing(tmp_path: Path) -> None:
    credentials.generate(tmp_path)
    items = secrets.manifests(tmp_path)["items"]
    for each in items:
        kubernetes_validate.validate(each, VERSIONS[0], strict=True)
    made = {(each["metadata"]["namespace"], each["metadata"]["name"]) for each in items}
    assert {("docstream-services", asked) for asked in named(of_kind("RabbitmqCluster"), "secretName")} <= made
    assert {("docstream", asked) for asked in named(of_kind("Deployment"), "secretName")} <= made
    cluster = of_kind("Cluster")["postgres"]["spec"]
    passwords = [cluster["bootstrap"]["initdb"]["secret"], *(r["passwordSecret"] for r in cluster["managed"]["roles"])]
    assert {("docstream-services", each["name"]) for each in passwords} <= made
    values = yaml.safe_load((FOLDER / "services" / "seaweedfs-values.yaml").read_text(encoding="utf-8"))
    assert ("docstream-services", values["s3"]["existingConfigSecret"]) in made


def named(content: Any, key: str) -> set[str]:
    """Every value of a key, however deep."""
    if isinstance(content, list):
        return set().union(*(named(each, key) for each in content))
    if not isinstance(content, dict):
        return set()
    own = {content[key]} if isinstance(content.get(key), str) else set()
    return own.union(*(named(each, key) for each in content.values()))


def test_every_manifest_is_applied() -> None:
    listed = {
        (folder / resource).resolve()
        for folder in (FOLDER, FOLDER / "scaling", EDGE)
        for resource in yaml.safe_load((folder / "kustomization.yaml").read_text(encoding="utf-8"))["resources"]
    }
    present = {path for path in (ROOT / "deploy").rglob("*.yaml") if path.name != "kustomization.yaml"}
    assert {path for path in present if path.parent.name != "services"} == {path for path in listed if path.is_file()}


@pytest.mark.skipif(not shutil.which("kubectl"), reason="kubectl is not installed")
@pytest.mark.parametrize(("components", "replicas"), [([], 2), (["scaling"], None)])
def test_kustomize_renders_all_of_it(tmp_path: Path, components: list[str], replicas: int | None) -> None:
    shutil.copytree(ROOT / "deploy", tmp_path / "deploy")
    entry = tmp_path / "deploy" / "kubernetes" / "kustomization.yaml"
    described = yaml.safe_load(entry.read_text(encoding="utf-8"))
    entry.write_text(yaml.safe_dump({**described, "components": components}), encoding="utf-8")
    done = subprocess.run(["kubectl", "kustomize", str(entry.parent)], capture_output=True, text=True, check=True)
    rendered = [each for each in yaml.safe_load_all(done.stdout) if each["metadata"]["name"] == "connector"]
    (connector,) = (each for each in rendered if each["kind"] == "Deployment")
    assert connector["spec"].get("replicas") == replicas
    assert connector["spec"]["template"]["spec"]["containers"][0]["image"] != "docstream-connector"


@pytest.mark.parametrize("deployment", of_kind("Deployment").values(), ids=name)
def test_a_pod_may_run_where_pods_are_restricted(deployment: dict[str, Any]) -> None:
    pod = deployment["spec"]["template"]["spec"]
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert pod["automountServiceAccountToken"] is False
    for container in pod["containers"]:
        rights = container["securityContext"]
        assert rights["readOnlyRootFilesystem"] is True
        assert rights["allowPrivilegeEscalation"] is False
        assert rights["capabilities"]["drop"] == ["ALL"]
        assert set(rights["capabilities"].get("add", [])) <= {"NET_BIND_SERVICE"}
        assert container["resources"]["limits"].keys() >= {"memory"}
        assert container.keys() >= {"readinessProbe", "livenessProbe"}
    assert {kind for volume in pod["volumes"] for kind in volume} <= {"name", "secret", "configMap", "emptyDir"}


@pytest.mark.parametrize("deployment", of_kind("Deployment").values(), ids=name)
def test_a_drain_takes_one_replica_and_leaves_one(deployment: dict[str, Any]) -> None:
    budget = of_kind("PodDisruptionBudget")[deployment["metadata"]["name"]]["spec"]
    assert budget["selector"] == deployment["spec"]["selector"]
    allowed = budget.get("maxUnavailable", deployment["spec"]["replicas"] - budget.get("minAvailable", 0))
    assert 0 < allowed < deployment["spec"]["replicas"]
    assert deployment["spec"]["strategy"]["rollingUpdate"]["maxUnavailable"] == 0


def test_the_settings_name_the_services_that_are_installed() -> None:
    settings = secrets.settings()
    assert settings["RABBITMQ_HOST"] == f"{next(iter(of_kind('RabbitmqCluster')))}.docstream-services"
    assert settings["PGHOST"] == f"{next(iter(of_kind('Cluster')))}-rw.docstream-services"
    general = of_kind("OpenSearchCluster")["opensearch"]["spec"]["general"]
    assert settings["OPENSEARCH_URL"] == f"http://{general['serviceName']}.docstream-services:{general['httpPort']}"
    assert set(settings) <= set(FUNCTIONS[0].environment)


def test_the_connector_grows_with_queues_that_exist() -> None:
    triggers = of_kind("ScaledObject")["connector"]["spec"]["triggers"]
    consumers = {spec.name for spec in FUNCTIONS if "topic" in spec.annotations}
    assert {trigger["metadata"]["queueName"] for trigger in triggers} <= consumers


def test_calls_that_run_end_before_the_connector_is_killed() -> None:
    pod = of_kind("Deployment")["connector"]["spec"]["template"]["spec"]
    assert pod["terminationGracePeriodSeconds"] > 160 + 5
