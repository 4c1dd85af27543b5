"""Resources that the simulated AWS can't make from a template, and what stands in for each.

moto leaves out, with a warning that nobody sees, each kind it doesn't know. Here a kind that is neither known to moto nor
named below fails the deployment. A stand-in is made in earnest where moto has the service and something else asks for it
(a listener asks for its certificate, a container for its secret); else it is a name with attributes.
"""

from __future__ import annotations

import copy
import json
import pathlib
from collections.abc import Callable

from moto.acm.models import acm_backends
from moto.cloudformation import parsing
from moto.cloudformation.exceptions import UnformattedGetAttTemplateException, ValidationError
from moto.ec2.models import ec2_backends
from moto.elbv2 import models as elbv2
from moto.kafka.responses import KafkaResponse
from moto.secretsmanager.models import secretsmanager_backends

NO_TEMPLATES = "moto 5.2.1 has the service, but doesn't make it from a template"
NO_SERVICE = "moto 5.2.1 doesn't have the service's resource at all"

# Kind -> why it needs a stand-in.
REASONS = {
    "AWS::AmazonMQ::Broker": NO_TEMPLATES,
    "AWS::ApplicationAutoScaling::ScalableTarget": NO_TEMPLATES,
    "AWS::ApplicationAutoScaling::ScalingPolicy": NO_TEMPLATES,
    "AWS::Backup::BackupPlan": NO_TEMPLATES,
    "AWS::Backup::BackupSelection": NO_SERVICE,
    "AWS::Backup::BackupVault": NO_TEMPLATES,
    "AWS::Budgets::Budget": NO_TEMPLATES,
    "AWS::CertificateManager::Certificate": "moto has the service without templates, and a listener refuses a certificate that isn't there: made in earnest",
    "AWS::CloudFront::Distribution": NO_TEMPLATES,
    "AWS::CloudFront::OriginAccessControl": NO_TEMPLATES,
    "AWS::CloudTrail::Trail": NO_TEMPLATES,
    "AWS::CloudWatch::Alarm": NO_TEMPLATES,
    "AWS::DocDB::DBCluster": NO_TEMPLATES,
    "AWS::DocDB::DBClusterParameterGroup": NO_TEMPLATES,
    "AWS::DocDB::DBInstance": NO_TEMPLATES,
    "AWS::DocDB::DBSubnetGroup": NO_TEMPLATES,
    "AWS::EC2::SecurityGroupEgress": NO_TEMPLATES,
    "AWS::EC2::SecurityGroupIngress": "moto knows it from a template, but not with a prefix list as its source",
    "AWS::ECR::Repository": "moto refuses the encryption by a key of the same template",
    "AWS::ECS::ClusterCapacityProviderAssociations": NO_TEMPLATES,
    "AWS::EKS::AccessEntry": NO_SERVICE,
    "AWS::EKS::Addon": NO_TEMPLATES,
    "AWS::EKS::Cluster": "moto has the service without templates; the cluster's own security group is made in earnest",
    "AWS::EKS::Nodegroup": NO_TEMPLATES,
    "AWS::EKS::PodIdentityAssociation": NO_TEMPLATES,
    "AWS::ElastiCache::ParameterGroup": NO_SERVICE,
    "AWS::ElastiCache::ReplicationGroup": NO_TEMPLATES,
    "AWS::ElastiCache::SubnetGroup": NO_TEMPLATES,
    "AWS::IAM::OIDCProvider": NO_TEMPLATES,
    "AWS::MSK::Cluster": NO_TEMPLATES,
    "AWS::MSK::Configuration": NO_SERVICE,
    "AWS::RDS::DBInstance": "moto can't make an instance with a parameter group of the same template",
    "AWS::S3::BucketPolicy": NO_TEMPLATES,
    "AWS::SNS::Subscription": NO_TEMPLATES,
    "AWS::SNS::TopicPolicy": NO_TEMPLATES,
    "AWS::SQS::QueuePolicy": NO_TEMPLATES,
    "AWS::Scheduler::Schedule": NO_TEMPLATES,
    "AWS::SecretsManager::Secret": "moto makes its secrets from templates no more; containers and others ask for its ARN: made in earnest",
    "AWS::SecretsManager::SecretTargetAttachment": NO_SERVICE,
    "AWS::ServiceDiscovery::PrivateDnsNamespace": NO_TEMPLATES,
    "AWS::ServiceDiscovery::Service": NO_TEMPLATES,
    "AWS::WAFv2::WebACL": NO_TEMPLATES,
    "AWS::WAFv2::WebACLAssociation": NO_TEMPLATES,
}
# What `Ref` gives of these is an ARN.
BY_ARN = {"AWS::MSK::Cluster", "AWS::MSK::Configuration", "AWS::EKS::PodIdentityAssociation", "AWS::SNS::Subscription"}

