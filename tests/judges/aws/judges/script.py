"""Judge `script`: how `deploy.sh` behaves, in a simulated AWS: waves, failures, plans, drift, and what it leaves behind.

A FOLDER is a sample as `cloudformation/good`; it is judged in a copy, whose stacks are those of STACKS: one before the
wave, two in it, one after it.
"""

from __future__ import annotations

import argparse
import json
import pathlib
import shutil
import subprocess
import tempfile
from collections.abc import Iterator

from .model import ACCOUNT, REGION, Finding, simulated

JUDGES = ["script"]
PLACE = "environments/production"
NAME = "shop-production-"
# Each stack with its wave, and what it makes: a group of logs.
STACKS = {"first": 0, "left": 1, "right": 1, "last": 2}
TEMPLATE = """AWSTemplateFormatVersion: '2010-09-09'
Description: {name} of the judge.
Resources:
  Logs:
    Type: AWS::Logs::LogGroup
    Properties:
      LogGroupName: /shop/production/{group}
      RetentionInDays: {days}
"""
# Between a user and the AWS CLI: when which deployment begins and ends.
WATCHED = """#!/usr/bin/env bash
if [ "$1 $2" = "cloudformation deploy" ] && [[ " $* " != *" --no-execute-changeset "* ]]; then
  printf 'begin %s\\n' "$4" >>"$WATCHED"
  "$AWS" "$@"
  code=$?
  printf 'end %s\\n' "$4" >>"$WATCHED"
  exit "$code"
fi
exec "$AWS" "$@"
"""


def judge(options: argparse.Namespace, home: pathlib.Path) -> list[Finding]:
    findings = []
    for folder in map(pathlib.Path, options.folders):
        with tempfile.TemporaryDirectory(prefix="pathc-script-") as scratch, simulated(ACCOUNT, None) as variables:
            copy = pathlib.Path(scratch, "cloudformation")
            shutil.copytree(folder, copy)
            user = User(copy, pathlib.Path(scratch), home, variables)
            said = list(deploys(user))
            # A drift is looked for by what a plan does: not where that is wrong already.
            said += [] if said else drifts(user)
            findings += [Finding(str(folder), "script", "deploy.sh", one) for one in said]
    return findings


def deploys(user: User) -> Iterator[str]:
    """What a user does, one thing after the other; gives what is not as it should be."""
    for name in STACKS:
        user.write(name)

    ran = user.runs("--plan")
    yield from user.expects("a plan of nothing", ran, 0, {name: "is new" for name in STACKS})
    if user.stacks():
        yield f"a plan of nothing makes {sorted(user.stacks())}"

    user.write("left", group="first")
    ran = user.runs(jobs=4)
    yield from user.expects("a stack that fails", ran, 1, {"first": "deployed", "left": "failed", "right": "deployed"})
    if f"failed: {NAME}left;" not in ran.stderr or "already exists" not in ran.stderr:
        yield f"a stack that fails: nobody is told which, and why: {ran.stderr}"
    if f"{NAME}last" in user.stacks():
        yield "a stack that fails: what comes after its wave is deployed"
    if user.at_once() < 2:
        yield "the stacks of a wave wait for each other"
    if user.events("begin")[:1] != user.events("end")[:1]:
        yield "a wave begins before the one before has ended"

    user.write("left")
    ran = user.runs(jobs=1)
    yield from user.expects("the same mended", ran, 0, {"first": "no changes", "left": "deployed", "right": "no changes", "last": "deployed"})
    if user.at_once() > 1:
        yield "JOBS=1 deploys several stacks at once"
    yield from user.leaves_nothing("a deployment")

    user.write("right", days=90)
    ran = user.runs("--plan")
    yield from user.expects("a plan", ran, 0, {"first": "no changes", "left": "no changes", "right": "Modify\tLogs", "last": "no changes"})
    yield from user.leaves_nothing("a plan")


def drifts(user: User) -> Iterator[str]:
    user.write("right")
    yield from user.expects("drift where there is none", user.runs("--drift"), 0, {name: "no changes" for name in STACKS})
    user.changes_by_hand(f"{NAME}left", "Logs")
    yield from user.expects("drift by hand", user.runs("--drift"), 1, {"left": "MODIFIED\tLogs", "right": "no changes"})


