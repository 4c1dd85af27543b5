"""Judge `equivalence`: what Terraform applied and what CloudFormation deployed are the same.

A FOLDER has both, `terraform/` and `cloudformation/`. Each is made in a simulated AWS of its own; then the resources of
both are read through one table (`rows.py`), ids are replaced by what they name, and what is left must be equal: the same
kinds, as many of each, and the same key properties. What differs for a reason stands in differences.yaml.
"""

from __future__ import annotations

import argparse
import collections
import concurrent.futures
import copy
import json
import pathlib
import re
import shutil
import tempfile

import yaml

from . import cloudformation, terraform
from .facts import UNKNOWN, Row, get, statements
from .model import Finding, Unable, simulated
from .rows import PARTS, ROWS

JUDGES = ["apply", "second-plan", "moved", "deploy", "equivalence"]
DIFFERENCES = pathlib.Path(__file__).parents[1] / "differences.yaml"
# Parameters by which stacks hand values on have no counterpart in Terraform, whose graph does that.
HANDED_ON = re.compile(r"/[^/]+(/[^/]+)?/stacks/.+")
# Ids that only the cloud knows.
GENERATED = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-|-[0-9a-f]{8,}(:\d+)?$|/[0-9a-f]{16}$|:secret:.*-[A-Za-z0-9]{6}$|^ns-|/ns-")
# An ARN around what is named already.
AROUND = re.compile(r"arn:aws:[a-z0-9-]*:[a-z0-9-]*:\d*:(?:[a-z-]+/)?(<key [^<>]*>)")
# Nobody refers to these.
NAMELESS = {"route", "route table of a subnet", "ingress rule", "egress rule", "flow log", "subscription", "record", "bucket"}


def judge(options: argparse.Namespace, home: pathlib.Path) -> list[Finding]:
    findings: list[Finding] = []
    used: list[dict] = []
    for folder in map(pathlib.Path, options.folders):
        with tempfile.TemporaryDirectory(prefix="pathc-equivalence-") as scratch:
            made, found = both(folder, pathlib.Path(scratch), options, home)
        if options.keep:
            pathlib.Path(options.keep).write_text(json.dumps(made), encoding="utf-8")
        if made and not found:
            found = compared(folder, *made, options.planned, used)
            if options.prove and not found:
                found = proved(folder, *made, options.planned)
        findings += found
    return findings


def both(folder: pathlib.Path, scratch: pathlib.Path, options: argparse.Namespace, home: pathlib.Path) -> tuple[list | None, list[Finding]]:
    """The resources of both, or why they could not be made."""
    kept = folder / "made.json"
    if kept.exists():
        return json.loads(kept.read_text(encoding="utf-8")), []
    record = scratch / "deployed"
    record.write_text("", encoding="utf-8")
    copied = scratch / "terraform"
    shutil.copytree(folder / "terraform", copied)
    if options.planned:
        return planned(folder, copied, options, record)
    with concurrent.futures.ThreadPoolExecutor() as pool:
        deployed = pool.submit(cloudformation.deploy, folder / "cloudformation", home, options, record)
        findings, applied = terraform.run_roots(folder / "terraform", copied, ["apply", "second-plan", "moved"], options)
        findings = findings + deployed.result()
    return [resources_of(applied), read(record)], findings


def planned(folder: pathlib.Path, copied: pathlib.Path, options: argparse.Namespace, record: pathlib.Path) -> tuple[list, list[Finding]]:
    """What Terraform plans, and what CloudFormation makes within the simulation, without the AWS CLI between them."""
    places = cloudformation.places_of(folder / "cloudformation", options)
    start = lambda account: simulated(account, options.environments, record, places.get(account))  # noqa: E731
    findings, applied = terraform.run_roots(folder / "terraform", copied, ["keep-plan"], options, start)
    deployed = read(record)
    findings += [Finding(str(folder), "deploy", one["stack"], one["error"]) for one in deployed if "error" in one]
    return [resources_of(applied), deployed], findings


def resources_of(applied: dict[str, list[dict]]) -> list[dict]:
    return [resource for name, root in applied.items() if not name.startswith("bootstrap") for resource in root]


def read(record: pathlib.Path) -> list[dict]:
    """Without what is there before the rest, as Terraform's `bootstrap` is left out."""
    made = [json.loads(line) for line in record.read_text(encoding="utf-8").splitlines()]
    return [one for one in made if not one.get("logical_id", "").startswith("TemplatesBucket")]


def compared(folder: pathlib.Path, applied: list[dict], deployed: list[dict], planned: bool, used: list[dict]) -> list[Finding]:
    """Account by account: in two of them names may be the same."""
    found = []
    for account in sorted({one["account"] for one in [*applied, *deployed]}):
        in_it = [[one for one in side if one["account"] == account] for side in (applied, deployed)]
        found += compared_in(account, folder, *in_it, planned, used)
    return found