class StandIn:
    """A resource that is there, and nothing more."""

    def __init__(self, kind: str, logical_id: str, account: str, region: str, properties: dict) -> None:
        self.kind, self.logical_id, self.account, self.region, self.properties = kind, logical_id, account, region, properties
        self.id = MAKERS.get(kind, named)(self)

    @property
    def physical_resource_id(self) -> str:
        return self.id

    def arn(self) -> str:
        return self.id if self.id.startswith("arn:") else f"arn:aws:{self.kind.split('::')[1].lower()}:{self.region}:{self.account}:{self.id}"

    def get_cfn_attribute(self, attribute: str) -> object:
        if attribute == "AmqpEndpoints":
            return [f"amqps://{self.id.lower()}.mq.{self.region}.amazonaws.com:5671"]
        if attribute == "ClusterSecurityGroupId":
            return self.group
        if attribute.endswith("Arn"):
            return self.arn()
        return f"{self.id}.{attribute.lower()}"

    def is_created(self) -> bool:
        return True

def named(made: StandIn) -> str:
    """By the property that names it, else by its logical id, as CloudFormation does."""
    last = made.kind.rsplit("::", 1)[1]
    keys = ["Name", f"{last}Name", f"{last}Identifier", f"{last}Id", "ReplicationGroupId", "BrokerName", "ClusterName"]
    names = [made.properties[key] for key in keys if isinstance(made.properties.get(key), str)]
    name = names[0] if names else made.logical_id
    return f"arn:aws:{made.kind.split('::')[1].lower()}:{made.region}:{made.account}:{last.lower()}/{name}" if made.kind in BY_ARN else name

def certificate(made: StandIn) -> str:
    names = made.properties.get("SubjectAlternativeNames", [])
    return acm_backends[made.account][made.region].request_certificate(made.properties["DomainName"], None, names, [])

def secret(made: StandIn) -> str:
    properties = made.properties
    text = properties.get("SecretString")
    generate = properties.get("GenerateSecretString")
    if generate:
        text = json.dumps(json.loads(generate.get("SecretStringTemplate", "{}")) | {generate["GenerateStringKey"]: "simulated"})
    backend = secretsmanager_backends[made.account][made.region]
    said = backend.create_secret(properties["Name"], text, None, properties.get("Description"), None, properties.get("KmsKeyId"), None, [], False)
    return (json.loads(said) if isinstance(said, str) else said)["ARN"]

def provider(made: StandIn) -> str:
    return f"arn:aws:iam::{made.account}:oidc-provider/{made.properties['Url'].removeprefix('https://')}"


def kubernetes(made: StandIn) -> str:
    """The cluster comes with a security group of its own."""
    backend = ec2_backends[made.account][made.region]
    subnet = made.properties["ResourcesVpcConfig"]["SubnetIds"][0]
    vpc = backend.describe_subnets(subnet_ids=[subnet])[0].vpc_id
    made.group = backend.create_security_group(f"eks-cluster-sg-{named(made)}", "of the cluster", vpc).id
    return named(made)

MAKERS: dict[str, Callable[[StandIn], str]] = {
    "AWS::CertificateManager::Certificate": certificate,
    "AWS::SecretsManager::Secret": secret,
    "AWS::EKS::Cluster": kubernetes,
    "AWS::IAM::OIDCProvider": provider,
}

def stand_in(kind: str) -> type:
    """A class that makes stand-ins of a kind."""

    class Made(StandIn):
        cloudformation_type = staticmethod(lambda: kind)
        cloudformation_name_type = staticmethod(lambda: "")
        has_cfn_attr = classmethod(lambda cls, attribute: True)

        @classmethod
        def create_from_cloudformation_json(cls, resource_name, cloudformation_json, account_id, region_name, LogicalId, **_):
            return cls(kind, LogicalId, account_id, region_name, cloudformation_json.get("Properties", {}))

        @classmethod
        def update_from_cloudformation_json(cls, original_resource, new_resource_name, cloudformation_json, account_id, region_name):
            original_resource.properties = cloudformation_json.get("Properties", {})
            return original_resource

        @classmethod
        def delete_from_cloudformation_json(cls, resource_name, cloudformation_json, account_id, region_name):
            pass

    return Made

