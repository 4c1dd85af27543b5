//! Domain `realtime`: latency above all.

use crate::ir::choice::Domain;
use crate::ir::value::Duration;

use super::{Gradual, Profile, rules};

const PAUSE: Option<Duration> = Some(Duration::minutes(5));

pub(super) static PROFILE: Profile = Profile {
    static_cpu: Some(rules::REALTIME_CPU),
    canary: Some(Gradual {
        steps: &[(5, PAUSE), (10, PAUSE), (25, PAUSE), (50, PAUSE), (100, None)],
        interval: Duration::minutes(1),
        rule: rules::REALTIME_CANARY,
    }),
    ..Profile::silent(Domain::Realtime)
};
