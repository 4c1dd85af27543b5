//! `pathc schema [FILE]`: the JSON Schema of an input or a deliverable, from the tables that read it.

use clap::Args;

use super::Outcome;
use super::failure::Failure;
use super::terminal::Terminal;
use crate::input::DOCUMENTS;
use crate::plan::DELIVERABLES;
use crate::source::Shape;
use crate::source::decode::nearest;
use crate::source::schema::json_schema;

/// Print the JSON Schema of a file; without FILE, list the files that have one
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  pathc schema
  pathc schema pathc > .vscode/pathc.schema.json
  pathc schema path/test_results.yaml

An editor finds a schema by a comment at the top of a file:
  # yaml-language-server: $schema=.vscode/pathc.schema.json")]
pub(super) struct Schema {
    /// A file, by its name with or without folder and `.yaml`
    #[arg(value_name = "FILE")]
    file: Option<String>,
}

/// A file that has a schema.
struct Described {
    name: &'static str,
    doc: &'static str,
    shape: fn() -> Shape,
}

/// The ten inputs, then the nine deliverables.
fn described() -> impl Iterator<Item = Described> {
    let inputs =
        DOCUMENTS.iter().map(|document| Described { name: document.name, doc: document.doc, shape: document.shape });
    let plans = DELIVERABLES.iter().map(|plan| Described { name: plan.name, doc: plan.doc, shape: plan.shape });
    inputs.chain(plans)
}

pub(super) fn run(arguments: &Schema, terminal: &Terminal) -> Result<Outcome, Failure> {
    let Some(file) = &arguments.file else {
        let width = described().map(|described| described.name.len()).max().unwrap_or_default();
        let list: String = described()
            .map(|described| format!("{:<width$}  {}\n", described.name, first_sentence(described.doc)))
            .collect();
        terminal.result(&list)?;
        return Ok(Outcome::Done);
    };
    let name = camino::Utf8Path::new(file).file_stem().unwrap_or(file);
    let Some(found) = described().find(|described| described.name == name) else {
        let failure = Failure::new(format!("no file of the language is called `{name}`"));
        return Err(match nearest(name, described().map(|described| described.name)) {
            Some(near) => failure.help(format!("did you mean `{near}`?")),
            None => failure.help("`pathc schema` lists them"),
        });
    };
    let schema = json_schema(found.name, found.doc, &(found.shape)());
    terminal.result(&format!("{schema:#}\n"))?;
    Ok(Outcome::Done)
}

fn first_sentence(doc: &str) -> String {
    let doc = doc.split_whitespace().collect::<Vec<_>>().join(" ");
    doc.split(". ").next().unwrap_or_default().trim_end_matches('.').to_owned()
}
