//! Values that CloudFormation completes: references, attributes, texts with both. A value of an input stays a text: its
//! `${` is written as CloudFormation escapes it, and a tag is a word of ours.

use crate::ir::value::Decimal;
use crate::ir::{Origin, Traced};
use crate::output::doc::{Style, Text};
use crate::output::{Doc, Map};

/// `!Ref` of a logical id or of a pseudo parameter.
pub(super) fn reference(id: impl Into<Text>, origin: Origin) -> Doc {
    Doc::text(id, origin).tagged("Ref")
}

/// `!GetAtt` of a logical id.
pub(super) fn attribute(id: &str, name: &str, origin: Origin) -> Doc {
    Doc::text(format!("{id}.{name}"), origin).tagged("GetAtt")
}

/// A text of pieces for `!Sub`.
#[derive(Debug, Default)]
pub(super) struct Sub {
    text: String,
    substitutes: bool,
    values: Vec<Doc>,
}

impl Sub {
    /// Adds a text that means itself.
    pub(super) fn text(mut self, text: &str) -> Sub {
        let mut text = text;
        // A `$` of the piece before and a brace of this one would be one word together.
        if self.text.ends_with('$')
            && let Some(rest) = text.strip_prefix('{')
        {
            self.text.push_str("{!");
            text = rest;
        }
        self.text.push_str(&text.replace("${", "${!"));
        self
    }

    /// Adds a logical id, a pseudo parameter, or an attribute as `Id.Attribute`.
    pub(super) fn of(mut self, name: &str) -> Sub {
        self.text.push_str("${");
        self.text.push_str(name);
        self.text.push('}');
        self.substitutes = true;
        self
    }

    /// Adds a text that is written for `!Sub` already.
    pub(super) fn raw(mut self, text: &str) -> Sub {
        self.text.push_str(text);
        self.substitutes = true;
        self
    }

    /// Adds a value that is itself computed.
    pub(super) fn value(mut self, value: Doc) -> Sub {
        let name = format!("Value{}", self.values.len() + 1);
        self.values.push(value);
        self.of(&name)
    }

    /// The value: a plain text where nothing is substituted.
    pub(super) fn doc(self, origin: Origin) -> Doc {
        if !self.values.is_empty() {
            let mut values = Map { style: Style::Flow, ..Map::new(origin) };
            for (index, value) in self.values.into_iter().enumerate() {
                values.put(format!("Value{}", index + 1), value);
            }
            call("Sub", [Doc::text(self.text, origin), values.into()], origin)
        } else if self.substitutes {
            Doc::text(self.text, origin).tagged("Sub")
        } else {
            Doc::text(self.text.replace("${!", "${"), origin)
        }
    }
}

/// An ARN in the partition, and where it says so in the region and account of the stack.
pub(super) fn arn(service: &str, in_region: bool, in_account: bool, rest: &str, origin: Origin) -> Doc {
    let mut sub = Sub::default().text("arn:").of("AWS::Partition").text(":").text(service).text(":");
    if in_region {
        sub = sub.of("AWS::Region");
    }
    sub = sub.text(":");
    if in_account {
        sub = sub.of("AWS::AccountId");
    }
    sub.text(":").text(rest).doc(origin)
}

/// All on one line.
pub(super) fn flow(elements: impl IntoIterator<Item = Doc>, origin: Origin) -> Doc {
    Doc::List(elements.into_iter().collect(), Style::Flow, origin)
}

/// A function of several values.
pub(super) fn call(tag: &'static str, arguments: impl IntoIterator<Item = Doc>, origin: Origin) -> Doc {
    flow(arguments, origin).tagged(tag)
}

/// A text.
pub(super) fn text(value: &Traced<String>) -> Doc {
    Doc::text(value.value.clone(), value.origin)
}

/// A whole number.
pub(super) fn whole(value: &Traced<u32>) -> Doc {
    Doc::Integer(i64::from(value.value), value.origin)
}

/// A number.
pub(super) fn decimal(value: &Traced<Decimal>) -> Doc {
    if value.value.is_whole() { number_or_text(value) } else { Doc::Number(value.value, value.origin) }
}

fn number_or_text(value: &Traced<Decimal>) -> Doc {
    value
        .value
        .to_string()
        .parse()
        .map_or_else(|_| Doc::Number(value.value, value.origin), |number| Doc::Integer(number, value.origin))
}

/// Key and value as CloudFormation lists them.
pub(super) fn pair(key: &'static str, value: &'static str, name: Doc, content: Doc, origin: Origin) -> Doc {
    let map = Map { style: Style::Flow, ..Map::new(origin) };
    map.with(key, name).with(value, content).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ir::Rule;
    use crate::output::Content;
    use crate::output::printed::Printed;

    const ORIGIN: Origin = Origin::rule(Rule(1));

    fn printed(doc: Doc) -> String {
        let mut out = Printed::default();
        Content::yaml(Vec::new(), vec![Map::new(ORIGIN).with("Value", doc).into()]).print(&mut out);
        out.text
    }

    #[test]
    fn short_tags_are_printed() {
        assert_eq!(printed(reference("Key", ORIGIN)), "Value: !Ref Key\n");
        assert_eq!(printed(attribute("Key", "Arn", ORIGIN)), "Value: !GetAtt Key.Arn\n");
        let listed = call("Join", [Doc::text(",", ORIGIN), flow([reference("A", ORIGIN)], ORIGIN)], ORIGIN);
        assert_eq!(printed(listed), "Value: !Join [',', [!Ref A]]\n");
    }

    #[test]
    fn a_text_never_becomes_a_substitution_or_a_tag() {
        let hostile = "${AWS::AccountId} !Ref X";
        let sub = Sub::default().text(hostile).of("Key").doc(ORIGIN);
        assert_eq!(printed(sub), "Value: !Sub ${!AWS::AccountId} !Ref X${Key}\n");
        assert_eq!(printed(Sub::default().text(hostile).doc(ORIGIN)), "Value: ${AWS::AccountId} !Ref X\n");
        assert_eq!(printed(Doc::text("!Ref X", ORIGIN)), "Value: '!Ref X'\n");
        assert_eq!(printed(Doc::text("a\n!Sub b", ORIGIN).tagged("Sub")), "Value: !Sub \"a\\n!Sub b\"\n");
    }
}
