"""What moto 5.2.1 lacks of the APIs that Terraform asks, each with what would go wrong without it. Nothing here is about pathc's output."""

from __future__ import annotations

import json
import re
import urllib.parse
import uuid

import moto.cloudformation.parsing as parsing
from moto.applicationautoscaling.responses import ApplicationAutoScalingResponse
from moto.backup.responses import BackupResponse
from moto.budgets.responses import BudgetsResponse
from moto.cloudtrail.models import CloudTrailBackend
from moto.core.responses import ActionResult
from moto.ec2.models.launch_templates import LaunchTemplateVersion
from moto.ec2.models.security_groups import SecurityGroupRule
from moto.ecs.responses import EC2ContainerServiceResponse
from moto.elasticache.responses import ElastiCacheResponse
from moto.rds.models import DBInstance, DBParameterGroup
from moto.rds.responses import RDSResponse
from moto.sqs.models import Queue


def added(owner: type, name: str | None = None):
    """Adds a method; fails where moto has it by now, so that nothing stands here in vain."""

    def add(method):
        called = name or method.__name__
        if called in vars(owner):
            raise AttributeError(f"moto has {owner.__name__}.{called} by now: remove it here")
        setattr(owner, called, method)
        return method

    return add


def changed(owner: type, name: str | None = None):
    """Puts a method in the place of moto's own, which it is given first."""

    def change(method):
        called = name or method.__name__
        known = getattr(owner, called)
        setattr(owner, called, lambda self, *arguments, **named: method(known, self, *arguments, **named))
        return method

    return change


# An element of a list that comes to nothing is none: moto keeps an empty one in its place.
known_clean_json = parsing.clean_json


def clean_json(value, resources):
    cleaned = known_clean_json(value, resources)
    if not isinstance(value, list):
        return cleaned
    is_choice = [isinstance(element, dict) and "Fn::If" in element for element in value]
    return [element for element, choice in zip(cleaned, is_choice, strict=True) if element is not None or not choice]


parsing.clean_json = clean_json

# Tags that something is made with, by its ARN: moto forgets those of scalable targets and budgets, and Terraform reads them.
tags: dict[str, object] = {}


@changed(ApplicationAutoScalingResponse)
def register_scalable_target(known, self: ApplicationAutoScalingResponse) -> str:
    said = known(self)
    tags[json.loads(said)["ScalableTargetARN"]] = self._get_param("Tags") or {}
    return said


@changed(BudgetsResponse)
def create_budget(known, self: BudgetsResponse) -> str:
    account, name = self._get_param("AccountId"), self._get_param("Budget")["BudgetName"]
    tags[f"arn:aws:budgets::{account}:budget/{name}"] = self._get_param("ResourceTags") or []
    return known(self)


@added(ApplicationAutoScalingResponse)
def list_tags_for_resource(self: ApplicationAutoScalingResponse) -> str:
    return json.dumps({"Tags": tags.get(self._get_param("ResourceARN"), {})})


@added(BudgetsResponse, "list_tags_for_resource")
def budget_tags(self: BudgetsResponse) -> str:
    return json.dumps({"ResourceTags": tags.get(self._get_param("ResourceARN"), [])})


# moto looks for an ARN where a path ends in `/`, and Terraform's does not.
@changed(BackupResponse)
def list_tags(known, self: BackupResponse) -> str:
    arn = urllib.parse.unquote(re.search(r"/tags/([^/?]+)", self.path)[1])
    return json.dumps({"Tags": self.backup_backend.list_tags(resource_arn=arn)})


# The subscribers of a budget's notifications are read after it is made.
@added(BudgetsResponse)
def describe_subscribers_for_notification(self: BudgetsResponse) -> str:
    budget = self.backend.budgets[self._get_param("AccountId")][self._get_param("BudgetName")]
    asked = self._get_param("Notification")

    def same(one: dict) -> bool:
        return all(one.get(key) == asked.get(key) for key in ("NotificationType", "ComparisonOperator", "Threshold"))

    found = next((one for one in budget.notifications if same(one.details)), None)
    return json.dumps({"Subscribers": found.subscribers if found else []})


