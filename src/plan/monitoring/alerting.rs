//! `alerting_rules`: what somebody is told, who that is, and what is kept quiet meanwhile.

use std::ops::Deref;
use std::sync::Arc;

use super::phrase::{Phrase, Said};
use crate::ir::value::{Decimal, Duration, Name, Text};
use crate::ir::{Origin, Traced};
use crate::output::Doc;
use crate::output::yaml::Writer;
use crate::plan::Encode;
use crate::plan::encode::{Slot, record, write_record};
use crate::source::decode::RecordReader;
use crate::source::record::joined;
use crate::source::yaml::NodeId;
use crate::source::{Decode, Decoder, FieldShape, RecordShape, Shape};
use crate::spec::prometheus::AlertSeverity;
use crate::{choice, plan_record, record};

choice! {
    /// What an alert says.
    pub enum AlertKind as "alert kind" {
        BudgetBurn = "budget-burn": "an error budget burns too fast",
        Absent = "absent": "no replica answers when it is asked for metrics",
        Unready = "unready": "no replica can take requests",
        ReplicasMissing = "replicas-missing": "fewer replicas can take requests than should",
        Restarts = "restarts": "replicas restart again and again",
        OutOfMemory = "out-of-memory": "replicas are ended because they take too much memory",
        Throttled = "throttled": "replicas wait for CPU that their limit withholds",
        MemoryNearLimit = "memory-near-limit": "replicas are about to reach their memory limit",
        AtMaximum = "at-maximum": "scaling has reached the most replicas that it may start",
        VolumeFilling = "volume-filling": "a volume is nearly full",
        Failing = "failing": "too many requests fail, where no objective says how many may",
        ConnectionsDropped = "connections-dropped": "too many connections are dropped",
        HandshakesFailing = "handshakes-failing": "connections fail before they are open",
        RunFailed = "run-failed": "a run has failed",
        RunMissed = "run-missed": "a run is due and has not begun",
        ScheduleOff = "schedule-off": "no run begins any more: the schedule is turned off",
        DatastoreAbsent = "datastore-absent": "nothing is measured of a datastore any more: it has stopped, or is gone",
        DatastoreCpu = "datastore-cpu": "a datastore's CPU is in use nearly all the time",
        DatastoreStorage = "datastore-storage": "a datastore's storage will be full soon",
        DatastoreMemory = "datastore-memory": "a datastore's memory is nearly full",
        DatastoreConnections = "datastore-connections": "a datastore has few connections left",
        DatastoreEvictions = "datastore-evictions": "a datastore throws keys away to make room",
        UnderReplicated = "under-replicated": "partitions have fewer copies than they should",
        ConsumerLag = "consumer-lag": "consumers fall behind",
        QueueStalled = "queue-stalled": "messages wait and are not taken",
        QueueExpiring = "queue-expiring": "messages will be lost before they are taken",
        ObjectsLost = "objects-lost": "half of what was in a bucket is gone",
        DeliveriesFailing = "deliveries-failing": "messages of a topic do not reach a subscriber",
        NodeUnready = "node-unready": "a node of the cluster takes no work",
        NodesLost = "nodes-lost": "a zone of the cluster, or a quarter of its nodes, is lost",
        NodePressure = "node-pressure": "a node runs out of disk, memory or process numbers",
        ExporterAbsent = "exporter-absent": "who measures tells nothing any more: what it measures can't be told of",
        RulesFailing = "rules-failing": "rules can't be evaluated: their alerts are quiet",
        NotificationsFailing = "notifications-failing": "messages do not reach who is to be told",
        ConfigurationRefused = "configuration-refused": "Prometheus or Alertmanager refuses its new configuration",
        CertificateExpiring = "certificate-expiring": "a certificate ends soon and was not renewed",
        Escalated = "escalated": "a page was not over in time",
    }
}

choice! {
    /// On which side of its limit a value is bad.
    pub enum Comparison as "comparison" {
        Above = "above": "more than the limit is bad",
        Below = "below": "less than the limit is bad",
    }
}

