//! How components run: resources, scaling, strategies, rollbacks, objectives, approvals.

use crate::record;
use crate::source::scalar::unknown_word;
use crate::source::yaml::NodeId;
use crate::source::{Decode, Decoder, Problem, ProblemKind, Shape, Table, Traced};

use super::choice::{RollbackTrigger, Weekday};
use super::value::{CountOrPercent, Cpu, Decimal, Duration, Name, Percent, Size, TimeOfDay};

record! {
    /// What a replica asks for and may use.
    pub struct Resources as "resources" {
        /// CPU that is set aside.
        cpu: Traced<Cpu>, optional;
        /// Memory that is set aside.
        memory: Traced<Size>, optional;
        /// CPU that it may use at most.
        cpu_limit: Traced<Cpu>, optional;
        /// Memory that it may use at most; by default what is set aside.
        memory_limit: Traced<Size>, optional;
    }
}
record! {
    /// The messages that one replica is given to hold.
    pub struct QueueDepth as "queue depth" {
        /// The queue or kafka datastore.
        queue: Traced<Name>, required;
        /// Messages a replica.
        per_replica: Traced<Decimal>, required;
    }
}
record! {
    /// A metric of the component's own to scale by.
    pub struct CustomMetricTarget as "scaling metric" {
        /// The metric.
        name: Traced<String>, required;
        /// Its value a replica.
        per_replica: Traced<Decimal>, required;
    }
}
record! {
    /// What scaling goes by: one of these.
    pub struct ScalingTargetRecord as "scaling target" {
        /// CPU in use, in percent of the request.
        cpu: Traced<Percent>, optional;
        /// Memory in use, in percent of the request.
        memory: Traced<Percent>, optional;
        /// Requests a second and replica.
        requests_per_second: Traced<Decimal>, optional;
        /// Messages that wait.
        queue_depth: QueueDepth, optional;
        /// A metric of the component's own.
        metric: CustomMetricTarget, optional;
    }
}

/// What scaling goes by.
#[derive(Clone, Debug)]
pub enum ScalingTarget {
    /// CPU in use, in percent of the request.
    Cpu(Traced<Percent>),
    /// Memory in use, in percent of the request.
    Memory(Traced<Percent>),
    /// Requests a second and replica.
    RequestsPerSecond(Traced<Decimal>),
    /// Messages that wait.
    QueueDepth(QueueDepth),
    /// A metric of the component's own.
    Metric(CustomMetricTarget),
}

impl Decode for ScalingTarget {
    fn shape() -> Shape {
        ScalingTargetRecord::shape()
    }

    fn decode(decoder: &mut Decoder<'_>, node: NodeId) -> Option<Self> {
        let record = ScalingTargetRecord::decode(decoder, node)?;
        let mut given = [
            record.cpu.map(ScalingTarget::Cpu),
            record.memory.map(ScalingTarget::Memory),
            record.requests_per_second.map(ScalingTarget::RequestsPerSecond),
            record.queue_depth.map(ScalingTarget::QueueDepth),
            record.metric.map(ScalingTarget::Metric),
        ]
        .into_iter()
        .flatten();
        let first = given.next();
        if first.is_none() || given.next().is_some() {
            let span = decoder.span(node);
            decoder.problem(
                Problem::new(ProblemKind::Conflict, span, "scaling goes by exactly one target", "this target")
                    .help("keep one of `cpu`, `memory`, `requests_per_second`, `queue_depth` and `metric`"),
            );
            return None;
        }
        first
    }
}

