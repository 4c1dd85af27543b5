//! How components run: resources, scaling, strategies, rollbacks, objectives, approvals.

use crate::source::{Table, Traced};
use crate::{one_of, record};

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
one_of! {
    /// What scaling goes by: one of these.
    pub enum ScalingTarget as "scaling target", "scaling goes by exactly one target" {
        /// CPU in use, in percent of the request.
        Cpu(Traced<Percent>) = cpu;
        /// Memory in use, in percent of the request.
        Memory(Traced<Percent>) = memory;
        /// Requests a second and replica.
        RequestsPerSecond(Traced<Decimal>) = requests_per_second;
        /// Messages that wait.
        QueueDepth(QueueDepth) = queue_depth;
        /// A metric of the component's own.
        Metric(CustomMetricTarget) = metric;
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
one_of! {
    /// How a new version replaces the old one: one of these.
    pub enum Strategy as "strategy", "a deployment has exactly one strategy" {
        /// Replicas are replaced one after the other.
        Rolling(Rolling) = rolling, alone "replicas are replaced one after the other";
        /// A new version takes over step by step.
        Canary(Canary) = canary, as "{canary: {steps: [{weight: 10, pause: 5m}, {weight: 100}]}}";
        /// A new version beside the old one, then a switch.
        BlueGreen(BlueGreen) = blue_green, as "{blue_green: {verify: SUITE}}";
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
one_of! {
    /// What an objective is measured by: one of these.
    pub enum Indicator as "indicator", "an objective has exactly one indicator" {
        "availability" => Availability: "requests that did not fail";
        /// Requests answered within this time.
        Latency(Traced<Duration>) = latency, as "{latency: 300ms}";
        /// Good events of all events.
        Ratio(RatioIndicator) = ratio, as "{ratio: {good: …, total: …}}";
        /// How old the newest result is.
        Freshness(FreshnessIndicator) = freshness, as "{freshness: {metric: …, max_age: 15m}}";
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
