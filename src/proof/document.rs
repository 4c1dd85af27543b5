//! What is known by its form in a document, whichever target it is of: scalers, ports, probes, secrets, rules, queries.

use indexmap::IndexSet;

use super::expected::{self, OfComponent};
use super::{Place, Proof, metric};
use crate::output::doc::Entry;
use crate::output::{Doc, Map};

/// A text of a document.
pub(super) fn text<'d>(map: &'d Map, key: &str) -> Option<&'d str> {
    match map.get(key)? {
        Doc::Text(text, _) => Some(text),
        _ => None,
    }
}

fn number(map: &Map, key: &str) -> Option<i64> {
    match map.get(key)? {
        Doc::Integer(number, _) => Some(*number),
        _ => None,
    }
}

/// A mapping of a document.
pub(super) fn map<'d>(outer: &'d Map, key: &str) -> Option<&'d Map> {
    match outer.get(key)? {
        Doc::Map(map) => Some(map),
        _ => None,
    }
}

impl Proof<'_> {
    pub(super) fn document(&self, place: Place<'_>, document: &Doc) {
        let Doc::Map(root) = document else { return self.walk(place, None, document) };
        let component = map(root, "metadata").and_then(|metadata| {
            let name = map(metadata, "labels").and_then(|labels| text(labels, "app.kubernetes.io/name"));
            name.or_else(|| text(metadata, "name"))
        });
        let component = component.filter(|name| self.expected.components.contains_key(name));
        if let (Some(environment), Some(component)) = (place.environment, component) {
            self.scaler(place, environment, component, root);
        }
        self.walk(place, component, document);
    }

    /// What scales a component, in its two forms.
    fn scaler(&self, place: Place<'_>, environment: &str, component: &str, root: &Map) {
        let keys = match text(root, "kind") {
            Some("HorizontalPodAutoscaler") => ("minReplicas", "maxReplicas"),
            Some("ScaledObject") => ("minReplicaCount", "maxReplicaCount"),
            _ => return,
        };
        let Some(spec) = map(root, "spec") else { return };
        let bounds = self.expected.environments.get(environment).and_then(|found| found.bounds.get(component));
        let Some((min, max)) = bounds else {
            return self.object(
                place,
                format!("scales `{component}`, of which the plan runs a fixed number in `{environment}`"),
            );
        };
        for (key, planned, word) in [(keys.0, min, "from"), (keys.1, max, "to")] {
            if let Some(found) = number(spec, key)
                && found != i64::from(*planned)
            {
                self.object(place, format!("scales `{component}` {word} {found}, the plan {word} {planned}"));
            }
        }
    }

    /// Everything below a node. `component`: what it is of, where that is known.
    fn walk(&self, place: Place<'_>, component: Option<&str>, document: &Doc) {
        match document {
            Doc::List(elements, ..) => elements.iter().for_each(|element| self.walk(place, component, element)),
            // One look at each key: most say nothing that is known here.
            Doc::Map(found) => {
                for Entry { key, value, .. } in &found.entries {
                    match (&**key, value) {
                        ("containerPort", Doc::Integer(port, _)) => self.port(place, component, *port),
                        ("httpGet", Doc::Map(request)) => self.health(place, component, request),
                        ("remoteRef", Doc::Map(reference)) => self.secret(place, reference),
                        ("dns_sd_configs", Doc::List(configurations, ..)) => self.discovered(place, configurations),
                        ("expr", Doc::Text(expression, _)) => {
                            self.records(text(found, "record").into_iter());
                            self.asks(place, metric::names(expression));
                            self.rule(place, &Rule::of(found));
                        }
                        _ => {}
                    }
                    self.walk(place, component, value);
                }
            }
            _ => {}
        }
    }

    /// A port that a container opens.
    fn port(&self, place: Place<'_>, component: Option<&str>, port: i64) {
        let Some((component, planned)) = self.planned(component) else { return };
        if !planned.ports.iter().any(|known| i64::from(*known) == port) {
            self.object(place, format!("opens port {port} of `{component}`, the plan {}", ports(&planned.ports)));
        }
    }

    /// Names by which replicas are looked up.
    fn discovered(&self, place: Place<'_>, configurations: &[Doc]) {
        let known = place.environment.and_then(|environment| self.expected.environments.get(environment));
        let maps = configurations.iter().filter_map(|one| if let Doc::Map(map) = one { Some(map) } else { None });
        let lists =
            maps.filter_map(|map| if let Some(Doc::List(names, ..)) = map.get("names") { Some(names) } else { None });
        for name in lists.flatten() {
            if let Doc::Text(name, _) = name
                && !known.is_some_and(|known| known.scraped.contains(&**name))
            {
                self.object(
                    place,
                    format!("looks for replicas at `{name}`, a name that nothing in the cloud gives them"),
                );
            }
        }
    }

    /// A path that health is asked at.
    fn health(&self, place: Place<'_>, component: Option<&str>, request: &Map) {
        let (Some((component, planned)), Some(path)) = (self.planned(component), text(request, "path")) else { return };
        if !planned.paths.contains(path) {
            let paths: Vec<&str> = planned.paths.iter().copied().collect();
            self.object(
                place,
                format!("asks `{component}` for its health at `{path}`, the plan at `{}`", paths.join("`, `")),
            );
        }
    }

    fn planned<'c>(&self, component: Option<&'c str>) -> Option<(&'c str, &OfComponent<'_>)> {
        Some((component?, self.expected.components.get(component?)?))
    }

    /// A secret that is taken from the store.
    fn secret(&self, place: Place<'_>, reference: &Map) {
        let (Some(environment), Some(key)) = (place.environment, text(reference, "key")) else { return };
        let is_planned = self.expected.environments.get(environment).is_some_and(|known| known.secrets.contains(key));
        if !is_planned && !self.expected.is_known(key) {
            self.object(place, format!("takes the secret `{key}`, which is in no plan"));
        }
    }

    /// The rules and queries of a document that was written as it went: keys and texts in order. A rule begins with its
    /// name, the identifier of an alert stands among its labels, and a query has neither.
    pub(super) fn streamed<'t>(&self, place: Place<'_>, entries: impl Iterator<Item = (&'static str, &'t str)>) {
        let mut rule = Rule::default();
        // Many rules of a file say the same names.
        let (mut recorded, mut read) = (IndexSet::new(), IndexSet::new());
        for (key, text) in entries {
            match key {
                "record" => drop(recorded.insert(text)),
                "expr" => read.extend(metric::names(text)),
                _ => {}
            }
            let begins = match key {
                "record" => true,
                "alert" => rule.alert.is_none() || rule.id.is_some(),
                "expr" => rule.expression.is_some(),
                _ => false,
            };
            if begins {
                self.rule(place, &std::mem::take(&mut rule));
            }
            match key {
                "record" => rule.record = Some(text),
                "alert" if rule.alert.is_none() => rule.alert = Some(text),
                "alert" => rule.id = Some(text),
                "expr" => rule.expression = Some(text),
                _ => rule.hold = Some(text),
            }
        }
        self.rule(place, &rule);
        self.records(recorded.iter().copied());
        self.asks(place, read.iter().copied());
        let mut seen = self.seen();
        if recorded.is_empty() {
            for name in read.iter().filter(|name| name.contains(':')) {
                if !seen.shown.contains(*name) {
                    seen.shown.insert((*name).to_owned());
                }
            }
        }
        for name in recorded.difference(&read) {
            if !seen.unread.contains_key(*name) {
                seen.unread.insert((*name).to_owned(), place.path.to_owned());
            }
        }
    }

    /// Names that rules of a file record.
    fn records<'t>(&self, names: impl Iterator<Item = &'t str>) {
        let mut seen = self.seen();
        for name in names {
            if !seen.recorded.contains(name) {
                seen.recorded.insert(name.to_owned());
            }
        }
    }

    /// Names that a file asks for.
    fn asks<'t>(&self, place: Place<'_>, names: impl Iterator<Item = &'t str>) {
        let unknown: Vec<&str> = names.filter(|name| !self.expected.has_metric(name)).collect();
        if unknown.is_empty() {
            return;
        }
        let mut seen = self.seen();
        for name in unknown {
            if !seen.asked.contains_key(name) {
                seen.asked.insert(name.to_owned(), place.path.to_owned());
            }
        }
    }

    /// An alert, a recording or a query.
    fn rule(&self, place: Place<'_>, found: &Rule<'_>) {
        let (Some(expression), Some(name), Some(id)) = (found.expression, found.alert, found.id) else { return };
        let Some(planned) = self.expected.alerts.get(id) else {
            return self.object(place, format!("tells of `{id}`, which the plan does not know"));
        };
        if planned.rule.name.as_str() != name {
            self.object(place, format!("calls the alert `{id}` `{name}`, the plan `{}`", planned.rule.name));
        }
        let hold = planned.rule.hold.as_ref().map(|hold| expected::shown(&hold.value));
        if found.hold != hold.as_deref() {
            let shown = |text: Option<&str>| text.map_or("at once".to_owned(), |text| format!("after {text}"));
            let (found, hold) = (shown(found.hold), shown(hold.as_deref()));
            self.object(place, format!("tells of `{id}` {found}, the plan {hold}"));
        }
        if let Some(objective) = planned.objective().and_then(|id| self.expected.objectives.get(&*id.to_text())) {
            let windows =
                objective.burn_windows.iter().filter(|window| window.severity.value == planned.rule.severity.value);
            let budget = &objective.error_budget;
            for window in windows {
                let threshold = format!("({} * {budget})", window.factor);
                if planned.rule.expression.is_none() && !expression.contains(&threshold) {
                    self.object(place, format!("tells of `{id}` at another threshold than the plan's {threshold}"));
                }
            }
        }
    }
}

/// What a rule or a query says.
#[derive(Default)]
struct Rule<'t> {
    record: Option<&'t str>,
    alert: Option<&'t str>,
    /// The identifier of the alert.
    id: Option<&'t str>,
    expression: Option<&'t str>,
    hold: Option<&'t str>,
}

impl<'t> Rule<'t> {
    fn of(map: &'t Map) -> Rule<'t> {
        Rule {
            record: text(map, "record"),
            alert: text(map, "alert"),
            id: self::map(map, "labels").and_then(|labels| text(labels, "alert")),
            expression: text(map, "expr"),
            hold: text(map, "for"),
        }
    }
}

fn ports(ports: &std::collections::BTreeSet<u16>) -> String {
    if ports.is_empty() {
        return "none".to_owned();
    }
    ports.iter().map(u16::to_string).collect::<Vec<_>>().join(", ")
}
