"""What Terraform and CloudFormation call the same: the key properties of each kind of resource, read in both.

A row names a kind, its resource type and its identity in both, and for each property the path to it in both: in the state
of Terraform, and in the properties that CloudFormation was asked for. Written from the documents of the provider and of
CloudFormation alone; nothing here knows how pathc prints.
"""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Callable

Read = str | Callable[[dict], object]
# What a plan does not know.
UNKNOWN = "(known after apply)"


@dataclasses.dataclass(frozen=True)
class Row:
    kind: str
    terraform: str
    terraform_id: Read
    cloudformation: str
    cloudformation_id: Read
    properties: dict[str, tuple[Read, Read]]
    # Where one side has the property of a larger resource that the other side has as a resource: whether it is there.
    terraform_if: Read | None = None
    cloudformation_if: Read | None = None


def get(value: object, path: Read) -> object:
    """What stands at `a.b.c`; a block of Terraform is a list of one."""
    if callable(path):
        return path(value) if isinstance(value, dict) else None
    for key in path.split("."):
        if value == UNKNOWN:
            return UNKNOWN
        if isinstance(value, list) and not key.isdigit():
            value = value[0] if value else None
        if isinstance(value, list):
            value = value[int(key)] if int(key) < len(value) else None
        elif isinstance(value, dict):
            value = value.get(key)
        else:
            return None
    return value


def name_tag(values: dict) -> object:
    if "tags" in values or "tags_all" in values:
        return (values.get("tags") or {}).get("Name")
    return {tag["Key"]: tag["Value"] for tag in values.get("Tags", [])}.get("Name")


def joined(*paths: Read) -> Callable[[dict], str]:
    return lambda value: " ".join(str(get(value, path)) for path in paths)


def attribute(key: str) -> Callable[[dict], object]:
    """Of a load balancer or its targets, as CloudFormation lists them."""
    return lambda value: {a["Key"]: a["Value"] for name in ("LoadBalancerAttributes", "TargetGroupAttributes") for a in value.get(name, [])}.get(key)


def each(path: str, read: Callable[[dict], object]) -> Callable[[dict], object]:
    """A list of something, in no order."""

    def all_of(value: dict) -> object:
        found = get(value, path) or []
        return UNKNOWN if found == UNKNOWN else sorted((json.dumps(read(one), sort_keys=True, default=str) for one in found))

    return all_of


def camel(value: object, key: str = "") -> object:
    """Keys as CloudFormation has them; what is not given, or is nothing, is left out. Options have names of their own."""
    if isinstance(value, dict):
        upper = (lambda k: k) if key == "Options" else (lambda k: k[:1].upper() + k[1:])
        made = {upper(k): camel(v, upper(k)) for k, v in value.items()}
        return {k: v for k, v in made.items() if v not in (None, "", [], {}, 0, "0")}
    if isinstance(value, list):
        made = [camel(v, key) for v in value]
        return made if key in ("EntryPoint", "Command") else sorted(made, key=lambda v: json.dumps(v, sort_keys=True))
    return value if isinstance(value, bool) or value is None else str(value)


def containers(value: dict) -> object:
    written = value.get("container_definitions")
    if written == UNKNOWN:
        return UNKNOWN
    found = camel(json.loads(written) if isinstance(written, str) else value.get("ContainerDefinitions"))
    for port in (port for one in found or [] for port in one.get("PortMappings", [])):
        # In a network of its own a task has no other port of the host.
        if port.get("HostPort") == port["ContainerPort"]:
            del port["HostPort"]
    return found


def statements(document: object) -> list[dict] | None:
    """The statements of a policy in one form."""
    if document in (None, "", UNKNOWN):
        return document or None
    document = json.loads(document) if isinstance(document, str) else document
    found = document.get("Statement", [])
    found = found if isinstance(found, list) else [found]
    return sorted((plain(s) for s in found), key=lambda s: json.dumps(s, sort_keys=True))


def plain(statement: object, key: str = "") -> object:
    """Without its Sid, which is a comment; a list of one is the one."""
    if statement == {"AWS": "*"}:
        return "*"
    if isinstance(statement, dict):
        return {k: plain(v, k) for k, v in sorted(statement.items()) if k != "Sid"}
    if isinstance(statement, list):
        made = sorted((plain(v) for v in statement), key=str)
        return made[0] if len(made) == 1 else made
    return str(statement).lower() if isinstance(statement, bool) else statement


def policy(path: str) -> Callable[[dict], object]:
    return lambda value: statements(get(value, path))


def dimensions(metric: dict | None) -> dict | str:
    found = (metric or {}).get("dimensions") or (metric or {}).get("Dimensions") or []
    if isinstance(found, dict) or found == UNKNOWN:
        return found
    return {d.get("name", d.get("Name")): d.get("value", d.get("Value")) for d in found}


def queries(path: str) -> Callable[[dict], object]:
    """Metrics of an alarm or of scaling, in no order."""

    def one(query: dict) -> dict:
        stat = query.get("MetricStat") or get(query, "metric_stat.0") or get(query, "metric.0") or {}
        metric = stat.get("Metric") or get(stat, "metric.0") or stat
        read = {
            "expression": query.get("Expression", query.get("expression")) or None,
            "name": metric.get("MetricName", metric.get("metric_name")) or None,
            "namespace": metric.get("Namespace", metric.get("namespace")) or None,
            "dimensions": dimensions(metric),
            "stat": stat.get("Stat", stat.get("stat")) or None,
            "period": str(stat.get("Period", stat.get("period")) or ""),
            "id": query.get("Id", query.get("id")),
            "returned": bool(query.get("ReturnData", query.get("return_data")) or False),
        }
        return read

    return each(path, one)


