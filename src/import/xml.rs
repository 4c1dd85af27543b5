//! XML as open and closed elements with their attributes and texts.
//!
//! Names lose their prefixes, since tools choose those as they like. Nothing is fetched and no entity of a document is
//! expanded: a document that declares some is refused.

use std::borrow::Cow;

use quick_xml::Reader;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesStart, Event};

use super::Fault;

/// Deeper nesting is refused.
const DEPTH_LIMIT: usize = 256;

/// One step through a document.
pub(super) enum Step<'a> {
    /// An element begins.
    Open(Element<'a>),
    /// The innermost element ends.
    Close(String),
    /// A piece of text.
    Text(Cow<'a, str>),
}

/// The beginning of an element.
pub(super) struct Element<'a> {
    start: BytesStart<'a>,
}

impl Element<'_> {
    /// The name without its prefix.
    pub(super) fn name(&self) -> String {
        local(self.start.name().as_ref())
    }

    /// The value of an attribute by its name without a prefix.
    pub(super) fn attribute(&self, name: &str) -> Option<String> {
        // A doubled attribute is the tool's mistake; the first one counts.
        let mut attributes = self.start.attributes();
        attributes.with_checks(false);
        let found = attributes.flatten().find(|attribute| local(attribute.key.as_ref()) == name)?;
        Some(
            found
                .normalized_value(quick_xml::XmlVersion::Implicit1_0)
                .map_or_else(|_| found.value.as_ref().to_owned(), Cow::into_owned),
        )
    }

    /// A number of an attribute; thousands may be divided by commas.
    pub(super) fn number<T: std::str::FromStr>(&self, name: &str) -> Option<T> {
        self.attribute(name)?.trim().replace(',', "").parse().ok()
    }
}

fn local(name: &str) -> String {
    name.rsplit(':').next().unwrap_or(name).to_owned()
}

/// Walks a document; `step` is given each step with the names of the elements that are open around it.
pub(super) fn walk<'a>(
    text: &'a str,
    root: &[&str],
    mut step: impl FnMut(&[String], Step<'a>) -> Result<(), Fault>,
) -> Result<(), Fault> {
    let mut reader = Reader::from_str(text);
    reader.config_mut().expand_empty_elements = true;
    let mut open: Vec<String> = Vec::new();
    let mut begun = false;
    loop {
        let at = usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX);
        let event = reader.read_event().map_err(|error| Fault::at(at, format!("is no XML: {error}")))?;
        match event {
            Event::Start(start) => {
                let element = Element { start };
                let name = element.name();
                if !begun && !root.contains(&name.as_str()) {
                    let wanted = root.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" or ");
                    return Err(Fault::at(at, format!("begins with the element `{name}`, not with {wanted}")));
                }
                begun = true;
                if open.len() >= DEPTH_LIMIT {
                    return Err(Fault::at(at, format!("has elements more than {DEPTH_LIMIT} deep")));
                }
                step(&open, Step::Open(element))?;
                open.push(name);
            }
            Event::End(_) => {
                let name = open.pop().unwrap_or_default();
                step(&open, Step::Close(name))?;
            }
            Event::Text(text) if !open.is_empty() => step(&open, Step::Text(text.into_inner()))?,
            Event::CData(text) if !open.is_empty() => step(&open, Step::Text(text.into_inner()))?,
            Event::GeneralRef(reference) if !open.is_empty() => {
                let name = reference.clone().into_inner();
                let resolved = match reference.resolve_char_ref() {
                    Ok(Some(character)) => Cow::Owned(character.to_string()),
                    _ => match resolve_predefined_entity(&name) {
                        Some(text) => Cow::Borrowed(text),
                        None => Cow::Owned(format!("&{name};")),
                    },
                };
                step(&open, Step::Text(resolved))?;
            }
            Event::DocType(text) if text.contains("<!ENTITY") => {
                return Err(Fault::at(at, "declares entities, which no report needs"));
            }
            Event::Eof => break,
            _ => {}
        }
    }
    match open.last() {
        Some(name) => Err(Fault::at(text.len(), format!("ends inside of the element `{name}`"))),
        None if !begun && text.trim().is_empty() => Err(Fault::new("is empty")),
        None if !begun => Err(Fault::at(0, "is no XML: it has no element")),
        None => Ok(()),
    }
}
