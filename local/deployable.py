"""What faasd and Kubernetes refuse about one function, found before it is deployed anywhere."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from local.errors import ServiceError

if TYPE_CHECKING:
    from local.stackfile import FunctionSpec

DNS_LABEL = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")
LABEL_VALUE = re.compile(r"([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?")
QUANTITY = re.compile(r"[0-9]+(\.[0-9]+)?([kMGTPE]|[KMGTPE]i|e[0-9]+)?")
"""Kubernetes' own writing of bytes: 512Mi and 512M, not 512MB."""
VARIABLE = re.compile(r"[A-Za-z_.-][A-Za-z0-9_.-]*")


def refusals(spec: "FunctionSpec") -> Iterator[str]:
    """In words; nothing when it can be deployed."""
    if not DNS_LABEL.fullmatch(spec.name):
        yield f"the name {spec.name!r} is no DNS label: up to 63 of a-z, 0-9 and -, as in extract"
    if spec.memory and not QUANTITY.fullmatch(spec.memory):
        yield f"{spec.name}: the memory {spec.memory!r} is no quantity; write it like 512Mi"
    for name in spec.environment:
        if not VARIABLE.fullmatch(name):
            yield f"{spec.name}: {name!r} is no name of an environment variable"
    for name, value in spec.labels.items():
        if not LABEL_VALUE.fullmatch(value):
            yield f"{spec.name}: the label {name} cannot be {value!r}: up to 63 letters, digits, -, _ and ."
    try:
        spec.limits()
    except ServiceError as error:
        yield f"{spec.name}: {error}"
    except ValueError:
        yield f"{spec.name}: max_inflight is a whole number"
    try:
        _ = spec.scale
    except ValueError:
        yield f"{spec.name}: com.openfaas.scale.min is a whole number"
