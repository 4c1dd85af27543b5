"""Judge `kustomize`: every kustomization builds, and the folder holds nothing that no kustomization applies.

The objects that the other judges see are what `kubectl kustomize` prints.
"""

from __future__ import annotations

import pathlib
import subprocess

import ruamel.yaml
import yaml

from .model import Environment, Finding, Object, mapping

NAMES = ("kustomization.yaml", "kustomization.yml", "Kustomization")


def load(folder: str, platforms: list[str]) -> tuple[Environment, list[Finding]]:
    root = pathlib.Path(folder)
    findings: list[Finding] = []

    def found(where: str, message: str) -> None:
        findings.append(Finding(folder, "kustomize", where, message))

    files = sorted(p for p in root.rglob("*") if p.is_file() and p.suffix in (".yaml", ".yml"))
    raw = {str(p.relative_to(root)): p.read_text(encoding="utf-8") for p in files}
    bases = sorted({p.parent for name in NAMES for p in root.rglob(name)}, key=lambda p: len(p.parts))

    objects: dict[tuple, Object] = {}
    for base in bases:
        where = str(base.relative_to(root))
        where = "kustomization" if where == "." else f"{where}/kustomization"
        built = subprocess.run(["kubectl", "kustomize", str(base)], capture_output=True, text=True, check=False)
        if built.returncode != 0:
            found(where, built.stderr.strip() or "kubectl kustomize failed and said nothing")
            continue
        if built.stderr.strip():
            found(where, built.stderr.strip())
        inside = any(base != other and base.is_relative_to(other) for other in bases)
        for doc in yaml.load_all(built.stdout, Loader=yaml.CSafeLoader):
            if not isinstance(doc, dict):
                continue
            new = Object(doc, where)
            known = objects.get(new.key)
            if known is None:
                if inside and objects:
                    found(where, f"{new} is applied here, but not by the kustomization above")
                objects[new.key] = new
            elif known.doc != doc:
                found(where, f"{new} comes out differently here than from {known.where}")

    kustomized = bool(bases)
    listed: list[Object] = list(objects.values())
    reader = ruamel.yaml.YAML(typ="safe", pure=True)
    for path, text in raw.items():
        if pathlib.Path(path).name in NAMES or is_values(root, path):
            continue
        try:
            docs = [d for d in (yaml.load_all(text, Loader=yaml.CSafeLoader) if kustomized else reader.load_all(text)) if d is not None]
        except (yaml.YAMLError, ruamel.yaml.error.YAMLError):
            continue  # the judge `yaml` says so
        for doc in docs:
            new = Object(mapping(doc), path)
            if not new.kind or not new.api_version:
                found(path, "is neither a Kubernetes object, nor a kustomization, nor the values of a chart")
            elif not kustomized:
                listed.append(new)
            elif new.key not in objects:
                found(path, f"{new} is applied by no kustomization")

    return Environment(folder, listed, platform(root, platforms), raw), findings


def is_values(root: pathlib.Path, path: str) -> bool:
    """Charts and their values stand in the platform's folders only."""
    name = pathlib.Path(path).name
    return "platform" in root.resolve().parts and ("values" in name or name == "charts.yaml")


def platform(root: pathlib.Path, given: list[str]) -> list[Object]:
    folders = [pathlib.Path(p) for p in given] + [root.resolve().parent / "platform" / root.resolve().name]
    objects = []
    for path in sorted(path for folder in folders for path in folder.rglob("*.yaml")):
        try:
            docs = list(yaml.load_all(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader))
        except yaml.YAMLError:
            continue  # found when that folder is judged
        objects += [Object(mapping(d), str(path)) for d in docs]
    return [o for o in objects if o.kind and o.api_version]