def install() -> None:
    """Lets moto make stand-ins, and fail on what nobody knows."""
    attributes()
    brokers()
    parameters()
    known_class = parsing.resource_class_from_type
    made: dict[str, type] = {}

    def resource_class(kind: str) -> type:
        if kind in REASONS:
            return made.setdefault(kind, stand_in(kind))
        if kind in parsing.get_model_map() or kind in parsing.NULL_MODELS:
            return known_class(kind)
        raise ValidationError(message=f"{kind} is known neither to the simulated AWS nor to its stand-ins")

    parsing.resource_class_from_type = resource_class

def attributes() -> None:
    """Attributes that moto's load balancing lacks: of ARNs the end, as CloudWatch has it, and the zone of its names."""
    known = elbv2.FakeLoadBalancer.get_cfn_attribute

    def of_balancer(self, name: str) -> str:
        if name == "LoadBalancerFullName":
            return self.arn.split(":loadbalancer/", 1)[1]
        return "ZSIMULATED" if name == "CanonicalHostedZoneID" else known(self, name)

    def of_targets(self, name: str) -> str:
        if name != "TargetGroupFullName":
            raise UnformattedGetAttTemplateException()
        return self.arn.rsplit(":", 1)[1]

    elbv2.FakeLoadBalancer.get_cfn_attribute = of_balancer
    elbv2.FakeTargetGroup.has_cfn_attr = classmethod(lambda cls, name: name == "TargetGroupFullName")
    elbv2.FakeTargetGroup.get_cfn_attribute = of_targets


def brokers() -> None:
    """moto doesn't say where the brokers of a Kafka cluster are, which a deployment writes into a secret."""
    known = {"bootstrapBrokerStringSaslIam": "b-1.simulated:9098,b-2.simulated:9098"}
    KafkaResponse.get_bootstrap_brokers = lambda self: json.dumps(known)


def parameters() -> None:
    """A template that reads a parameter before it is told fails, as in AWS; moto breaks down."""
    known = parsing.ResourceMap.parse_ssm_parameter

    def parse(self, value: str, value_type: str) -> str:
        try:
            return known(self, value, value_type)
        except AttributeError as error:
            raise ValidationError(message=f"Parameter {value} doesn't exist") from error

    parsing.ResourceMap.parse_ssm_parameter = parse


def record(file: pathlib.Path) -> None:
    """Adds to a file what CloudFormation makes: each property as it is when all references are followed."""
    known_create = parsing.parse_and_create_resource
    known_parse = parsing.parse_resource_and_generate_name
    asked: dict[tuple[str, str], dict] = {}

    def parse(logical_id, resource_json, resources_map):
        parsed = known_parse(logical_id, resource_json, resources_map)
        # Copied, because moto's own classes take what is theirs out of it.
        asked[(resources_map["AWS::StackName"], logical_id)] = copy.deepcopy(parsed[1])
        return parsed

    def create(logical_id, resource_json, resources_map, account_id, region_name):
        stack = resources_map["AWS::StackName"]
        resource = known_create(logical_id, resource_json, resources_map, account_id, region_name)
        if resource is not None:
            said = asked[(stack, logical_id)]
            attributes = {"AllocationId": "allocation_id", "ClusterSecurityGroupId": "group"}
            line = {
                "account": account_id,
                "stack": stack,
                "logical_id": logical_id,
                "type": resource_json["Type"],
                "region": region_name,
                "id": getattr(resource, "physical_resource_id", logical_id),
                "attributes": {name: getattr(resource, field) for name, field in attributes.items() if hasattr(resource, field)},
                "deletion_policy": resource_json.get("DeletionPolicy"),
                "properties": said.get("Properties", {}),
            }
            with file.open("a", encoding="utf-8") as out:
                out.write(json.dumps(line, default=str) + "\n")
        return resource

    parsing.parse_resource_and_generate_name = parse
    parsing.parse_and_create_resource = create
