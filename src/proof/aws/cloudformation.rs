//! What a template of CloudFormation says.

use super::super::document::{map, text};
use super::{Place, Proof, Subject};
use crate::output::{Doc, Map};

/// A number or a text, as text.
fn value(of: &Map, key: &str) -> Option<String> {
    match of.get(key)? {
        Doc::Integer(number, _) => Some(number.to_string()),
        Doc::Number(number, _) => Some(number.to_string()),
        Doc::Text(text, _) => Some(text.to_string()),
        // What refers to something else is known where that stands.
        _ => None,
    }
}

fn maps<'d>(of: &'d Map, key: &str) -> impl Iterator<Item = &'d Map> {
    let list = match of.get(key) {
        Some(Doc::List(elements, ..)) => elements.as_slice(),
        _ => &[],
    };
    list.iter().filter_map(|element| if let Doc::Map(map) = element { Some(map) } else { None })
}

impl Proof<'_> {
    pub(in super::super) fn template(&self, place: Place<'_>, document: &Doc) {
        let (Doc::Map(root), Some(environment)) = (document, place.environment) else { return };
        let resources = map(root, "Resources").into_iter().flat_map(|resources| &resources.entries);
        for resource in resources.filter_map(|entry| if let Doc::Map(map) = &entry.value { Some(map) } else { None }) {
            if let (Some(kind), Some(properties)) = (text(resource, "Type"), map(resource, "Properties")) {
                self.resource(place, environment, kind, properties);
            }
        }
    }

    fn resource(&self, place: Place<'_>, environment: &str, kind: &str, properties: &Map) {
        let says = |of: Option<&str>, subject: Subject, found: Option<String>| {
            if let (Some(of), Some(found)) = (of, found) {
                self.states(place, environment, subject, of, &found);
            }
        };
        let component = self.component_of(place);
        match kind {
            "AWS::ECS::TaskDefinition" => {
                for container in maps(properties, "ContainerDefinitions") {
                    for mapping in maps(container, "PortMappings") {
                        says(text(container, "Name"), Subject::Port, value(mapping, "ContainerPort"));
                    }
                }
            }
            "AWS::ElasticLoadBalancingV2::TargetGroup" => {
                says(component, Subject::Port, value(properties, "Port"));
                says(text(properties, "Name"), Subject::HealthPath, value(properties, "HealthCheckPath"));
            }
            "AWS::ApplicationAutoScaling::ScalableTarget" => {
                says(component, Subject::Least, value(properties, "MinCapacity"));
                says(component, Subject::Most, value(properties, "MaxCapacity"));
            }
            "AWS::RDS::DBInstance" => {
                says(text(properties, "DBInstanceIdentifier"), Subject::Version, value(properties, "EngineVersion"));
            }
            "AWS::SecretsManager::Secret" => {
                says(Some(""), Subject::Secret, text(properties, "Name").map(str::to_owned));
            }
            "AWS::CloudWatch::Alarm" => {
                let name = text(properties, "AlarmName");
                let of_part = maps(properties, "Metrics").find_map(|part| map(map(part, "MetricStat")?, "Metric"));
                says(name, Subject::Threshold, value(properties, "Threshold"));
                says(name, Subject::Metric, value(of_part.unwrap_or(properties), "MetricName"));
            }
            _ => {}
        }
    }
}
