//! Every alert has a trial, and a trial says what promtool reads.

use camino::Utf8Path;

use super::*;
use crate::plan::monitoring::plan;
use crate::plan::monitoring::recordings::Recorded;
use crate::source::Sources;
use crate::spec::Specs;

fn trial_of(course: Course) -> String {
    let series = TrialSeries { metric: "m".into(), labels: Vec::new(), course };
    let mut samples = String::new();
    series.push_samples(&Trial { series: Vec::new(), well: 3, ill: 2, cured: 2 }, &mut samples);
    samples
}

#[test]
fn courses_go_on_where_they_were() {
    let whole = Decimal::whole;
    assert_eq!(trial_of(Course::Level(whole(2), whole(0))), "2+0x2 0+0x1 2+0x1");
    // 0 5 10, 11 12, 17 22
    assert_eq!(trial_of(Course::Growth(whole(5), whole(1))), "0+5x2 11+1x1 17+5x1");
    assert_eq!(trial_of(Course::Fall(whole(9), whole(2))), "9+0x2 9-2x1 5+0x1");
    assert_eq!(trial_of(Course::Clock(whole(60))), "60+60x2 180+0x1 360+60x1");
}

#[test]
fn labels_are_written_as_promql_reads_them() {
    let labels = vec![("a", "x\"\n}".into()), ("b", "y".into())];
    let series = TrialSeries { metric: "m".into(), labels, course: Course::Clock(Decimal::whole(0)) };
    let mut notation = String::new();
    series.push_notation(&mut notation);
    assert_eq!(notation, "m{a=\"x\\\"\\n}\",b=\"y\"}");
}

#[test]
fn every_alert_of_every_fixture_has_a_trial() {
    let specs = Specs::load(&mut Sources::default()).0.unwrap();
    let folder = Utf8Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/pass");
    let mut tried = 0;
    for fixture in folder.read_dir_utf8().unwrap() {
        let system = crate::input::read(fixture.unwrap().path()).system.unwrap();
        let (plan, _) = plan(&system, &specs);
        let monitoring = &plan.configurations;
        for environment in &monitoring.environments {
            for alert in &plan.alerting.alerts {
                if alert.expression().is_some() {
                    assert!(of_alert(alert, environment, &mut Default::default()).is_some(), "{}", alert.id());
                    tried += 1;
                }
            }
            for objective in monitoring.objectives.iter().filter(|objective| !objective.burn_windows.is_empty()) {
                let recorded = Recorded::new(monitoring, objective, environment);
                assert!(
                    of_objective(objective, environment, &recorded, &mut Default::default()).is_some(),
                    "{}",
                    objective.id
                );
                tried += 1;
            }
        }
    }
    assert!(tried > 100, "{tried}");
}
