//! What every alert has: its identity, its words, its runbook; and the alerts of the system as a whole.

use std::sync::{Arc, LazyLock};

use crate::ir::choice::Tls;
use crate::ir::ownership::Owner;
use crate::ir::value::{Decimal, Duration, Name, Text};
use crate::ir::{Origin, Rule, System, Traced};
use crate::plan::monitoring::alerting::{AlertKind, AlertPlan, AlertRule, AlertSubject, Comparison};
use crate::plan::monitoring::phrase::Phrase;
use crate::plan::monitoring::promql::select;
use crate::plan::monitoring::rules;
use crate::spec::Specs;
use crate::spec::prometheus::AlertSeverity;

/// An alert while it is put together.
pub(super) struct Draft {
    origin: Origin,
    rule: AlertRule,
    about: Arc<AlertSubject>,
}

/// What alerts are about that have this dashboard, with nothing known of it yet.
pub(super) fn subject(origin: Origin, dashboard: Traced<String>) -> AlertSubject {
    AlertSubject {
        origin,
        component: None,
        datastore: None,
        resource: None,
        team: None,
        environments: Vec::new(),
        document: Traced::by_rule(String::new(), rules::RUNBOOK_DOCUMENT),
        dashboard,
        dependencies: Vec::new(),
        reads: None,
        writes: None,
    }
}

impl Draft {
    /// An alert of a kind about something; `id` is unique in the system.
    pub(super) fn new(id: String, kind: AlertKind, dashboard: Traced<String>) -> Draft {
        Draft::of(Arc::new(subject(Origin::rule(rules::ALERT_KIND), dashboard)), id, kind)
    }

    /// An alert of a kind about something that other alerts are about, too.
    pub(super) fn of(about: Arc<AlertSubject>, id: String, kind: AlertKind) -> Draft {
        let origin = Origin::rule(rules::ALERT_KIND);
        let section = id.rsplit('/').next().unwrap_or_default();
        let section = if section == kind.as_str() { Text::known(kind.as_str()) } else { section.to_owned().into() };
        let rule = AlertRule {
            origin,
            section: Traced::by_rule(section, rules::RUNBOOK_DOCUMENT),
            id: Traced::by_rule(id.into(), rules::ALERT_ID),
            name: Traced::by_rule(alert_name(kind), rules::ALERT_ID),
            kind: Traced::new(kind, origin),
            objective: None,
            severity: Traced::by_rule(AlertSeverity::Ticket, rules::DEGRADED),
            expression: None,
            threshold: None,
            comparison: None,
            hold: None,
            summary: Traced::by_rule(Text::known("").into(), rules::ALERT_TEXT),
            description: Traced::by_rule(Text::known("").into(), rules::ALERT_TEXT),
            runbook: None,
        };
        Draft { origin, rule, about }
    }

    /// The same from another place.
    pub(super) fn origin(mut self, origin: Origin) -> Draft {
        self.origin = origin;
        self
    }

    /// The same with what else is known of it.
    pub(super) fn with(mut self, change: impl FnOnce(&mut AlertRule)) -> Draft {
        change(&mut self.rule);
        self
    }

    /// The same, about this component or datastore, in these environments.
    pub(super) fn about(mut self, change: impl FnOnce(&mut AlertSubject)) -> Draft {
        change(Arc::make_mut(&mut self.about));
        self
    }

    /// The same for this team.
    pub(super) fn team(self, owner: Option<&Owner>) -> Draft {
        self.about(|about| about.team = owner.map(|owner| owner.team.clone()))
    }

    /// The same with a severity.
    pub(super) fn severity(mut self, severity: Traced<AlertSeverity>) -> Draft {
        self.rule.severity = severity;
        self
    }

    /// The same with an expression that a rule has chosen, and how long it must hold.
    pub(super) fn when(mut self, expression: String, hold: Option<Duration>, rule: Rule) -> Draft {
        self.rule.expression = Some(Traced::by_rule(expression.into(), rule));
        self.hold(hold, rule)
    }

    /// The same without an expression: the cloud's own alarms tell.
    pub(super) fn hold(mut self, hold: Option<Duration>, rule: Rule) -> Draft {
        self.rule.hold = hold.map(|hold| Traced::by_rule(hold, rule));
        self
    }

    /// The same with the limit that a rule has chosen: more is bad.
    pub(super) fn above(self, threshold: Decimal, rule: Rule) -> Draft {
        self.limit(threshold, Comparison::Above, rule)
    }

    /// The same with the limit that a rule has chosen: less is bad.
    pub(super) fn below(self, threshold: Decimal, rule: Rule) -> Draft {
        self.limit(threshold, Comparison::Below, rule)
    }

    /// The same with the limit that a rule has chosen.
    pub(super) fn limit(mut self, threshold: Decimal, comparison: Comparison, rule: Rule) -> Draft {
        self.rule.threshold = Some(Traced::by_rule(threshold, rule));
        self.rule.comparison = Some(Traced::by_rule(comparison, rule));
        self
    }

    /// The finished alert with its words.
    pub(super) fn says(
        mut self,
        system: &System,
        summary: impl Into<Phrase>,
        description: impl Into<Phrase>,
    ) -> AlertPlan {
        if self.about.document.is_empty() {
            let about = Arc::make_mut(&mut self.about);
            about.document.value = document(about);
        }
        let Draft { origin, mut rule, about } = self;
        rule.summary.value = summary.into();
        rule.description.value = description.into();
        let mut plan = AlertPlan { origin, rule: Arc::new(rule), about };
        let runbook = runbook(system, &plan);
        Arc::make_mut(&mut plan.rule).runbook = runbook;
        plan
    }
}

