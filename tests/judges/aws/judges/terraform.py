"""Terraform's own judgement: format, validation, a plan, and - in a simulated AWS - an apply with nothing left to do.

Each root is judged in a copy, with an override file that takes the remote state away. A warning is a finding too.
"""

from __future__ import annotations

import argparse
import concurrent.futures
import contextlib
import glob
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile

from collections.abc import Callable

from . import checkov_policies
from .facts import UNKNOWN
from .model import ACCOUNT, REGION, Finding, Unable, environments, simulated

JUDGES = ["fmt", "validate", "plan", "apply", "second-plan", "moved", "checkov"]
OVERRIDE = "pathc_judge_override.tf"
# A folder with what a later build wrote: laid over what was applied, it may destroy nothing.
LATER = "later"
# A task definition is a revision of its own: the one before stays for who goes back to it.
REVISIONS = ("aws_ecs_task_definition",)
# The order in which a person would run the roots. None looks up what another makes.
ORDER = ["bootstrap", "account", "environments"]


def judge(options: argparse.Namespace, home: pathlib.Path) -> list[Finding]:
    wanted = options.only or [name for name in JUDGES if options.apply or name not in ("apply", "second-plan", "moved")]
    findings: list[Finding] = []
    with concurrent.futures.ThreadPoolExecutor() as pool:
        policies = pool.submit(checkov_policies.judge, "terraform", options, home) if "checkov" in wanted else None
        for folder in map(pathlib.Path, options.folders):
            findings += judge_folder(folder, wanted, options)
        if policies:
            findings += policies.result()
    return findings


def judge_folder(folder: pathlib.Path, wanted: list[str], options: argparse.Namespace) -> list[Finding]:
    findings = formatted(folder) if "fmt" in wanted else []
    rest = [name for name in wanted if name not in ("fmt", "checkov")]
    if not rest:
        return findings
    with tempfile.TemporaryDirectory(prefix="pathc-terraform-") as scratch:
        copy = pathlib.Path(scratch, "terraform")
        shutil.copytree(folder, copy)
        found, applied = run_roots(folder, copy, rest, options)
    if options.keep:
        pathlib.Path(options.keep).write_text(json.dumps(applied, indent=1), encoding="utf-8")
    return findings + found


def run_roots(folder: pathlib.Path, copy: pathlib.Path, wanted: list[str], options: argparse.Namespace, start: Callable[[str], contextlib.AbstractContextManager[dict[str, str]]] | None = None):
    """Runs the roots, some at once; gives the findings, and the resources of each root that was applied.

    `start`: makes the simulated AWS of an account.
    """
    start = start or (lambda account: simulated(account, options.environments))
    roots = [root for root in roots_of(copy) if taken(root.relative_to(copy), options.environment)]
    if not roots:
        raise Unable(f"{folder} has no Terraform root")
    default = next((str(e["account"]) for e in environments(options.environments) if e.get("account")), ACCOUNT)
    accounts = {root: account_of(root, default) for root in roots}
    findings: list[Finding] = []
    applied: dict[str, list[dict]] = {}
    with contextlib.ExitStack() as servers:
        variables = {
            account: servers.enter_context(start(account)) for account in sorted(set(accounts.values()))
        }

        def judged(root: pathlib.Path) -> Step:
            own = variables[accounts[root]]
            own = own | {"TF_IN_AUTOMATION": "1", "CHECKPOINT_DISABLE": "1", "AWS_REGION": own.get("AWS_REGION", REGION)}
            override(root)
            step = Step(folder, str(root.relative_to(copy)), root, own)
            step.judge(wanted)
            return step

        # An apply waits most of the time; a plan computes.
        with concurrent.futures.ThreadPoolExecutor(6 if "apply" in wanted else 2) as pool:
            steps = list(pool.map(judged, roots))
        if "moved" in wanted and (copy / LATER).is_dir():
            lay_over(copy / LATER, copy)
            for step in steps:
                if step.applied is not None and not step.findings:
                    step.moved()
        for step in steps:
            findings += step.findings
            if step.applied is not None:
                applied[step.name] = [resource | {"account": accounts[step.root], "root": step.name} for resource in step.applied]
    return findings, applied