record! {
    /// How many replicas run.
    pub struct Scaling as "scaling" {
        /// At least.
        min: Traced<u32>, required;
        /// At most.
        max: Traced<u32>, required;
        /// What it goes by.
        target: ScalingTarget, required;
        /// How long it waits between two changes.
        cooldown: Traced<Duration>, optional;
    }
}
record! {
    /// One step of a canary.
    pub struct CanaryStep as "canary step" {
        /// Share of requests that the new version takes, in percent.
        weight: Traced<Percent>, required;
        /// How long it stays so.
        pause: Traced<Duration>, optional;
    }
}
record! {
    /// What a canary is judged by.
    pub struct Analysis as "analysis" {
        /// Failed requests at most, in percent.
        error_rate: Traced<Percent>, optional;
        /// 99th percentile of latency at most.
        latency_p99: Traced<Duration>, optional;
        /// How often it is measured.
        interval: Traced<Duration>, default "1m";
    }
}
record! {
    /// A new version that takes over step by step.
    pub struct Canary as "canary" {
        /// The steps; the last has weight 100.
        steps: Vec<CanaryStep>, required;
        /// What it is judged by.
        analysis: Analysis, optional;
    }
}
record! {
    /// A new version beside the old one, then a switch.
    pub struct BlueGreen as "blue-green strategy" {
        /// The suite that must pass before the switch.
        verify: Traced<Name>, optional;
        /// How long the old version stays after the switch.
        bake: Traced<Duration>, optional;
    }
}
record! {
    /// Replicas that are replaced one after the other.
    pub struct Rolling as "rolling strategy" {
        /// Replicas above the number wanted.
        max_surge: Traced<CountOrPercent>, default "1";
        /// Replicas below the number wanted.
        max_unavailable: Traced<CountOrPercent>, default "0";
    }
}
record! {
    /// How a new version replaces the old one: one of these.
    pub struct StrategyRecord as "strategy" {
        /// Replicas are replaced one after the other.
        rolling: Rolling, optional;
        /// A new version takes over step by step.
        canary: Canary, optional;
        /// A new version beside the old one, then a switch.
        blue_green: BlueGreen, optional;
    }
}

/// How a new version replaces the old one.
#[derive(Clone, Debug)]
pub enum Strategy {
    /// Replicas are replaced one after the other. `None`: the word alone was written, and the defaults hold.
    Rolling(Option<Rolling>),
    /// A new version takes over step by step.
    Canary(Canary),
    /// A new version beside the old one, then a switch.
    BlueGreen(BlueGreen),
}

impl Decode for Strategy {
    fn shape() -> Shape {
        Shape::OneOf(vec![
            Shape::Choice(&[("rolling", "replicas are replaced one after the other")]),
            StrategyRecord::shape(),
        ])
    }

    fn decode(decoder: &mut Decoder<'_>, node: NodeId) -> Option<Self> {
        if let Some((text, _)) = decoder.scalar(node) {
            if text == "rolling" {
                return Some(Strategy::Rolling(None));
            }
            let span = decoder.span(node);
            let wrong = unknown_word(text, "strategy", &["rolling", "canary", "blue_green"]);
            let help = if matches!(text, "canary" | "blue_green" | "blue-green") {
                "write it as a mapping, with its steps or its suite".to_owned()
            } else {
                wrong.help.unwrap_or_default()
            };
            decoder.problem(Problem::new(ProblemKind::BadValue, span, wrong.message, "expected a strategy").help(help));
            return None;
        }
        let record = StrategyRecord::decode(decoder, node)?;
        let mut given = [
            record.rolling.map(|rolling| Strategy::Rolling(Some(rolling))),
            record.canary.map(Strategy::Canary),
            record.blue_green.map(Strategy::BlueGreen),
        ]
        .into_iter()
        .flatten();
        let first = given.next();
        if first.is_none() || given.next().is_some() {
            let span = decoder.span(node);
            decoder.problem(
                Problem::new(ProblemKind::Conflict, span, "a deployment has exactly one strategy", "this strategy")
                    .help("keep one of `rolling`, `canary` and `blue_green`"),
            );
            return None;
        }
        first
    }
}

