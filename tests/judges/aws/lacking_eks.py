"""What moto 5.2.1 lacks of EKS: add-ons, access entries, associations of pods, and what a cluster is asked for beside its network."""

from __future__ import annotations

import re
import time
import urllib.parse
import uuid

from lacking import added, changed
from moto.core.responses import ActionResult
from moto.ec2.models import ec2_backends
from moto.eks import urls
from moto.eks.models import Cluster, Nodegroup
from moto.eks.responses import EKSResponse

for path in (
    "addons$",
    "addons/(?P<addonName>[^/]+)$",
    "access-entries$",
    "access-entries/(?P<principalArn>.+)$",
    "pod-identity-associations$",
    "pod-identity-associations/(?P<associationId>[^/]+)$",
):
    urls.url_paths["{0}/clusters/(?P<name>[^/]+)/" + path] = EKSResponse.dispatch

# What there is, by its path: of an add-on, an entry or an association.
made: dict[tuple[str, ...], dict] = {}


def place(self: EKSResponse) -> tuple[str, ...]:
    """The account, the region and the path below `clusters/`."""
    path = urllib.parse.unquote(urllib.parse.urlparse(self.uri).path.split("/clusters/", 1)[1])
    return (self.current_account, self.region, path)


def cluster_of(self: EKSResponse) -> str:
    return place(self)[2].split("/", 1)[0]


def found(self: EKSResponse, what: str, sought: str | None = None) -> ActionResult:
    account, region, path = place(self)
    return ActionResult({what: made[(account, region, sought or path)]})


def add(self: EKSResponse, kind: str, name: str, properties: dict) -> dict:
    account, region, _ = place(self)
    cluster = cluster_of(self)
    now = int(time.time())
    whole = {"clusterName": cluster, "createdAt": now, "modifiedAt": now, "tags": self._get_param("tags") or {}} | properties
    made[(account, region, f"{cluster}/{kind}/{name}")] = whole
    return whole


def arn(self: EKSResponse, kind: str, name: str) -> str:
    return f"arn:aws:eks:{self.region}:{self.current_account}:{kind}/{cluster_of(self)}/{name}"


def associate(self: EKSResponse, namespace: str, account: str, role: str) -> dict:
    name = f"a-{uuid.uuid4().hex[:17]}"
    properties = {"namespace": namespace, "serviceAccount": account, "roleArn": role, "associationArn": arn(self, "podidentityassociation", name), "associationId": name}
    return add(self, "pod-identity-associations", name, properties)


@added(EKSResponse)
def create_addon(self: EKSResponse) -> ActionResult:
    name = self._get_param("addonName")
    identities = [associate(self, "kube-system", one["serviceAccount"], one["roleArn"]) for one in self._get_param("podIdentityAssociations") or []]
    properties = {
        "addonName": name,
        "addonVersion": self._get_param("addonVersion"),
        "status": "ACTIVE",
        "addonArn": arn(self, "addon", name),
        "configurationValues": self._get_param("configurationValues"),
        "podIdentityAssociations": [one["associationArn"] for one in identities],
    }
    return ActionResult({"addon": add(self, "addons", name, properties)})


@added(EKSResponse)
def describe_addon(self: EKSResponse) -> ActionResult:
    return found(self, "addon")


@added(EKSResponse)
def create_pod_identity_association(self: EKSResponse) -> ActionResult:
    return ActionResult({"association": associate(self, self._get_param("namespace"), self._get_param("serviceAccount"), self._get_param("roleArn"))})


@added(EKSResponse)
def describe_pod_identity_association(self: EKSResponse) -> ActionResult:
    return found(self, "association")


@added(EKSResponse)
def create_access_entry(self: EKSResponse) -> ActionResult:
    principal = self._get_param("principalArn")
    properties = {
        "principalArn": principal,
        "kubernetesGroups": self._get_param("kubernetesGroups") or [],
        "accessEntryArn": arn(self, "access-entry", uuid.uuid4().hex),
        "username": self._get_param("username") or principal,
        "type": self._get_param("type") or "STANDARD",
        "policies": [],
    }
    return ActionResult({"accessEntry": add(self, "access-entries", principal, properties)})


@added(EKSResponse)
def describe_access_entry(self: EKSResponse) -> ActionResult:
    return found(self, "accessEntry")


def entry(self: EKSResponse) -> dict:
    account, region, path = place(self)
    return made[(account, region, re.sub("/access-policies$", "", path))]


@added(EKSResponse)
def associate_access_policy(self: EKSResponse) -> ActionResult:
    policy = {"policyArn": self._get_param("policyArn"), "accessScope": self._get_param("accessScope"), "associatedAt": int(time.time()), "modifiedAt": int(time.time())}
    entry(self)["policies"].append(policy)
    return ActionResult({"clusterName": cluster_of(self), "principalArn": entry(self)["principalArn"], "associatedAccessPolicy": policy})


@added(EKSResponse)
def list_associated_access_policies(self: EKSResponse) -> ActionResult:
    return ActionResult({"clusterName": cluster_of(self), "principalArn": entry(self)["principalArn"], "associatedAccessPolicies": entry(self)["policies"]})


# moto's clusters have no security group of their own, and stand in no network.
@changed(Cluster, "__init__")
def cluster(known, self: Cluster, *arguments: object, account_id: str, region_name: str, resources_vpc_config: dict, **named: object) -> None:
    known(self, *arguments, account_id=account_id, region_name=region_name, resources_vpc_config=resources_vpc_config, **named)
    backend = ec2_backends[account_id][region_name]
    network = backend.describe_subnets(subnet_ids=resources_vpc_config["subnetIds"][:1])[0].vpc_id
    group = backend.create_security_group(f"eks-cluster-sg-{self.name}", "The cluster's own", vpc_id=network)
    self.resources_vpc_config = resources_vpc_config | {"clusterSecurityGroupId": group.id, "vpcId": network}


# How a cluster is accessed and updated is forgotten.
@changed(EKSResponse)
def create_cluster(known, self: EKSResponse) -> ActionResult:
    said = known(self)
    made_cluster = said.result["cluster"]
    made_cluster.access_config = self._get_param("accessConfig")
    made_cluster.upgrade_policy = self._get_param("upgradePolicy")
    return said


# Every group of nodes of moto lets a key of its own in.
@changed(Nodegroup, "__init__")
def node_group(known, self: Nodegroup, *arguments: object, **named: object) -> None:
    known(self, *arguments, **named)
    self.remote_access = named.get("remote_access")


# How nodes are replaced is forgotten.
@changed(EKSResponse)
def create_nodegroup(known, self: EKSResponse) -> ActionResult:
    said = known(self)
    said.result["nodegroup"].update_config = self._get_param("updateConfig")
    return said
