//! EKS: the cluster, its nodes, add-ons, identities of pods, who may use it.

use super::identity::key_arn;
use super::network::name_tag;
use super::rules;
use super::template::{Keep, Template, by};
use super::value::{flow, reference, text, whole};
use crate::ir::Origin;
use crate::output::{Doc, Map};
use crate::plan::aws::graph::{AccessEntry, AddOn, Attribute, EksCluster, Kind, NodeGroup, PodIdentity};

/// The cluster.
pub(super) fn cluster(template: &mut Template<'_>, cluster: &EksCluster) {
    let origin = cluster.origin;
    let practice = Origin::rule(rules::CLUSTER);
    let access =
        Map::new(practice).text("AuthenticationMode", "API").bool("BootstrapClusterCreatorAdminPermissions", false);
    let logs = cluster.log_types.iter().map(|kind| Map::new(kind.origin).with("Type", text(kind)).into());
    let logs = Map::new(origin)
        .with("ClusterLogging", Map::new(origin).with("EnabledTypes", Doc::list(logs.collect::<Vec<Doc>>(), origin)));
    let encryption = Map::new(origin)
        .with("Provider", Map::new(origin).with("KeyArn", key_arn(template, &cluster.key, origin)))
        .with("Resources", flow([Doc::text("secrets", origin)], origin));
    let network = Map::new(origin)
        .with("EndpointPrivateAccess", Doc::Bool(true, practice))
        .with("EndpointPublicAccess", Doc::Bool(cluster.public_endpoint.value, cluster.public_endpoint.origin))
        .with("SubnetIds", template.subnets("private", origin));
    let properties = Map::new(origin)
        .with("Name", text(&cluster.name))
        .with("Version", text(&cluster.version))
        .with("RoleArn", template.of(&cluster.role, Attribute::Arn, origin))
        .with("AccessConfig", access)
        .with("BootstrapSelfManagedAddons", Doc::Bool(false, practice))
        .with("EncryptionConfig", Doc::list([encryption.into()], origin))
        .with("KubernetesNetworkConfig", Map::new(origin).with("ServiceIpv4Cidr", text(&cluster.service_cidr)))
        .with("Logging", logs)
        .with("ResourcesVpcConfig", network)
        .with("UpgradePolicy", Map::new(practice).text("SupportType", "STANDARD"));
    // The service would make the log group itself, without a key and for ever.
    let after = [template.logical(Kind::LogGroup, &cluster.log_group.id)];
    template.add_after(
        template.logical(Kind::EksCluster, &cluster.id),
        "AWS::EKS::Cluster",
        Keep::No,
        &after,
        properties,
        origin,
    );
}

/// Nodes of one size, from a launch template. Without the add-ons for their network they would never be ready.
pub(super) fn nodes(template: &mut Template<'_>, nodes: &NodeGroup, before: &[String]) {
    let origin = nodes.origin;
    let practice = Origin::rule(rules::NODE);
    let id = template.logical(Kind::NodeGroup, &nodes.id);
    let disk = Map::new(practice)
        .bool("DeleteOnTermination", true)
        .bool("Encrypted", true)
        .with("VolumeSize", whole(&nodes.disk_gib))
        .text("VolumeType", "gp3");
    let device = Map::new(practice).text("DeviceName", "/dev/xvda").with("Ebs", disk);
    let metadata = Map::new(practice)
        .text("HttpEndpoint", "enabled")
        .text("HttpTokens", "required")
        .integer("HttpPutResponseHopLimit", 1);
    let tagged = ["instance", "volume"].map(|what| {
        let name = name_tag(&format!("{}-node", template.prefix()), practice);
        Map::new(practice).text("ResourceType", what).with("Tags", Doc::list([name], practice)).into()
    });
    let data = Map::new(practice)
        .with("BlockDeviceMappings", Doc::list([device.into()], practice))
        .with("MetadataOptions", metadata)
        .with("Monitoring", Map::new(practice).bool("Enabled", true))
        .with("TagSpecifications", Doc::list(tagged, practice));
    let launch = Map::new(origin).with("LaunchTemplateName", text(&nodes.name)).with("LaunchTemplateData", data);
    template.add(format!("{id}LaunchTemplate"), "AWS::EC2::LaunchTemplate", Keep::No, launch);
    let launched = Map::new(origin)
        .with("Id", reference(format!("{id}LaunchTemplate"), origin))
        .with("Version", Doc::text(format!("{id}LaunchTemplate.LatestVersionNumber"), origin).tagged("GetAtt"));
    let scaling = Map::new(origin)
        .with("MinSize", whole(&nodes.min))
        .with("MaxSize", whole(&nodes.max))
        .with("DesiredSize", whole(&nodes.min));
    let properties = Map::new(origin)
        .with("NodegroupName", text(&nodes.name))
        .with("ClusterName", template.of(&nodes.cluster, Attribute::Name, origin))
        .with("NodeRole", template.of(&nodes.role, Attribute::Arn, origin))
        .with("AmiType", text(&nodes.ami_type))
        .with("InstanceTypes", Doc::list([text(&nodes.instance_type)], nodes.instance_type.origin))
        .with("LaunchTemplate", launched)
        .with("ScalingConfig", scaling)
        .with("Subnets", template.subnets("private", origin))
        .with("UpdateConfig", Map::new(origin).with("MaxUnavailable", whole(&nodes.max_unavailable)));
    template.add_after(id, "AWS::EKS::Nodegroup", Keep::No, before, properties, origin);
}

