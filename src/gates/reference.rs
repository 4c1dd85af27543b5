//! The gates as a page of Markdown: a table by phase, the documentation of each, and the compliance controls.

use std::fmt::Write;

use super::ALL;
use super::controls::{self, label};
use super::gate::{Evidence, Gate};

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

/// The page.
#[must_use]
pub fn markdown() -> String {
    let mut page = String::from(
        "# Gates\n\nWhat a release is judged by. A finding of level `deny` means that nothing is written. `levels:` in pathc.yaml, \
         and `-A`, `-W`, `-D`, change what a gate does; `waivers:` let single findings pass, with a reason, an approver and a \
         date. This page is generated from the gates; `pathc explain CODE` prints its parts.\n",
    );
    for (name, phase) in PHASES.iter().zip(1u8..) {
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
    let _ = writeln!(
        page,
        "\n## Controls\n\nWhat G507 checks of each framework. Only what can be seen in the inputs is checked.\n\n| framework | \
         clause | what is asked | source |\n|---|---|---|---|"
    );
    for control in controls::ALL {
        let framework = label(control.framework);
        let _ = writeln!(page, "| {framework} | {} | {} | {} |", control.clause, control.asks, control.source);
    }
    page
}

fn of_phase(phase: u8) -> impl Iterator<Item = &'static Gate> {
    ALL.iter().copied().filter(move |gate| gate.code.0.phase == Some(phase))
}

/// The anchor that Markdown makes of a gate's heading.
fn anchor(gate: &Gate) -> String {
    format!("{}-{}", gate.code.as_str().to_ascii_lowercase(), gate.code.slug())
}

fn describe(page: &mut String, gate: &Gate) {
    let judged = match gate.evidence {
        Evidence::Written => "judged at every stage",
        Evidence::Tested => "warns at stage `commit`",
        Evidence::Released => "warns before stage `release`",
    };
    let role = gate.code.0.role.unwrap_or_default();
    let _ =
        writeln!(page, "\n### {} {}\n\n{role}; {}; {judged}.", gate.code.as_str(), gate.code.slug(), gate.waivable());
    let mut within = false;
    for line in gate.code.0.doc.lines().map(|line| line.strip_prefix(' ').unwrap_or(line).trim_end()) {
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
