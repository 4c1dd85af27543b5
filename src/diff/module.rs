//! What stands once for all environments, as each environment has it: resources of a Terraform module, with the values of its
//! variables that the environment's root gives, and those of a CloudFormation template, with its parameters. A value that
//! moves from one to the other is then no change, and one that differs is a change of the resource that has it.

use std::collections::{BTreeMap, BTreeSet};

use camino::{Utf8Component, Utf8Path, Utf8PathBuf};

use super::Version;
use super::change::Found;
use crate::output::resource::{self, FILE, Field};

const TERRAFORM: &str = "terraform";
const CLOUDFORMATION: &str = "cloudformation";

/// The file that declares what a module takes.
const VARIABLES: &str = "variables.tf";

/// Blocks of a Terraform module that are no resources.
const NOT_RESOURCES: &[&str] = &["variable", "output", "locals", "terraform", "provider", "moved", "import"];

/// The kind of what a template says besides its resources.
const TEMPLATE: &str = "template";

/// Where a value stands that a resource takes from a root: the file, its first line and its last.
pub(super) type Place = (Utf8PathBuf, usize, usize);

/// The files that have to be read, besides those that differ, to know what each environment has: roots, and what uses a value
/// that they give otherwise.
pub(super) fn needed<'v>(
    old: &'v Version,
    new: &'v Version,
    differing: &BTreeSet<&Utf8PathBuf>,
) -> Vec<&'v Utf8PathBuf> {
    let all = || old.files.iter().chain(&new.files);
    let of_terraform = || all().filter(|(_, file)| file.target == TERRAFORM);
    let changed: BTreeSet<String> = of_terraform()
        .filter(|(path, file)| file.environment.is_some() && differing.contains(path))
        .flat_map(|(path, _)| changed(path, old, new))
        .collect();
    let uses = |text: &str| changed.iter().any(|name| text.contains(&format!("var.{name}")));
    let differs = of_terraform().any(|(path, file)| file.environment.is_none() && differing.contains(path));
    // Roots say what each environment gives, and declarations what is given where nothing else is.
    let gives =
        |path: &Utf8Path, environment: &Option<String>| environment.is_some() || path.file_name() == Some(VARIABLES);
    let modules = of_terraform()
        .filter(|(path, file)| (differs || !changed.is_empty()) && gives(path, &file.environment) || uses(&file.text));
    // A template is read with the parameters of each environment, if one of them differs.
    let of_cloudformation = || all().filter(|(_, file)| file.target == CLOUDFORMATION);
    let template = |path: &Utf8Path| template_of(path).unwrap_or_else(|| path.to_owned());
    let templates: BTreeSet<Utf8PathBuf> =
        of_cloudformation().filter(|(path, _)| differing.contains(path)).map(|(path, _)| template(path)).collect();
    let stacks = of_cloudformation().filter(|(path, _)| templates.contains(&template(path)));
    modules.chain(stacks).map(|(path, _)| path).collect()
}

/// The variables that a root gives another value than before.
fn changed(path: &Utf8PathBuf, old: &Version, new: &Version) -> BTreeSet<String> {
    let arguments = |version: &Version| -> BTreeSet<(String, String)> {
        let text = version.files.get(path).map(|file| resource::read(path, &file.text)).unwrap_or_default();
        let modules = text.into_iter().filter(|resource| resource.kind == "module");
        modules.flat_map(|module| module.fields).map(|field| (field.path, field.value)).collect()
    };
    let (old, new) = (arguments(old), arguments(new));
    let name = |(path, _): &(String, String)| path.split('.').next().unwrap_or_default().to_owned();
    old.symmetric_difference(&new).map(name).collect()
}

/// The template that a file holds an environment's parameters of: `environments/ENV/parameters/X.json` are those of
/// `templates/X.yaml`.
fn template_of(path: &Utf8Path) -> Option<Utf8PathBuf> {
    let (before, rest) = path.as_str().split_once("environments/")?;
    let (_, rest) = rest.split_once("/parameters/")?;
    Some(format!("{before}templates/{}.yaml", rest.strip_suffix(".json")?).into())
}

