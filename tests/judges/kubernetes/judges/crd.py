"""Judge `crd`: the models of custom resources from `@kubernetes-models/*`, made strict (see crd.mjs)."""

from __future__ import annotations

import json
import pathlib
import subprocess

from .model import Environment, Finding, Object, Unable

# API group -> npm package. A kind or version that the package does not have is a finding.
PACKAGES = {
    "argoproj.io": "@kubernetes-models/argo-rollouts",
    "external-secrets.io": "@kubernetes-models/external-secrets",
    "keda.sh": "@kubernetes-models/keda",
    "monitoring.coreos.com": "@kubernetes-models/prometheus-operator",
}


def knows(obj: Object) -> bool:
    return obj.group in PACKAGES


def judge(environments: list[Environment], home: pathlib.Path) -> list[Finding]:
    asked = [(e, o) for e in environments for o in e.objects if knows(o)]
    if not asked:
        return []
    request = [{"package": PACKAGES[o.group], "doc": o.doc} for _, o in asked]
    answer = subprocess.run(
        ["node", str(pathlib.Path(__file__).with_name("crd.mjs")), str(home / "node" / "node_modules")],
        input=json.dumps(request, default=str),
        capture_output=True,
        text=True,
        check=False,
    )
    if answer.returncode != 0:
        raise Unable(f"the judge `crd` could not be run: {answer.stderr}")
    return [
        Finding(environment.folder, "crd", str(obj), message)
        for (environment, obj), messages in zip(asked, json.loads(answer.stdout), strict=True)
        for message in messages
    ]