# moto knows a backup plan, but not what it backs up.
selections: dict[str, dict] = {}


def selection_of(path: str) -> str:
    return re.search(r"/selections/([^/]+)", path)[1]


@added(BackupResponse)
def create_backup_selection(self: BackupResponse) -> str:
    made = {
        "SelectionId": str(uuid.uuid4()),
        "BackupPlanId": re.search(r"/plans/([^/]+)/", self.path)[1],
        "CreationDate": 0,
        "BackupSelection": json.loads(self.body)["BackupSelection"],
    }
    selections[made["SelectionId"]] = made
    return json.dumps(made)


@added(BackupResponse)
def get_backup_selection(self: BackupResponse) -> str:
    return json.dumps(selections[selection_of(self.path)])


@added(BackupResponse)
def delete_backup_selection(self: BackupResponse) -> str:
    selections.pop(selection_of(self.path))
    return "{}"


# A trail is started by its name alone, and Terraform names its ARN.
@changed(CloudTrailBackend)
def start_logging(known, self: CloudTrailBackend, name: str) -> None:
    known(self, self.get_trail(name).trail_name)


# All databases of moto have one resource id, by which Terraform tells them apart; and what watches them is forgotten.
@changed(DBInstance, "__init__")
def instance(known, self: DBInstance, *arguments: object, **named: object) -> None:
    known(self, *arguments, **named)
    self.dbi_resource_id = f"db-{uuid.uuid4().hex.upper()[:26]}"


@changed(RDSResponse)
def create_db_instance(known, self: RDSResponse) -> object:
    asked = self.params
    said = known(self)
    database = self.backend.databases[asked["DBInstanceIdentifier"]]
    database.monitoring_interval = asked.get("MonitoringInterval", 0)
    database.monitoring_role_arn = asked.get("MonitoringRoleArn")
    database.performance_insights_enabled = asked.get("EnablePerformanceInsights", False)
    database.performance_insights_kms_key_id = asked.get("PerformanceInsightsKMSKeyId")
    return said


# Terraform reads the parameters of a group whose source is the user; moto names no source.
@changed(DBParameterGroup)
def update_parameters(known, self: DBParameterGroup, parameters: list[dict]) -> None:
    known(self, [one | {"Source": "user"} for one in parameters])


# moto writes the policy anew, with other blanks.
known_attributes = Queue.attributes


def queue_attributes(self: Queue) -> dict:
    said = known_attributes.fget(self)
    if self.redrive_policy:
        said["RedrivePolicy"] = json.dumps(self.redrive_policy, separators=(",", ":"))
    return said


Queue.attributes = property(queue_attributes)


# moto keeps the description of a rule about addresses alone.
@changed(SecurityGroupRule, "__init__")
def security_group_rule(known, self: SecurityGroupRule, *arguments: object, **named: object) -> None:
    known(self, *arguments, **named)
    prefix_list = next((one for one in (*arguments, *named.values()) if isinstance(one, dict) and "PrefixListId" in one), {})
    self.described = prefix_list.get("Description")


SecurityGroupRule.description = property(
    lambda self: self.ip_range.get("Description") or (self.source_group or {}).get("Description") or self.described
)


# moto knows services of ECS by their launch type alone, and forgets how they are deployed.
@changed(EC2ContainerServiceResponse)
def create_service(known, self: EC2ContainerServiceResponse) -> object:
    said = known(self)
    service = said.result["service"]
    service.capacity_provider_strategy = self._get_param("capacityProviderStrategy") or []
    if service.capacity_provider_strategy:
        service.launch_type = None
    service.enable_ecs_managed_tags = self._get_param("enableECSManagedTags") or False
    service.health_check_grace_period_seconds = self._get_param("healthCheckGracePeriodSeconds")
    service.availability_zone_rebalancing = self._get_param("availabilityZoneRebalancing")
    return said


# moto keeps the tags of a launch template itself among those of what it launches.
@changed(LaunchTemplateVersion, "__init__")
def launch_template_version(known, self: LaunchTemplateVersion, *arguments: object, **named: object) -> None:
    known(self, *arguments, **named)
    specifications = self.data.get("TagSpecifications") or []
    self.data = self.data | {"TagSpecifications": [one for one in specifications if one.get("ResourceType") != "launch-template"]}