/// What EKS installs.
pub(super) fn add_on(template: &mut Template<'_>, add_on: &AddOn, nodes: &[String]) {
    let origin = add_on.origin;
    let mut properties = Map::new(origin)
        .with("AddonName", text(&add_on.name))
        .with("AddonVersion", text(&add_on.version))
        .with("ClusterName", template.of(&add_on.cluster, Attribute::Name, origin))
        .text("ResolveConflicts", "OVERWRITE");
    if !add_on.configuration.is_empty() {
        let mut tree = serde_json::Map::new();
        for (key, value) in &add_on.configuration {
            set(&mut tree, &key.value, &value.value);
        }
        properties.put("ConfigurationValues", Doc::text(serde_json::Value::Object(tree).to_string(), origin));
    }
    if let Some((account, role)) = &add_on.identity {
        let identity = Map::new(account.origin)
            .with("ServiceAccount", text(account))
            .with("RoleArn", template.of(role, Attribute::Arn, account.origin));
        properties.put("PodIdentityAssociations", Doc::list([identity.into()], account.origin));
    }
    let after = if add_on.after_nodes { nodes } else { &[] };
    template.add_after(
        template.logical(Kind::AddOn, &add_on.id),
        "AWS::EKS::Addon",
        Keep::No,
        after,
        properties,
        origin,
    );
}

/// Sets a value at a path of keys with dots between.
fn set(tree: &mut serde_json::Map<String, serde_json::Value>, path: &str, value: &str) {
    match path.split_once('.') {
        None => {
            tree.insert(path.to_owned(), value.into());
        }
        Some((key, rest)) => {
            let below = tree.entry(key.to_owned()).or_insert_with(|| serde_json::Map::new().into());
            if let serde_json::Value::Object(below) = below {
                set(below, rest, value);
            }
        }
    }
}

/// A ServiceAccount that has a role.
pub(super) fn pod_identity(template: &mut Template<'_>, identity: &PodIdentity) {
    let origin = identity.origin;
    let properties = Map::new(origin)
        .with("ClusterName", template.of(&identity.cluster, Attribute::Name, origin))
        .with("Namespace", text(&identity.namespace))
        .with("ServiceAccount", text(&identity.service_account))
        .with("RoleArn", template.of(&identity.role, Attribute::Arn, origin));
    template.add(
        template.logical(Kind::PodIdentity, &identity.id),
        "AWS::EKS::PodIdentityAssociation",
        Keep::No,
        properties,
    );
}

/// Who may use the cluster.
pub(super) fn access_entry(template: &mut Template<'_>, entry: &AccessEntry) {
    let origin = entry.origin;
    let policy = Map::new(origin)
        .with("PolicyArn", template.pattern(&entry.policy))
        .with("AccessScope", by(rules::CLUSTER).text("Type", "cluster"));
    let properties = Map::new(origin)
        .with("ClusterName", template.of(&entry.cluster, Attribute::Name, origin))
        .with("PrincipalArn", template.pattern(&entry.principal))
        .with("AccessPolicies", Doc::list([policy.into()], origin));
    template.add(template.logical(Kind::AccessEntry, &entry.id), "AWS::EKS::AccessEntry", Keep::No, properties);
}