/// What a root gives to a module or a template.
struct Root {
    environment: String,
    /// Where it stands.
    file: Utf8PathBuf,
    /// The folder of the module, or the file of the template.
    of: Utf8PathBuf,
    /// By the names that the module or template knows.
    arguments: BTreeMap<String, Field>,
    /// What variables are that nothing is given to.
    defaults: BTreeMap<String, String>,
}

/// Values of roots that resources show: the file, and the name that the module or template knows.
pub(super) type Used = BTreeSet<(Utf8PathBuf, String)>;

/// Leaves out of roots what a resource shows, in this version or the other: it need not be told of the root as well.
pub(super) fn leave_out_used(found: &mut [Found], used: &Used) {
    for one in found.iter_mut().filter(|one| one.environment.is_some()) {
        let file = one.true_file.clone();
        one.resource.fields.retain(|field| !used.contains(&(file.clone(), field.path.clone())));
    }
}

/// Puts in the place of resources that stand once those of each environment, where roots are among what was found.
pub(super) fn by_environment(found: Vec<Found>, version: &Version) -> (Vec<Found>, Used) {
    let mut roots: Vec<Root> = found.iter().filter_map(root).collect();
    if roots.is_empty() {
        return (found, Used::new());
    }
    let defaults = defaults(&found);
    for root in &mut roots {
        root.fall_back(&defaults);
    }
    let conditions: BTreeMap<Utf8PathBuf, BTreeMap<String, String>> = found
        .iter()
        .filter(|one| one.target == CLOUDFORMATION && one.resource.kind == TEMPLATE)
        .map(|one| (one.file.clone(), conditions(one)))
        .collect();
    let mut used = Used::new();
    let mut all = Vec::with_capacity(found.len());
    for mut one in found {
        let roots: Vec<&Root> = roots.iter().filter(|root| one.file.starts_with(&root.of)).collect();
        let is_once = [TERRAFORM, CLOUDFORMATION].contains(&one.target.as_str()) && one.environment.is_none();
        let kind = one.resource.kind.as_str();
        if !is_once || roots.is_empty() {
            all.push(one);
        } else if kind == "variable" || kind == TEMPLATE {
            // Types and conditions follow from the values.
            let follows = |path: &str| match kind {
                TEMPLATE => path.starts_with("Parameters.") || path.starts_with("Conditions."),
                _ => path == "type" || path.starts_with("type."),
            };
            let fields = std::mem::take(&mut one.resource.fields);
            let fields = fields.into_iter().filter(|field| !follows(&field.path)).collect();
            one.resource.fields = fields;
            all.push(one);
        } else if one.target == TERRAFORM && NOT_RESOURCES.contains(&kind) {
            all.push(one);
        } else {
            let text = version.files.get(&one.true_file).map_or("", |file| &file.text);
            let conditions = conditions.get(&one.file);
            all.extend(roots.iter().map(|root| of_root(&one, root, (text, conditions), &mut used)));
        }
    }
    (all, used)
}

fn root(found: &Found) -> Option<Root> {
    let (of, below) = match (found.target.as_str(), found.resource.kind.as_str()) {
        (TERRAFORM, "module") => {
            let source = found.resource.fields.iter().find(|field| field.path == "source")?;
            (normal(&found.file.parent()?.join(&source.value)), "")
        }
        (CLOUDFORMATION, FILE) => (template_of(&found.file)?, "Parameters."),
        _ => return None,
    };
    let arguments = found
        .resource
        .fields
        .iter()
        .filter_map(|field| Some((field.path.strip_prefix(below)?.to_owned(), field.clone())));
    Some(Root {
        environment: found.environment.clone()?,
        of,
        file: found.true_file.clone(),
        arguments: arguments.collect(),
        defaults: BTreeMap::new(),
    })
}

