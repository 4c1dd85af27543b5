"""CloudFormation's judges: cfn-lint at every level, Checkov, and a deployment to a simulated AWS with the AWS CLI.

`ENV/stacks.json` of an environment says which stacks there are, in the order in which they are deployed.
"""

from __future__ import annotations

import argparse
import concurrent.futures
import json
import pathlib
import subprocess
import tempfile

from . import checkov_policies, permissions
from .model import ACCOUNT, Finding, Unable, environments, simulated

JUDGES = ["lint", "deploy", "checkov", "permissions"]
STACKS = "stacks.json"


def judge(options: argparse.Namespace, home: pathlib.Path) -> list[Finding]:
    wanted = options.only or [name for name in JUDGES if options.apply or name != "deploy"]
    findings: list[Finding] = []
    with concurrent.futures.ThreadPoolExecutor() as pool:
        policies = pool.submit(checkov_policies.judge, "cloudformation", options, home) if "checkov" in wanted else None
        for folder in map(pathlib.Path, options.folders):
            if "lint" in wanted:
                findings += lint(folder, home)
            if "deploy" in wanted:
                findings += deploy(folder, home, options, record(options))
        if "permissions" in wanted:
            findings += permissions.judge(options, home)
        if policies:
            findings += policies.result()
    return findings


def record(options: argparse.Namespace) -> pathlib.Path | None:
    """The file for what is made, empty."""
    if not options.keep:
        return None
    file = pathlib.Path(options.keep).resolve()
    file.write_text("", encoding="utf-8")
    return file


def templates(folder: pathlib.Path) -> list[pathlib.Path]:
    found = [p for p in sorted(folder.rglob("*.yaml")) if "\nResources:" in p.read_text(encoding="utf-8")]
    if not found:
        raise Unable(f"{folder} has no CloudFormation template")
    return found


def lint(folder: pathlib.Path, home: pathlib.Path) -> list[Finding]:
    """Every level is asked for: errors, warnings and information."""
    ran = subprocess.run(
        [home / "python-aws" / "bin" / "cfn-lint", "--include-checks", "I", "--format", "json", "--", *map(str, templates(folder))],
        capture_output=True,
        text=True,
        check=False,
    )
    try:
        matches = json.loads(ran.stdout or "[]")
    except json.JSONDecodeError as error:
        raise Unable(f"cfn-lint could not be run: {ran.stderr[-3000:]}{ran.stdout[-500:]}") from error
    if ran.returncode != 0 and not matches:
        raise Unable(f"cfn-lint could not be run: {ran.stderr[-3000:]}")
    found = []
    for match in matches:
        start = match["Location"]["Start"]
        place = pathlib.Path(match["Filename"]).relative_to(folder)
        found.append(Finding(str(folder), "lint", f"{place}:{start['LineNumber']}", f"{match['Rule']['Id']}: {match['Message']}"))
    return found


def deploy(folder: pathlib.Path, home: pathlib.Path, options: argparse.Namespace, kept: pathlib.Path | None) -> list[Finding]:
    """Runs the folder's own `deploy.sh` for each account and its environments, up to the first stack that fails."""
    for account, places in places_of(folder, options).items():
        with simulated(account, options.environments, kept) as variables:
            variables = variables | {"JOBS": "4", "PATH": f"{home / 'python-aws' / 'bin'}:{variables['PATH']}"}
            for place in places:
                found = deploy_place(folder, place, home, variables)
                if found:
                    return found
    return []


def places_of(folder: pathlib.Path, options: argparse.Namespace) -> dict[str, list[pathlib.Path]]:
    """The folders with stacks, by the account that they are deployed in."""
    known = {e["name"]: str(e["account"]) for e in environments(options.environments) if e.get("account")}
    default = next(iter(known.values()), ACCOUNT)
    by_account: dict[str, list[pathlib.Path]] = {}
    for place in sorted(p.parent for p in folder.rglob(STACKS)):
        kind, name = place.relative_to(folder).parts[0], place.name
        if kind == "environments" and options.environment and name not in options.environment:
            continue
        # What is shared by the account comes first: `account` sorts before `environments`.
        account = name if kind == "accounts" else known.get(name, default) if kind == "environments" else default
        by_account.setdefault(account, []).append(place)
    if not by_account:
        raise Unable(f"{folder} has no {STACKS}")
    return by_account


def deploy_place(folder: pathlib.Path, place: pathlib.Path, home: pathlib.Path, variables: dict[str, str]) -> list[Finding]:
    with tempfile.TemporaryDirectory() as scratch:
        script = ["bash", folder / "deploy.sh", place.relative_to(folder)]
        ran = subprocess.run(list(map(str, script)), env=variables, cwd=scratch, capture_output=True, text=True, check=False)
    if ran.returncode == 0:
        return []
    said = Finding(str(folder), "deploy", str(place.relative_to(folder)), (ran.stderr + ran.stdout)[-2000:].strip())
    return [said, *failures(home / "python-aws" / "bin" / "aws", place, variables, folder)]


def failures(cli: pathlib.Path, place: pathlib.Path, variables: dict[str, str], folder: pathlib.Path) -> list[Finding]:
    found = []
    for stack in json.loads((place / STACKS).read_text(encoding="utf-8"))["stacks"]:
        asked = subprocess.run(
            [cli, "--region", stack["region"], "cloudformation", "describe-stack-events", "--stack-name", stack["name"]],
            env=variables,
            capture_output=True,
            text=True,
            check=False,
        )
        for event in json.loads(asked.stdout)["StackEvents"] if asked.returncode == 0 else []:
            if event["ResourceStatus"].endswith("FAILED"):
                why = f"{event['LogicalResourceId']}: {event.get('ResourceStatusReason', event['ResourceStatus'])}"
                found.append(Finding(str(folder), "deploy", str((place / stack["template"]).relative_to(folder)), why))
    return found