# moto knows caches, but no groups of their parameters.
groups: dict[tuple[str, str, str], dict] = {}


def group(self: ElastiCacheResponse) -> dict:
    return groups[(self.current_account, self.region, self._get_param("CacheParameterGroupName"))]


@added(ElastiCacheResponse)
def create_cache_parameter_group(self: ElastiCacheResponse) -> ActionResult:
    name = self._get_param("CacheParameterGroupName")
    made = {
        "CacheParameterGroupName": name,
        "CacheParameterGroupFamily": self._get_param("CacheParameterGroupFamily"),
        "Description": self._get_param("Description"),
        "ARN": f"arn:aws:elasticache:{self.region}:{self.current_account}:parametergroup:{name}",
        "parameters": {},
    }
    tags[made["ARN"]] = self._get_param("Tags") or []
    groups[(self.current_account, self.region, name)] = made
    return ActionResult({"CacheParameterGroup": made})


@added(ElastiCacheResponse)
def describe_cache_parameter_groups(self: ElastiCacheResponse) -> ActionResult:
    return ActionResult({"CacheParameterGroups": [group(self)]})


@added(ElastiCacheResponse)
def modify_cache_parameter_group(self: ElastiCacheResponse) -> ActionResult:
    for one in self._get_param("ParameterNameValues") or []:
        group(self)["parameters"][one["ParameterName"]] = one["ParameterValue"]
    return ActionResult({"CacheParameterGroupName": group(self)["CacheParameterGroupName"]})


@added(ElastiCacheResponse)
def describe_cache_parameters(self: ElastiCacheResponse) -> ActionResult:
    known = [{"ParameterName": name, "ParameterValue": value, "Source": "user"} for name, value in group(self)["parameters"].items()]
    return ActionResult({"Parameters": known})


@changed(ElastiCacheResponse, "list_tags_for_resource")
def cache_tags(known, self: ElastiCacheResponse) -> ActionResult:
    arn = self._get_param("ResourceName")
    return ActionResult({"TagList": tags[arn]}) if arn in tags else known(self)


# moto's groups of replicas have no members; Terraform reads what a group was asked for from one of them.
members: dict[tuple[str, str, str], dict] = {}


@changed(ElastiCacheResponse)
def create_replication_group(known, self: ElastiCacheResponse) -> ActionResult:
    said = known(self)
    made = said.result["ReplicationGroup"]
    # moto counts them by shards alone.
    made.member_clusters = [f"{made.replication_group_id}-{number:03}" for number in range(1, (self._get_param("NumCacheClusters") or 1) + 1)]
    for name in made.member_clusters:
        members[(self.current_account, self.region, name)] = {
            "CacheClusterId": name,
            "ReplicationGroupId": made.replication_group_id,
            "CacheClusterStatus": "available",
            "CacheNodeType": self._get_param("CacheNodeType"),
            "Engine": self._get_param("Engine"),
            "EngineVersion": f"{self._get_param('EngineVersion')}.0",
            "CacheParameterGroup": {"CacheParameterGroupName": self._get_param("CacheParameterGroupName")},
            "CacheSubnetGroupName": self._get_param("CacheSubnetGroupName"),
            "SecurityGroups": [{"SecurityGroupId": one, "Status": "active"} for one in self._get_param("SecurityGroupIds") or []],
            "PreferredMaintenanceWindow": "sun:05:00-sun:06:00",
            "NumCacheNodes": 1,
            "AtRestEncryptionEnabled": made.at_rest_encryption_enabled,
            "TransitEncryptionEnabled": made.transit_encryption_enabled,
            "AutoMinorVersionUpgrade": made.auto_minor_version_upgrade,
            "AuthTokenEnabled": True,
        }
    return said


@changed(ElastiCacheResponse)
def describe_cache_clusters(known, self: ElastiCacheResponse) -> object:
    member = members.get((self.current_account, self.region, self._get_param("CacheClusterId")))
    return ActionResult({"CacheClusters": [member]}) if member else known(self)