/// What variables are that nothing is given to, by the folder of the module or root and by name.
fn defaults(found: &[Found]) -> BTreeMap<(Utf8PathBuf, String), String> {
    let variables = found.iter().filter(|one| one.target == TERRAFORM && one.resource.kind == "variable");
    let default = |one: &Found| {
        let default = one.resource.fields.iter().find(|field| field.path == "default")?;
        Some(((one.file.parent()?.to_owned(), one.resource.name.clone()), default.value.clone()))
    };
    variables.filter_map(default).collect()
}

impl Root {
    /// Takes in what stands where nothing is given: in the module's own declarations, and in the root's for what it hands on.
    fn fall_back(&mut self, defaults: &BTreeMap<(Utf8PathBuf, String), String>) {
        let own = self.file.parent().map(Utf8Path::to_owned).unwrap_or_default();
        for argument in self.arguments.values_mut() {
            let handed_on = argument.value.strip_prefix(VARIABLE).map(|name| (own.clone(), name.to_owned()));
            if let Some(default) = handed_on.and_then(|key| defaults.get(&key)) {
                argument.value.clone_from(default);
            }
        }
        let of_module = defaults.iter().filter(|((folder, _), _)| *folder == self.of);
        self.defaults = of_module.map(|((_, name), default)| (name.clone(), default.clone())).collect();
    }
}

/// What a reference to a variable begins with.
const VARIABLE: &str = "var.";

/// What each condition of a template compares: `[MultiAZ, true]`.
fn conditions(template: &Found) -> BTreeMap<String, String> {
    let fields = template.resource.fields.iter();
    fields.filter_map(|field| Some((field.path.strip_prefix("Conditions.")?.to_owned(), field.value.clone()))).collect()
}

/// A path without `..`.
fn normal(path: &Utf8Path) -> Utf8PathBuf {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.components() {
        match part {
            Utf8Component::ParentDir => drop(parts.pop()),
            Utf8Component::CurDir => {}
            other => parts.push(other.as_str()),
        }
    }
    parts.join("/").into()
}

/// A resource that stands once, as an environment has it.
fn of_root(
    found: &Found,
    root: &Root,
    (text, conditions): (&str, Option<&BTreeMap<String, String>>),
    used: &mut Used,
) -> Found {
    let mut own = found.clone();
    own.environment = Some(root.environment.clone());
    for field in &mut own.resource.fields {
        let (value, arguments) = match found.target.as_str() {
            TERRAFORM => filled(&field.value, &root.arguments, &root.defaults),
            _ => resolved(field, text, conditions, root),
        };
        // What a value is only a part of stands where it is put together.
        let is_whole = !field.value.contains("${");
        used.extend(arguments.iter().map(|argument| (root.file.clone(), argument.path.clone())));
        if let ([argument], true) = (arguments.as_slice(), is_whole) {
            own.elsewhere.insert(field.path.clone(), (root.file.clone(), argument.line, argument.last));
        }
        field.value = value;
    }
    own
}

/// A value of a template with parameters in the place of what refers to them, and those parameters: `!Ref Name`, `${Name}`, and
/// `!If [Condition, one, other]` where the condition compares a parameter.
fn resolved<'r>(
    field: &Field,
    text: &str,
    conditions: Option<&BTreeMap<String, String>>,
    root: &'r Root,
) -> (String, Vec<&'r Field>) {
    let arguments = &root.arguments;
    let before = text.get(..field.start).unwrap_or_default().trim_end();
    let has_tag =
        |tag: &str| before.ends_with(tag) || text.get(field.start..).is_some_and(|rest| rest.starts_with(tag));
    if has_tag("!Ref") {
        return match arguments.get(&field.value) {
            Some(argument) => (argument.value.clone(), vec![argument]),
            None => (field.value.clone(), Vec::new()),
        };
    }
    if has_tag("!If")
        && let [condition, one, other] = elements(&field.value).as_slice()
        && let Some(compared) = conditions.and_then(|conditions| conditions.get(*condition))
        && let [name, wanted] = elements(compared).as_slice()
        && let Some(argument) = arguments.get(*name)
    {
        let chosen = if argument.value == *wanted { one } else { other };
        return ((*chosen).to_owned(), vec![argument]);
    }
    let (mut out, mut found) = (field.value.clone(), Vec::new());
    if out.contains("${") {
        // Who names the environment means each: what stands around it is the same in all.
        for (name, argument) in arguments.iter().filter(|(_, argument)| argument.value != root.environment) {
            let reference = format!("${{{name}}}");
            if out.contains(&reference) {
                out = out.replace(&reference, &argument.value);
                found.push(argument);
            }
        }
    }
    (out, found)
}

