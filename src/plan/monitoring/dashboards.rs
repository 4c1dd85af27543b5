//! `dashboard_definitions`: what is shown, from the same expressions as the alerts.

use crate::ir::Traced;
use crate::ir::value::{Decimal, Name, Text};
use crate::plan::folded::{FoldedList, Folds};
use crate::{choice, fold_choice, folded_record, plan_record};

choice! {
    /// What a dashboard is about.
    pub enum DashboardKind as "dashboard kind" {
        Overview = "overview": "the system",
        Objectives = "objectives": "all objectives",
        Component = "component": "one component",
        Datastore = "datastore": "one datastore",
    }
}
choice! {
    /// How a panel shows its queries.
    pub enum PanelKind as "panel kind" {
        Timeseries = "timeseries": "lines over time",
        Stat = "stat": "one number",
        Gauge = "gauge": "a number between two limits",
        Table = "table": "rows of numbers",
        Graph = "graph": "the dependencies between components",
    }
}
choice! {
    /// The unit of a panel's numbers.
    pub enum PanelUnit as "panel unit" {
        Requests = "requests": "requests a second",
        PerSecond = "per-second": "things a second",
        Ratio = "ratio": "a share from 0 to 1",
        Percent = "percent": "a share from 0 to 100",
        Seconds = "seconds": "seconds",
        Cores = "cores": "CPU cores",
        Bytes = "bytes": "bytes",
        BytesPerSecond = "bytes-per-second": "bytes a second",
        Count = "count": "a number of things",
    }
}
choice! {
    /// What a value means to who looks at it.
    pub enum PanelState as "panel state" {
        Good = "good": "as it should be",
        Warning = "warning": "look at it this week",
        Bad = "bad": "act now",
    }
}

choice! {
    /// What a node of the dependency graph is.
    pub enum NodeKind as "kind of a graph's node" {
        Component = "component": "a component of the system",
        Datastore = "datastore": "a datastore of the system",
        External = "external": "a service of somebody else",
    }
}

plan_record! {
    /// What is shown.
    pub struct DashboardDefinitions as "dashboard definitions" {
        /// The name of this deliverable: `dashboard_definitions`.
        path: Traced<String>, required;
        /// The version of its schema.
        version: Traced<u32>, required;
        /// What `$selector` stands for in a dashboard: label matchers over the variable `environment`.
        selector: Traced<String>, required;
        /// The dashboards: overview, objectives, components, datastores.
        dashboards: FoldedList<DashboardPlan>, many;
    }
}

