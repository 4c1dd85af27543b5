//! Workflow commands of GitHub Actions, which become annotations on the lines of a pull request.

use super::Context;
use super::text::one_line;
use crate::diag::Diagnostic;
use crate::ir::choice::Level;

pub(super) fn command(diagnostic: &Diagnostic, context: &Context<'_>) -> String {
    let kind = match (&diagnostic.waived, diagnostic.level) {
        (Some(_), _) => "notice",
        (None, Level::Deny) => "error",
        (None, Level::Warn | Level::Allow) => "warning",
    };
    let mut properties = Vec::new();
    if let Some(place) = context.primary(diagnostic) {
        properties.push(format!("file={}", property(place.path.as_str())));
        properties.push(format!("line={}", place.start.line));
        properties.push(format!("endLine={}", place.end.line));
        // GitHub takes columns only where one line holds the whole place.
        if place.start.line == place.end.line {
            properties.push(format!("col={}", place.start.column));
            properties.push(format!("endColumn={}", place.end.column));
        }
    }
    properties.push(format!("title={}", property(&format!("{} {}", diagnostic.code.as_str(), diagnostic.code.slug()))));

    let mut message = one_line(&diagnostic.message);
    for label in diagnostic.labels.iter().filter(|label| !label.primary) {
        if let Some(place) = context.exact(label.place) {
            message.push_str(&format!(
                "\n{}:{}:{}: {}",
                place.path,
                place.start.line,
                place.start.column,
                one_line(&label.text)
            ));
        }
    }
    for help in &diagnostic.help {
        message.push_str(&format!("\nhelp: {help}"));
    }
    format!("::{kind} {}::{}", properties.join(","), data(&message))
}

/// The part behind the last `::`.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// The value of a property, which ends at a comma or colon.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_ends_a_value_is_escaped() {
        assert_eq!(property("a,b:c%\r\n"), "a%2Cb%3Ac%25%0D%0A");
        assert_eq!(data("50 %: a,b\n"), "50 %25: a,b%0A");
    }
}