/// The elements of a list of scalars that is one value.
fn elements(list: &str) -> Vec<&str> {
    let inner = list.strip_prefix('[').and_then(|list| list.strip_suffix(']'));
    inner.map_or_else(Vec::new, |inner| inner.split(", ").collect())
}

/// A value with arguments in the place of variables, and those arguments; with a variable's default where there is none.
fn filled<'r>(
    value: &str,
    arguments: &'r BTreeMap<String, Field>,
    defaults: &BTreeMap<String, String>,
) -> (String, Vec<&'r Field>) {
    let is_part = |character: char| character.is_ascii_alphanumeric() || character == '_' || character == '.';
    let (mut out, mut found) = (String::new(), Vec::new());
    let mut rest = value;
    while let Some(at) = rest.find(VARIABLE) {
        let (before, after) = rest.split_at(at);
        out.push_str(before);
        let name = after[VARIABLE.len()..].split(|character| !is_part(character)).next().unwrap_or_default();
        let whole = &after[..VARIABLE.len() + name.len()];
        // `local_var.x` is no variable.
        let is_variable = !out.ends_with(is_part);
        rest = &after[whole.len()..];
        let given = match (arguments.get(name), defaults.get(name)) {
            (Some(argument), _) if is_variable => {
                found.push(argument);
                &argument.value
            }
            (None, Some(default)) if is_variable => default,
            _ => {
                out.push_str(whole);
                continue;
            }
        };
        // `${var.domain}` within a text is the text itself.
        if let (Some(before), Some(after)) = (out.strip_suffix("${"), rest.strip_prefix('}')) {
            out.truncate(before.len());
            rest = after;
        }
        out.push_str(given);
    }
    out.push_str(rest);
    (out, found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_is_that_of_its_parameters() {
        let template =
            template_of(Utf8Path::new("infra/cloudformation/environments/staging/parameters/datastores/a.json"));
        assert_eq!(template.as_deref(), Some(Utf8Path::new("infra/cloudformation/templates/datastores/a.yaml")));
        assert_eq!(template_of(Utf8Path::new("infra/cloudformation/environments/staging/stacks.json")), None);
        assert_eq!(elements("[IsMultiAZ, true, false]"), ["IsMultiAZ", "true", "false"]);
        assert!(elements("IsMultiAZ").is_empty());
    }

    #[test]
    fn variables_are_filled_where_they_are_known() {
        let field = |path: &str, value: &str| Field {
            path: path.to_owned(),
            value: value.to_owned(),
            line: 1,
            last: 1,
            start: 0,
            end: 0,
        };
        let arguments: BTreeMap<String, Field> = [("db.class", "db.m7g.large"), ("on", "true")]
            .map(|(path, value)| (path.to_owned(), field(path, value)))
            .into();
        let filled = |text: &str| {
            let defaults = [("version".to_owned(), "1".to_owned())].into();
            let (text, found) = filled(text, &arguments, &defaults);
            (text, found.len())
        };
        assert_eq!(filled("var.db.class"), ("db.m7g.large".to_owned(), 1));
        assert_eq!(filled("var.on ? 1 : 0"), ("true ? 1 : 0".to_owned(), 1));
        assert_eq!(filled("\"${var.db.class}-${var.other}\""), ("\"db.m7g.large-${var.other}\"".to_owned(), 1));
        assert_eq!(filled("var.version"), ("1".to_owned(), 0));
        assert_eq!(filled("myvar.on"), ("myvar.on".to_owned(), 0));
        assert_eq!(
            normal(Utf8Path::new("infra/terraform/environments/x/../../modules/system")),
            "infra/terraform/modules/system"
        );
    }
}
