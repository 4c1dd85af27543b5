"""Judge `yaml`: a YAML 1.1 reader (PyYAML) and a YAML 1.2 reader (ruamel.yaml) see the same in every file.

kubectl, Helm, CI servers and editors read by different versions of YAML; a value on which they differ is a trap.
"""

from __future__ import annotations

import pathlib
import re

import ruamel.yaml
import yaml

from .model import Environment, Finding

# Plain scalars on which our two readers happen to agree, and others do not: the one-letter booleans of YAML 1.1, numbers
# with underscores, binary numbers, dates.
TRAPS = re.compile(r"[yYnN]|[-+]?[0-9][0-9_]*_[0-9_]*(\.[0-9_]*)?|0b[01_]+|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt ].*)?")


def judge(environments: list[Environment], _home: pathlib.Path) -> list[Finding]:
    findings = []
    known: dict[str, list[str]] = {}  # environments repeat each other
    for environment in environments:
        for path, text in environment.raw.items():
            if text not in known:
                known[text] = differences(text)
            findings += [Finding(environment.folder, "yaml", path, message) for message in known[text]]
    return findings


def differences(text: str) -> list[str]:
    try:
        old = list(yaml.load_all(text, Loader=UniqueKeys))
    except yaml.YAMLError as error:
        return [f"YAML 1.1 reader: {one_line(error)}"]
    try:
        new = list(ruamel.yaml.YAML(typ="safe", pure=True).load_all(text))
    except (ruamel.yaml.error.YAMLError, ValueError) as error:
        return [f"YAML 1.2 reader: {one_line(error)}"]
    messages: list[str] = []
    compare("", old, new, messages)
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            messages.append(f"line {event.start_mark.line + 1}: an anchor or alias, which not every reader takes")
        if isinstance(event, yaml.ScalarEvent) and event.implicit[0] and TRAPS.fullmatch(event.value):
            messages.append(f"line {event.start_mark.line + 1}: readers differ on the plain scalar {event.value!r}; quote it")
    return messages


class UniqueKeys(yaml.CSafeLoader):
    """PyYAML takes the last of two equal keys without a word."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict:
        seen = set()
        for key, _ in node.value:
            if key.value in seen:
                raise yaml.YAMLError(f"line {key.start_mark.line + 1}: the key {key.value!r} stands twice")
            seen.add(key.value)
        return super().construct_mapping(node, deep)


def compare(path: str, old: object, new: object, messages: list[str]) -> None:
    if isinstance(old, dict) and isinstance(new, dict):
        if [(type(k), k) for k in old] != [(type(k), k) for k in new]:
            messages.append(f"{path or '/'}: keys {list(old)} in YAML 1.1, {list(new)} in YAML 1.2")
        else:
            for key in old:
                compare(f"{path}/{key}", old[key], new[key], messages)
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for index, (a, b) in enumerate(zip(old, new)):
            compare(f"{path}/{index}", a, b, messages)
    elif type(old) is not type(new) or old != new:
        messages.append(f"{path}: {old!r} in YAML 1.1, {new!r} in YAML 1.2")


def one_line(error: object) -> str:
    return " ".join(str(error).split())