plan_record! {
    /// What somebody is told.
    pub struct AlertingRules as "alerting rules" {
        /// The name of this deliverable: `alerting_rules`.
        path: Traced<String>, required;
        /// The version of its schema.
        version: Traced<u32>, required;
        /// Who is told.
        receivers: Vec<ReceiverPlan>, many;
        /// Which alerts go to whom, the first that matches.
        routes: Vec<RoutePlan>, many;
        /// Who is told when nobody has answered.
        escalation: Vec<EscalationPlan>, many;
        /// How incidents are ranked, the gravest first.
        severities: Vec<IncidentSeverityPlan>, many;
        /// Which alerts keep others quiet.
        inhibitions: Vec<InhibitionPlan>, many;
        /// Which alerts wait while deployments may run.
        mutes: Vec<MutePlan>, many;
        /// The alerts: the components' in the order of the input, then the environments', then the system's.
        alerts: Vec<AlertPlan>, many;
    }

    /// Who is told.
    pub struct ReceiverPlan as "receiver plan" {
        /// `TEAM` and the way.
        name: Traced<Name>, required;
        /// The team.
        team: Traced<String>, required;
        /// The service that tells it: `pagerduty`, `opsgenie`, `slack` or `email`; none: nobody is told.
        service: Traced<String>, optional;
        /// The name that the service knows.
        target: Traced<String>, optional;
        /// The secret of an environment that holds the service's key, below `SYSTEM/ENVIRONMENT/`.
        secret: Traced<String>, optional;
        /// The key in the secret's JSON.
        secret_property: Traced<String>, optional;
    }

    /// Which alerts go to whom.
    pub struct RoutePlan as "alert route" {
        /// The team's alerts.
        team: Traced<String>, required;
        /// Those of this severity.
        severity: Traced<AlertSeverity>, required;
        /// Who is told.
        receiver: Traced<Name>, required;
        /// Labels whose alerts make one message.
        group_by: Vec<Traced<String>>, many;
        /// How long the first message waits for others.
        group_wait: Traced<Duration>, required;
        /// How long further alerts wait.
        group_interval: Traced<Duration>, required;
        /// After how long it is said again.
        repeat_interval: Traced<Duration>, required;
    }

    /// Who is told when nobody has answered.
    pub struct EscalationPlan as "escalation plan" {
        /// After how long.
        after: Traced<Duration>, required;
        /// Who.
        notify: Traced<String>, required;
        /// The alerts of this severity.
        severity: Traced<AlertSeverity>, required;
        /// The receiver that tells them.
        receiver: Traced<Name>, required;
        /// The alerts by which they are told, one an environment: their identifiers.
        alerts: Vec<Traced<String>>, many;
    }

    /// Alerts that are told only after the deployment window of an environment has closed.
    pub struct MutePlan as "mute plan" {
        /// The environment, which has a deployment window.
        environment: Traced<Name>, required;
        /// Alerts that say this.
        kinds: Vec<Traced<AlertKind>>, many;
        /// Alerts of this severity.
        severity: Traced<AlertSeverity>, required;
    }

    /// A severity of incidents.
    pub struct IncidentSeverityPlan as "incident severity plan" {
        /// What it is called.
        name: Traced<String>, required;
        /// What it means, where pathc names it.
        meaning: Traced<String>, optional;
        /// How soon somebody must answer.
        respond_within: Traced<Duration>, optional;
    }

    /// While an alert with the labels of `source` is on, those with the labels of `target` are kept quiet.
    pub struct InhibitionPlan as "inhibition plan" {
        /// Why.
        reason: Traced<String>, required;
        /// Labels of the alert that speaks.
        source: Vec<LabelPlan>, many;
        /// Labels of the alerts that are quiet.
        target: Vec<LabelPlan>, many;
        /// Labels that both must share.
        equal: Vec<Traced<String>>, many;
    }

    /// One label and the values that it may have.
    pub struct LabelPlan as "label plan" {
        /// The label.
        label: Traced<String>, required;
        /// Its values.
        values: Vec<Traced<String>>, many;
    }

    /// What alerts are about, and who is told of it.
    pub struct AlertSubject as "alert subject" {
        /// The component that it is about.
        component: Traced<Name>, optional;
        /// The datastore that it is about.
        datastore: Traced<Name>, optional;
        /// What the cloud calls the datastore.
        resource: Traced<String>, optional;
        /// The team that is told.
        team: Traced<String>, optional;
        /// The environments that it is watched in.
        environments: Vec<Traced<Name>>, many;
        /// The document that holds its runbook, below the folder of the target `operations`.
        document: Traced<String>, required;
        /// The dashboard that shows it.
        dashboard: Traced<String>, required;
        /// What else may be the cause: the critical dependencies.
        dependencies: Vec<Traced<Name>>, many;
        /// The datastores that the component reads, where its data is to be followed.
        reads: Traced<String>, optional;
        /// The datastores that the component writes, where its data is to be followed.
        writes: Traced<String>, optional;
    }
}

