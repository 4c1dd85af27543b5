"""Judge `checkov`: the policies of Checkov. What is suppressed, and why, stands in checkov-suppressions.yaml."""

from __future__ import annotations

import argparse
import json
import pathlib
import re
import subprocess

import yaml

from .model import Finding, Unable

SUPPRESSIONS = pathlib.Path(__file__).parents[1] / "checkov-suppressions.yaml"


def judge(framework: str, options: argparse.Namespace, home: pathlib.Path) -> list[Finding]:
    suppressions = yaml.safe_load(SUPPRESSIONS.read_text(encoding="utf-8")) or []
    suppressions = [s for s in suppressions if s.get("target", framework) == framework]
    needed: list[dict] = []
    findings = []
    ran = subprocess.run(
        [home / "python" / "bin" / "python", "-P", pathlib.Path(__file__).with_name("checkov_worker.py"), framework, *options.folders],
        capture_output=True,
        text=True,
        check=False,
    )
    if ran.returncode != 0:
        raise Unable(f"the judge `checkov` could not be run: {ran.stderr[-3000:]}")
    for folder, answer in zip(options.folders, json.loads(ran.stdout), strict=True):
        if not answer["resources"] and not answer["failed"]:
            raise Unable(f"the judge `checkov` saw no resource in {folder}")
        for check, name, path, resource in answer["failed"]:
            by = [s for s in suppressions if suppresses(s, check, f"{path}:{resource}")]
            needed += by
            if not by:
                findings.append(Finding(folder, "checkov", f"{path}:{resource}", f"{check}: {name}"))
    if options.all_fixtures:
        for s in suppressions:
            if s not in needed:
                findings.append(Finding("-", "checkov", s["check"], f"the suppression for {s['resource']} is not needed"))
    return findings


def suppresses(suppression: dict, check: str, resource: str) -> bool:
    return suppression["check"] == check and re.fullmatch(suppression["resource"], resource) is not None
