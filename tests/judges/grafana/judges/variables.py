"""Every variable that is named is one of the dashboard's own or of Grafana's, and every one of its own is used."""

from __future__ import annotations

import re

from .model import Dashboard, Finding, Folder

NAMED = re.compile(r"\$(\w+)|\[\[(\w+?)(?::\w+)?\]\]|\$\{(\w+)(?:\.[^:^}]+)?(?::[^}]+)?\}")
BUILT_IN = {"__interval", "__rate_interval", "__range", "__all", "__value", "__field", "__data", "__url_time_range"}


def texts(node: object) -> list[str]:
    if isinstance(node, dict):
        return [text for value in node.values() for text in texts(value)]
    if isinstance(node, list):
        return [text for value in node for text in texts(value)]
    return [node] if isinstance(node, str) else []


def named(dashboard: Dashboard) -> set[str]:
    return {next(filter(None, match.groups())) for text in texts(dashboard.model) for match in NAMED.finditer(text)}


def judge(folders: list[Folder], _home) -> list[Finding]:
    found = []
    for folder in folders:
        for dashboard in folder.dashboards:
            say = lambda message: found.append(folder.finding("variables", dashboard.path, message))
            listed = dashboard.model.get("templating", {}).get("list", [])
            own = {variable["name"] for variable in listed}
            used = named(dashboard)
            for name in sorted(used - own - BUILT_IN):
                say(f"the variable {name} is not defined")
            # The environment is handed on by links even where no panel of this dashboard asks for it.
            for name in sorted(own - used - {"environment"}):
                say(f"the variable {name} is never used")
            for variable in listed:
                options, current = variable.get("options", []), variable.get("current")
                if options and current not in options:
                    say(f"what {variable['name']} begins with is none of its values")
                if variable["type"] == "custom":
                    written = [f"{option['text']} : {option['value']}" for option in options]
                    if variable.get("query") != ", ".join(written):
                        say(f"the query and the values of {variable['name']} differ")
    return found
