//! `pathc diff`: what a build would change, or what changed since a revision, before anybody has to live with it.

mod revision;
mod version;

use clap::builder::PossibleValuesParser;
use clap::{Args, ValueEnum};
use owo_colors::{OwoColorize, Style};

use super::failure::Failure;
use super::terminal::Terminal;
use super::{Outcome, looking, repository};
use crate::Compilation;
use crate::diag::{Format, render};
use crate::diff::cause::{Causes, Inputs, input_changes, renamings, renamings_of_plans};
use crate::diff::cost::{Costs, Estimate, Estimates};
use crate::diff::risk::Risks;
use crate::diff::story::Story;
use crate::diff::{Version, change, show, unified};
use crate::ir::System;
use crate::output::{Selection, provenance};
use crate::source::Sources;
use crate::spec::risks::RisksSpec;
use crate::targets;
use version::Old;

/// Show what a build would change, or what the inputs change since a revision
///
/// Compares what a build makes of the inputs with the tree, with what it makes of the inputs of a git revision, or with
/// another folder. Nothing is written, and no gate is judged.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  pathc diff                                 what a build would change, line by line
  pathc diff --format semantic               by resource and field, with causes and risks
  pathc diff --against main --format markdown > comment.md
                                             for a pull request: what its inputs change
  pathc diff --against /tmp/look             another system, or a tree built with --out
  pathc diff | git apply                     as `pathc build` would

Risks are: replaces, interrupts, widens access, loosens an SLO, weakens a gate, costs. Each is a fact of
targets/risks.yaml, with its source.

Exit codes:
  0  nothing changes
  1  something changes
  2  trouble: wrong usage, unsound inputs, a revision that is not there")]
pub(super) struct Diff {
    /// Compare with the inputs of this git revision, or with this folder, instead of with the tree
    #[arg(short, long, value_name = "REV|DIR")]
    against: Option<String>,

    /// How the difference is shown
    #[arg(short, long, value_name = "FORMAT", value_enum, default_value_t = Form::Text)]
    format: Form,

    /// Only what this target generates; may be given several times
    #[arg(short, long = "target", value_name = "TARGET", value_parser = PossibleValuesParser::new(targets::ALL.iter().map(|target| target.name)))]
    targets: Vec<String>,

    /// Only what is for this environment; may be given several times
    #[arg(short, long = "env", value_name = "ENVIRONMENT")]
    environments: Vec<String>,
}

/// How a difference is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Form {
    /// The lines that differ, as `git diff` has them
    Text,
    /// By cause, resource and field, across targets, with risks
    Semantic,
    /// The same as one JSON document
    Json,
    /// The same as Markdown, for a pull request
    Markdown,
}

impl Diff {
    fn form(&self, terminal: &Terminal) -> Form {
        if terminal.format == Format::Json { Form::Json } else { self.format }
    }

    /// Whether causes are asked for.
    fn tells(&self, terminal: &Terminal) -> bool {
        self.form(terminal) != Form::Text
    }
}

pub(super) fn run(arguments: &Diff, terminal: &Terminal) -> Result<Outcome, Failure> {
    let root = repository::root()?;
    let mut looked = looking::look(&root)?;
    let risks = risks(&mut looked.compilation.sources)?;
    let selection = Selection { targets: arguments.targets.clone(), environments: arguments.environments.clone() };
    let generated = looking::files(&looked.compilation)?;
    let mut new = Version::of(provenance::pages(&generated));
    let mut old = version::old(&root, arguments.against.as_deref(), &new, arguments.tells(terminal))?;
    for version in [&mut new, &mut old.version] {
        version.files.retain(|_, file| selection.includes(&file.target, file.environment.as_deref()));
    }
    for note in &old.notes {
        terminal.note(note)?;
    }

    let form = arguments.form(terminal);
    let differs = old.version.files.len() != new.files.len()
        || new.files.iter().any(|(path, file)| old.version.files.get(path).is_none_or(|old| old.text != file.text));
    let text = match form {
        Form::Text => unified::unified(&old.version, &new, &|part, line| paint_line(part, line, terminal)),
        _ => {
            let story = tell(&old, &new, &looked.compilation, &risks, &selection);
            looking::with_context(&looked.compilation, |context| match form {
                Form::Json => show::json(&story, context),
                Form::Markdown => show::markdown(&story, context, risks.comment),
                _ if story.is_empty() => String::new(),
                _ => show::text(&story, context, &|part, text| paint(part, text, terminal)),
            })
        }
    };
    terminal.result(&text)?;
    Ok(if differs { Outcome::Denied } else { Outcome::Done })
}