/// The document that holds the runbooks of what alerts are about.
pub(super) fn document(about: &AlertSubject) -> String {
    match (&about.component, &about.datastore) {
        (Some(component), _) => format!("runbooks/components/{component}.md"),
        (None, Some(datastore)) => format!("runbooks/datastores/{datastore}.md"),
        (None, None) => "runbooks/system.md".to_owned(),
    }
}

/// `budget-burn` is `BudgetBurn`.
fn alert_name(kind: AlertKind) -> Text {
    // Each alert has one, and there are few.
    static NAMES: LazyLock<Vec<Text>> =
        LazyLock::new(|| AlertKind::ALL.iter().map(|kind| in_capitals(kind.as_str()).into()).collect());
    NAMES.get(kind as usize).cloned().unwrap_or_else(|| in_capitals(kind.as_str()).into())
}

/// Words with hyphens as one word with capitals.
pub(super) fn in_capitals(text: &str) -> String {
    let mut name = String::new();
    for word in text.split('-') {
        let mut letters = word.chars();
        name.extend(letters.next().map(|first| first.to_ascii_uppercase()));
        name.push_str(letters.as_str());
    }
    name
}

/// Where a runbook stands: below the user's own base, else in the repository.
fn runbook(system: &System, alert: &AlertPlan) -> Option<Traced<Phrase>> {
    if let Some(base) = system.operations.as_ref().and_then(|operations| operations.runbooks.as_ref()) {
        return Some(Traced::by_rule(
            [base.trim_end_matches('/'), "/", &alert.id().to_text()].concat().into(),
            rules::RUNBOOK_BASE,
        ));
    }
    let repository = system.repository.as_ref()?;
    let out = system
        .targets
        .iter()
        .flatten()
        .find(|choice| choice.name.value == "operations")
        .and_then(|choice| choice.out.as_ref())
        .map_or("infra/operations", |out| out.as_str());
    let repository = repository.to_string();
    let branch = system.branches.main.as_str();
    let parts = ["https://", &repository, "/blob/", branch, "/", out, "/", &alert.document, "#", &alert.rule.section];
    Some(Traced::by_rule(parts.concat().into(), rules::RUNBOOK_GENERATED))
}

/// The identifier of a dashboard: `SYSTEM-PART`, in 40 characters.
pub(super) fn dashboard_uid(system: &System, part: &str) -> Traced<String> {
    const LONGEST: usize = 40;
    const HASH: usize = 6;
    let text = [system.name.as_str(), "-", part].concat();
    let uid = if text.len() <= LONGEST {
        text
    } else {
        // Names have only ASCII letters, so that any byte is an edge of a character.
        let hash = blake3::hash(text.as_bytes()).to_hex();
        format!("{}-{}", text[..LONGEST - HASH - 1].trim_end_matches('-'), &hash[..HASH])
    };
    Traced::by_rule(uid, rules::DASHBOARD_UID)
}

/// What the identifier of a component's dashboard begins with, unless it had to be shortened.
pub(super) fn component_dashboard_prefix(system: &System) -> String {
    format!("{}-component-", system.name)
}

/// The dashboard of a component.
pub(super) fn component_dashboard(system: &System, component: &Name) -> Traced<String> {
    dashboard_uid(system, &["component-", component.as_str()].concat())
}

/// The dashboard of a datastore.
pub(super) fn datastore_dashboard(system: &System, datastore: &Name) -> Traced<String> {
    dashboard_uid(system, &format!("datastore-{datastore}"))
}

/// Alerts about no component and no datastore: the certificates of public hosts.
pub(super) fn of_system(system: &System, specs: &Specs) -> Vec<AlertPlan> {
    const METRIC: &str = "aws_certificatemanager_days_to_expiry_minimum";
    const DAYS: i64 = 21;
    let ends_tls = system
        .components
        .iter()
        .filter(|component| component.is_deployed())
        .flat_map(|component| &component.ports)
        .any(|port| port.public.value && port.tls.value == Tls::Terminate);
    if !ends_tls {
        return Vec::new();
    }
    let draft = Draft::new(
        "system/certificate-expiring".to_owned(),
        AlertKind::CertificateExpiring,
        dashboard_uid(system, "overview"),
    )
    .team(system.owner.as_ref())
    .about(|about| {
        let with_domain = system.environments.iter().filter(|environment| environment.domain.is_some());
        about.environments = with_domain.map(|environment| environment.name.clone()).collect();
    })
    .below(Decimal::whole(DAYS), rules::CERTIFICATE_LIMIT);
    let known = specs.prometheus.exported_in(system.runtime.value).contains(METRIC);
    let draft = if known {
        draft.when(format!("min({}) < {DAYS}", select(METRIC, &[])), Some(Duration::hours(1)), rules::CERTIFICATE_LIMIT)
    } else {
        draft.hold(Some(Duration::hours(1)), rules::CERTIFICATE_LIMIT)
    };
    let alert = draft.says(
        system, format!("a certificate of {} ends within {DAYS} days", system.name),
        "Certificates are renewed long before they end. Look whether the DNS records that prove the domain are still there.",
    );
    if alert.environments.is_empty() { Vec::new() } else { vec![alert] }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_what_alertmanager_users_expect() {
        assert_eq!(alert_name(AlertKind::BudgetBurn), "BudgetBurn");
        assert_eq!(alert_name(AlertKind::Absent), "Absent");
    }
}
