"""Provisioning files have the form that Grafana's documentation states."""

from __future__ import annotations

import pathlib

from .model import Finding, Folder

DATASOURCE = {
    "name": str, "uid": str, "type": str, "access": str, "url": str, "isDefault": bool, "editable": bool, "jsonData": dict,
}
PROVIDER = {
    "name": str, "orgId": int, "folder": str, "folderUid": str, "type": str, "disableDeletion": bool,
    "allowUiUpdates": bool, "updateIntervalSeconds": int, "options": dict,
}  # fmt: skip
NEEDED = {"datasources": {"name", "uid", "type", "access", "url"}, "providers": {"name", "type", "options"}}


def judge(folders: list[Folder], _home) -> list[Finding]:
    found = []
    for folder in folders:
        sources = []
        kinds = set()
        for path, document in folder.provisioning.items():
            say = lambda message: found.append(folder.finding("provisioning", path, message))
            key, form = ("datasources", DATASOURCE) if "datasources/" in path else ("providers", PROVIDER)
            if not isinstance(document, dict) or document.get("apiVersion") != 1 or set(document) != {"apiVersion", key}:
                say(f"it is not `apiVersion: 1` with `{key}`")
                continue
            kinds.add(key)
            for entry in document[key]:
                for name, value in entry.items():
                    if name not in form or type(value) is not form[name]:
                        say(f"{name}: {value!r} is nothing that Grafana reads")
                if missing := NEEDED[key] - set(entry):
                    say(f"{', '.join(sorted(missing))} is missing")
                if key == "datasources":
                    sources.append(entry)
                elif not pathlib.PurePosixPath(entry.get("options", {}).get("path", "")).is_absolute():
                    say("the dashboards have no absolute path")
        for key in sorted({"datasources", "providers"} - kinds):
            found.append(folder.finding("provisioning", "provisioning", f"no file has {key}"))
        if sum(bool(source.get("isDefault")) for source in sources) != 1:
            found.append(folder.finding("provisioning", "provisioning", "there is not one default data source"))
        uids = {source.get("uid") for source in sources}
        for dashboard in folder.dashboards:
            for variable in dashboard.model.get("templating", {}).get("list", []):
                if variable["type"] == "datasource" and variable["current"]["value"] not in uids:
                    found.append(folder.finding("provisioning", dashboard.path, "its data source is not provisioned"))
    return found
