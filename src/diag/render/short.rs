//! One line a finding: `path/file.yaml:7:11: error[E002]: message`.

use super::Context;
use super::text::one_line;
use crate::diag::Diagnostic;

pub(super) fn line(diagnostic: &Diagnostic, context: &Context<'_>) -> String {
    let finding = format!("{}[{}]: {}", diagnostic.severity(), diagnostic.code.as_str(), one_line(&diagnostic.message));
    match context.primary(diagnostic) {
        Some(place) => {
            format!("{}:{}:{}: {finding}", one_line(place.path.as_str()), place.start.line, place.start.column)
        }
        None => finding,
    }
}
