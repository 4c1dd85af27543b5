//! JUnit XML, as Surefire, Gradle, pytest, Jest, nextest, xunit and others write it.
//!
//! There is no schema that all keep to. Tests are counted from their cases, since declared numbers count subtests,
//! disabled tests or nothing; only a suite without any case is believed.

use super::xml::{Element, Step, walk};
use super::{Evidence, FailedTest, Fault, Tests, text};

/// The most failed tests that are told by name: a row of evidence is read by people.
const FAILURES: usize = 50;

/// What became of a test.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Passed,
    Skipped,
    Failed,
}

/// A suite that is open.
#[derive(Default)]
struct Suite {
    /// What it says of itself: tests, failures and errors, skipped.
    declared: (u64, u64, u64),
    milliseconds: f64,
    /// Whether a case or a suite stands in it.
    inhabited: bool,
}

/// A case that is open.
struct Case {
    failed: FailedTest,
    state: State,
    flaky: bool,
    /// Text of the first failure, where its message is no attribute.
    said: String,
    milliseconds: f64,
}

pub(super) fn read(bytes: &[u8]) -> Result<Evidence, Fault> {
    let source = text::decode(bytes)?;
    let mut tests = Tests::default();
    let mut milliseconds = 0.0;
    let mut suites: Vec<Suite> = Vec::new();
    let mut case: Option<Case> = None;
    let mut unnamed = 0_u64;
    walk(&source, &["testsuites", "testsuite", "testcase"], |open, step| {
        match step {
            Step::Open(element) => match element.name().as_str() {
                "testsuite" | "testsuites" => {
                    let aggregate = element.name() == "testsuites";
                    if let Some(outer) = suites.last_mut() {
                        outer.inhabited = true;
                    }
                    suites.push(Suite::of(&element, aggregate));
                }
                "testcase" => {
                    suites.iter_mut().for_each(|suite| suite.inhabited = true);
                    case = Some(Case::of(&element));
                }
                name => {
                    if let Some(case) = &mut case {
                        case.note(name, &element);
                    }
                }
            },
            Step::Text(text) => {
                if let Some(case) = &mut case
                    && matches!(open.last().map(String::as_str), Some("failure" | "error"))
                    && case.said.len() < 4096
                {
                    case.said.push_str(&text);
                }
            }
            Step::Close(name) => match name.as_str() {
                "testcase" => {
                    if let Some(case) = case.take() {
                        milliseconds += case.milliseconds;
                        case.count(&mut tests, &mut unnamed);
                    }
                }
                "testsuite" | "testsuites" => {
                    if let Some(suite) = suites.pop()
                        && !suite.inhabited
                    {
                        suite.count(&mut tests, &mut milliseconds);
                    }
                }
                _ => {}
            },
        }
        Ok(())
    })?;
    if unnamed > 0 {
        tests.failures.push(FailedTest { test: format!("{unnamed} more"), ..FailedTest::default() });
    }
    tests.milliseconds = milliseconds.round() as u64;
    Ok(Evidence::Tests(tests))
}

impl Suite {
    fn of(element: &Element<'_>, aggregate: bool) -> Suite {
        // What `testsuites` declares, its suites declare again.
        let number = |name: &str| if aggregate { 0 } else { element.number::<u64>(name).unwrap_or(0) };
        let failed = number("failures").saturating_add(number("errors"));
        let skipped = number("skipped").max(number("disabled")).max(number("skip")).max(number("ignored"));
        let milliseconds = if aggregate { 0.0 } else { milliseconds(element) };
        Suite { declared: (number("tests"), failed, skipped), milliseconds, inhabited: false }
    }

    /// A suite that lists nothing is believed.
    fn count(&self, tests: &mut Tests, milliseconds: &mut f64) {
        let (all, failed, skipped) = self.declared;
        if all == 0 {
            return;
        }
        tests.failed = tests.failed.saturating_add(failed);
        tests.skipped = tests.skipped.saturating_add(skipped);
        tests.passed = tests.passed.saturating_add(all.saturating_sub(failed).saturating_sub(skipped));
        *milliseconds += self.milliseconds;
    }
}

impl Case {
    fn of(element: &Element<'_>) -> Case {
        let attribute = |name: &str| element.attribute(name).filter(|text| !text.trim().is_empty());
        let name = attribute("name").unwrap_or_else(|| "a test without a name".to_owned());
        let test = match attribute("classname").or_else(|| attribute("class")) {
            Some(class) if !name.starts_with(&class) => format!("{class}: {name}"),
            _ => name,
        };
        let location = attribute("file").map(|file| match element.number::<u64>("line") {
            Some(line) => format!("{}:{line}", text::slashes(&file)),
            None => text::slashes(&file),
        });
        // Some writers say it in an attribute of the case alone.
        let state = match attribute("status").or_else(|| attribute("result")).map(|state| state.to_lowercase()) {
            Some(state) if ["skipped", "disabled", "notrun", "ignored", "suppressed"].contains(&state.as_str()) => {
                State::Skipped
            }
            Some(state) if ["failed", "failure", "error"].contains(&state.as_str()) => State::Failed,
            _ => State::Passed,
        };
        Case {
            failed: FailedTest { test, message: None, location },
            state,
            flaky: false,
            said: String::new(),
            milliseconds: milliseconds(element),
        }
    }

    /// What stands in the case.
    fn note(&mut self, name: &str, element: &Element<'_>) {
        match name {
            "failure" | "error" => {
                self.state = State::Failed;
                if self.failed.message.is_none() {
                    let message = element.attribute("message").and_then(|message| text::first_line(&message));
                    self.failed.message = message.or_else(|| element.attribute("type"));
                }
            }
            "skipped" | "ignored" | "disabled" if self.state == State::Passed => self.state = State::Skipped,
            // Surefire's words for a test that passed when it was repeated.
            "flakyFailure" | "flakyError" => self.flaky = true,
            _ => {}
        }
    }

    fn count(mut self, tests: &mut Tests, unnamed: &mut u64) {
        match self.state {
            State::Passed => {
                tests.passed += 1;
                tests.flaky += u64::from(self.flaky);
            }
            State::Skipped => tests.skipped += 1,
            State::Failed => {
                tests.failed += 1;
                if tests.failures.len() >= FAILURES {
                    *unnamed += 1;
                    return;
                }
                self.failed.test = text::first_line(&self.failed.test).unwrap_or_default();
                if self.failed.message.is_none() {
                    self.failed.message = text::first_line(&self.said);
                }
                tests.failures.push(self.failed);
            }
        }
    }
}

/// The time of an element, which is in seconds.
fn milliseconds(element: &Element<'_>) -> f64 {
    let seconds = element.number::<f64>("time").unwrap_or(0.0);
    if seconds.is_finite() && seconds > 0.0 { (seconds * 1000.0).min(1e12) } else { 0.0 }
}
