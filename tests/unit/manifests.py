"""The manifests of deploy/, read."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from local.stackfile import parse

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "deploy" / "kubernetes"
EDGE = ROOT / "deploy" / "edge"
FUNCTIONS = parse((ROOT / "stack.yml").read_text(encoding="utf-8"), {})


def manifests() -> Iterator[dict[str, Any]]:
    for path in sorted([*FOLDER.rglob("*.yaml"), *EDGE.glob("*.yaml")]):
        if path.name not in ("kustomization.yaml", "seaweedfs-values.yaml"):
            yield from yaml.safe_load_all(path.read_text(encoding="utf-8"))


MANIFESTS = list(manifests())


def name(manifest: dict[str, Any]) -> str:
    return f"{manifest['kind']}-{manifest['metadata']['name']}"


def of_kind(kind: str) -> dict[str, dict[str, Any]]:
    return {each["metadata"]["name"]: each for each in MANIFESTS if each["kind"] == kind}
