//! Texts that only the cloud completes: ARNs, addresses, and what is made of them.

use super::{AnyRef, Ref, Resource};
use crate::ir::{Origin, Traced};

/// A text of pieces, some of which are known only when resources are made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    /// The pieces, in order.
    pub pieces: Vec<Piece>,
    /// Where the whole comes from.
    pub origin: Origin,
}

/// A piece of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// Known text.
    Text(String),
    /// The account's number.
    Account,
    /// The region's name.
    Region,
    /// `aws`, `aws-cn`, `aws-us-gov`.
    Partition,
    /// The ids of the private subnets, with commas between.
    PrivateSubnets,
    /// What a resource tells about itself once it is made.
    Of(AnyRef, Attribute),
}

/// What a resource tells about itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Attribute {
    /// Its ARN.
    Arn,
    /// Its id, as other resources refer to it.
    Id,
    /// Its name.
    Name,
    /// Its URL: of a queue.
    Url,
    /// The host that it answers on.
    Host,
    /// Its brokers, `host:port` with commas between.
    Brokers,
    /// The last part of its ARN, as metrics name it: of a load balancer or target group.
    ArnSuffix,
}

impl Pattern {
    /// A text that is known.
    #[must_use]
    pub fn known(text: &Traced<String>) -> Pattern {
        Pattern { pieces: vec![Piece::Text(text.value.clone())], origin: text.origin }
    }

    /// A text that is known, of an origin.
    pub fn text(text: impl Into<String>, origin: Origin) -> Pattern {
        Pattern { pieces: vec![Piece::Text(text.into())], origin }
    }

    /// An attribute of a resource.
    #[must_use]
    pub fn of<T: Resource>(reference: &Ref<T>, attribute: Attribute, origin: Origin) -> Pattern {
        Pattern { pieces: vec![Piece::Of(reference.into(), attribute)], origin }
    }

    /// The ARN of a resource with something behind it.
    #[must_use]
    pub fn below<T: Resource>(reference: &Ref<T>, suffix: &str, origin: Origin) -> Pattern {
        let pieces = vec![Piece::Of(reference.into(), Attribute::Arn), Piece::Text(suffix.to_owned())];
        Pattern { pieces, origin }
    }

    /// A text in which `<PARTITION>`, `<REGION>` and `<ACCOUNT>` stand for what the cloud knows.
    #[must_use]
    pub fn read(text: &str, origin: Origin) -> Pattern {
        const WORDS: [(&str, Piece); 3] =
            [("<PARTITION>", Piece::Partition), ("<REGION>", Piece::Region), ("<ACCOUNT>", Piece::Account)];
        let mut pieces = Vec::new();
        // Policies of charts name the usual partition.
        let general = text.strip_prefix("arn:aws:").map(|rest| format!("arn:<PARTITION>:{rest}"));
        let mut rest = general.as_deref().unwrap_or(text);
        while let Some((at, word, piece)) =
            WORDS.iter().filter_map(|(word, piece)| Some((rest.find(word)?, *word, piece))).min_by_key(|(at, ..)| *at)
        {
            if at > 0 {
                pieces.push(Piece::Text(rest[..at].to_owned()));
            }
            pieces.push(piece.clone());
            rest = &rest[at + word.len()..];
        }
        if !rest.is_empty() || pieces.is_empty() {
            pieces.push(Piece::Text(rest.to_owned()));
        }
        Pattern { pieces, origin }
    }

    /// The text, where all of it is known.
    #[must_use]
    pub fn as_known(&self) -> Option<&str> {
        match self.pieces.as_slice() {
            [Piece::Text(text)] => Some(text),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ir::Rule;

    #[test]
    fn words_of_the_cloud_are_pieces() {
        let origin = Origin::rule(Rule(1));
        let read = Pattern::read("arn:<PARTITION>:sqs:<REGION>:<ACCOUNT>:a*", origin);
        let text = |text: &str| Piece::Text(text.to_owned());
        let expected =
            vec![text("arn:"), Piece::Partition, text(":sqs:"), Piece::Region, text(":"), Piece::Account, text(":a*")];
        assert_eq!(read.pieces, expected);
        assert_eq!(Pattern::read("", origin).as_known(), Some(""));
    }
}
