"""Runs the judges of a target and prints the findings."""

from __future__ import annotations

import argparse
import json
import pathlib
import sys
import time

from . import cloudformation, equivalence, script, terraform
from .model import Unable

TARGETS = {"terraform": terraform, "cloudformation": cloudformation, "equivalence": equivalence, "script": script}


def main(arguments: list[str], home: pathlib.Path) -> int:
    parser = argparse.ArgumentParser(prog="judge")
    parser.add_argument("target", choices=TARGETS)
    parser.add_argument("folders", nargs="*", metavar="FOLDER")
    parser.add_argument("--list", action="store_true", help="print the judges' names and judge nothing")
    parser.add_argument("--format", choices=["human", "json"], default="human")
    parser.add_argument("--only", action="append", metavar="JUDGE", help="run only this judge")
    parser.add_argument("--environments", metavar="FILE", help="environment_configurations.yaml")
    parser.add_argument("--environment", action="append", metavar="ENV", help="only this environment")
    parser.add_argument("--apply", "--deploy", action="store_true", help="make the resources too, in a simulated AWS")
    parser.add_argument("--keep", metavar="FILE", help="write down what was made, for the judge of equivalence")
    parser.add_argument("--planned", action="store_true", help="equivalence: plan with Terraform, and leave out what only an apply knows")
    parser.add_argument("--prove", action="store_true", help="equivalence: see that each change of what was made is found")
    parser.add_argument("--all-fixtures", action="store_true", help="the folders are all there are: a suppression that none needs is a finding")
    parser.add_argument("--timings", action="store_true", help="print how long it took, on standard error")
    options = parser.parse_intermixed_args(arguments)
    target = TARGETS[options.target]
    if options.list:
        print(*target.JUDGES, sep="\n")
        return 0
    for folder in options.folders or parser.error("no folder is given"):
        if not pathlib.Path(folder).is_dir():
            parser.error(f"{folder} is not a folder")
    options.folders = [str(pathlib.Path(folder).resolve()) for folder in options.folders]
    for name in options.only or []:
        if name not in target.JUDGES:
            parser.error(f"{options.target} has no judge {name}")
    started = time.monotonic()
    try:
        findings = sorted(set(target.judge(options, home)))
    except Unable as error:
        print(error, file=sys.stderr)
        return 2
    if options.timings:
        sys.stderr.write(f"{options.target} {time.monotonic() - started:.1f} s\n")
    if options.format == "json":
        json.dump([vars(finding) for finding in findings], sys.stdout, indent=1)
        print()
    else:
        for finding in findings:
            print(f"{finding.folder}: [{finding.judge}] {finding.where}: {finding.message}")
        print(f"{len(options.folders)} folders, {len(findings)} findings")
    return 1 if findings else 0
