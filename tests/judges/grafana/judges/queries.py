"""Every query is PromQL, and asks for series that somebody exposes or records."""

from __future__ import annotations

import pathlib
import re
import subprocess
import tempfile

import yaml

from .model import Finding, Folder, Unable, place

# What a viewer could choose.
CHOSEN = {"__rate_interval": "1m", "__interval": "30s", "__range": "6h", "environment": "shop", "instance": ".*", "datasource": "prometheus"}
# Series that Prometheus makes of itself.
OWN = {"up", "ALERTS", "ALERTS_FOR_STATE", "scrape_duration_seconds"}
NAME = re.compile(r"([a-zA-Z_:][a-zA-Z0-9_:]*)\s*\{")


def filled(expression: str) -> str:
    def value(match: re.Match) -> str:
        return CHOSEN.get(match.group(1) or match.group(2), match.group(0))

    return re.sub(r"\$(\w+)|\$\{(\w+)(?::\w+)?\}", value, expression)


def queries(folder: Folder) -> list[tuple[str, str]]:
    found = []
    for dashboard in folder.dashboards:
        for panel in dashboard.panels:
            found += [(place(dashboard, panel), target.get("expr", "")) for target in panel.get("targets", [])]
        for annotation in dashboard.model.get("annotations", {}).get("list", []):
            if "expr" in annotation.get("target", {"expr": ""}) and "target" in annotation:
                found.append((f"{dashboard.path}: annotation {annotation['name']}", annotation["target"].get("expr", "")))
        for variable in dashboard.model.get("templating", {}).get("list", []):
            asked = variable.get("query")
            if isinstance(asked, dict):
                asked = asked["query"]
                match = re.fullmatch(r"label_values\((.*), ?\w+\)", asked, re.S)
                found.append((f"{dashboard.path}: variable {variable['name']}", match.group(1) if match else asked))
    return found


def known_metrics(folder: Folder) -> set[str] | None:
    plan = folder.plan("monitoring_configurations")
    if plan is None:
        return None
    known = set(OWN)
    for metric in (m for component in plan.get("catalogue", []) for m in component.get("metrics", [])):
        endings = {"histogram": ["", "_bucket", "_sum", "_count"], "summary": ["", "_sum", "_count"]}
        known |= {metric["name"] + ending for ending in endings.get(metric["kind"], [""])}
    for exporter in plan.get("exporters", []):
        known |= set(exporter.get("metrics", []))
    for path in sorted(rules(folder).rglob("*.yaml")):
        for document in yaml.load_all(path.read_text("utf-8"), yaml.CSafeLoader):
            body = document.get("spec", document) if isinstance(document, dict) else {}
            for group in body.get("groups", []) if isinstance(body, dict) else []:
                known |= {rule["record"] for rule in group.get("rules", []) if "record" in rule}
    return known


def rules(folder: Folder) -> pathlib.Path:
    return pathlib.Path(folder.path).parent / "prometheus"


def judge(folders: list[Folder], home: pathlib.Path) -> list[Finding]:
    promtool = home / "debian/root/usr/bin/promtool"
    found = []
    for folder in folders:
        asked = queries(folder)
        for where, text in asked:
            if not text.strip():
                found.append(folder.finding("queries", where, "a query is empty"))
        # One rule a query: promtool says which does not parse.
        checked = [{"record": f"query:{number}", "expr": filled(text)} for number, (_, text) in enumerate(asked)]
        with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
            yaml.dump({"groups": [{"name": "queries", "rules": checked}]}, file, Dumper=yaml.CSafeDumper, width=10**6)
            file.flush()
            try:
                ran = subprocess.run([promtool, "check", "rules", file.name], capture_output=True, text=True)
            except OSError as error:
                raise Unable(f"promtool: {error}") from error
        said = ran.stdout + ran.stderr
        wrong = re.findall(r'rule \d+, "query:(\d+)".*?: (.*)', said)
        if ran.returncode != 0 and not wrong:
            raise Unable(f"promtool: {said}")
        for number, message in wrong:
            where, text = asked[int(number)]
            found.append(folder.finding("queries", where, f"{message.strip()}: {text}"))
        known = known_metrics(folder)
        for where, text in asked if known is not None else []:
            # What stands between quotes is no name of a metric.
            bare = re.sub(r'"(?:\\.|[^"\\])*"', '""', text)
            for name in sorted(set(NAME.findall(bare)) - known):
                # Without the rules beside them nobody can say which series they record.
                if name.startswith("slo:") and not rules(folder).is_dir():
                    continue
                found.append(folder.finding("queries", where, f"nothing exposes {name}: {text}"))
    return found
