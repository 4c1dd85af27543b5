"""Judge `checkov`: the policies of Checkov on what kustomize built, all environments in one process.

Checkov does not know Argo Rollouts: a Rollout is handed to it as the Deployment that it would be.
What is suppressed, and why, stands in checkov-suppressions.yaml.
"""

from __future__ import annotations

import copy
import json
import pathlib
import re
import subprocess
import tempfile

import yaml

from .model import Environment, Finding, Object, Unable, mapping

SUPPRESSIONS = pathlib.Path(__file__).parents[1] / "checkov-suppressions.yaml"


def judge(environments: list[Environment], home: pathlib.Path, all_fixtures: bool = False) -> list[Finding]:
    suppressions = yaml.safe_load(SUPPRESSIONS.read_text(encoding="utf-8"))
    needed = []
    findings = []
    with tempfile.TemporaryDirectory(prefix="pathc-checkov-") as scratch:
        for index, environment in enumerate(environments):
            folder = pathlib.Path(scratch, str(index))
            folder.mkdir()
            docs = [twin(o) for o in environment.objects]
            (folder / "all.json").write_text(json.dumps(docs, default=str), encoding="utf-8")
        ran = subprocess.run(
            [home / "python" / "bin" / "python", "-P", pathlib.Path(__file__).with_name("checkov_worker.py"), scratch, str(len(environments))],
            capture_output=True,
            text=True,
            check=False,
        )
        if ran.returncode != 0:
            raise Unable(f"the judge `checkov` could not be run: {ran.stderr[-3000:]}")
    for environment, answer in zip(environments, json.loads(ran.stdout), strict=True):
        pods = len(environment.pods())
        if pods and answer["resources"] < pods:
            raise Unable(f"the judge `checkov` saw {answer['resources']} resources in {environment.folder}, which has {pods} workloads")
        for check, name, resource in answer["failed"]:
            by = [s for s in suppressions if suppresses(s, check, resource)]
            needed += by
            if not by:
                findings.append(Finding(environment.folder, "checkov", resource, f"{check}: {name}"))
    if all_fixtures:
        for s in suppressions:
            if s not in needed:
                findings.append(Finding("-", "checkov", s["check"], f"the suppression for {s['resource']} is not needed"))
    return findings


def suppresses(suppression: dict, check: str, resource: str) -> bool:
    return suppression["check"] == check and re.fullmatch(suppression["resource"], resource) is not None


def twin(obj: Object) -> dict:
    if obj.kind != "Rollout":
        return obj.doc
    doc = copy.deepcopy(obj.doc)
    doc |= {"apiVersion": "apps/v1", "kind": "Deployment"}
    doc["spec"] = {k: v for k, v in obj.spec.items() if k in ("replicas", "selector", "template", "minReadySeconds")}
    return doc
