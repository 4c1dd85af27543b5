//! A story as text for people, as Markdown for a pull request, and as JSON for scripts.

use serde_json::{Value, json};

use super::cause::{self, Cause};
use super::change::What;
use super::cost::{Cost, signed, usd};
use super::entry::{Line, entries};
use super::risk::Risk;
use super::story::{Chapter, Effect, Fold, Story};
use crate::diag::Context;
use crate::diag::render;
use crate::ir::value::Decimal;

/// A part of the text, for who colours it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// What caused something.
    Cause,
    /// A target.
    Target,
    /// What is risky.
    Risk,
    /// The value before.
    Old,
    /// The value after.
    New,
}

/// Colours a part.
pub type Paint<'a> = &'a dyn Fn(Part, &str) -> String;

/// The longest that a value is shown.
const LONGEST: usize = 60;

/// A story as text.
#[must_use]
pub fn text(story: &Story, context: &Context<'_>, paint: Paint<'_>) -> String {
    let mut out = String::new();
    for chapter in &story.chapters {
        let (title, place) = title(&chapter.cause, context);
        let environments = environments(chapter, story);
        let mut line = paint(Part::Cause, &title);
        if !environments.is_empty() {
            line.push_str(&format!(" in {environments}"));
        }
        if let Some(place) = place {
            line.push_str(&format!(", from {place}"));
        }
        out.push_str(&format!("{line}\n"));
        for risk in &chapter.risks {
            out.push_str(&format!("  {}\n", paint(Part::Risk, &format!("{}: {}", risk.class.word(), risk.why))));
        }
        if let Some(share) = share(chapter) {
            out.push_str(&format!("  {}\n", paint(Part::Risk, &share)));
        }
        if chapter.effects.is_empty() && chapter.costs.is_empty() {
            out.push_str("  changes no generated file\n");
        }
        let mut target = "";
        for entry in entries(&chapter.effects) {
            if entry.target != target {
                target = entry.target;
                out.push_str(&format!("  {}\n", paint(Part::Target, target)));
            }
            out.push_str(&format!("    {}\n", entry.title));
            let mut said: Vec<&Risk> = Vec::new();
            for line in &entry.lines {
                let (what, risks) = match line {
                    Line::Change(found, risks) => (what(found, paint), *risks),
                    Line::Text(new, gone) => (lines(*new, *gone), &[][..]),
                    Line::Moved(parts) => (moved(*parts), &[][..]),
                    Line::Again(values) => (again(*values), &[][..]),
                };
                out.push_str(&format!("      {what}\n"));
                // What a resource does is said once of it.
                for risk in risks {
                    if !said.contains(&risk) {
                        said.push(risk);
                        let text = format!("{}: {}", risk.class.word(), risk.why);
                        out.push_str(&format!("        {}\n", paint(Part::Risk, &text)));
                    }
                }
            }
        }
        out.push('\n');
    }
    out.push_str(&format!("{}\n", summary(story)));
    out
}

/// The last line: how much changes, how risky it is, what it costs.
fn summary(story: &Story) -> String {
    let mut text = count(story.effects(), "change");
    let causes = story.chapters.iter().filter(|chapter| matches!(chapter.cause, Cause::Value(_))).count();
    if causes > 0 {
        text.push_str(&format!(" from {}", count(causes, "value")));
    }
    if story.names > 0 {
        text.push_str(&format!(", and new names in {}", count(story.names, "further value")));
    }
    let risks: Vec<String> = story.risks().into_iter().map(|(class, times)| format!("{class} ({times})")).collect();
    if !risks.is_empty() {
        text.push_str(&format!("; {}", risks.join(", ")));
    }
    for cost in &story.costs {
        text.push_str(&format!("; {}", costs(cost)));
    }
    text
}

/// What an environment is estimated to cost, before and after.
fn costs(cost: &Cost) -> String {
    let environment = &cost.environment;
    let difference = signed(cost.difference());
    match (cost.old, cost.new) {
        (Some(old), Some(new)) => {
            format!("{environment} is estimated at {} a month, {difference} from {}", usd(new), usd(old))
        }
        (None, _) => format!("{environment} is estimated at {difference} a month"),
        (_, None) => format!("{environment} is gone, {difference} a month"),
    }
}

