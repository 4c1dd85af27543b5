"""Loads the environments, runs the judges, prints the findings."""

from __future__ import annotations

import argparse
import concurrent.futures
import json
import pathlib
import sys
import time

from . import api_rules, checkov_policies, consistency, crd, kustomize, network, pod_security, schema, yaml_readers
from .model import Environment, Finding, Unable

# By name. Each takes all environments at once and returns the findings.
JUDGES = {
    "yaml": yaml_readers.judge,
    "schema": schema.judge,
    "crd": crd.judge,
    "api-rules": api_rules.judge,
    "pod-security": pod_security.judge,
    "consistency": consistency.judge,
    "network": network.judge,
    "checkov": checkov_policies.judge,
}


def main(arguments: list[str], home: pathlib.Path) -> int:
    parser = argparse.ArgumentParser(prog="judge", description=__doc__)
    parser.add_argument("--list", action="store_true", help="print the judges' names and judge nothing")
    parser.add_argument("folders", nargs="*", metavar="ENV_DIR")
    parser.add_argument("--format", choices=["human", "json"], default="human")
    parser.add_argument("--only", action="append", choices=["kustomize", *JUDGES], help="run only this judge")
    parser.add_argument("--platform", action="append", default=[], metavar="DIR", help="objects that may be referred to")
    parser.add_argument("--all-fixtures", action="store_true", help="the folders are all there are: a suppression that none needs is a finding")
    parser.add_argument("--timings", action="store_true", help="print how long each judge took, on standard error")
    options = parser.parse_args(arguments)
    if options.list:
        print("kustomize", *JUDGES, sep="\n")
        return 0
    if not options.folders:
        parser.error("no folder is given")

    wanted = options.only or ["kustomize", *JUDGES]
    findings: list[Finding] = []
    environments: list[Environment] = []
    started = time.monotonic()
    for folder in options.folders:
        if not pathlib.Path(folder).is_dir():
            parser.error(f"{folder} is not a folder")
    with concurrent.futures.ThreadPoolExecutor() as pool:
        for environment, found in pool.map(lambda folder: kustomize.load(folder, options.platform), options.folders):
            environments.append(environment)
            findings += found
    clock(options, "kustomize", started)

    # The judges that wait for other programs run beside those that compute.
    with concurrent.futures.ThreadPoolExecutor() as pool:
        running = {
            name: pool.submit(timed, options, name, environments, home) for name in JUDGES if name in wanted
        }
        try:
            for done in running.values():
                findings += done.result()
        except Unable as error:
            print(error, file=sys.stderr)
            return 2

    findings = sorted({f for f in findings if f.judge in wanted})
    if options.format == "json":
        json.dump([vars(f) for f in findings], sys.stdout, indent=1)
        print()
    else:
        for f in findings:
            print(f"{f.folder}: [{f.judge}] {f.where}: {f.message}")
        objects = sum(len(e.objects) for e in environments)
        print(f"{len(environments)} environments, {objects} objects, {len(findings)} findings")
    return 1 if findings else 0


def timed(options: argparse.Namespace, name: str, environments: list[Environment], home: pathlib.Path) -> list[Finding]:
    started = time.monotonic()
    more = {"all_fixtures": options.all_fixtures} if name == "checkov" else {}
    found = JUDGES[name](environments, home, **more)
    clock(options, name, started)
    return found


def clock(options: argparse.Namespace, name: str, started: float) -> None:
    if options.timings:
        sys.stderr.write(f"{name:14} {time.monotonic() - started:6.2f} s\n")
