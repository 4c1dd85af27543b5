"""Panels of types that Grafana has, with units that it knows, a title, and a query where they show data."""

from __future__ import annotations

import importlib
import typing

from .model import Finding, Folder, place

# The plugins of core Grafana 13; what was removed with AngularJS is not among them.
TYPES = set(
    "alertlist annolist barchart bargauge candlestick canvas dashlist gauge geomap heatmap histogram logs nodeGraph"
    " piechart row stat state-timeline status-history table text timeseries trend xychart".split()
)


def units() -> set[str]:
    module = importlib.import_module("grafana_foundation_sdk.models.units")
    return {value for value in vars(module).values() if isinstance(value, str)}


def judge(folders: list[Folder], _home) -> list[Finding]:
    known = units()
    found = []
    for folder in folders:
        for dashboard in folder.dashboards:
            for panel in dashboard.panels:
                say = lambda message: found.append(folder.finding("panels", place(dashboard, panel), message))
                if panel.get("type") not in TYPES:
                    say(f"Grafana has no panel of type {panel.get('type')!r}")
                if not (panel.get("title") or "").strip():
                    say("it has no title")
                if panel.get("type") in ("row", "text"):
                    continue
                config = panel.get("fieldConfig", {})
                used = [config.get("defaults", {}).get("unit")]
                for override in config.get("overrides", []):
                    used += [p.get("value") for p in override["properties"] if p["id"] == "unit"]
                for unit in used:
                    if unit is not None and unit not in known and not str(unit).startswith("suffix:"):
                        say(f"Grafana has no unit {unit!r}")
                if used[0] is None:
                    say("its numbers have no unit")
                drawn = panel.get("options", {}).get("root", {}).get("elements")
                if not panel.get("targets") and not drawn:
                    say("it asks for nothing")
                refs = [target.get("refId") for target in panel.get("targets", [])]
                if len(refs) != len(set(refs)):
                    say("two of its queries have one refId")
                steps = [step["value"] for step in config.get("defaults", {}).get("thresholds", {}).get("steps", [])]
                if steps and (steps[0] is not None or None in steps[1:] or steps[1:] != sorted(set(steps[1:]))):
                    say(f"its thresholds do not ascend: {steps}")
    return found
