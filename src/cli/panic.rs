//! What is said where pathc itself is wrong: never a backtrace that the user can do nothing with.

use std::io::Write;
use std::panic::{PanicHookInfo, set_hook};

/// Makes a panic an internal error that asks to be reported, and the end of the run, with exit code 2: nothing of a run
/// that panicked is used again, and what it staged is cleared by the next one.
pub(super) fn install_hook() {
    set_hook(Box::new(|info| {
        // Standard error may be closed: then nobody can be told.
        let _ = write!(std::io::stderr().lock(), "{}", message(info));
        std::process::exit(2);
    }));
}

fn message(info: &PanicHookInfo<'_>) -> String {
    // The library's own messages quote the text that they stumble over, which may hold anything.
    let what = info.payload_as_str().unwrap_or("unknown").split('`').step_by(2).collect::<Vec<_>>().join("…");
    let place = info.location().map_or_else(String::new, |place| format!(" at {}:{}", place.file(), place.line()));
    format!(
        "error: internal error in pathc {}: {what}{place}\n  \
         help: this is never the fault of an input: please report it, with the input if you may\n",
        env!("CARGO_PKG_VERSION"),
    )
}
