//! Renders templates: prose and scripts, never data formats.
//!
//! A template sees nothing but the values that it is given: no file, no variable of the environment, no clock. Each value is
//! made safe for where it stands before the template gets it ([`Data::prose`], [`Data::code`], ...), and carries a mark of where it
//! comes from, which is taken out of the text again and becomes the origin of its line.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io;
use std::sync::Arc;

use memchr::memchr2;
use tera::value::Key;
use tera::{Context, Error, ErrorKind, Kwargs, Map, State, Tera, Value};

use super::markdown;
use crate::diag::{Diagnostic, code};
use crate::ir::value::Name;
use crate::ir::{Origin, Traced};
use crate::output::files::Filled;
use crate::output::{Content, Printed};
use crate::source::scalar::shown;
use crate::spec::Templates;

/// The most bytes that one document may have where a template of the user takes part: such a one may go on for ever. One that
/// is built in makes no more than the plans hold.
const SIZE_LIMIT: usize = 4 << 20;

/// The longest list that `range` makes.
const RANGE_LIMIT: u64 = 10_000;

/// How names of templates of prose end.
const PROSE: &str = ".md";

/// Characters of a private plane: three of them are an origin. No text of a value or of a template has them.
const MARK_FIRST: u32 = 0xf_0000;
/// The first byte of these characters.
const MARK_BYTE: u8 = 0xf3;
/// Bits of an origin in one of these characters.
const MARK_BITS: u32 = 11;

/// The templates of one target, ready to be rendered.
#[derive(Clone)]
pub struct Renderer<'a> {
    engine: Arc<Tera>,
    templates: &'a Templates,
    target: &'static str,
}