def compared_in(account: str, folder: pathlib.Path, applied: list[dict], deployed: list[dict], planned: bool, used: list[dict]) -> list[Finding]:
    ours, theirs = of_terraform(applied), of_cloudformation(deployed)
    known = yaml.safe_load(DIFFERENCES.read_text(encoding="utf-8")) or []
    found = []

    def differs(kind: str, identity: str, name: str, message: str) -> None:
        by = [d for d in known if d["kind"] == kind and re.fullmatch(str(d.get("property", ".*")), name) and re.fullmatch(d.get("which", ".*"), identity)]
        used.extend(by)
        if not by:
            found.append(Finding(str(folder), "equivalence", f"{kind} {identity}", message))

    for unread in sorted(set(ours.unread + theirs.unread)):
        found.append(Finding(str(folder), "equivalence", unread, "the table doesn't know the kind"))
    if planned:
        named_alike(ours, theirs)
    for key in sorted(ours.facts.keys() | theirs.facts.keys()):
        kind, identity = key
        here, there = ours.facts.get(key, []), theirs.facts.get(key, [])
        if len(here) != len(there):
            differs(kind, identity, "count", f"Terraform made {len(here)}, CloudFormation {len(there)}")
            continue
        for one, other in zip(here, there, strict=True):
            for name in one:
                unknown = name == "region" and one[name] is None
                if not unknown and not agree(one[name], other[name]):
                    differs(kind, identity, name, f"{name}: Terraform {shown(one[name])}, CloudFormation {shown(other[name])}")
    if not ours.facts:
        raise Unable(f"{folder} has nothing to compare in {account}")
    return found


def agree(one: object, other: object) -> bool:
    """Whether two values are the same, as far as the first is known."""
    if isinstance(one, str) and UNKNOWN in one:
        if not one.startswith(("[", "{")) or not isinstance(other, str):
            return True
        return agree(json.loads(one), json.loads(other))
    if isinstance(one, dict) and isinstance(other, dict):
        return all(agree(one.get(key), other.get(key)) for key in one.keys() | other.keys())
    if isinstance(one, list) and isinstance(other, list) and UNKNOWN in json.dumps(one, default=str):
        left = list(other)
        for value in sorted(one, key=lambda value: str(value).count(UNKNOWN)):
            found = next((at for at, candidate in enumerate(left) if agree(value, candidate)), None)
            if found is None:
                return False
            del left[found]
        return not left
    return one == other


def named_alike(ours: Side, theirs: Side) -> None:
    """Gives what a plan can't name yet the name of what agrees with it on the other side, as far as it goes."""
    for kind, identity in sorted(key for key in ours.facts if UNKNOWN in key[1]):
        pattern = re.compile(".*".join(map(re.escape, identity.split(UNKNOWN))))
        for facts in ours.facts.pop((kind, identity)):
            free = (key for key in sorted(theirs.facts) if key[0] == kind and pattern.fullmatch(key[1]) and len(theirs.facts[key]) > len(ours.facts.get(key, [])))
            free = list(free)
            alike = next((key for key in free if any(all(agree(facts[name], other[name]) for name in facts if name != "region") for other in theirs.facts[key])), None)
            ours.facts[alike or (free[0] if free else (kind, identity))].append(facts)


def shown(value: object) -> str:
    text = json.dumps(value, sort_keys=True, default=str)
    return text if len(text) < 600 else f"{text[:600]}..."


class Side:
    """The facts of one side: by kind and identity, the properties of each resource."""

    def __init__(self) -> None:
        self.names: dict[str, str] = {}
        self.facts: dict[tuple[str, str], list[dict[str, object]]] = collections.defaultdict(list)
        self.unread: list[str] = []
        self.known = 0
        self.compiled = re.compile("")

    def add(self, row: Row, identity: object, values: dict, reads: dict, region: str | None) -> None:
        facts = {name: self.normal(get(values, read)) for name, read in reads.items()}
        facts["region"] = region or None
        self.facts[(row.kind, str(self.normal(identity)))].append(facts)

    def normal(self, value: object) -> object:
        """Ids by what they name, numbers and truth as texts, lists of texts in no order, nothing as None."""
        if isinstance(value, dict):
            made = {self.normal(k): self.normal(v) for k, v in value.items()}
            return {k: v for k, v in made.items() if v is not None} or None
        if isinstance(value, list):
            made = [m for m in map(self.normal, value) if m is not None]
            return (sorted(made) if all(isinstance(m, str) for m in made) else made) or None
        if value is None or value == "":
            return None
        if isinstance(value, bool):
            return str(value).lower()
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        text = str(value)
        return AROUND.sub(r"\1", self.pattern().sub(lambda found: self.names[found[0]], text)) if self.names else text

    def pattern(self) -> re.Pattern:
        if self.known != len(self.names):
            self.known = len(self.names)
            self.compiled = re.compile("|".join(map(re.escape, sorted(self.names, key=len, reverse=True))))
        return self.compiled


