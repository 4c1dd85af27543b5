//! The gates as a page of Markdown: a table by phase, the documentation of each, and the compliance controls.

use std::fmt::Write;

use super::ALL;
use super::controls::{self, label};
use super::gate::Gate;
use crate::diag::{Code, CodeInfo};

/// What the phases of the methodology are called, from 1.
const PHASES: [&str; 7] = [
    "Infrastructure foundation",
    "Pipeline",
    "Deployment",
    "Monitoring",
    "Security and compliance",
    "Performance",
    "Operations readiness",
];

/// What a phase of the methodology is called, for the middle of a sentence.
#[must_use]
pub fn phase_name(phase: u8) -> String {
    PHASES.get(usize::from(phase).wrapping_sub(1)).map_or_else(String::new, |name| name.to_lowercase())
}

/// The page; of one phase alone where that is asked for.
#[must_use]
pub fn markdown(only: Option<u8>) -> String {
    let mut page = String::from(
        "# Gates\n\nWhat a release is judged by. A finding of level `deny` means that nothing is written. `levels:` in pathc.yaml, \
         and `-A`, `-W`, `-D`, change what a gate does; `waivers:` let single findings pass, with a reason, an approver and a \
         date. This page is generated from the gates; `pathc explain CODE` prints its parts.\n",
    );
    for (name, phase) in PHASES.iter().zip(1u8..).filter(|(_, phase)| only.is_none_or(|only| only == *phase)) {
        let _ =
            writeln!(page, "\n## Phase {phase} · {name}\n\n| code | name | level | what it does |\n|---|---|---|---|");
        for gate in of_phase(phase) {
            let (code, slug, level) = (gate.code.as_str(), gate.code.slug(), gate.code.0.level);
            let _ = writeln!(page, "| [{code}](#{}) | {slug} | {level} | {} |", anchor(gate), gate.code.summary());
        }
        for gate in of_phase(phase) {
            describe(&mut page, gate);
        }
    }
    if only.is_none_or(|only| Some(only) == CONTROLS.phase) {
        let _ = writeln!(
            page,
            "\n## Controls\n\nWhat G507 checks of each framework. Only what can be seen in the inputs is checked; G508 and \
             G509 judge audit records and transport.\n\n{}",
            table()
        );
    }
    page
}

/// The code whose findings are about controls.
const CONTROLS: &CodeInfo = super::g507_control_missing::GATE.code.0;

/// Every control with what it asks for, what is checked and where it is written, as a table of Markdown.
fn table() -> String {
    let mut table =
        "| framework | clause | what it asks | what is checked | source |\n|---|---|---|---|---|".to_owned();
    for control in controls::ALL {
        let (framework, met) = (label(control.framework), control.check.met);
        let row = format!("| {framework} | {} | {} | {met} | {} |", control.clause, control.asks, control.source);
        table.push('\n');
        table.push_str(&row);
    }
    table
}

/// The controls that a code speaks of, each with what it asks for, what is checked and where it is written.
#[must_use]
pub fn controls(code: Code) -> Option<String> {
    let line = |control: &controls::Control| {
        let (framework, met) = (label(control.framework), control.check.met);
        format!(
            "{framework} {}: {}\n    checked: {met}\n    source: {}\n",
            control.clause, control.asks, control.source
        )
    };
    (code.0.code == CONTROLS.code).then(|| controls::ALL.iter().map(line).collect())
}

fn of_phase(phase: u8) -> impl Iterator<Item = &'static Gate> {
    ALL.iter().copied().filter(move |gate| gate.code.0.phase == Some(phase))
}

/// The anchor that Markdown makes of a gate's heading.
fn anchor(gate: &Gate) -> String {
    format!("{}-{}", gate.code.as_str().to_ascii_lowercase(), gate.code.slug())
}

fn describe(page: &mut String, gate: &Gate) {
    let judged = gate.judged();
    let role = gate.code.0.role.unwrap_or_default();
    let _ =
        writeln!(page, "\n### {} {}\n\n{role}; {}; {judged}.", gate.code.as_str(), gate.code.slug(), gate.waivable());
    let mut within = false;
    for line in gate.code.documentation().lines() {
        within ^= line.starts_with("```");
        match line.strip_prefix("# ").filter(|_| !within) {
            Some(heading) => {
                let _ = writeln!(page, "\n#### {heading}\n");
            }
            // The headings bring their own empty lines.
            None if line.is_empty() && !within => {}
            None => {
                let _ = writeln!(page, "{line}");
            }
        }
    }
}
