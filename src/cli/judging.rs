//! How strictly a run judges: levels, stage, and the moment that dates are judged at.

use clap::{ArgMatches, Args, ValueEnum};

use super::failure::Failure;
use super::registry;
use crate::gates::{self, Candidate, Settings, Stage};
use crate::ir::choice::Level;
use crate::ir::value::{Commit, Date, Name, Time};
use crate::source::Scalar;
use crate::source::decode::nearest;

/// Options of the commands that judge.
#[derive(Args, Debug)]
#[command(next_help_heading = "Judging")]
pub(super) struct Judging {
    /// Say nothing of a gate's findings, in this run
    #[arg(short = 'A', long = "allow", value_name = "CODE", value_parser = gate)]
    allow: Vec<String>,

    /// Let a gate's findings warn, in this run
    #[arg(short = 'W', long = "warn", value_name = "CODE", value_parser = gate)]
    warn: Vec<String>,

    /// Let a gate's findings deny, in this run
    #[arg(short = 'D', long = "deny", value_name = "CODE", value_parser = gate)]
    deny: Vec<String>,

    /// How far the change has come: evidence that only a later stage makes warns
    #[arg(long, value_name = "STAGE", value_enum, default_value_t = StageArgument::Release)]
    stage: StageArgument,

    /// The moment that dates are judged at, as 2026-03-01T12:00:00Z or 2026-03-01 [default: SOURCE_DATE_EPOCH, else the clock]
    #[arg(long, value_name = "TIME", value_parser = time)]
    now: Option<Time>,

    /// The commit that is to become a release: packages are judged as if they were of it
    #[arg(long, value_name = "SHA", value_parser = commit)]
    commit: Option<Commit>,

    /// With --commit: a component that it changes, others keep their packages; may be given several times
    #[arg(long = "component", value_name = "COMPONENT", requires = "commit", value_parser = name)]
    components: Vec<Name>,
}

/// How far a change has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum StageArgument {
    /// A commit: tests have not run yet
    Commit,
    /// A candidate: tests have run, nothing is signed yet
    Candidate,
    /// A release: everything counts
    Release,
}

impl Judging {
    /// The settings of the gates. `matches` are those of the command: they know the order of `-A`, `-W` and `-D`.
    pub(super) fn settings(&self, matches: &ArgMatches, generating: bool) -> Result<Settings, Failure> {
        let mut levels: Vec<(usize, String, Level)> = Vec::new();
        let given = [
            ("allow", &self.allow, Level::Allow),
            ("warn", &self.warn, Level::Warn),
            ("deny", &self.deny, Level::Deny),
        ];
        for (name, codes, level) in given {
            let places = matches.indices_of(name).into_iter().flatten();
            levels.extend(places.zip(codes).map(|(place, code)| (place, code.clone(), level)));
        }
        levels.sort_by_key(|(place, ..)| *place);
        let stage = match self.stage {
            StageArgument::Commit => Stage::Commit,
            StageArgument::Candidate => Stage::Candidate,
            StageArgument::Release => Stage::Release,
        };
        Ok(Settings {
            now: self.now.map_or_else(clock, Ok)?,
            stage,
            levels: levels.into_iter().map(|(_, code, level)| (code, level)).collect(),
            generating,
            candidate: self.commit.clone().map(|commit| Candidate { commit, components: self.components.clone() }),
            environment: None,
        })
    }
}

/// The code of a gate; only gates have levels.
fn gate(text: &str) -> Result<String, String> {
    match registry::code(text) {
        Some(code) if gates::by_code(code.as_str()).is_some() => Ok(code.as_str().to_owned()),
        Some(code) => Err(format!("{} is no gate: it always denies", code.as_str())),
        None => {
            let near = nearest(text, gates::ALL.iter().flat_map(|gate| [gate.code.as_str(), gate.code.slug()]));
            Err(near.map_or_else(|| "`pathc gates` lists them".to_owned(), |near| format!("did you mean `{near}`?")))
        }
    }
}

fn commit(text: &str) -> Result<Commit, String> {
    Commit::read(text).map_err(|wrong| wrong.help.unwrap_or(wrong.message))
}

pub(super) fn name(text: &str) -> Result<Name, String> {
    Name::read(text).map_err(|wrong| wrong.help.unwrap_or(wrong.message))
}

pub(super) fn time(text: &str) -> Result<Time, String> {
    let day = || Date::read(text).ok().map(|date| Time { seconds: date.days * 86_400 });
    Time::read(text).ok().or_else(day).ok_or_else(|| {
        "write a moment as 2026-03-01T12:00:00Z, or a day as 2026-03-01 for its first moment in UTC".to_owned()
    })
}

/// The moment of the run: `SOURCE_DATE_EPOCH` where it is set, so that a run can be repeated.
pub(super) fn clock() -> Result<Time, Failure> {
    if let Some(text) = std::env::var_os("SOURCE_DATE_EPOCH").filter(|text| !text.is_empty()) {
        let text = text.to_string_lossy();
        return text.parse().map(|seconds| Time { seconds }).map_err(|_| {
            Failure::new(format!("`{text}` in SOURCE_DATE_EPOCH is no number of seconds"))
                .help("unset it, or write the seconds since 1970, as `git log -1 --format=%ct` prints them")
        });
    }
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    Ok(Time { seconds: i64::try_from(since.as_secs()).unwrap_or(i64::MAX) })
}
