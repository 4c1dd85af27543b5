//! Domain `protocol`: long-lived connections.

use crate::ir::Traced;
use crate::ir::choice::Domain;
use crate::ir::value::Duration;

use super::{Profile, rules};

pub(super) static PROFILE: Profile = Profile {
    drain: Some(Traced::by_rule(Duration::minutes(5), rules::PROTOCOL_DRAIN)),
    idle_timeout: Some(Traced::by_rule(Duration::hours(1), rules::PROTOCOL_IDLE)),
    availability_zones: Some(Traced::by_rule(3, rules::PROTOCOL_ZONES)),
    ..Profile::silent(Domain::Protocol)
};