def action(value: dict, path: str) -> object:
    """What a listener or a rule does, in one form."""

    def groups(one: dict) -> object:
        whole = get(one, "ForwardConfig.TargetGroups") or get(one, "forward.0.target_group")
        if whole:
            return sorted([g.get("TargetGroupArn", g.get("arn")), str(g.get("Weight", g.get("weight")))] for g in whole)
        single = one.get("TargetGroupArn", one.get("target_group_arn"))
        return [[single, "1"]] if single else None

    def read(one: dict) -> dict:
        return {
            "type": one.get("Type", one.get("type")),
            "groups": groups(one),
            "status": get(one, "RedirectConfig.StatusCode") or get(one, "redirect.status_code") or get(one, "FixedResponseConfig.StatusCode") or get(one, "fixed_response.status_code"),
            "port": get(one, "RedirectConfig.Port") or get(one, "redirect.port"),
        }

    return [read(one) for one in get(value, path) or []]


def conditions(value: dict) -> object:
    if "Conditions" in value:
        return {
            "hosts": sorted(h for c in value["Conditions"] for h in get(c, "HostHeaderConfig.Values") or []),
            "paths": sorted(p for c in value["Conditions"] for p in get(c, "PathPatternConfig.Values") or []),
        }
    found = value.get("condition") or []
    return {
        "hosts": sorted(h for c in found for h in get(c, "host_header.values") or []),
        "paths": sorted(p for c in found for p in get(c, "path_pattern.values") or []),
    }


def lifecycle(value: dict) -> object:
    """The rules of a bucket's lifecycle by what they do."""
    found = get(value, "LifecycleConfiguration.Rules")
    if found is not None:
        return sorted(
            str(
                [
                    rule["Id"],
                    get(rule, "AbortIncompleteMultipartUpload.DaysAfterInitiation"),
                    get(rule, "NoncurrentVersionExpiration.NoncurrentDays"),
                    rule.get("ExpirationInDays"),
                    sorted([t["StorageClass"], int(t["TransitionInDays"])] for t in rule.get("Transitions", [])),
                ]
            )
            for rule in found
        )
    return sorted(
        str(
            [
                rule["id"],
                get(rule, "abort_incomplete_multipart_upload.days_after_initiation"),
                get(rule, "noncurrent_version_expiration.noncurrent_days"),
                get(rule, "expiration.days") or None,
                sorted([t["storage_class"], int(t["days"])] for t in rule.get("transition", [])),
            ]
        )
        for rule in value.get("rule", [])
    )


def firewall(path: str) -> Callable[[dict], object]:
    """What a filter asks, by priority."""

    def read(rule: dict) -> list:
        group = get(rule, "Statement.ManagedRuleGroupStatement.Name") or get(rule, "statement.managed_rule_group_statement.name")
        rate = get(rule, "Statement.RateBasedStatement.Limit") or get(rule, "statement.rate_based_statement.limit")
        return [int(rule.get("Priority", rule.get("priority"))), rule.get("Name", rule.get("name")), group, rate and str(rate)]

    return lambda value: sorted(map(read, get(value, path) or []))


def backed_up(rule: dict, name: str, vault: str, schedule: str, continuous: str, kept: str, copies: str, to: str) -> list:
    """What a rule of a backup plan does."""
    elsewhere = [[last(to)(copy), str(get(copy, kept))] for copy in rule.get(copies) or []]
    return [rule[name], rule[vault], rule[schedule], bool(rule.get(continuous)), str(get(rule, kept)), elsewhere]


def parameters(value: dict) -> object:
    written = value.get("parameter")
    if written is not None:
        return {p["name"]: str(p["value"]) for p in written}
    return {k: str(v) for k, v in (value.get("Parameters") or value.get("Properties") or {}).items()}


def server_properties(path: str) -> Callable[[dict], object]:
    return lambda value: sorted(line.replace(" ", "") for line in (get(value, path) or "").splitlines() if line.strip()) or None


def last(path: Read) -> Callable[[dict], object]:
    """What stands behind the last slash: the name of an ARN."""
    return lambda value: re.split(r"[/]", str(get(value, path) or "")).pop() or None


def without_star(path: Read) -> Callable[[dict], object]:
    """The ARN of a log group, with or without `:*` for its streams."""
    return lambda value: str(get(value, path) or "").removesuffix(":*") or None


def peer(value: dict) -> str:
    """Whom a rule of a security group means."""
    keys = ["CidrIp", "SourceSecurityGroupId", "DestinationSecurityGroupId", "SourcePrefixListId", "DestinationPrefixListId"]
    keys += ["cidr_ipv4", "referenced_security_group_id", "prefix_list_id"]
    return str(next((value[key] for key in keys if value.get(key)), None))


def group_rule(direction: str) -> Row:
    lower = direction.lower()
    return Row(
        f"{lower} rule",
        f"aws_vpc_security_group_{lower}_rule",
        joined("security_group_id", "ip_protocol", "from_port", "to_port", peer),
        f"AWS::EC2::SecurityGroup{direction}",
        joined("GroupId", "IpProtocol", "FromPort", "ToPort", peer),
        {"description": ("description", "Description")},
    )


def written(path: str) -> Callable[[dict], object]:
    """A value that one side writes as JSON."""

    def read(value: dict) -> object:
        found = get(value, path)
        return json.loads(found) if isinstance(found, str) and found not in ("", UNKNOWN) else found

    return read


def release(engine: str, version: str) -> Callable[[dict], object]:
    """The release line of a database, within which the cloud installs what is newer by itself."""

    def read(value: dict) -> object:
        known = str(get(value, version) or "").split(".")
        return ".".join(known[: 2 if get(value, engine) == "mysql" else 1]) or None

    return read