def of_terraform(applied: list[dict]) -> Side:
    side = Side()
    applied = [copy.deepcopy(one) | {"values": copy.deepcopy(one.get("values", {}))} for one in applied]
    by_type = collections.defaultdict(list)
    for one in applied:
        by_type[one["type"]].append(one["values"])
    alias = {value.get("target_key_id"): value.get("name") for value in by_type["aws_kms_alias"] if value.get("target_key_id") != UNKNOWN}
    address = {(one.get("root"), one["address"]): one for one in applied}
    for one in applied:
        if one["type"] == "aws_kms_key":
            known = address.get((one.get("root"), one["address"].replace("aws_kms_key", "aws_kms_alias")), {}).get("values", {}).get("name")
            one["values"]["alias"] = alias.get(one["values"].get("key_id")) or alias.get(one["values"].get("arn")) or known
    inline, managed = collections.defaultdict(list), collections.defaultdict(list)
    policies = {value.get("arn"): value for value in by_type["aws_iam_policy"]}
    unknown = set()
    for value in by_type["aws_iam_role_policy"]:
        if value.get("policy") == UNKNOWN:
            unknown.add(value["role"])
        else:
            inline[value["role"]] += statements(value.get("policy")) or []
    for value in by_type["aws_iam_role_policy_attachment"]:
        own = policies.get(value.get("policy_arn"))
        if value.get("policy_arn") == UNKNOWN:
            unknown.add(value["role"])
        elif own:
            inline[value["role"]] += statements(own.get("policy")) or []
        else:
            managed[value["role"]].append(value.get("policy_arn"))
    for value in by_type["aws_iam_role"]:
        value["permissions"] = UNKNOWN if value["name"] in unknown else in_order(inline[value["name"]])
        value["managed"] = managed[value["name"]]
    rows = collections.defaultdict(list)
    for row in ROWS:
        rows[row.terraform].append(row)
    for one in applied:
        if one["type"] not in rows and one["type"] not in PARTS and one["type"].startswith("aws_"):
            side.unread.append(one["type"])
    name_all(side, [(rows[one["type"]], one["values"], "terraform_id", ["arn", "id", "key_id", "allocation_id"]) for one in applied if rows[one["type"]]])
    for value in by_type["aws_eks_cluster"]:
        group = get(value, "vpc_config.cluster_security_group_id")
        if group in (None, UNKNOWN):
            continue
        side.names[group] = f"<security group of the cluster {value['name']}>"
    for one in applied:
        for row in rows[one["type"]]:
            if row.terraform_if is None or get(one["values"], row.terraform_if):
                reads = {name: paths[0] for name, paths in row.properties.items()}
                side.add(row, get(one["values"], row.terraform_id), one["values"], reads, region_of(one["values"]))
    return side


def of_cloudformation(deployed: list[dict]) -> Side:
    side = Side()
    deployed = [one | {"properties": copy.deepcopy(one["properties"])} for one in deployed]
    alias = {one["properties"]["TargetKeyId"]: one["properties"]["AliasName"] for one in deployed if one["type"] == "AWS::KMS::Alias"}
    own = {one["id"]: one["properties"] for one in deployed if one["type"] == "AWS::IAM::ManagedPolicy"}
    for one in deployed:
        values = one["properties"]
        if one["type"] == "AWS::KMS::Key":
            values["alias"] = alias.get(one["id"])
        if one["type"] == "AWS::IAM::Role":
            granted = [s for p in values.get("Policies", []) for s in statements(p["PolicyDocument"]) or []]
            for policy in own.values():
                if values["RoleName"] in policy.get("Roles", []):
                    granted += statements(policy["PolicyDocument"]) or []
            values["permissions"] = in_order(granted)
            values["managed"] = [arn for arn in values.get("ManagedPolicyArns", []) if arn not in own]
    rows = collections.defaultdict(list)
    for row in ROWS:
        rows[row.cloudformation].append(row)
    kept = [one for one in deployed if not (one["type"] == "AWS::SSM::Parameter" and HANDED_ON.fullmatch(one["properties"]["Name"]))]
    side.unread += [one["type"] for one in kept if one["type"] not in rows and one["type"] not in PARTS]
    name_all(side, [(rows[one["type"]], one["properties"] | {"\0id": one["id"]} | one["attributes"], "cloudformation_id", ["\0id", "AllocationId"] if "AllocationId" in one["attributes"] else ["\0id"]) for one in kept if rows[one["type"]]])
    for one in kept:
        if "ClusterSecurityGroupId" in one["attributes"]:
            side.names[one["attributes"]["ClusterSecurityGroupId"]] = f"<security group of the cluster {one['properties']['Name']}>"
    for one in kept:
        for row in rows[one["type"]]:
            if row.cloudformation_if is None or get(one["properties"], row.cloudformation_if):
                reads = {name: paths[1] for name, paths in row.properties.items()}
                side.add(row, get(one["properties"], row.cloudformation_id), one["properties"], reads, one["region"])
    return side


