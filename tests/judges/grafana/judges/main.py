"""Loads the folders, runs the judges, prints the findings."""

from __future__ import annotations

import argparse
import concurrent.futures
import json
import pathlib
import sys
import time

from . import layout, links, panels, provisioning, queries, round_trip, types, variables
from .model import Finding, Folder, Unable

# By name. Each takes all folders at once and returns the findings.
JUDGES = {
    "types": types.judge,
    "round-trip": round_trip.judge,
    "layout": layout.judge,
    "panels": panels.judge,
    "variables": variables.judge,
    "queries": queries.judge,
    "links": links.judge,
    "provisioning": provisioning.judge,
}


def main(arguments: list[str], home: pathlib.Path) -> int:
    parser = argparse.ArgumentParser(prog="judge", description=__doc__)
    parser.add_argument("--list", action="store_true", help="print the judges' names and judge nothing")
    parser.add_argument("folders", nargs="*", metavar="FOLDER")
    parser.add_argument("--format", choices=["human", "json"], default="human")
    parser.add_argument("--only", action="append", choices=list(JUDGES), help="run only this judge")
    parser.add_argument("--plans", metavar="DIR", help="the deliverables of the system")
    parser.add_argument("--timings", action="store_true", help="print how long each judge took, on standard error")
    options = parser.parse_args(arguments)
    if options.list:
        print(*JUDGES, sep="\n")
        return 0
    if not options.folders:
        parser.error("no folder is given")
    folders = []
    for path in options.folders:
        if not (pathlib.Path(path) / "dashboards").is_dir():
            parser.error(f"{path} has no dashboards")
        beside = pathlib.Path(path).parent / "path"
        plans = pathlib.Path(options.plans) if options.plans else beside if beside.is_dir() else None
        folders.append(Folder(path, plans))

    def run(name: str) -> list[Finding]:
        started = time.monotonic()
        found = JUDGES[name](folders, home)
        if options.timings:
            sys.stderr.write(f"{name:14} {time.monotonic() - started:6.2f} s\n")
        return found

    findings: list[Finding] = []
    with concurrent.futures.ThreadPoolExecutor() as pool:
        try:
            for found in pool.map(run, options.only or JUDGES):
                findings += found
        except Unable as error:
            print(error, file=sys.stderr)
            return 2
    findings = sorted(set(findings))
    if options.format == "json":
        json.dump([vars(f) for f in findings], sys.stdout, indent=1)
        print()
    else:
        for f in findings:
            print(f"{f.folder}: [{f.judge}] {f.where}: {f.message}")
        print(f"{sum(len(f.dashboards) for f in folders)} dashboards, {len(findings)} findings")
    return 1 if findings else 0
