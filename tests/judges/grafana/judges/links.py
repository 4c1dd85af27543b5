"""Identifiers are short and used once; every link leads to a dashboard that is there, or to an address."""

from __future__ import annotations

import re

from .model import Finding, Folder
from .variables import texts

UID = re.compile(r"[a-zA-Z0-9_-]{1,40}")
ADDRESS = re.compile(r"https?://[^\s<>\"'(){}$\[\]]+")


def links_of(node: object) -> list[dict]:
    """Whatever has an address, at any depth."""
    if isinstance(node, dict):
        here = [node] if isinstance(node.get("url"), str) else []
        return here + [link for value in node.values() for link in links_of(value)]
    return [link for value in node for link in links_of(value)] if isinstance(node, list) else []


def judge(folders: list[Folder], _home) -> list[Finding]:
    found = []
    for folder in folders:
        uids: dict[str, str] = {}
        for dashboard in folder.dashboards:
            uid = dashboard.model.get("uid") or ""
            if not UID.fullmatch(uid):
                found.append(folder.finding("links", dashboard.path, f"no identifier of a dashboard: {uid!r}"))
            if uid in uids:
                found.append(folder.finding("links", dashboard.path, f"{uid} is {uids[uid]} already"))
            uids[uid] = dashboard.path
        for dashboard in folder.dashboards:
            for link in links_of(dashboard.model):
                local = re.fullmatch(r"/d/([^/?]+)(\?.*)?", link["url"])
                # The end of the identifier is the value of the row that is clicked.
                begins = local and local.group(1).removesuffix("${__value.raw}")
                if local and begins != local.group(1) and any(uid.startswith(begins) for uid in uids):
                    continue
                if local and local.group(1) not in uids:
                    found.append(folder.finding("links", dashboard.path, f"no dashboard has the identifier {local.group(1)}"))
                if not local and not ADDRESS.fullmatch(link["url"]):
                    found.append(folder.finding("links", dashboard.path, f"no address: {link['url']!r}"))
        alerts = folder.plan("alerting_rules") or {}
        for alert in alerts.get("alerts", []):
            if alert["dashboard"] not in uids:
                found.append(folder.finding("links", alert["id"], f"its dashboard {alert['dashboard']} is not there"))
        # The runbook of each alert is linked from a dashboard.
        linked = {text for dashboard in folder.dashboards for text in texts(dashboard.model)}
        for alert in alerts.get("alerts", []):
            if alert.get("runbook") and alert["runbook"] not in linked:
                found.append(folder.finding("links", alert["id"], "no panel links to its runbook"))
    return found