def lay_over(later: pathlib.Path, copy: pathlib.Path) -> None:
    """Puts what a later build wrote in the place of what was there; states and overrides stay."""
    for path in copy.rglob("*.tf"):
        if not path.is_relative_to(later) and path.name != OVERRIDE:
            path.unlink()
    shutil.copytree(later, copy, dirs_exist_ok=True)


def account_of(root: pathlib.Path, default: str) -> str:
    """The account that a root's provider lets it change."""
    texts = "\n".join(path.read_text(encoding="utf-8") for path in sorted(root.glob("*.tf")))
    found = re.search(r'allowed_account_ids\s*=\s*\["(\d+)"\]', texts)
    return found[1] if found else default


class Step:
    """One root, and what Terraform says of it."""

    def __init__(self, folder: pathlib.Path, name: str, root: pathlib.Path, variables: dict[str, str]) -> None:
        self.folder, self.name, self.root, self.variables = folder, name, root, variables
        self.findings: list[Finding] = []
        self.applied: list[dict] | None = None

    def judge(self, wanted: list[str]) -> None:
        backend = "-backend=false" if wanted == ["validate"] else "-reconfigure"
        if not self.run("validate" if "validate" in wanted else wanted[0], "init", backend, "-input=false", "-plugin-dir", plugins()):
            return
        if "validate" in wanted:
            self.validate()
        if "apply" in wanted and not self.findings:
            self.apply("second-plan" in wanted)
            self.applied = self.resources()
        elif "keep-plan" in wanted and not self.findings:
            self.applied = self.planned()
        elif "plan" in wanted and not self.findings:
            self.plan()

    def terraform(self, *arguments: str) -> subprocess.CompletedProcess:
        return subprocess.run(["terraform", f"-chdir={self.root}", *arguments], env=self.variables, capture_output=True, text=True, check=False)

    def add(self, judge: str, message: str) -> None:
        self.findings.append(Finding(str(self.folder), judge, self.name, message.replace(str(self.root), self.name).strip()))

    def run(self, judge: str, *arguments: str) -> bool:
        ran = self.terraform(*arguments, "-no-color")
        if ran.returncode != 0:
            self.add(judge, (ran.stderr or ran.stdout)[-3000:])
        return ran.returncode == 0

    def validate(self) -> None:
        ran = self.terraform("validate", "-json")
        for diagnostic in json.loads(ran.stdout)["diagnostics"]:
            self.add("validate", shown(diagnostic))

    def events(self, judge: str, *arguments: str) -> tuple[int, list[dict]]:
        ran = self.terraform(*arguments, "-json", "-input=false")
        events = [json.loads(line) for line in ran.stdout.splitlines() if line.startswith("{")]
        said = [event for event in events if event.get("type") == "diagnostic"]
        for event in said:
            self.add(judge, shown(event["diagnostic"]))
        if ran.returncode == 1 and not said:
            self.add(judge, ran.stderr[-3000:] or "failed and said nothing")
        return ran.returncode, events

    def plan(self) -> None:
        self.events("plan", "plan", "-lock=false")

    def apply(self, again: bool) -> None:
        self.events("apply", "apply", "-auto-approve", "-parallelism=30")
        if again and not self.findings:
            code, events = self.events("second-plan", "plan", "-lock=false", "-detailed-exitcode")
            for event in events:
                if event.get("type") == "planned_change":
                    what = event["change"]
                    self.add("second-plan", f"{what['action']} {what['resource']['addr']}")
            if code != 0 and not self.findings:
                self.add("second-plan", "the plan is not empty: outputs change")

    def moved(self) -> None:
        _, events = self.events("moved", "plan", "-lock=false")
        for event in events:
            if event.get("type") != "planned_change":
                continue
            what = event["change"]
            if what["action"] in ("delete", "replace") and what["resource"]["resource_type"] not in REVISIONS:
                self.add("moved", f"{what['action']} {what['resource']['addr']}")

    def planned(self) -> list[dict]:
        """What an apply would make, as far as a plan knows it."""
        self.events("plan", "plan", "-lock=false", "-out=kept")
        if self.findings:
            return []
        asked = self.terraform("show", "-json", "kept")
        if asked.returncode != 0:
            raise Unable(asked.stderr)
        changes = [one for one in json.loads(asked.stdout).get("resource_changes", []) if one["mode"] == "managed"]
        return [{"type": one["type"], "address": one["address"], "values": with_unknown(one["change"]["after"], one["change"]["after_unknown"])} for one in changes]

    def resources(self) -> list[dict]:
        shown_state = self.terraform("show", "-json")
        if shown_state.returncode != 0:
            raise Unable(shown_state.stderr)
        found: list[dict] = []
        collect(json.loads(shown_state.stdout).get("values", {}).get("root_module", {}), found)
        return found