record! {
    /// What an alert says, and when: the same of all components that are watched alike, but for what marks stand for.
    pub struct AlertRule as "alert rule" {
        /// Unique in the system; the runbook's path.
        id: Traced<Phrase>, required;
        /// What it is called.
        name: Traced<Text>, required;
        /// What it says.
        kind: Traced<AlertKind>, required;
        /// The objective whose burn windows it watches: its identifier.
        objective: Traced<Phrase>, optional;
        /// What it asks of a person in production.
        severity: Traced<AlertSeverity>, required;
        /// PromQL with `$selector` that has a value while it is on; none with an objective, or where only the cloud knows.
        expression: Traced<Phrase>, optional;
        /// The limit of the value that it watches, in the unit of the cloud's own metric; where the expression looks at a
        /// trend, what an alarm without one compares with.
        threshold: Traced<Decimal>, optional;
        /// On which side of the limit the value is bad.
        comparison: Traced<Comparison>, optional;
        /// How long it must hold.
        hold: Traced<Duration>, optional;
        /// In a sentence.
        summary: Traced<Phrase>, required;
        /// What it means and where to look first.
        description: Traced<Phrase>, required;
        /// Where its runbook stands.
        runbook: Traced<Phrase>, optional;
        /// The heading of its runbook in its document.
        section: Traced<Text>, required;
    }
}

/// One alert. Its series carry `alert`, `kind`, `severity`, `team`, `environment`, and `component` or `datastore`. In the
/// document the fields of both parts stand in one mapping.
#[derive(Clone, Debug)]
pub struct AlertPlan {
    /// The mapping itself.
    pub origin: Origin,
    /// What it says, which alerts about others say, too.
    pub rule: Arc<AlertRule>,
    /// What it is about, which other alerts are about, too.
    pub about: Arc<AlertSubject>,
}

impl AlertPlan {
    /// The table of its fields.
    pub const SHAPE: RecordShape = RecordShape {
        name: "alert plan",
        doc: "One alert. Its series carry `alert`, `kind`, `severity`, `team`, `environment`, and `component` or `datastore`.\n",
        fields: {
            const FIELDS: [FieldShape; AlertRule::SHAPE.fields.len() + AlertSubject::SHAPE.fields.len()] =
                joined(AlertRule::SHAPE.fields, AlertSubject::SHAPE.fields);
            &FIELDS
        },
        shorthand: None,
    };

