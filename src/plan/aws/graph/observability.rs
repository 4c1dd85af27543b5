//! Logs and alarms.

use super::{AnyRef, EcsCluster, KmsKey, Ref, Topic, resources};
use crate::ir::Traced;
use crate::ir::value::Decimal;

resources! {
    /// A group of logs.
    pub struct LogGroup {
        /// Its name.
        name: Traced<String>,
        /// Days that lines are kept.
        retention_days: Traced<u32>,
        /// What encrypts it.
        key: Ref<KmsKey>,
    }

    /// What counts the tasks of a family, as events of the cloud tell.
    pub struct EventRule {
        /// Its name.
        name: Traced<String>,
        /// What it counts.
        description: Traced<String>,
        /// The cluster that they run on.
        cluster: Ref<EcsCluster>,
        /// The group of the tasks: `family:FAMILY`.
        group: Traced<String>,
        /// Which of them it counts.
        counts: Counted,
    }

    /// An alarm on a metric of CloudWatch.
    pub struct Alarm {
        /// Its name.
        name: Traced<String>,
        /// What it means and what to do.
        description: Traced<String>,
        /// The metric.
        metric: AlarmMetric,
        /// How the value compares: `GreaterThanThreshold` and the like.
        comparison: Traced<String>,
        /// With what.
        threshold: Traced<Decimal>,
        /// Seconds of one period.
        period: Traced<u32>,
        /// Periods that are looked at.
        periods: Traced<u32>,
        /// How many of them must be bad.
        bad_periods: Traced<u32>,
        /// What a period without data is: `notBreaching` and the like.
        missing: Traced<String>,
        /// Who is told; none of an alarm that only deployments ask.
        topic: Option<Ref<Topic>>,
    }
}

/// Which tasks of a family are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counted {
    /// Those that could not start or ended with an error.
    Failed,
    /// All that were begun, whatever became of them.
    Begun,
}

/// A metric of CloudWatch.
#[derive(Clone, Debug)]
pub struct AlarmMetric {
    /// The name space.
    pub namespace: Traced<String>,
    /// Its name.
    pub name: Traced<String>,
    /// `Average`, `Sum`, `Maximum`, `p99`.
    pub statistic: Traced<String>,
    /// What it is measured of: name of the dimension, value.
    pub dimensions: Vec<(Traced<String>, DimensionValue)>,
    /// The metric that it is a part of, of the same name space and dimensions; none: it is looked at alone.
    pub whole: Option<Whole>,
}

/// What a metric is a part of.
#[derive(Clone, Debug)]
pub struct Whole {
    /// The name of its metric.
    pub name: Traced<String>,
    /// How it is summed up.
    pub statistic: Traced<String>,
    /// What is looked at.
    pub compared: Compared,
}

/// What is looked at of a part and its whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compared {
    /// How much of the whole the part is, in percent.
    Percent,
    /// What of the whole is missing.
    Missing,
}

impl Compared {
    /// What the value is known by and called, and how CloudWatch computes it of `part` and `whole`. A part without data
    /// is 0.
    #[must_use]
    pub const fn id_label_and_expression(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Compared::Percent => ("share", "Percent", "100 * FILL(part, 0) / whole"),
            Compared::Missing => ("missing", "Missing", "whole - FILL(part, 0)"),
        }
    }
}

/// The value of a dimension.
#[derive(Clone, Debug)]
pub enum DimensionValue {
    /// A text.
    Known(Traced<String>),
    /// The name of a resource, as metrics name it.
    Of(AnyRef),
}
