"""What is judged, and what a judge says."""

from __future__ import annotations

import dataclasses
import functools
import json
import pathlib

import yaml


@dataclasses.dataclass(frozen=True, order=True)
class Finding:
    folder: str
    judge: str
    where: str
    message: str


class Unable(Exception):
    """A judge could not be run."""


@dataclasses.dataclass(frozen=True)
class Dashboard:
    path: str
    text: str
    model: dict

    @property
    def panels(self) -> list[dict]:
        """All panels, those of collapsed rows too, and the rows themselves."""
        found = []
        for panel in self.model.get("panels", []):
            found.append(panel)
            found += panel.get("panels", [])
        return found


@dataclasses.dataclass(frozen=True)
class Folder:
    path: str
    plans: pathlib.Path | None

    @functools.cached_property
    def dashboards(self) -> list[Dashboard]:
        files = sorted((pathlib.Path(self.path) / "dashboards").rglob("*.json"))
        return [Dashboard(str(f.relative_to(self.path)), t := f.read_text("utf-8"), json.loads(t)) for f in files]

    @functools.cached_property
    def provisioning(self) -> dict[str, object]:
        files = sorted((pathlib.Path(self.path) / "provisioning").rglob("*.yaml"))
        return {str(f.relative_to(self.path)): yaml.safe_load(f.read_text("utf-8")) for f in files}

    def plan(self, name: str) -> dict | None:
        if self.plans is None:
            return None
        return yaml.load((self.plans / f"monitoring_systems/{name}.yaml").read_text("utf-8"), yaml.CSafeLoader)

    def finding(self, judge: str, where: str, message: str) -> Finding:
        return Finding(self.path, judge, where, message)


def place(dashboard: Dashboard, panel: dict) -> str:
    return f"{dashboard.path}: panel {panel.get('id')} {panel.get('title')!r}"