folded_record! {
    SHARED = false;

    /// One dashboard.
    pub struct DashboardPlan as "dashboard plan" {
        /// Its stable identifier, 40 characters at most.
        uid: Traced<String>, required;
        /// What it is called.
        title: Traced<String>, required;
        /// What it is about.
        kind: Traced<DashboardKind>, required;
        /// In a sentence.
        description: Traced<String>, required;
        /// The component.
        component: Traced<Name>, optional;
        /// The datastore.
        datastore: Traced<Name>, optional;
        /// What the viewer chooses.
        variables: Vec<DashboardVariable>, many;
        /// Where else to look.
        links: Vec<DashboardLink>, many;
        /// When something was deployed: PromQL with `$selector` that has a value then; none where nothing tells.
        deployments: Traced<String>, optional;
        /// Rows of panels, from top to bottom.
        rows: Vec<RowPlan>, many;
        /// What the dependency graph shows, where there is one.
        nodes: Vec<NodePlan>, many;
        /// Who calls whom in it.
        edges: Vec<EdgePlan>, many;
    }

    /// What the viewer chooses.
    pub struct DashboardVariable as "dashboard variable" {
        /// What it is called: `environment`, or `instance` for the placeholder `$instance`.
        name: Traced<String>, required;
        /// Its values, where they are known; the first is shown unless the viewer chooses.
        values: Vec<VariableValue>, many;
        /// The label whose values it has.
        label: Traced<String>, optional;
        /// Series that have the label: PromQL with `$selector`.
        series: Traced<String>, optional;
        /// Whether several may be chosen at once.
        multiple: Traced<bool>, required;
    }

    /// One value of a variable.
    pub struct VariableValue as "dashboard variable value" {
        /// What the viewer reads; `$NAME_text` in an expression.
        text: Traced<String>, required;
        /// What stands for it in expressions.
        value: Traced<String>, required;
    }

    /// Where else to look.
    pub struct DashboardLink as "dashboard link" {
        /// What is there.
        title: Traced<Text>, required;
        /// Another dashboard.
        dashboard: Traced<String>, optional;
        /// An address.
        url: Traced<Text>, optional;
        /// All dashboards of a kind.
        kind: Traced<DashboardKind>, optional;
    }

    /// One row.
    pub struct RowPlan as "dashboard row" {
        /// Unique in its dashboard, among panels too.
        id: Traced<u32>, required;
        /// What it is called.
        title: Traced<Text>, required;
        /// Where it begins.
        y: Traced<u32>, required;
        /// Its panels.
        panels: Vec<PanelPlan>, many;
    }

    /// One query.
    pub struct QueryPlan as "panel query" {
        /// PromQL with `$window`, `$selector`, `$environment_text` and `$instance`.
        expression: Traced<String>, required;
        /// What its line or column is called; `{{label}}` stands for a label's value.
        legend: Traced<Text>, required;
        /// The unit of its column, where it is not the panel's.
        unit: Traced<PanelUnit>, optional;
        /// What values of its column mean, ascending.
        thresholds: Vec<ThresholdPlan>, many;
    }

    /// What a value means from here upwards.
    pub struct ThresholdPlan as "panel threshold" {
        /// From this value; none: the lowest.
        from: Traced<Decimal>, optional;
        /// What it means.
        state: Traced<PanelState>, required;
    }

    /// One node of the dependency graph. Its place is in percent of the panel, from each of its sides.
    pub struct NodePlan as "dependency node" {
        /// What it is called; the value of the label `job` of its series.
        name: Traced<Name>, required;
        /// What it is.
        kind: Traced<NodeKind>, required;
        /// From the left.
        left: Traced<Decimal>, required;
        /// From the top.
        top: Traced<Decimal>, required;
        /// From the right.
        right: Traced<Decimal>, required;
        /// From the bottom.
        bottom: Traced<Decimal>, required;
    }

    /// Who calls whom.
    pub struct EdgePlan as "dependency edge" {
        /// The component that calls.
        from: Traced<Name>, required;
        /// The component, datastore or external service that is called.
        to: Traced<Name>, required;
        /// Whether nothing works without it.
        critical: Traced<bool>, required;
    }
}

// A panel is the same in the dashboards of most components.
folded_record! {
    SHARED = true;

    /// One panel.
    pub struct PanelPlan as "dashboard panel" {
        /// Unique in its dashboard.
        id: Traced<u32>, required;
        /// What it is called.
        title: Traced<Text>, required;
        /// How it shows its queries.
        kind: Traced<PanelKind>, required;
        /// The unit of its numbers.
        unit: Traced<PanelUnit>, required;
        /// What it means.
        description: Traced<Text>, optional;
        /// The runbooks of the alerts that watch what it shows, and where else to look.
        links: Vec<DashboardLink>, many;
        /// In a table the labels that are its first columns; each query is a column after them.
        labels: Vec<Traced<Text>>, many;
        /// In a table the beginning of the identifier of the dashboard that a row leads to; the value of its first label ends it.
        leads_to: Traced<String>, optional;
        /// What it shows.
        queries: Vec<QueryPlan>, many;
        /// What values mean, ascending.
        thresholds: Vec<ThresholdPlan>, many;
        /// Columns from the left, of 24.
        x: Traced<u32>, required;
        /// Rows from the top.
        y: Traced<u32>, required;
        /// Columns.
        width: Traced<u32>, required;
        /// Rows.
        height: Traced<u32>, required;
    }
}

fold_choice!(DashboardKind, PanelKind, PanelUnit, PanelState, NodeKind);

/// What a dashboard is known by.
#[derive(Clone, Debug)]
pub struct DashboardHead {
    /// Its stable identifier.
    pub uid: Traced<String>,
    /// What it is about.
    pub kind: DashboardKind,
    /// The component or the datastore that it is about.
    pub about: Option<Name>,
}

impl Folds for DashboardPlan {
    type Head = DashboardHead;

    fn head(&self) -> DashboardHead {
        let about = self.component.as_ref().or(self.datastore.as_ref());
        DashboardHead { uid: self.uid.clone(), kind: self.kind.value, about: about.map(|name| name.value.clone()) }
    }

    fn names(&self) -> Vec<&str> {
        let own = self.component.iter().chain(&self.datastore);
        own.chain(self.nodes.iter().map(|node| &node.name)).map(|name| name.as_str()).collect()
    }
}