def with_unknown(known: object, unknown: object) -> object:
    """What a plan knows, and UNKNOWN where only an apply will."""
    if unknown is True:
        return UNKNOWN
    if isinstance(unknown, dict):
        known = known if isinstance(known, dict) else {}
        return known | {key: with_unknown(known.get(key), inner) for key, inner in unknown.items() if inner not in (False, {}, [])}
    if isinstance(unknown, list) and isinstance(known, list):
        return [with_unknown(one, unknown[at] if at < len(unknown) else False) for at, one in enumerate(known)]
    return known


def collect(module: dict, found: list[dict]) -> None:
    found += [r for r in module.get("resources", []) if r["mode"] == "managed"]
    for child in module.get("child_modules", []):
        collect(child, found)


def shown(diagnostic: dict) -> str:
    place = diagnostic.get("range") or {}
    where = f"{place.get('filename')}:{place.get('start', {}).get('line')}: " if place else ""
    address = f"{diagnostic['address']}: " if diagnostic.get("address") else ""
    return f"{where}{address}{diagnostic['severity']}: {diagnostic['summary']}: {diagnostic.get('detail', '')}"


def formatted(folder: pathlib.Path) -> list[Finding]:
    ran = subprocess.run(["terraform", "fmt", "-check", "-recursive", "-diff", "-no-color", str(folder)], env=os.environ | {"TF_CLI_CONFIG_FILE": os.devnull}, capture_output=True, text=True, check=False)
    if ran.returncode == 0 and not ran.stdout.strip():
        return []
    return [Finding(str(folder), "fmt", ".", (ran.stdout + ran.stderr).replace(f"{folder}/", "")[:3000])]


def roots_of(folder: pathlib.Path) -> list[pathlib.Path]:
    """Folders that Terraform is run in: those that configure a provider; in the order in which a person would run them."""
    files = [path for path in folder.rglob("*.tf") if path.relative_to(folder).parts[0] != LATER]
    roots = {path.parent for path in files if re.search(r'^provider "', path.read_text(encoding="utf-8"), re.M)}

    def order(root: pathlib.Path) -> tuple[int, str]:
        first = root.relative_to(folder).parts[:1]
        known = [index for index, name in enumerate(ORDER) if first and first[0].startswith(name)]
        return (known[0] if known else len(ORDER), str(root))

    return sorted(roots, key=order)


def taken(root: pathlib.Path, only: list[str] | None) -> bool:
    return not only or root.parts[:1] != ("environments",) or root.parts[1] in only


def override(root: pathlib.Path) -> None:
    """State stays in the copy; buckets are asked for by path, because loopback has no host for each; what the simulation lacks
    is said soon, instead of being asked for again for many minutes."""
    texts = "\n".join(path.read_text(encoding="utf-8") for path in sorted(root.glob("*.tf")))
    blocks = ['terraform {\n  backend "local" {}\n}\n']
    for block in re.findall(r'^provider "aws" \{(.*?)^\}', texts, re.M | re.S):
        alias = re.search(r'^\s*alias\s*=\s*"([^"]+)"', block, re.M)
        line = f'  alias             = "{alias[1]}"\n' if alias else ""
        blocks.append(f'provider "aws" {{\n{line}  s3_use_path_style = true\n  max_retries       = 3\n}}\n')
    (root / OVERRIDE).write_text("\n".join(blocks), encoding="utf-8")


def plugins() -> str:
    """The folder with the provider: as PATHC_TERRAFORM_PLUGINS says, else where machines keep theirs."""
    given = os.environ.get("PATHC_TERRAFORM_PLUGINS")
    known = [os.path.expanduser("~/.terraform.d/plugins"), "/usr/share/terraform/plugins", *sorted(glob.glob("/opt/*plugins*"))]
    for folder in [given] if given else known:
        if os.path.isdir(os.path.join(folder, "registry.terraform.io", "hashicorp", "aws")):
            return folder
    raise Unable("no folder of Terraform providers is known: set PATHC_TERRAFORM_PLUGINS")


