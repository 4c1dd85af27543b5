"""Provisioning files have the form that Grafana's documentation states."""

from __future__ import annotations

import json
import pathlib
import subprocess

import yaml

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
        found += config_maps(folder)
        uids = {source.get("uid") for source in sources}
        for dashboard in folder.dashboards:
            for variable in dashboard.model.get("templating", {}).get("list", []):
                if variable["type"] == "datasource" and variable["current"]["value"] not in uids:
                    found.append(folder.finding("provisioning", dashboard.path, "its data source is not provisioned"))
    return found


# What the API server takes of one object.
SIZE_LIMIT = 1 << 20


def config_maps(folder: Folder) -> list[Finding]:
    """Where the dashboards are a kustomization, each is a labelled ConfigMap with one file of its own name."""
    if not (pathlib.Path(folder.path) / "kustomization.yaml").exists():
        return []
    say = lambda message: folder.finding("provisioning", "kustomization.yaml", message)
    ran = subprocess.run(["kubectl", "kustomize", folder.path], capture_output=True, text=True)
    if ran.returncode != 0:
        return [say(ran.stderr.strip())]
    found = []
    uids = {dashboard.model["uid"] for dashboard in folder.dashboards}
    for made in yaml.load_all(ran.stdout, yaml.CSafeLoader):
        name, data = made["metadata"]["name"], made.get("data", {})
        if made["metadata"].get("labels") != {"grafana_dashboard": "1"}:
            found.append(say(f"{name} has not the label that Grafana looks for"))
        if set(data) != {f"{name}.json"} or json.loads(data[f"{name}.json"])["uid"] != name:
            found.append(say(f"{name} does not hold the dashboard of its name"))
        if sum(map(len, data.values())) > SIZE_LIMIT:
            found.append(say(f"{name} is larger than a ConfigMap may be"))
        uids.discard(name)
    return found + [say(f"{uid} is in no ConfigMap") for uid in sorted(uids)]