/// What one cause costs.
fn share(chapter: &Chapter) -> Option<String> {
    let shares: Vec<String> =
        chapter.costs.iter().map(|(environment, usd)| format!("{} in {environment}", signed(*usd))).collect();
    (!shares.is_empty()).then(|| format!("estimated cost a month: {}", shares.join(", ")))
}

fn count(number: usize, word: &str) -> String {
    if number == 1 { format!("1 {word}") } else { format!("{number} {word}s") }
}

/// What a cause is called, and where it stands.
fn title(cause: &Cause, context: &Context<'_>) -> (String, Option<String>) {
    match cause {
        Cause::Value(value) => {
            let path = if value.path.is_empty() { "the file" } else { &value.path };
            let text = match (&value.old, &value.new) {
                (Some(old), Some(_)) if value.is_element => format!("{path} was called {}", short(old)),
                (Some(_), None) if value.is_element => format!("{path} is removed"),
                (None, Some(_)) if value.is_element => format!("{path} is new"),
                (Some(old), Some(new)) if old != new => format!("{path}: {} to {}", short(old), short(new)),
                (Some(old), None) => format!("{path}: {} is gone", short(old)),
                (None, Some(new)) => format!("{path}: {}", short(new)),
                _ => path.to_owned(),
            };
            let mut place = format!("{}:{}", value.file, value.line);
            if !value.also.is_empty() {
                place.push_str(&format!(" and {}", count(value.also.len(), "further line")));
            }
            (render::line(&text), Some(place))
        }
        Cause::Several(about) if about.is_empty() => ("more than one of these values".to_owned(), None),
        Cause::Several(about) => (format!("{about}: more than one of its values"), None),
        Cause::Unwritten(origin) => (context.unwritten(*origin).unwrap_or_else(|| "pathc itself".to_owned()), None),
        Cause::Gone => ("nothing asks for it any more".to_owned(), None),
    }
}

/// The environments of all effects, in their order.
fn environments(chapter: &Chapter, story: &Story) -> String {
    let mut found: Vec<&str> = Vec::new();
    for environment in chapter.effects.iter().flat_map(|effect| &effect.environments) {
        if !found.contains(&environment.as_str()) {
            found.push(environment);
        }
    }
    found.sort_by_key(|environment| story.order.iter().position(|known| known == environment));
    found.join(", ")
}

/// How many lines of a text differ.
fn lines(new: usize, gone: usize) -> String {
    match (new, gone) {
        (new, 0) => format!("{} new", are(new)),
        (0, gone) => format!("{} gone", are(gone)),
        (new, gone) => format!("{} new, {gone} gone", are(new)),
    }
}

/// How many parts only stand elsewhere.
fn moved(parts: usize) -> String {
    if parts == 1 { "1 panel is moved".to_owned() } else { format!("{parts} panels are moved") }
}

/// How many values of deliverables say what the other targets show.
fn again(values: usize) -> String {
    if values == 1 { "1 value follows".to_owned() } else { format!("{values} values follow") }
}

fn are(number: usize) -> String {
    let verb = if number == 1 { "is" } else { "are" };
    format!("{} {verb}", count(number, "line"))
}

fn what(what: &What, paint: Paint<'_>) -> String {
    match what {
        What::Added => paint(Part::New, "is new"),
        What::Removed => paint(Part::Old, "is removed"),
        What::Renamed(old) => format!("was called {}", paint(Part::Old, &short(old))),
        What::Moved(old) => format!("stood in {}", paint(Part::Old, &render::line(old.as_str()))),
        What::Element { path, old, new } => {
            let path = render::line(path);
            match (old, new) {
                (Some(old), Some(_)) => format!("{path} was called {}", paint(Part::Old, &short(old))),
                (Some(_), None) => format!("{path} {}", paint(Part::Old, "is removed")),
                (None, _) => format!("{path} {}", paint(Part::New, "is new")),
            }
        }
        What::Field { path, old, new } => {
            let path = render::line(path);
            let prefix = if path.is_empty() { String::new() } else { format!("{path}: ") };
            match (old, new) {
                (Some(old), Some(new)) => {
                    let (old, new) = apart(old, new);
                    format!("{prefix}{} to {}", paint(Part::Old, &old), paint(Part::New, &new))
                }
                (Some(old), None) => format!("{prefix}{} is gone", paint(Part::Old, &short(old))),
                (None, new) => {
                    format!("{prefix}{} is new", paint(Part::New, &short(new.as_deref().unwrap_or_default())))
                }
            }
        }
    }
}

