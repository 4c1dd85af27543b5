//! Logs and alarms.

use super::{AnyRef, KmsKey, Ref, Topic, resources};
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
    /// A metric that it is divided by, in percent: of the same name space and dimensions.
    pub percent_of: Option<(Traced<String>, Traced<String>)>,
}

/// The value of a dimension.
#[derive(Clone, Debug)]
pub enum DimensionValue {
    /// A text.
    Known(Traced<String>),
    /// The name of a resource, as metrics name it.
    Of(AnyRef),
}