impl<'a> Renderer<'a> {
    /// Reads the templates of a target. A template of the user that is not well formed is a finding, and the built-in one is
    /// taken. `renders`: which of them the caller renders, and reports on.
    #[must_use]
    pub fn new(
        templates: &'a Templates,
        target: &'static str,
        renders: impl Fn(&str) -> bool,
    ) -> (Renderer<'a>, Vec<Diagnostic>) {
        let mut engine = Tera::new();
        engine.autoescape_on(Vec::<&'static str>::new());
        engine.register_function("range", range);
        let mut problems = Vec::new();
        // Only a template of the user may ask for the one that it replaces.
        let has_own = templates.of(target).any(|(.., is_own)| is_own);
        let again = move |name: &str| has_own.then(|| format!("built-in/{name}"));
        // All at once, so that each may extend or include another.
        let built_in: Vec<(String, String)> = templates
            .built_in_of(target)
            .flat_map(|(name, template)| {
                [Some(name.to_owned()), again(name)].into_iter().flatten().map(|name| (name, template.text.clone()))
            })
            .collect();
        if let Err(error) = engine.add_raw_templates(built_in) {
            problems.push(Diagnostic::without_place(code::BAD_SPEC, format!("a built-in template: {}", said(&error))));
        }
        for (name, template, _) in templates.of(target).filter(|(.., is_own)| *is_own) {
            // What is refused leaves the engine as it was.
            let mut with = engine.clone();
            match with.add_raw_template(name, &unmarked(&template.text)) {
                Ok(()) => engine = with,
                Err(_) if !renders(name) => {}
                Err(error) => problems.push(finding(templates, target, name, &error)),
            }
        }
        (Renderer { engine: Arc::new(engine), templates, target }, problems)
    }

    /// Whether a template is the user's own.
    #[must_use]
    pub fn is_own(&self, name: &str) -> bool {
        self.templates.of(self.target).any(|(known, _, is_own)| known == name && is_own)
    }

    /// Whether any template is the user's own.
    #[must_use]
    pub fn has_own(&self) -> bool {
        self.templates.of(self.target).any(|(.., is_own)| is_own)
    }

    /// A document by a template.
    ///
    /// # Errors
    /// The template names a value that there is not, or makes too much.
    pub fn render(&self, name: &str, data: Data) -> Result<Content, Box<Diagnostic>> {
        let (text, origin) = self.marked(name, data)?;
        let mut filled = Filled { text: String::with_capacity(text.len()), origin, values: Vec::new() };
        take_marks(&text, name.ends_with(PROSE), &mut filled.text, |line, origin| filled.values.push((line, origin)));
        Ok(Content::Filled(filled))
    }

    /// Prints a document by a template, as [`Renderer::content`] gives it.
    pub fn print(&self, name: &str, data: Data, out: &mut Printed) {
        if out.line_origins.is_some() {
            return self.content(name, data).print(out);
        }
        match self.marked(name, data) {
            Ok((text, _)) => take_marks(&text, name.ends_with(PROSE), &mut out.text, |_, _| ()),
            Err(problem) => unusable(&problem).print(out),
        }
    }

    /// A text by a template, with the marks of its values, and where the text comes from.
    fn marked(&self, name: &str, data: Data) -> Result<(String, Origin), Box<Diagnostic>> {
        // Most documents need no more.
        const USUAL: usize = 1 << 14;
        let limit = if self.has_own() { SIZE_LIMIT } else { usize::MAX };
        let mut out = Bounded { bytes: Vec::with_capacity(USUAL), limit };
        let context = data.context();
        let finding = |error: &Error| Box::new(finding(self.templates, self.target, name, error));
        self.engine.render_to(name, &context, &mut out).map_err(|error| finding(&error))?;
        let text = String::from_utf8(out.bytes).map_err(|_| finding(&Error::message("is no text")))?;
        let template = self.templates.of(self.target).find(|(known, ..)| *known == name);
        let origin = template.map_or(Origin::rule(crate::ir::Rule(0)), |(_, template, _)| template.origin);
        Ok((text, origin))
    }

    /// The same as a file's content. What a template of the user can't be rendered to was said before
    /// ([`Renderer::render`]); then nothing is written at all.
    #[must_use]
    pub fn content(&self, name: &str, data: Data) -> Content {
        self.render(name, data).unwrap_or_else(|problem| unusable(&problem))
    }
}

/// What stands in the place of a document that can't be made.
fn unusable(problem: &Diagnostic) -> Content {
    Content::Text(format!("{}\n", problem.message), Origin::rule(crate::ir::Rule(0)))
}

/// What went wrong with a template, at the line where it did.
fn finding(templates: &Templates, target: &str, name: &str, error: &Error) -> Diagnostic {
    let (file, line) = match error.kind() {
        ErrorKind::SyntaxError(report) | ErrorKind::RenderingError(report) => {
            let file = if report.filename().is_empty() { name } else { report.filename() };
            (file, report.span().start_line)
        }
        _ => (name, 1),
    };
    let built_in = file.strip_prefix("built-in/");
    let template = match built_in {
        Some(name) => templates.built_in_of(target).find(|(known, _)| *known == name).map(|(_, template)| template),
        None => templates.of(target).find(|(known, ..)| *known == file).map(|(_, template, _)| template),
    };
    let message = format!("the template `{}` can't be used: {}", shown(file), said(error));
    let problem = match template {
        Some(template) => Diagnostic::new(code::BAD_TEMPLATE, template.line(line), message, "here"),
        None => Diagnostic::without_place(code::BAD_TEMPLATE, message),
    };
    problem.help(format!(
        "its values and blocks are those of pathc's own `templates/{target}/{}`",
        built_in.unwrap_or(file)
    ))
}

fn said(error: &Error) -> String {
    let text = match error.kind() {
        ErrorKind::SyntaxError(report) | ErrorKind::RenderingError(report) => report.message().to_owned(),
        ErrorKind::Io(_) => format!("it makes more than {} MiB", SIZE_LIMIT >> 20),
        other => other.to_string(),
    };
    let mut text = shown(text.trim());
    if let Some(first) = text.get_mut(..1) {
        first.make_ascii_lowercase();
    }
    text
}

/// `range(end=N)` and `range(start=N, end=N)`, as Tera has it, but short.
fn range(arguments: Kwargs, _: &State) -> Result<Value, Error> {
    let start: u64 = arguments.get("start")?.unwrap_or(0);
    let end: u64 = arguments.must_get("end")?;
    if end.saturating_sub(start) > RANGE_LIMIT {
        return Err(Error::message(format!("`range` makes at most {RANGE_LIMIT} numbers")));
    }
    Ok(Value::from((start..end.max(start)).map(Value::from).collect::<Vec<Value>>()))
}

/// A buffer that takes no more than a document may have.
struct Bounded {
    bytes: Vec<u8>,
    limit: usize,
}

impl io::Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.bytes.len() + bytes.len() > self.limit {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The values of a template. Every text is safe where its method says.
#[derive(Clone, Default)]
pub struct Data(Map);

/// Values that are complete: what several documents say alike is made once.
#[derive(Clone)]
pub struct Values(Value);

impl Values {
    /// A list of values.
    #[must_use]
    pub fn list(list: impl IntoIterator<Item = impl Into<Values>>) -> Values {
        Values(Value::from(list.into_iter().map(|values| values.into().0).collect::<Vec<Value>>()))
    }
}

impl From<&Values> for Values {
    fn from(values: &Values) -> Values {
        values.clone()
    }
}

impl From<Data> for Values {
    fn from(data: Data) -> Values {
        Values(Value::from(data.0))
    }
}

impl Data {
    /// No value yet.
    #[must_use]
    pub fn new() -> Data {
        Data::default()
    }