class User:
    """Somebody with a shell in the folder."""

    def __init__(self, folder: pathlib.Path, scratch: pathlib.Path, home: pathlib.Path, variables: dict[str, str]) -> None:
        self.folder, self.scratch = folder, scratch
        self.watched = scratch / "watched"
        programs = scratch / "bin"
        programs.mkdir()
        (programs / "aws").write_text(WATCHED, encoding="utf-8")
        (programs / "aws").chmod(0o755)
        self.variables = variables | {
            "AWS": str(home / "python-aws" / "bin" / "aws"),
            "WATCHED": str(self.watched),
            "POLL_SECONDS": "0",
            "PATH": f"{programs}:{variables['PATH']}",
        }
        place = folder / PLACE
        stack = {"region": REGION, "stack_policy": "stack-policy.json", "termination_protection": False, "tags": {"System": "shop"}}
        listed = [{"name": f"{NAME}{name}", "template": f"{name}.yaml", "wave": wave} | stack for name, wave in STACKS.items()]
        (place / "stacks.json").write_text(json.dumps({"stacks": listed}), encoding="utf-8")

    def write(self, name: str, group: str | None = None, days: int = 30) -> None:
        text = TEMPLATE.format(name=name, group=group or name, days=days)
        (self.folder / PLACE / f"{name}.yaml").write_text(text, encoding="utf-8")

    def runs(self, *options: str, jobs: int = 1) -> subprocess.CompletedProcess:
        self.watched.write_text("", encoding="utf-8")
        command = ["bash", str(self.folder / "deploy.sh"), *options, PLACE]
        return subprocess.run(command, env=self.variables | {"JOBS": str(jobs)}, cwd=self.scratch, capture_output=True, text=True, check=False)

    def expects(self, what: str, ran: subprocess.CompletedProcess, code: int, said: dict[str, str]) -> Iterator[str]:
        if ran.returncode != code:
            yield f"{what}: ends with {ran.returncode} instead of {code}: {ran.stderr}{ran.stdout}"
        for name, words in said.items():
            if f"{NAME}{name}: {words}" not in ran.stdout + ran.stderr:
                yield f"{what}: `{name}: {words}` is not said: {ran.stdout}{ran.stderr}"

    def cloud(self) -> object:
        import boto3

        keys = {"aws_access_key_id": "simulated", "aws_secret_access_key": "simulated"}
        return boto3.client("cloudformation", region_name=REGION, endpoint_url=self.variables["AWS_ENDPOINT_URL"], **keys)

    def stacks(self) -> dict[str, str]:
        return {stack["StackName"]: stack["StackStatus"] for stack in self.cloud().describe_stacks()["Stacks"]}

    def leaves_nothing(self, what: str) -> Iterator[str]:
        left = [f"{one['StackName']} {one['Status']}" for one in self.cloud().list_change_sets(StackName=f"{NAME}first")["Summaries"] if not one["ExecutionStatus"].startswith("EXECUTE")]
        if left:
            yield f"{what} leaves change sets behind: {sorted(left)}"

    def changes_by_hand(self, stack: str, resource: str) -> None:
        """Says so to the simulated AWS, by a parameter that it reads."""
        import boto3

        keys = {"aws_access_key_id": "simulated", "aws_secret_access_key": "simulated"}
        client = boto3.client("ssm", region_name=REGION, endpoint_url=self.variables["AWS_ENDPOINT_URL"], **keys)
        client.put_parameter(Name=f"/simulated/changed-by-hand/{stack}", Value=resource, Type="String")

    def events(self, kind: str) -> list[str]:
        lines = self.watched.read_text(encoding="utf-8").splitlines()
        return [line.split(" ", 1)[1] for line in lines if line.startswith(kind)]

    def at_once(self) -> int:
        """How many deployments ran at the same time."""
        running = most = 0
        for line in self.watched.read_text(encoding="utf-8").splitlines():
            running += 1 if line.startswith("begin") else -1
            most = max(most, running)
        return most
