"""Deploys the stacks of a folder within the simulation, as `deploy.sh` does with the AWS CLI, but in a second instead of a minute.

What `deploy.sh` looks up and hands over is looked up here too; that the script does so is judged where it is run.
"""

from __future__ import annotations

import json
import pathlib

from moto.cloudformation.models import cloudformation_backends
from moto.ec2.models import ec2_backends
from moto.eks.models import eks_backends
from moto.route53.models import route53_backends
from moto.ssm.models import ssm_backends


def deploy(place: pathlib.Path, account: str, record: pathlib.Path) -> None:
    """Up to the first stack that fails."""
    for stack in json.loads((place / "stacks.json").read_text(encoding="utf-8"))["stacks"]:
        try:
            text = (place / stack["template"]).read_text(encoding="utf-8")
            cloudformation_backends[account][stack["region"]].create_stack(stack["name"], text, parameters(place, stack, account), tags=stack.get("tags"))
        except Exception as error:  # noqa: BLE001
            with record.open("a", encoding="utf-8") as out:
                said = {"stack": stack["name"], "account": account, "type": "-", "error": f"{type(error).__name__}: {error}"}
                out.write(json.dumps(said) + "\n")
            return


def parameters(place: pathlib.Path, stack: dict, account: str) -> dict[str, str]:
    found: dict[str, str] = {}
    if stack.get("parameters"):
        found |= json.loads((place / stack["parameters"]).read_text(encoding="utf-8"))["Parameters"]
    for name, domain in stack.get("hosted_zones", {}).items():
        found[name] = zone_of(account, domain)
    for name, told in stack.get("parameters_of_other_regions", {}).items():
        found[name] = ssm_backends[account][told["region"]].get_parameter(told["name"]).value
    if stack.get("existing_cluster"):
        cluster = eks_backends[account][stack["region"]].describe_cluster(stack["existing_cluster"])
        network = cluster.resources_vpc_config
        vpc = ec2_backends[account][stack["region"]].describe_subnets(subnet_ids=network["subnetIds"])[0].vpc_id
        found |= {"ExistingVpc": vpc, "ExistingSubnets": ",".join(network["subnetIds"]), "ExistingSecurityGroup": network["clusterSecurityGroupId"]}
    if stack.get("held_task_definition"):
        found["HeldTaskDefinition"] = ""
    return found


def zone_of(account: str, domain: str) -> str:
    """The zone with the longest name that the domain ends in."""
    zones = [zone for zone in route53_backends[account]["aws"].zones.values() if f".{domain}.".endswith(f".{zone.name}")]
    return max(zones, key=lambda zone: len(zone.name)).id