    fn put(mut self, key: &'static str, value: Value) -> Data {
        self.0.insert(Key::Str(key), value);
        self
    }

    /// A text within a line of Markdown.
    #[must_use]
    pub fn prose<T: std::fmt::Display>(self, key: &'static str, value: &Traced<T>) -> Data {
        self.put(key, prose(value))
    }

    /// A text within a line of Markdown, where there is one; else nothing, which a template may ask for.
    #[must_use]
    pub fn prose_some<T: std::fmt::Display>(self, key: &'static str, value: Option<&Traced<T>>) -> Data {
        self.put(key, value.map_or_else(Value::none, prose))
    }

    /// A text as code within a line of Markdown.
    #[must_use]
    pub fn code<T: std::fmt::Display>(self, key: &'static str, value: &Traced<T>) -> Data {
        self.put(key, code_span(value))
    }

    /// A text as code within a line of Markdown, where there is one.
    #[must_use]
    pub fn code_some<T: std::fmt::Display>(self, key: &'static str, value: Option<&Traced<T>>) -> Data {
        self.put(key, value.map_or_else(Value::none, code_span))
    }

    /// Texts within a line of Markdown.
    #[must_use]
    pub fn proses<'a, T: std::fmt::Display + 'a>(
        self,
        key: &'static str,
        values: impl IntoIterator<Item = &'a Traced<T>>,
    ) -> Data {
        self.put(key, Value::from(values.into_iter().map(prose).collect::<Vec<Value>>()))
    }

    /// Texts as code within a line of Markdown.
    #[must_use]
    pub fn codes<'a, T: std::fmt::Display + 'a>(
        self,
        key: &'static str,
        values: impl IntoIterator<Item = &'a Traced<T>>,
    ) -> Data {
        self.put(key, Value::from(values.into_iter().map(code_span).collect::<Vec<Value>>()))
    }

    /// A text as a block of code.
    #[must_use]
    pub fn block(self, key: &'static str, value: &Traced<String>, language: &str) -> Data {
        self.put(key, marked(&markdown::block(&unmarked(value), language), value.origin))
    }

    /// An address as the target of a link, where there is one.
    #[must_use]
    pub fn address(self, key: &'static str, value: Option<&Traced<String>>) -> Data {
        let address = |value: &Traced<String>| marked(&markdown::address(&unmarked(value)), value.origin);
        self.put(key, value.map_or_else(Value::none, address))
    }

    /// A name of the input as it is: names have no character that means anything to Markdown or a shell.
    #[must_use]
    pub fn name(self, key: &'static str, value: &Traced<Name>) -> Data {
        self.put(key, marked(value.as_str(), value.origin))
    }

    /// A text as one word of a shell, for a block of code.
    #[must_use]
    pub fn shell(self, key: &'static str, value: &Traced<String>) -> Data {
        let text = unmarked(value).replace(|character: char| character.is_control() || character == '`', "");
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-./:=@%+,".contains(&byte);
        let quoted = if !text.is_empty() && text.bytes().all(is_plain) {
            text
        } else {
            format!("'{}'", text.replace('\'', "'\\''"))
        };
        self.put(key, marked(&quoted, value.origin))
    }

    /// Lines of a comment: nothing ends it.
    #[must_use]
    pub fn comments(self, key: &'static str, lines: &[Traced<String>]) -> Data {
        let line = |line: &Traced<String>| {
            let text = unmarked(line).replace(char::is_control, " ").replace("--", "- -").replace('>', "");
            marked(&text, line.origin)
        };
        self.put(key, Value::from(lines.iter().map(line).collect::<Vec<Value>>()))
    }

    /// One word of a list of patterns: it has no control character, and its blanks are escaped already.
    #[must_use]
    pub fn pattern(self, key: &'static str, value: &Traced<String>) -> Data {
        self.put(key, marked(&unmarked(value).replace(char::is_control, ""), value.origin))
    }

