//! The gates: does the evidence carry a release? One file a gate; its doc comment is what `pathc explain` prints.
//!
//! A gate judges the system and the finished plans, so it sees sizes, alerts and names as they will be. Targets can only
//! be called with [`Checked`], and only [`check`] makes one: proof before emission.
//!
//! To add a gate: write `gNNN_slug.rs` with a `gate!` and a `check` function, add one line to [`ALL`], and a failing
//! fixture `fixtures/fail/GNNN-slug/`.

mod controls;
pub mod engine;
mod expectation;
pub mod gate;
mod grouping;
pub mod reads;
pub mod reference;

mod g101_single_replica_in_production;
mod g102_single_zone_in_production;
mod g103_over_budget;
mod g104_public_datastore;
mod g105_unencrypted_datastore;
mod g106_privileged_component;
mod g107_requests_missing;
mod g108_network_overlap;
mod g201_coverage_below_gate;
mod g202_tests_failing;
mod g203_suite_without_result;
mod g204_result_without_suite;
mod g205_untested_component;
mod g206_stale_evidence;
mod g207_evidence_of_another_commit;
mod g208_flaky_tests;
mod g209_requirement_unproven;
mod g210_unpinned_build;
mod g211_code_quality_below_threshold;
mod g212_build_unreliable;
mod g213_coverage_inconsistent;
mod g301_no_health_check;
mod g302_unpinned_image;
mod g303_rollback_impossible;
mod g304_rollback_untested;
mod g305_strategy_unsatisfiable;
mod g306_canary_blind;
mod g307_environment_drift;
mod g308_promotion_broken;
mod g309_disruption_blocks_drain;
mod g310_breaking_change_unapproved;
mod g311_dependency_not_deployed;
mod g401_no_slo;
mod g402_alert_cannot_fire;
mod g403_unknown_metric;
mod g404_slo_above_dependency;
mod g405_alert_unrouted;
mod g406_unmonitored_component;
mod g407_invalid_promql;
mod g408_low_traffic_slo;
mod g501_vulnerability_above_policy;
mod g502_licence_denied;
mod g503_findings_above_threshold;
mod g504_scan_missing;
mod g505_plaintext_secret;
mod g506_unsigned_package;
mod g507_control_missing;
mod g508_audit_too_short;
mod g509_plaintext_transport;
mod g601_sla_missed;
mod g602_scaling_insufficient;
mod g603_connections_exhausted;
mod g604_latency_regression;
mod g605_scaling_on_nothing;
mod g606_capacity_unplanned;
mod g701_no_on_call;
mod g702_no_runbook;
mod g703_backup_misses_rpo;
mod g704_restore_unproven;
mod g705_no_backup;
mod g706_waiver_expired;

pub use engine::{Candidate, Judgement, Settings, Stage, check};
pub use gate::{Context, Finding, Findings, Gate, Skipped};
pub use grouping::alike;
pub use reference::phase_name;

use crate::plan::Plans;

/// All gates, by code.
pub const ALL: &[&Gate] = &[
    &g101_single_replica_in_production::GATE,
    &g102_single_zone_in_production::GATE,
    &g103_over_budget::GATE,
    &g104_public_datastore::GATE,
    &g105_unencrypted_datastore::GATE,
    &g106_privileged_component::GATE,
    &g107_requests_missing::GATE,
    &g108_network_overlap::GATE,
    &g201_coverage_below_gate::GATE,
    &g202_tests_failing::GATE,
    &g203_suite_without_result::GATE,
    &g204_result_without_suite::GATE,
    &g205_untested_component::GATE,
    &g206_stale_evidence::GATE,
    &g207_evidence_of_another_commit::GATE,
    &g208_flaky_tests::GATE,
    &g209_requirement_unproven::GATE,
    &g210_unpinned_build::GATE,
    &g211_code_quality_below_threshold::GATE,
    &g212_build_unreliable::GATE,
    &g213_coverage_inconsistent::GATE,
    &g301_no_health_check::GATE,
    &g302_unpinned_image::GATE,
    &g303_rollback_impossible::GATE,
    &g304_rollback_untested::GATE,
    &g305_strategy_unsatisfiable::GATE,
    &g306_canary_blind::GATE,
    &g307_environment_drift::GATE,
    &g308_promotion_broken::GATE,
    &g309_disruption_blocks_drain::GATE,
    &g310_breaking_change_unapproved::GATE,
    &g311_dependency_not_deployed::GATE,
    &g401_no_slo::GATE,
    &g402_alert_cannot_fire::GATE,
    &g403_unknown_metric::GATE,
    &g404_slo_above_dependency::GATE,
    &g405_alert_unrouted::GATE,
    &g406_unmonitored_component::GATE,
    &g407_invalid_promql::GATE,
    &g408_low_traffic_slo::GATE,
    &g501_vulnerability_above_policy::GATE,
    &g502_licence_denied::GATE,
    &g503_findings_above_threshold::GATE,
    &g504_scan_missing::GATE,
    &g505_plaintext_secret::GATE,
    &g506_unsigned_package::GATE,
    &g507_control_missing::GATE,
    &g508_audit_too_short::GATE,
    &g509_plaintext_transport::GATE,
    &g601_sla_missed::GATE,
    &g602_scaling_insufficient::GATE,
    &g603_connections_exhausted::GATE,
    &g604_latency_regression::GATE,
    &g605_scaling_on_nothing::GATE,
    &g606_capacity_unplanned::GATE,
    &g701_no_on_call::GATE,
    &g702_no_runbook::GATE,
    &g703_backup_misses_rpo::GATE,
    &g704_restore_unproven::GATE,
    &g705_no_backup::GATE,
    &g706_waiver_expired::GATE,
];

/// A gate by its code.
#[must_use]
pub fn by_code(code: &str) -> Option<&'static Gate> {
    ALL.iter().copied().find(|gate| gate.code.as_str() == code)
}

/// Plans that passed every gate. Holds nothing else of the system, so that a target reads nothing else.
///
/// A target asks for it:
///
/// ```
/// fn emit(target: &pathc::targets::Target, checked: &pathc::gates::Checked, specs: &pathc::spec::Specs) {
///     let (files, problems) = (target.emit)(checked, specs);
/// }
/// ```
///
/// and takes no plans that nobody judged:
///
/// ```compile_fail,E0308
/// fn emit(target: &pathc::targets::Target, plans: &pathc::plan::Plans, specs: &pathc::spec::Specs) {
///     let (files, problems) = (target.emit)(plans, specs);
/// }
/// ```
///
/// Nobody but [`check`] can make one, neither from plans nor out of nothing:
///
/// ```compile_fail,E0451
/// fn proof(plans: pathc::plan::Plans) -> pathc::gates::Checked {
///     pathc::gates::Checked { plans }
/// }
/// ```
///
/// ```compile_fail,E0277
/// fn proof<T: Default>() {}
/// proof::<pathc::gates::Checked>();
/// ```
#[derive(Debug)]
pub struct Checked {
    plans: Plans,
}

impl Checked {
    /// The plans.
    #[must_use]
    pub fn plans(&self) -> &Plans {
        &self.plans
    }
}
