//! The two streams: findings and status on standard error, results on standard output.
//!
//! A reader that goes away early (`pathc explain E001 | head -1`) ends nothing but the writing.

use std::io::{self, IsTerminal, Write};

use anstream::ColorChoice;
use owo_colors::{OwoColorize, Style};

use super::arguments::{Color, Global};
use super::failure::Failure;
use crate::diag::{Format, Look};

/// Where a run writes, and how.
#[derive(Debug)]
pub(super) struct Terminal {
    /// The form of findings.
    pub(super) format: Format,
    /// Whether only what denies is said.
    pub(super) quiet: bool,
    /// What standard error can show.
    look: Look,
    /// Whether results are coloured.
    color_results: bool,
    /// What standard output can show.
    result_look: Look,
}

impl Terminal {
    pub(super) fn new(global: &Global) -> Terminal {
        let colored = |auto: ColorChoice| match global.color {
            Color::Auto => auto != ColorChoice::Never,
            Color::Always => true,
            Color::Never => false,
        };
        let (stdout, stderr) = (io::stdout(), io::stderr());
        Terminal {
            format: global.message_format.into(),
            quiet: global.quiet,
            look: Look {
                color: colored(anstream::AutoStream::choice(&stderr)),
                unicode: stderr.is_terminal() && speaks_unicode(),
                width: width_of(&stderr).unwrap_or(Look::PLAIN.width),
            },
            color_results: colored(anstream::AutoStream::choice(&stdout)),
            result_look: Look {
                color: colored(anstream::AutoStream::choice(&stdout)),
                unicode: stdout.is_terminal() && speaks_unicode(),
                width: width_of(&stdout).unwrap_or(Look::PLAIN.width),
            },
        }
    }

    /// What standard error can show.
    pub(super) fn look(&self) -> Look {
        self.look
    }

    /// What standard output can show.
    pub(super) fn result_look(&self) -> Look {
        self.result_look
    }

    /// Whether results are coloured.
    pub(super) fn colors_results(&self) -> bool {
        self.color_results
    }

    /// A heading of a result.
    pub(super) fn strong(&self, text: &str) -> String {
        if self.color_results { text.style(Style::new().bold()).to_string() } else { text.to_owned() }
    }

    /// Whether standard output belongs to findings.
    pub(super) fn machine(&self) -> bool {
        matches!(self.format, Format::Json | Format::Sarif)
    }

    /// Writes findings: to the stream of their format.
    pub(super) fn findings(&self, text: &str) -> io::Result<()> {
        if self.machine() { write(&mut io::stdout().lock(), text) } else { write(&mut io::stderr().lock(), text) }
    }

    /// Writes the result of a command that was asked for nothing else.
    pub(super) fn result(&self, text: &str) -> io::Result<()> {
        write(&mut io::stdout().lock(), text)
    }

    /// Writes what was done, as `cargo` does: a verb at the right of twelve columns, then the rest.
    pub(super) fn done(&self, verb: &str, rest: &str) -> io::Result<()> {
        if self.quiet || self.machine() {
            return Ok(());
        }
        let verb = format!("{verb:>12}");
        let verb = if self.color_results { verb.style(Style::new().green().bold()).to_string() } else { verb };
        self.result(&format!("{verb} {rest}\n"))
    }

    /// What else there is to know of what was done.
    pub(super) fn note(&self, text: &str) -> io::Result<()> {
        if self.quiet {
            return Ok(());
        }
        let label =
            if self.look.color { "note:".style(Style::new().cyan().bold()).to_string() } else { "note:".to_owned() };
        write(&mut io::stderr().lock(), &format!("{label} {text}\n"))
    }

    /// Tells what goes on, where somebody looks.
    pub(super) fn status(&self, verb: &str, rest: &str) {
        if !self.quiet && io::stderr().is_terminal() {
            // Standard error may be closed: then nobody can be told.
            let _ = write(&mut io::stderr().lock(), &format!("{verb:>12} {rest}\n"));
        }
    }

    /// An error that is no finding, as text.
    pub(super) fn told(&self, failure: &Failure) -> String {
        let paint = |text: &str, style: Style| {
            if self.look.color { text.style(style).to_string() } else { text.to_owned() }
        };
        let mut text = format!("{} {}\n", paint("error:", Style::new().red().bold()), failure.message);
        let notes = failure.notes.iter().map(|note| ("note:", note));
        for (kind, body) in notes.chain(failure.help.iter().map(|help| ("help:", help))) {
            text.push_str(&format!("  {} {body}\n", paint(kind, Style::new().cyan().bold())));
        }
        text
    }

    /// Writes an error that is no finding.
    pub(super) fn failure(&self, failure: &Failure) {
        // Standard error may be closed: then nobody can be told.
        let _ = write(&mut io::stderr().lock(), &self.told(failure));
    }
}

fn write(stream: &mut impl Write, text: &str) -> io::Result<()> {
    match stream.write_all(text.as_bytes()).and_then(|()| stream.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written,
    }
}

/// How many columns the terminal of a stream has.
fn width_of(stream: &impl rustix::fd::AsFd) -> Option<usize> {
    terminal_size::terminal_size_of(stream).map(|(width, _)| usize::from(width.0).clamp(40, 140))
}

/// Whether the locale has more than ASCII.
fn speaks_unicode() -> bool {
    let locale =
        ["LC_ALL", "LC_CTYPE", "LANG"].iter().find_map(|name| std::env::var(name).ok().filter(|v| !v.is_empty()));
    locale.is_some_and(|locale| {
        let locale = locale.to_lowercase();
        locale.contains("utf-8") || locale.contains("utf8")
    })
}