    /// One word of a list of patterns, where there is one.
    #[must_use]
    pub fn pattern_some(self, key: &'static str, value: Option<&Traced<String>>) -> Data {
        match value {
            Some(value) => self.pattern(key, value),
            None => self.put(key, Value::none()),
        }
    }

    /// A name of pathc's own kinds, for comparisons: it holds nothing of a user.
    #[must_use]
    pub fn word(self, key: &'static str, word: &'static str) -> Data {
        self.put(key, Value::normal_string(word))
    }

    /// A sentence of pathc's own, without anything of a user.
    #[must_use]
    pub fn sentence(self, key: &'static str, text: &str, origin: Origin) -> Data {
        self.put(key, marked(&markdown::inline(text), origin))
    }

    /// Whether something holds.
    #[must_use]
    pub fn flag(self, key: &'static str, flag: bool) -> Data {
        self.put(key, Value::from(flag))
    }

    /// Further values, by a name of their own.
    #[must_use]
    pub fn data(self, key: &'static str, data: impl Into<Values>) -> Data {
        self.put(key, data.into().0)
    }

    /// A list of further values.
    #[must_use]
    pub fn list(self, key: &'static str, list: impl IntoIterator<Item = impl Into<Values>>) -> Data {
        self.put(key, Values::list(list).0)
    }