def region_of(values: dict) -> str | None:
    """As its ARN says; nothing where it stands in no region, or has no ARN of its own."""
    arn = str(values.get("arn") or "").split(":")
    return arn[3] if len(arn) > 5 else None


def in_order(granted: list[dict]) -> list[dict]:
    return sorted(granted, key=lambda s: json.dumps(s, sort_keys=True))


def name_all(side: Side, resources: list[tuple[list[Row], dict, str, list[str]]]) -> None:
    """Names ids: first what has a name of its own, then what is named by others."""
    for _ in range(3):
        for rows, values, field, keys in resources:
            row = rows[0]
            identity = get(values, getattr(row, field))
            if identity is None:
                continue
            name = f"{row.kind} {side.normal(identity)}"
            for key in keys:
                physical = values.get(key)
                # A name that is its own id means the same on both sides.
                if key == "allocation_id" and row.kind != "address":
                    continue
                if isinstance(physical, str) and physical not in (identity, UNKNOWN) and row.kind not in NAMELESS and GENERATED.search(physical):
                    # A name space is also referred to by its name.
                    side.names[physical] = str(identity) if row.kind == "name space" else f"<{name}>"
                    if row.kind == "load balancer" or row.kind == "target group":
                        side.names[physical.split("loadbalancer/")[-1].split(":")[-1]] = f"<{name}>"


def proved(folder: pathlib.Path, applied: list[dict], deployed: list[dict], planned: bool) -> list[Finding]:
    """The judge, judged: without one resource of each kind, and with any one property changed on either side, it must object."""
    blind: list[str] = []

    def objects(one: list[dict], other: list[dict]) -> set[tuple[str, str]]:
        found = compared(folder, one, other, planned, [])
        return {(f.where, f.message.split(":")[0]) for f in found}

    first: dict[str, dict] = {}
    for one in deployed:
        if not (one["type"] == "AWS::SSM::Parameter" and HANDED_ON.fullmatch(one["properties"]["Name"])):
            first.setdefault(one["type"], one)
    kinds = {where.split(" ")[0] for where, message in objects(applied, [one for one in deployed if one not in first.values()]) if message.startswith("Terraform made")}
    blind += [f"a {row.kind} could be missing" for row in ROWS if row.cloudformation in first and row.kind.split(" ")[0] not in kinds]
    # What no plan knows, nobody can compare.
    known = {(kind, name) for (kind, _), all_of in of_terraform(applied).facts.items() for facts in all_of for name, value in facts.items() if value is not None and UNKNOWN not in str(value)}
    for side, resources in (("terraform", applied), ("cloudformation", deployed)):
        key, index = ("values", 0) if side == "terraform" else ("properties", 1)
        for number in range(max(len(row.properties) for row in ROWS)):
            changed, asked = copy.deepcopy(resources), set()
            for one in changed:
                for row in (row for row in ROWS if getattr(row, side) == one["type"] and len(row.properties) > number):
                    name, paths = list(row.properties.items())[number]
                    if isinstance(paths[index], str) and change(one.get(key, {}), paths[index]):
                        asked |= {(row.kind, name)} & known if planned else {(row.kind, name)}
            found = objects(changed, deployed) if side == "terraform" else objects(applied, changed)
            seen = {(kind, name) for kind, name in asked if any(where.startswith(f"{kind} ") and said == name for where, said in found)}
            blind += [f"{name} of a {kind} could be another in what {side} made" for kind, name in sorted(asked - seen)]
    return [Finding(str(folder), "equivalence", "-", f"{message}, and nobody would see it") for message in blind]


def change(value: object, path: str) -> bool:
    """Makes another value of what stands at a path; whether something stood there."""
    *before, last = path.split(".")
    inner = get(value, ".".join(before)) if before else value
    if isinstance(inner, list) and not last.isdigit():
        inner = inner[0] if inner else None
    if isinstance(inner, list) and int(last) < len(inner):
        last = int(last)
    elif not (isinstance(inner, dict) and inner.get(last) not in (None, "", [], {})):
        return False
    if UNKNOWN in json.dumps(inner[last], default=str):
        return False
    was = inner[last]
    inner[last] = not was if isinstance(was, bool) else was + 1 if isinstance(was, int) else [*was, "another"] if isinstance(was, list) else f"{was} another"
    return True
