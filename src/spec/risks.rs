//! What is risky about changes of what is generated: which fields replace or interrupt a resource, which widen access.

use camino::Utf8PathBuf;

use super::SpecFile;
use crate::diag::Diagnostic;
use crate::source::yaml::parse;
use crate::source::{FileId, FileKind, Sources, Traced};

/// The table, which is read only when somebody asks: no build needs it.
const TEXT: &str = include_str!("../../targets/risks.yaml");

/// What a change may do that somebody should know before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RiskClass {
    /// The resource is deleted and made again.
    Replaces,
    /// Its service pauses while the change is made.
    Interrupts,
    /// Somebody reaches more than before.
    WidensAccess,
    /// An objective promises less.
    LoosensSlo,
    /// A gate lets more pass.
    WeakensGate,
    /// It costs more.
    Costs,
}

/// Classes by their words in the table.
const CLASSES: &[(&str, RiskClass)] = &[
    ("replaces", RiskClass::Replaces),
    ("interrupts", RiskClass::Interrupts),
    ("widens access", RiskClass::WidensAccess),
    ("loosens an SLO", RiskClass::LoosensSlo),
    ("weakens a gate", RiskClass::WeakensGate),
    ("costs", RiskClass::Costs),
];

impl RiskClass {
    /// How the class is called.
    #[must_use]
    pub fn word(self) -> &'static str {
        CLASSES.iter().find(|(_, class)| *class == self).map_or("", |(word, _)| word)
    }
}

/// How a field moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// It has another value, comes or goes.
    Any,
    /// It comes, or its list holds something new; without fields: the resource is new.
    Added,
    /// It goes, or its list lacks something; without fields: the resource is gone.
    Removed,
    /// The resource has another name.
    Renamed,
    /// Its number rises, or can't be compared.
    Raised,
    /// Its number falls, or can't be compared.
    Lowered,
    /// It becomes one of these values.
    To,
}

const DIRECTIONS: &[(&str, Direction)] = &[
    ("any", Direction::Any),
    ("added", Direction::Added),
    ("removed", Direction::Removed),
    ("renamed", Direction::Renamed),
    ("raised", Direction::Raised),
    ("lowered", Direction::Lowered),
    ("to", Direction::To),
];

/// One fact.
#[derive(Clone, Debug)]
pub struct RiskFact {
    /// The target, or `input`.
    pub target: Traced<String>,
    /// Kinds of resources; none for inputs.
    pub kinds: Vec<Traced<String>>,
    /// Fields, each with all that is below it; none: the resource as a whole.
    pub fields: Vec<Traced<String>>,
    /// How they move.
    pub direction: Direction,
    /// The values that count, where the direction is to a value.
    pub values: Vec<Traced<String>>,
    /// Kinds that take the fact with them: where one of the same name is gone, it holds no more.
    pub unless_gone: Vec<Traced<String>>,
    /// What that does.
    pub class: RiskClass,
    /// Why, in a sentence.
    pub why: Traced<String>,
}

/// Fields of some kinds of resources that say where something is shown.
#[derive(Clone, Debug)]
pub struct LayoutFact {
    /// The target.
    pub target: Traced<String>,
    /// Kinds of resources.
    pub kinds: Vec<Traced<String>>,
    /// Fields, each with all that is below it.
    pub fields: Vec<Traced<String>>,
}

/// The table.
#[derive(Clone, Debug)]
pub struct RisksSpec {
    /// All facts.
    pub facts: Vec<RiskFact>,
    /// What is layout alone.
    pub layout: Vec<LayoutFact>,
    /// The most characters of a pull request's comment.
    pub comment: usize,
}

impl RisksSpec {
    /// Reads the table.
    ///
    /// # Errors
    /// What it lacks.
    pub fn load(sources: &mut Sources) -> Result<RisksSpec, Vec<Diagnostic>> {
        let (tree, problems) = parse(FileId(0), TEXT);
        let id = sources.add(Utf8PathBuf::from("targets/risks.yaml"), TEXT.to_owned(), FileKind::Spec, tree);
        let mut wrong: Vec<Diagnostic> = problems.into_iter().map(Diagnostic::from).collect();
        let mut file = SpecFile::new(sources, id);
        let mut facts = Vec::new();
        let rows: Vec<_> = file.find(&["risks"]).into_iter().flat_map(|risks| risks.elements()).collect();
        for row in rows {
            let text = |key: &str| row.get(key)?.scalar::<String>();
            let texts = |key: &str| -> Vec<Traced<String>> {
                row.get(key).into_iter().flat_map(|list| list.elements()).filter_map(|one| one.scalar()).collect()
            };
            let known = |text: Option<Traced<String>>| text.map_or(String::new(), |text| text.value);
            let direction = known(text("change"));
            let direction = DIRECTIONS.iter().find(|(word, _)| *word == direction).map(|(_, direction)| *direction);
            let class = known(text("class"));
            let class = CLASSES.iter().find(|(word, _)| *word == class).map(|(_, class)| *class);
            match (text("target"), direction, class, text("why"), text("source")) {
                (Some(target), Some(direction), Some(class), Some(why), Some(_)) => facts.push(RiskFact {
                    target,
                    kinds: texts("kinds"),
                    fields: texts("fields"),
                    direction,
                    values: texts("values"),
                    unless_gone: texts("unless_gone"),
                    class,
                    why,
                }),
                _ => file.missing(&["risks"], "row with `target`, `change`, `class`, `why` and `source`"),
            }
        }
        let mut layout = Vec::new();
        for row in file.find(&["layout"]).into_iter().flat_map(|rows| rows.elements()).collect::<Vec<_>>() {
            let texts = |key: &str| -> Vec<Traced<String>> {
                row.get(key).into_iter().flat_map(|list| list.elements()).filter_map(|one| one.scalar()).collect()
            };
            match (row.get("target").and_then(|target| target.scalar()), row.get("source")) {
                (Some(target), Some(_)) => {
                    layout.push(LayoutFact { target, kinds: texts("kinds"), fields: texts("fields") });
                }
                _ => file.missing(&["layout"], "row with `target` and `source`"),
            }
        }
        let comment = file.find(&["comment"]).and_then(|comment| comment.get("characters")?.scalar::<u32>());
        if comment.is_none() {
            file.missing(&["comment"], "number of `characters`");
        }
        let comment = comment.map_or(0, |most| most.value as usize);
        wrong.extend(file.finish());
        if wrong.is_empty() { Ok(RisksSpec { facts, layout, comment }) } else { Err(wrong) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_lacks_nothing() {
        let spec = RisksSpec::load(&mut Sources::default()).unwrap();
        assert!(spec.facts.len() > 20 && spec.layout.iter().all(|fact| !fact.fields.is_empty()));
        for (word, class) in CLASSES {
            assert!(spec.facts.iter().any(|fact| fact.class == *class), "no fact is of the class `{word}`");
        }
    }
}
