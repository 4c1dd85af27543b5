"""Grafana's own SDK reads a dashboard and writes it again without losing a key."""

from __future__ import annotations

import json
import re

from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.cog.plugins import register_default_plugins
from grafana_foundation_sdk.models import dashboard as model

from .model import Finding, Folder

# Where Grafana 13 has more than the newest SDK on PyPI, which is of 11.6; the judge `types` knows these.
NEWER = [
    (re.compile(r"annotations\.list\[\]\.target\..*"), "a query, where the SDK knows only tags"),
    (re.compile(r"panels\[\]\.options\.(zoomToContent|tooltip\.mode)"), "options of the canvas"),
]


def paths(node: object, at: str = "") -> dict[str, object]:
    """Each leaf, and each empty collection, by its path."""
    if isinstance(node, dict) and node:
        return {p: v for key, value in node.items() for p, v in paths(value, f"{at}.{key}" if at else key).items()}
    if isinstance(node, list) and node:
        return {p: v for i, value in enumerate(node) for p, v in paths(value, f"{at}[{i}]").items()}
    return {at: node}


def judge(folders: list[Folder], _home) -> list[Finding]:
    register_default_plugins()
    found = []
    for folder in folders:
        for dashboard in folder.dashboards:
            try:
                read = model.Dashboard.from_json(json.loads(dashboard.text))
                written = paths(json.loads(json.dumps(read, cls=JSONEncoder)))
            except Exception as error:  # noqa: BLE001: whatever the SDK stumbles over
                found.append(folder.finding("round-trip", dashboard.path, f"the SDK can't read it: {error!r}"))
                continue
            for path, value in paths(dashboard.model).items():
                general = re.sub(r"\[\d+\]", "[]", path)
                if any(pattern.fullmatch(general) for pattern, _ in NEWER):
                    continue
                if path not in written and value not in ([], {}, None):
                    found.append(folder.finding("round-trip", dashboard.path, f"{path} is lost"))
                elif path in written and written[path] != value:
                    found.append(folder.finding("round-trip", dashboard.path, f"{path} becomes {written[path]!r}"))
    return found
