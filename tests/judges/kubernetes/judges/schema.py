"""Judge `schema`: the strict schemas of kubernetes-validate, for every kind of Kubernetes itself.

Two minors are asked: the oldest that the target spec names as valid, and the newest that the package has; a field that is
too new for one or gone from the other is found. A kind that neither this judge nor `crd` knows is a finding.
"""

from __future__ import annotations

import functools
import json
import pathlib
import re

import jsonschema
import referencing
from kubernetes_validate import utils

from . import crd
from .model import Environment, Finding, Object, pods_of

VERSIONS = ("1.34", "1.37")


def judge(environments: list[Environment], _home: pathlib.Path) -> list[Finding]:
    findings = []
    known: dict[str, list[str]] = {}  # environments repeat each other
    for environment in environments:
        for obj in environment.objects:
            if crd.knows(obj):
                # No schema of a custom resource is as strict on pods as that of Kubernetes.
                pods = pods_of(obj)
                if pods is None:
                    continue
                template = {"metadata": pods.metadata, "spec": pods.spec}
                obj = Object({"apiVersion": "v1", "kind": "PodTemplate", "metadata": obj.metadata, "template": template}, str(obj))
            text = json.dumps(obj.doc, default=str)
            if text not in known:
                known[text] = errors(obj)
            findings += [Finding(environment.folder, "schema", str(obj), message) for message in known[text]]
    return findings


def errors(obj: Object) -> list[str]:
    messages: dict[str, list[str]] = {}
    for version in VERSIONS:
        validator = validator_of(obj.kind, obj.api_version, version)
        if validator is None:
            return [f"no judge for kind {obj.kind} of {obj.api_version}"]
        for error in validator.iter_errors(obj.doc):
            path = ".".join(str(part) for part in error.absolute_path)
            messages.setdefault(f"{path or '(root)'}: {error.message[:300]}", []).append(version)
    return [f"{message} (Kubernetes {', '.join(versions)})" for message, versions in messages.items()]


@functools.lru_cache(maxsize=None)
def validator_of(kind: str, api_version: str, version: str) -> jsonschema.Draft202012Validator | None:
    """What `kubernetes_validate.validate(..., strict=True)` builds anew for each object; None where there is no schema."""
    if not re.fullmatch(r"[A-Za-z]+", kind) or not re.fullmatch(r"([a-z0-9.]+/)?[a-z0-9]+", api_version):
        return None
    folder = f"v{version}.0-local-strict"
    group = re.sub(r"^([^./]*)(?:\.[^/]*)?/", r"\1-", api_version)
    try:
        schema = utils.schema_contents(f"kubernetes-json-schema/{folder}/{kind.lower()}-{group}.json", version)
    except FileNotFoundError:
        return None
    if not any(gvk["kind"] == kind for gvk in schema.get("x-kubernetes-group-version-kind", [])):
        return None  # a part of an object, such as Affinity
    registry = referencing.Resource.from_contents(schema) @ definitions(folder, version)
    return jsonschema.Draft202012Validator(schema, registry=registry)


@functools.lru_cache(maxsize=None)
def definitions(folder: str, version: str) -> referencing.Registry:
    contents = utils.schema_contents(f"kubernetes-json-schema/{folder}/_definitions.json", version)
    return referencing.Resource.from_contents(contents) @ referencing.Registry()