fn risks(sources: &mut Sources) -> Result<RisksSpec, Failure> {
    RisksSpec::load(sources).map_err(|problems| {
        let first = problems.first().map(|problem| problem.message.clone()).unwrap_or_default();
        Failure::new(first)
    })
}

fn tell(old: &Old, new: &Version, compilation: &Compilation, risks: &RisksSpec, selection: &Selection) -> Story {
    let inputs = Inputs::of(&compilation.sources);
    let before = old.looked.as_ref().map(|looked| Inputs::of(&looked.compilation.sources));
    let changed = before.as_ref().map(|before| input_changes(before, &inputs)).unwrap_or_default();
    let renamings = match &before {
        Some(before) => renamings(&changed, before, &inputs),
        None => renamings_of_plans(&old.version, new),
    };
    let changes = change::changes(&old.version, new, &renamings);
    let earlier = old.looked.as_ref().map(|looked| &looked.compilation);
    let mut order = environments(Some(compilation));
    for environment in environments(earlier) {
        if !order.contains(&environment) {
            order.push(environment);
        }
    }
    let before_costs = earlier.map_or_else(|| Estimates::read(&old.version), estimates).renamed(&renamings);
    // Where nothing is known of what was, nothing is known of the difference.
    let is_known = earlier.is_some() || !before_costs.environments.is_empty();
    let asked: Vec<String> = order
        .iter()
        .filter(|environment| selection.environments.is_empty() || selection.environments.contains(environment))
        .cloned()
        .collect();
    let costs = if is_known { estimates(compilation).since(&before_costs, &asked) } else { Costs::default() };
    let causes =
        Causes { new: (new, &inputs), old: before.as_ref().map(|before| (&old.version, before)), changed: &changed };
    let mut risks = Risks::new(risks);
    risks.learn(&changes);
    Story::tell(changes, costs, &causes, &risks, order)
}

/// The environments of a system, in the order of promotion.
fn environments(compilation: Option<&Compilation>) -> Vec<String> {
    let system = compilation.and_then(|compilation| compilation.system.as_ref());
    let environments = system.map(System::in_promotion_order).unwrap_or_default();
    environments.into_iter().map(|environment| environment.name.to_string()).collect()
}

/// What the environments of a system are estimated to cost.
fn estimates(compilation: &Compilation) -> Estimates {
    let mut found = Estimates::default();
    for (environment, plan) in &compilation.estimates {
        let mut estimate = Estimate { monthly_usd: plan.monthly_usd.value, ..Estimate::default() };
        for resource in &plan.resources {
            if let Some(usd) = &resource.monthly_usd {
                estimate.resources.push((resource.name.value.clone(), usd.value));
                estimate.origins.entry(resource.name.value.clone()).or_insert(resource.origin);
            }
        }
        found.environments.insert(environment.to_string(), estimate);
    }
    found
}

fn paint_line(part: unified::Part, line: &str, terminal: &Terminal) -> String {
    // Who reads the text on a terminal must not be led astray by it; `git apply` needs it as it is.
    if !terminal.colors_results() {
        return line.to_owned();
    }
    let line = render::line(line);
    let style = match part {
        unified::Part::Head => Style::new().bold(),
        unified::Part::Place => Style::new().cyan(),
        unified::Part::Removed => Style::new().red(),
        unified::Part::Added => Style::new().green(),
        unified::Part::Same => return line,
    };
    line.style(style).to_string()
}

fn paint(part: show::Part, text: &str, terminal: &Terminal) -> String {
    if !terminal.colors_results() {
        return text.to_owned();
    }
    let style = match part {
        show::Part::Cause => Style::new().bold(),
        show::Part::Target => Style::new().cyan(),
        show::Part::Risk => Style::new().yellow(),
        show::Part::Old => Style::new().red(),
        show::Part::New => Style::new().green(),
    };
    text.style(style).to_string()
}