/// A value in one line, as long as people read.
fn short(text: &str) -> String {
    cut(text, 0)
}

/// Two values in a line each: long ones from where they differ.
fn apart(old: &str, new: &str) -> (String, String) {
    if old.chars().count().max(new.chars().count()) <= LONGEST {
        return (short(old), short(new));
    }
    let same = old.chars().zip(new.chars()).take_while(|(a, b)| a == b).count();
    let from = same.saturating_sub(12);
    (cut(old, from), cut(new, from))
}

fn cut(text: &str, from: usize) -> String {
    let mut out = String::new();
    if from > 0 {
        out.push('…');
    }
    out.extend(text.chars().skip(from).take(LONGEST));
    if text.chars().count() > from + LONGEST {
        out.push('…');
    }
    let line = render::line(&out);
    if line.is_empty() { "''".to_owned() } else { line }
}

/// A story as Markdown: what a reviewer reads above the lines that differ. `most`: the most characters that it may have.
#[must_use]
pub fn markdown(story: &Story, context: &Context<'_>, most: usize) -> String {
    if story.is_empty() {
        return "No generated file changes.\n".to_owned();
    }
    let mut page = Comment::new(format!("### What this changes\n\n{}\n", escape(&summary(story))), most);
    for chapter in &story.chapters {
        let mut out = String::new();
        let (title, place) = title(&chapter.cause, context);
        out.push_str(&format!("\n#### {}\n\n", code(&title)));
        if let Some(place) = place {
            out.push_str(&format!("From {}", code(&place)));
            let environments = environments(chapter, story);
            if !environments.is_empty() {
                out.push_str(&format!(", in {}", escape(&environments)));
            }
            out.push_str(".\n\n");
        }
        for risk in &chapter.risks {
            out.push_str(&format!("- **{}**: {}\n", risk.class.word(), escape(&risk.why)));
        }
        if let Some(share) = share(chapter) {
            out.push_str(&format!("- {}\n", escape(&share)));
        }
        if !chapter.risks.is_empty() || !chapter.costs.is_empty() {
            out.push('\n');
        }
        if chapter.effects.is_empty() {
            if chapter.costs.is_empty() {
                out.push_str("It changes no generated file.\n");
            }
            page.add(&out);
            continue;
        }
        out.push_str("| target | resource | what changes | risk |\n|---|---|---|---|\n");
        let mut row = out;
        for entry in entries(&chapter.effects) {
            for line in &entry.lines {
                let paint = |part: Part, text: &str| match part {
                    Part::Old | Part::New if !["is new", "is removed"].contains(&text) => code(text),
                    _ => escape(text),
                };
                let (what, risks) = match line {
                    Line::Change(found, risks) => (markdown_what(found, &paint), *risks),
                    Line::Text(new, gone) => (lines(*new, *gone), &[][..]),
                    Line::Moved(parts) => (moved(*parts), &[][..]),
                    Line::Again(values) => (again(*values), &[][..]),
                };
                let risks: Vec<String> =
                    risks.iter().map(|risk| format!("**{}**: {}", risk.class.word(), escape(&risk.why))).collect();
                let (target, resource) = (escape(entry.target), code(&entry.title));
                row.push_str(&format!("| {target} | {resource} | {what} | {} |\n", risks.join("<br>")));
                page.add(&row);
                row.clear();
            }
        }
    }
    page.end()
}

/// A text that a host takes only up to a length. From what has no room on, all is left out, and counted.
struct Comment {
    text: String,
    room: usize,
    left_out: usize,
}

impl Comment {
    /// What is said of what is left out.
    const LAST: usize = 200;

    fn new(text: String, most: usize) -> Comment {
        let room = most.saturating_sub(text.chars().count() + Comment::LAST);
        Comment { text, room, left_out: 0 }
    }

    /// Adds some lines that stand and fall together.
    fn add(&mut self, lines: &str) {
        let length = lines.chars().count();
        if self.left_out > 0 || length > self.room {
            self.left_out += 1;
        } else {
            self.room -= length;
            self.text.push_str(lines);
        }
    }

    fn end(mut self) -> String {
        if self.left_out > 0 {
            let more = self.left_out;
            self.text.push_str(&format!(
                "\nAnd {more} more, for which a comment has no room: `pathc diff --format semantic` shows all.\n"
            ));
        }
        self.text
    }
}

