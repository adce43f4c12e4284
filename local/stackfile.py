"""stack.yml, read the way faas-cli reads it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from local import deployable
from local.errors import ServiceError
from pipeline.topic import refusals

VARIABLE = re.compile(r"\$\{(?P<name>\w+)(?::-(?P<default>[^}]*))?\}")
DURATION = re.compile(r"(\d+(?:\.\d+)?)(h|ms|m|s)")
SECONDS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}
WATCHDOG_DEFAULT = "30s"
LARGEST_SCALE = 20


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What of-watchdog enforces; times in seconds, max_inflight 0 is unlimited."""

    exec_timeout: float
    write_timeout: float
    max_inflight: int


@dataclass(frozen=True, kw_only=True)
class FunctionSpec:
    """One function as it is deployed; handler is its folder, relative to the stack file; memory is a Kubernetes
    quantity such as 512Mi, empty for no limit.
    """

    name: str
    handler: str
    image: str
    environment: Mapping[str, str] = field(default_factory=dict)
    secrets: tuple[str, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)
    memory: str = ""

    @property
    def module(self) -> str:
        """The handler as a module: ./functions/classify is functions.classify.handler."""
        return ".".join([*Path(self.handler).parts, "handler"])

    @property
    def scale(self) -> int:
        """How many processes it starts with."""
        return min(max(int(self.labels.get("com.openfaas.scale.min", "1")), 1), LARGEST_SCALE)

    def limits(self) -> Limits:
        seconds = {
            name: duration(self.environment.get(name, WATCHDOG_DEFAULT)) for name in ("exec_timeout", "write_timeout")
        }
        return Limits(**seconds, max_inflight=int(self.environment.get("max_inflight", "0")))


def duration(text: str) -> float:
    """Seconds of a Go duration such as 2m5s; a bare number is seconds. Raises ServiceError for anything else."""
    if text.isdigit():
        return float(text)
    parts = DURATION.findall(text)
    if not parts or "".join(number + unit for number, unit in parts) != text:
        raise ServiceError(f"{text!r} is no duration; write it like 2m5s")
    return sum(float(number) * SECONDS[unit] for number, unit in parts)


def substitute(text: str, environment: Mapping[str, str]) -> str:
    """${NAME} and ${NAME:-default}; unset without a default is empty, and so is set to nothing."""
    return VARIABLE.sub(lambda found: environment.get(found["name"]) or found["default"] or "", text)


def parse(text: str, environment: Mapping[str, str]) -> tuple[FunctionSpec, ...]:
    """The functions in the order of the file. Raises ServiceError when it is no stack file, or one that would not work
    where it is deployed.
    """
    try:
        content = yaml.load(substitute(text, environment), Loader=OneOfAName)
        specs = tuple(_function(name, described) for name, described in content["functions"].items())
    except (yaml.YAMLError, KeyError, TypeError, AttributeError) as error:
        raise ServiceError(f"the stack file cannot be read: {error!r}") from error
    wrong = [reason for spec in specs for reason in deployable.refusals(spec)]
    wrong += refusals((spec.name, spec.annotations.get("topic")) for spec in specs)
    if wrong:
        raise ServiceError("the stack file cannot be deployed: " + "; ".join(wrong))
    return specs


class OneOfAName(yaml.SafeLoader):
    """YAML lets the second of two keys win in silence: a function would be gone."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        names = [key.value for key, _ in node.value if key.tag != "tag:yaml.org,2002:merge"]
        if twice := {name for name in names if names.count(name) > 1}:
            raise ServiceError(f"the stack file has {' and '.join(sorted(twice))} twice in line {node.start_mark.line}")
        return super().construct_mapping(node, deep)


def _function(name: str, described: Mapping[str, Any]) -> FunctionSpec:
    return FunctionSpec(
        name=name,
        handler=described["handler"],
        image=described["image"],
        environment=_texts(described.get("environment")),
        secrets=tuple(described.get("secrets") or ()),
        labels=_texts(described.get("labels")),
        annotations=_texts(described.get("annotations")),
        memory=_texts(described.get("limits")).get("memory", ""),
    )


def _texts(values: Mapping[str, Any] | None) -> dict[str, str]:
    """faas-cli takes scalars as they are written; YAML's true is the word true."""
    return {
        name: str(value).lower() if isinstance(value, bool) else str(value) for name, value in (values or {}).items()
    }
