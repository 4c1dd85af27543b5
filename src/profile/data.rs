//! Domain `data`: batches, pipelines and models.

use crate::ir::Traced;
use crate::ir::choice::Domain;
use crate::ir::value::Duration;

use super::{LifecycleDefault, Profile, rules};

pub(super) static PROFILE: Profile = Profile {
    worker_drain: Some(Traced::by_rule(Duration::minutes(5), rules::DATA_DRAIN)),
    dead_letter_after: Some(Traced::by_rule(5, rules::DATA_DEAD_LETTERS)),
    lifecycle: Some(LifecycleDefault {
        cold_after: Duration::days(30),
        archive_after: Duration::days(180),
        rule: rules::DATA_LIFECYCLE,
    }),
    ..Profile::silent(Domain::Data)
};