    /// Unique in the system; the runbook's path.
    #[must_use]
    pub fn id(&self) -> Traced<Said<'_>> {
        self.said(&self.rule.id)
    }

    /// The objective whose burn windows it watches: its identifier.
    #[must_use]
    pub fn objective(&self) -> Option<Traced<Said<'_>>> {
        self.rule.objective.as_ref().map(|phrase| self.said(phrase))
    }

    /// PromQL with `$selector` that has a value while it is on; none with an objective, or where only the cloud knows.
    #[must_use]
    pub fn expression(&self) -> Option<Traced<Said<'_>>> {
        self.rule.expression.as_ref().map(|phrase| self.said(phrase))
    }

    /// In a sentence.
    #[must_use]
    pub fn summary(&self) -> Traced<Said<'_>> {
        self.said(&self.rule.summary)
    }

    /// What it means and where to look first.
    #[must_use]
    pub fn description(&self) -> Traced<Said<'_>> {
        self.said(&self.rule.description)
    }

    /// Where its runbook stands.
    #[must_use]
    pub fn runbook(&self) -> Option<Traced<Said<'_>>> {
        self.rule.runbook.as_ref().map(|phrase| self.said(phrase))
    }

    fn said<'a>(&'a self, phrase: &'a Traced<Phrase>) -> Traced<Said<'a>> {
        phrase.with(Said { phrase: &phrase.value, about: &self.about })
    }

    fn each_field(&self, visit: &mut dyn FnMut(&'static str, &dyn Encode)) {
        let rule = &*self.rule;
        visit("id", &self.id());
        visit("name", &rule.name);
        visit("kind", &rule.kind);
        visit("objective", &self.objective());
        visit("severity", &rule.severity);
        visit("expression", &self.expression());
        visit("threshold", &rule.threshold);
        visit("comparison", &rule.comparison);
        visit("hold", &rule.hold);
        visit("summary", &self.summary());
        visit("description", &self.description());
        visit("runbook", &self.runbook());
        visit("section", &rule.section);
        self.about.each_field(visit);
    }
}

impl Deref for AlertPlan {
    type Target = AlertSubject;
    fn deref(&self) -> &AlertSubject {
        &self.about
    }
}

impl Decode for AlertPlan {
    fn shape() -> Shape {
        static SHAPE: RecordShape = AlertPlan::SHAPE;
        Shape::Record(&SHAPE)
    }

    fn decode(decoder: &mut Decoder<'_>, node: NodeId) -> Option<Self> {
        static SHAPE: RecordShape = AlertPlan::SHAPE;
        let origin = decoder.origin(node);
        let mut reader = RecordReader::open(decoder, node, &SHAPE)?;
        let rule = AlertRule::read_fields(&mut reader, decoder, origin);
        let about = AlertSubject::read_fields(&mut reader, decoder, origin);
        reader.finish(decoder);
        Some(AlertPlan { origin, rule: Arc::new(rule?), about: Arc::new(about?) })
    }
}

impl Encode for AlertPlan {
    fn encode(&self, _: Origin) -> Doc {
        record(self.origin, &|visit| self.each_field(visit))
    }

    fn write(&self, slot: Slot, _: Origin, out: &mut Writer<'_>) {
        write_record(slot, self.origin, &|visit| self.each_field(visit), out);
    }
}

impl AlertSubject {
    /// The component or the datastore that it is.
    #[must_use]
    pub fn named(&self) -> Option<&Traced<Name>> {
        self.component.as_ref().or(self.datastore.as_ref())
    }

    /// Adds where else to look, in a sentence.
    pub fn push_causes(&self, out: &mut String) {
        let Some((first, others)) = self.dependencies.split_first() else {
            return out.push_str("Nothing that it needs can be the cause: look at what was deployed last.");
        };
        out.push_str("Look at what was deployed last, and at what it needs: ");
        out.push_str(first.as_str());
        for other in others {
            out.push_str(", ");
            out.push_str(other.as_str());
        }
        out.push('.');
    }
}

impl AlertingRules {
    /// Whether somebody is told by a service that asks for a key.
    #[must_use]
    pub fn has_keys(&self) -> bool {
        self.receivers.iter().any(|receiver| receiver.secret.is_some())
    }
}

/// The cluster's secret that holds the configuration of Alertmanager for an environment.
#[must_use]
pub fn alertmanager_secret(system: &Name, environment: &Name) -> String {
    format!("{system}-{environment}-alertmanager")
}

/// The cluster's secret that holds the keys of an environment, one a receiver, by its name.
#[must_use]
pub fn oncall_secret(system: &Name, environment: &Name) -> String {
    format!("{system}-{environment}-oncall")
}
