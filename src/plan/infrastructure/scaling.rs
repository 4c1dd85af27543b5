//! `scaling_policies`: how much of each component runs, and how much of it may be away at once.

use crate::ir::Traced;
use crate::ir::value::{CountOrPercent, Decimal, Duration, Name};
use crate::{choice, plan_record};

choice! {
    /// What scaling goes by.
    pub enum ScalingMeasure as "scaling measure" {
        Cpu = "cpu": "CPU in use, in percent of the request",
        Memory = "memory": "memory in use, in percent of the request",
        Requests = "requests": "requests a second and replica",
        Queue = "queue": "messages that wait, a replica",
        Lag = "lag": "messages that a consumer group is behind, a replica",
        Metric = "metric": "a metric of the component's own, a replica",
    }
}

plan_record! {
    /// How much runs.
    pub struct ScalingPolicies as "scaling policies" {
        /// The name of this deliverable: `scaling_policies`.
        path: Traced<String>, required;
        /// The version of its schema.
        version: Traced<u32>, required;
        /// The environments, in the order of the input.
        environments: Vec<EnvironmentScaling>, many;
    }

    /// How much runs in one environment.
    pub struct EnvironmentScaling as "environment scaling" {
        /// The environment.
        environment: Traced<Name>, required;
        /// Each component that runs all the time.
        components: Vec<ComponentScaling>, many;
    }

    /// How much runs of one component.
    pub struct ComponentScaling as "component scaling" {
        /// The component.
        component: Traced<Name>, required;
        /// At least.
        min: Traced<u32>, required;
        /// At most.
        max: Traced<u32>, required;
        /// What it goes by; none: the number is fixed.
        policy: ScalingPolicy, optional;
        /// How many may be away at once for maintenance; none: nothing is promised.
        max_unavailable: Traced<CountOrPercent>, optional;
        /// Whether replicas must be spread over zones, rather than should be.
        spread_required: Traced<bool>, required;
        /// Whether callers ask the replicas of their own zone while there are any; absent: they ask all alike.
        zone_affinity: Traced<bool>, optional;
    }

    /// What scaling goes by.
    pub struct ScalingPolicy as "scaling policy" {
        /// What is measured.
        measure: Traced<ScalingMeasure>, required;
        /// Its value a replica.
        target: Traced<Decimal>, required;
        /// How long it waits before it takes replicas away.
        cooldown: Traced<Duration>, required;
        /// PromQL of the measured value over all replicas, where a monitoring system is asked.
        query: Traced<String>, optional;
        /// The queue or kafka datastore.
        datastore: Traced<Name>, optional;
        /// The kafka topic.
        topic: Traced<String>, optional;
        /// The kafka consumer group.
        group: Traced<String>, optional;
    }
}