/// As text, with the field itself as code.
fn markdown_what(found: &What, paint: Paint<'_>) -> String {
    match found {
        What::Field { path, old, new } if !path.is_empty() => {
            let value = what(&What::Field { path: String::new(), old: old.clone(), new: new.clone() }, paint);
            format!("{}: {value}", code(path))
        }
        What::Element { path, old, new } => {
            let value = match (old, new) {
                (Some(old), Some(_)) => format!("was called {}", code(&short(old))),
                (Some(_), None) => "is removed".to_owned(),
                (None, _) => "is new".to_owned(),
            };
            format!("{} {value}", code(path))
        }
        other => what(other, paint),
    }
}

/// A text as code within a line or a cell: nothing in it is markup, a mention or the end of a cell.
fn code(text: &str) -> String {
    let text = render::line(text).replace('|', "\\|");
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(longest + 1);
    let space = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{fence}{space}{text}{space}{fence}")
}

/// A sentence of our own, in which names of others may stand.
fn escape(text: &str) -> String {
    let mut out = String::new();
    for character in render::line(text).chars() {
        if "\\`*_[]<>|#@&~".contains(character) {
            out.push('\\');
        }
        out.push(character);
    }
    out
}

/// A story as one JSON document.
#[must_use]
pub fn json(story: &Story, context: &Context<'_>) -> String {
    let risks = |risks: &[Risk]| -> Vec<Value> {
        risks.iter().map(|risk| json!({"class": risk.class.word(), "why": risk.why})).collect()
    };
    let shares = |chapter: &Chapter| -> Vec<Value> {
        let share = |(environment, usd): &(String, Decimal)| json!({"environment": environment, "difference_usd": usd.as_f64()});
        chapter.costs.iter().map(share).collect()
    };
    let effect = |effect: &Effect| {
        let change = &effect.change;
        let (kind, path, old, new) = match &change.what {
            What::Added => ("added", None, None, None),
            What::Removed => ("removed", None, None, None),
            What::Renamed(old) => ("renamed", None, Some(old.clone()), Some(change.name.clone())),
            What::Moved(old) => ("moved", None, Some(old.to_string()), Some(change.file.to_string())),
            What::Field { path, old, new } => ("changed", Some(path.clone()), old.clone(), new.clone()),
            What::Element { path, old, new } => {
                let kind = match (old, new) {
                    (Some(_), Some(_)) => "element renamed",
                    (Some(_), None) => "element removed",
                    (None, _) => "element added",
                };
                (kind, Some(path.clone()), old.clone(), new.clone())
            }
        };
        json!({
            "change": kind,
            "target": change.target,
            "environments": effect.environments,
            "file": change.file.as_str(),
            "line": change.new_lines.map(|(first, _)| first),
            "resource": {"kind": change.kind, "name": change.name},
            "field": path,
            "old": old,
            "new": new,
            "risks": risks(&effect.risks),
            "folded": effect.folded.map(Fold::word),
        })
    };
    let chapters: Vec<Value> = story
        .chapters
        .iter()
        .map(|chapter| {
            let cause = match &chapter.cause {
                Cause::Value(cause::Value { file, line, path, old, new, .. }) => {
                    json!({"kind": "input", "file": file.as_str(), "line": line, "path": path, "old": old, "new": new})
                }
                Cause::Several(about) => json!({"kind": "several", "path": about}),
                Cause::Unwritten(origin) => json!({"kind": "rule", "rule": context.unwritten(*origin)}),
                Cause::Gone => json!({"kind": "gone"}),
            };
            json!({"cause": cause, "risks": risks(&chapter.risks), "costs": shares(chapter), "changes": chapter.effects.iter().map(effect).collect::<Vec<_>>()})
        })
        .collect();
    let costs: Vec<Value> = story
        .costs
        .iter()
        .map(|cost| {
            let usd = |amount: Option<Decimal>| amount.map(|amount| amount.as_f64());
            let difference = cost.difference().as_f64();
            json!({"environment": cost.environment, "old_usd": usd(cost.old), "new_usd": usd(cost.new), "difference_usd": difference})
        })
        .collect();
    let document = json!({"changes": story.effects(), "names": story.names, "risks": story.risks(), "costs": costs, "causes": chapters});
    format!("{document:#}\n")
}