record! {
    /// When a new version is taken back.
    pub struct Rollback as "rollback" {
        /// Whether nobody is asked.
        automatic: Traced<bool>, default "true";
        /// What starts it; by default health and what the component's metrics and objectives can judge.
        on: Vec<Traced<RollbackTrigger>>, optional;
        /// How long after a deployment it is watched.
        window: Traced<Duration>, optional;
    }
}
record! {
    /// What a component can take and must take.
    pub struct Capacity as "capacity" {
        /// Requests a second that one replica takes.
        requests_per_second_per_replica: Traced<Decimal>, optional;
        /// Requests a second at the peak.
        peak_requests_per_second: Traced<Decimal>, optional;
        /// Connections to each datastore that one replica holds.
        connections: Table<Name, Traced<u64>>, many;
    }
}
record! {
    /// Good events and all events, as PromQL over `[$window]`.
    pub struct RatioIndicator as "ratio indicator" {
        /// Good events.
        good: Traced<String>, required;
        /// All events.
        total: Traced<String>, required;
    }
}
record! {
    /// How old the newest result may be.
    pub struct FreshnessIndicator as "freshness indicator" {
        /// The metric that holds the Unix seconds of the newest result.
        metric: Traced<String>, required;
        /// How old it may be.
        max_age: Traced<Duration>, required;
    }
}
record! {
    /// What an objective is measured by: one of these.
    pub struct IndicatorRecord as "indicator" {
        /// Requests answered within this time.
        latency: Traced<Duration>, optional;
        /// Good events of all events.
        ratio: RatioIndicator, optional;
        /// How old the newest result is.
        freshness: FreshnessIndicator, optional;
    }
}

/// What an objective is measured by.
#[derive(Clone, Debug)]
pub enum Indicator {
    /// Requests that did not fail.
    Availability,
    /// Requests answered within this time.
    Latency(Traced<Duration>),
    /// Good events of all events.
    Ratio(RatioIndicator),
    /// How old the newest result is.
    Freshness(FreshnessIndicator),
}

impl Decode for Indicator {
    fn shape() -> Shape {
        Shape::OneOf(vec![Shape::Choice(&[("availability", "requests that did not fail")]), IndicatorRecord::shape()])
    }

    fn decode(decoder: &mut Decoder<'_>, node: NodeId) -> Option<Self> {
        if let Some((text, _)) = decoder.scalar(node) {
            if text == "availability" {
                return Some(Indicator::Availability);
            }
            let span = decoder.span(node);
            let wrong = unknown_word(text, "indicator", &["availability", "latency", "ratio", "freshness"]);
            let help = match text {
                "latency" => "write `{latency: 300ms}`".to_owned(),
                "ratio" => "write `{ratio: {good: …, total: …}}`".to_owned(),
                "freshness" => "write `{freshness: {metric: …, max_age: 15m}}`".to_owned(),
                _ => wrong.help.unwrap_or_default(),
            };
            decoder
                .problem(Problem::new(ProblemKind::BadValue, span, wrong.message, "expected an indicator").help(help));
            return None;
        }
        let record = IndicatorRecord::decode(decoder, node)?;
        let mut given = [
            record.latency.map(Indicator::Latency),
            record.ratio.map(Indicator::Ratio),
            record.freshness.map(Indicator::Freshness),
        ]
        .into_iter()
        .flatten();
        let first = given.next();
        if first.is_none() || given.next().is_some() {
            let span = decoder.span(node);
            decoder.problem(
                Problem::new(ProblemKind::Conflict, span, "an objective has exactly one indicator", "this indicator")
                    .help("write `availability`, or keep one of `latency`, `ratio` and `freshness`"),
            );
            return None;
        }
        first
    }
}

record! {
    /// A service level objective.
    pub struct Slo as "SLO" {
        /// What it is called.
        name: Traced<Name>, required;
        /// Good events in percent of all.
        objective: Traced<Percent>, required;
        /// The time that it is judged over.
        window: Traced<Duration>, default "30d";
        /// What it is measured by.
        indicator: Traced<Indicator>, required;
    }
}
record! {
    /// Who must agree before a deployment.
    pub struct Approvals as "approvals" {
        /// `ORG/TEAM` or a user.
        reviewers: Vec<Traced<String>>, required;
        /// How long it waits after they agreed.
        wait: Traced<Duration>, optional;
    }
}
record! {
    /// When deployments may run.
    pub struct DeploymentWindow as "deployment window" {
        /// The days; absent: all.
        days: Vec<Traced<Weekday>>, many;
        /// From this time of day.
        from: Traced<TimeOfDay>, required;
        /// To this time of day.
        to: Traced<TimeOfDay>, required;
        /// The time zone that the times are in.
        timezone: Traced<String>, default "UTC";
    }
}
