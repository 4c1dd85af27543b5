//! Domain `business`: customer-facing services with records to keep.

use crate::ir::Traced;
use crate::ir::choice::Domain;
use crate::ir::value::Duration;

use super::{BackupDefault, Profile, rules};

pub(super) static PROFILE: Profile = Profile {
    high_availability: Some(Traced::by_rule(true, rules::BUSINESS_HIGH_AVAILABILITY)),
    backup: Some(BackupDefault { retention: Duration::days(7), point_in_time: true, rule: rules::BUSINESS_BACKUP }),
    versioned: Some(Traced::by_rule(true, rules::BUSINESS_VERSIONED)),
    ..Profile::silent(Domain::Business)
};