    fn context(self) -> Context {
        let mut context = Context::new();
        for (key, value) in self.0 {
            if let Key::Str(key) = key {
                context.insert_value(key, value);
            }
        }
        context
    }
}

fn prose<T: std::fmt::Display>(value: &Traced<T>) -> Value {
    made(value, |text| match unmarked(text) {
        Cow::Borrowed(text) => markdown::inline(text),
        Cow::Owned(text) => Cow::Owned(markdown::inline(&text).into_owned()),
    })
}

fn code_span<T: std::fmt::Display>(value: &Traced<T>) -> Value {
    made(value, |text| Cow::Owned(markdown::code(&unmarked(text))))
}

/// A value as a text that is made safe, behind the mark of its origin.
fn made<T: std::fmt::Display>(value: &Traced<T>, safe: impl Fn(&str) -> Cow<'_, str>) -> Value {
    let mut out = String::with_capacity(128);
    push_mark(value.origin, &mut out);
    let start = out.len();
    // Writing into a string can't fail.
    let _ = write!(out, "{}", value.value);
    if let Cow::Owned(text) = safe(&out[start..]) {
        out.truncate(start);
        out.push_str(&text);
    }
    Value::normal_string(&out)
}

/// A text behind the mark of its origin.
fn marked(text: &str, origin: Origin) -> Value {
    let mut out = String::with_capacity(text.len() + 12);
    push_mark(origin, &mut out);
    out.push_str(text);
    Value::normal_string(&out)
}

fn push_mark(origin: Origin, out: &mut String) {
    let number = origin.number();
    for part in [2 * MARK_BITS, MARK_BITS, 0] {
        let bits = (number >> part) & ((1 << MARK_BITS) - 1);
        out.extend(char::from_u32(MARK_FIRST + bits));
    }
}

const fn is_mark(character: char) -> bool {
    (character as u32).wrapping_sub(MARK_FIRST) < 1 << MARK_BITS
}

/// A text in which nothing looks like a mark.
fn unmarked(text: &str) -> Cow<'_, str> {
    if text.is_ascii() { Cow::Borrowed(text) } else { Cow::Owned(text.replace(is_mark, "\u{fffd}")) }
}

/// Adds a text without its marks: each is the origin of a value in its line, counted from 0. `prose`: a paragraph ends with one empty line,
/// however many of the template's own lines came to nothing.
fn take_marks(text: &str, prose: bool, out: &mut String, mut value: impl FnMut(usize, Origin)) {
    let text = if prose { text.trim_start_matches('\n') } else { text };
    let begin = out.len();
    out.reserve(text.len());
    let (mut line, mut number, mut digits) = (0, 0u32, 0);
    let mut rest = text;
    // What is neither a line end nor the beginning of a mark is copied as a whole.
    while let Some(at) = memchr2(b'\n', MARK_BYTE, rest.as_bytes()) {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        let mut characters = from.chars();
        match characters.next() {
            Some(character) if is_mark(character) => {
                number = (number << MARK_BITS) | (character as u32 - MARK_FIRST);
                digits += 1;
                if digits == 3 {
                    value(line, Origin::numbered(number));
                    (number, digits) = (0, 0);
                }
            }
            Some('\n') if prose && out[begin..].ends_with("\n\n") => {}
            Some(character) => {
                line += usize::from(character == '\n');
                out.push(character);
            }
            None => {}
        }
        rest = characters.as_str();
    }
    out.push_str(rest);
    if prose {
        out.truncate(begin + out[begin..].trim_end().len());
        out.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ir::Rule;
    use crate::source::Sources;
    use proptest::prelude::*;

    #[test]
    fn a_line_knows_its_values() {
        let at = |rule: u16| Origin::rule(Rule(rule));
        let mark = |text: &str, rule| marked(text, at(rule)).as_str().unwrap_or_default().to_owned();
        let text = format!("one {}\n{} and {}\n", mark("a", 5), mark("b", 6), mark("c", 0x7ff));
        let (mut out, mut values) = ("before".to_owned(), Vec::new());
        take_marks(&text, false, &mut out, |line, origin| values.push((line, origin)));
        assert_eq!(out, "beforeone a\nb and c\n");
        assert_eq!(values, [(0, at(5)), (1, at(6)), (1, at(0x7ff))]);
    }

    fn engine(template: &str) -> Tera {
        let mut engine = Tera::new();
        engine.register_function("range", range);
        engine.add_raw_template("t", template).unwrap();
        engine
    }

    #[test]
    fn what_is_not_there_is_an_error() {
        for template in
            ["{{ missing }}", "{{ x.y.z }}", "{% for a in missing %}{% endfor %}", "{{ range(end=100000) }}"]
        {
            assert!(engine(template).render("t", &Context::new()).is_err(), "{template}");
        }
    }

    #[test]
    fn nothing_outside_can_be_seen() {
        for template in
            ["{{ get_env(name=\"HOME\") }}", "{{ now() }}", "{% include \"/etc/passwd\" %}", "{{ get_random(end=2) }}"]
        {
            let mut engine = Tera::new();
            assert!(engine.add_raw_template("t", template).is_err() || engine.render("t", &Context::new()).is_err());
        }
    }

    #[test]
    fn a_document_has_an_end() {
        let template = "{% for a in range(end=9999) %}{% for b in range(end=9999) %}x{% endfor %}{% endfor %}";
        let mut out = Bounded { bytes: Vec::new(), limit: SIZE_LIMIT };
        assert!(engine(template).render_to("t", &Context::new(), &mut out).is_err());
    }

    #[test]
    fn built_in_templates_are_well_formed() {
        let templates = Templates::built_in(&mut Sources::default());
        let (_, problems) = Renderer::new(&templates, "operations", |_| true);
        assert!(problems.is_empty(), "{problems:?}");
    }

    #[test]
    fn what_is_built_in_makes_as_much_as_the_plans_hold() {
        let templates = Templates::built_in(&mut Sources::default());
        let (renderer, _) = Renderer::new(&templates, "operations", |_| true);
        let name = Traced::new("x".repeat(60), Origin::rule(Rule(7)));
        let change = || Data::new().flag("breaking", false).flag("reversible", true);
        let change = || {
            let texts = ["id", "date", "kind", "summary", "component"].into_iter();
            let none = ["migration", "commit", "approved_by"].into_iter();
            let change = texts.fold(change(), |data, key| data.prose(key, &name));
            none.fold(change, |data, key| data.prose_some::<String>(key, None))
        };
        let release = Data::new().prose_some("version", Some(&name)).list("changes", (0..20_000).map(|_| change()));
        let data = Data::new().comments("header", &[]).prose("system", &name).list("releases", [release]);
        let Content::Filled(filled) = renderer.render("release-notes.md", data).unwrap() else { unreachable!() };
        assert!(filled.text.len() > SIZE_LIMIT, "{}", filled.text.len());
    }

    proptest! {
        #[test]
        fn no_value_becomes_a_mark_or_a_line(text in any::<String>()) {
            let value = Traced::new(text, Origin::rule(Rule(7)));
            let shown = prose(&value).as_str().unwrap_or_default().to_owned();
            let (mut out, mut values) = (String::new(), 0);
            take_marks(&shown, false, &mut out, |_, _| values += 1);
            prop_assert_eq!(values, 1);
            prop_assert!(!out.contains('\n'));
        }
    }
}
