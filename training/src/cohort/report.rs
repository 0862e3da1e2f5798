//! The report of reading a table, and the rules for a table that is trained on.

use std::collections::HashMap;
use std::fmt;
use std::path::PathBuf;

use serde::Serialize;
use tenure::customer::{Problem, ValueSummary};
use tenure::schema::{Outcome, Schema, Target, When, folded};
use tenure_table::{ReadOptions, Source, TableError};

use crate::words::many;

pub(crate) const MINIMUM_ROWS: usize = 50;
pub(crate) const MINIMUM_OF_A_CLASS: usize = 10;
/// Problems that are kept; all are counted.
const KEPT_PROBLEMS: usize = 100;
/// Problems shown to people.
const SHOWN_PROBLEMS: usize = 10;
/// Different values that are kept of the target.
const KEPT_VALUES: usize = 20;
const SHOWN_VALUES: usize = 5;

/// The purpose that a table is read for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// At least 50 rows, 10 of either class, and no field that is all missing.
    Training,
    /// At least one row of either class.
    Evaluation,
}

/// Counts of a whole table, and the first of its problems.
#[derive(Clone, Debug, Default, Serialize)]
pub struct ReadReport {
    pub file: PathBuf,
    /// How the file was read.
    #[serde(skip)]
    pub options: ReadOptions,
    /// "line" or "row": what [`RowProblem::line`] counts.
    pub line_word: &'static str,
    /// Data rows read.
    pub rows: u64,
    /// Rows left out because a value breaks a rule.
    pub invalid: u64,
    /// Rows left out because they have no target.
    pub unlabelled: u64,
    /// The first 100 problems, in row order.
    pub problems: Vec<RowProblem>,
    /// Texts that count as OTHER, by field.
    pub unseen: Vec<ValueSummary>,
    /// Columns of the table that are not in the schema.
    pub extra: Vec<String>,
    pub target: Target,
    /// The first 20 values of the target, with their number of rows.
    pub target_values: Vec<(String, u64)>,
    /// What a person should know about how the table was read ([`Source::notices`]).
    pub notices: Vec<String>,
    /// Rows whose target is neither positive nor negative, where the schema lists both.
    pub unnamed: u64,
    /// What the texts of the target mean that were met so far.
    #[serde(skip)]
    outcomes: HashMap<String, Outcome>,
    /// SHA-256 of the file, in hexadecimal.
    pub sha256: String,
}

/// A value that breaks a rule, and its place.
#[derive(Clone, Debug, Serialize)]
pub struct RowProblem {
    pub line: u64,
    #[serde(flatten)]
    pub problem: Problem,
}

/// A rule that a table breaks as a whole.
#[derive(Clone, Debug, PartialEq)]
pub enum Unfit {
    TooManyInvalid {
        invalid: u64,
        rows: u64,
    },
    /// `left` is what means that a customer left, in words.
    OneClass {
        field: String,
        left: String,
        values: Vec<(String, u64)>,
    },
    UnnamedValues {
        field: String,
        rows: u64,
        values: Vec<(String, u64)>,
    },
    TooFewRows {
        rows: usize,
        purpose: Purpose,
    },
    TooFewOfAClass {
        positives: usize,
        negatives: usize,
    },
    AllMissing {
        field: String,
    },
}

impl fmt::Display for Unfit {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Unfit::TooManyInvalid { invalid, rows } => {
                write!(f, "{invalid} of {rows} rows have a value that breaks a rule; at most one in ten may")
            }
            Unfit::OneClass { field, left, values } => {
                let list = values_list(values);
                write!(
                    f,
                    "target `{field}` has one class: a customer left where {left}; the rows have {list}; correct `positive` in the schema, or add rows of the customers that are not there"
                )
            }
            Unfit::UnnamedValues { field, rows, values } => {
                let list = values_list(values);
                write!(
                    f,
                    "{rows} rows of target `{field}` are neither positive nor negative in the schema: {list}; name them there under `positive`, `negative` or `missing`"
                )
            }
            Unfit::TooFewRows { rows, purpose: Purpose::Training } => {
                write!(f, "{}; training needs at least {MINIMUM_ROWS}: add rows", usable(*rows))
            }
            Unfit::TooFewRows { rows, purpose: Purpose::Evaluation } => write!(f, "{}", usable(*rows)),
            Unfit::TooFewOfAClass { positives, negatives } => write!(
                f,
                "{} left and {negatives} stayed; training needs at least {MINIMUM_OF_A_CLASS} of each: add rows",
                many(*positives as u64, "customer", "customers")
            ),
            Unfit::AllMissing { field } => {
                write!(f, "field `{field}` is missing in every row; list it under `ignored` or fill it")
            }
        }
    }
}

fn usable(rows: usize) -> String {
    many(rows as u64, "usable row", "usable rows")
}

/// The message for a table that breaks rules, with its first problems.
pub(super) fn unfit(unfit: &[Unfit], report: &ReadReport) -> String {
    let mut text = format!("{}: the table cannot be used", report.file.display());
    for rule in unfit {
        text += &format!("\n  {rule}");
    }
    for line in report.problem_lines() {
        text += &format!("\n  {line}");
    }
    text
}

fn values_list(values: &[(String, u64)]) -> String {
    let mut list: Vec<_> =
        values.iter().take(SHOWN_VALUES).map(|(value, rows)| format!("{value:?} ({rows} rows)")).collect();
    if values.len() > SHOWN_VALUES {
        list.push("…".into());
    }
    list.join(", ")
}

impl ReadReport {
    pub(super) fn new(source: &Source, schema: &Schema, extra: Vec<String>) -> ReadReport {
        ReadReport {
            file: source.path().into(),
            options: source.options().clone(),
            line_word: source.line_word(),
            target: schema.target.clone(),
            extra,
            ..ReadReport::default()
        }
    }

    /// Opens the table again, to be read as before.
    pub(crate) fn reopen(&self) -> Result<Source, TableError> {
        Source::open_with(&self.file, &self.options)
    }

    pub(super) fn problem(&mut self, line: u64, problem: Problem) {
        if self.problems.len() < KEPT_PROBLEMS {
            self.problems.push(RowProblem { line, problem });
        }
    }

    /// What a text of the target says. The texts of a target are few, so each is compared once.
    pub(super) fn outcome(&mut self, target: &Target, text: &str) -> Outcome {
        const KEPT_OUTCOMES: usize = 1000;
        if let Some(&outcome) = self.outcomes.get(text) {
            return outcome;
        }
        let outcome = target.outcome(text);
        if self.outcomes.len() < KEPT_OUTCOMES {
            self.outcomes.insert(text.into(), outcome);
        }
        outcome
    }

    pub(super) fn target_value(&mut self, target: &Target, text: &str, outcome: Outcome) {
        self.unnamed += u64::from(outcome == Outcome::Unnamed);
        let text = match (target.when, outcome) {
            (None, _) => text,
            (Some(When::Present), Outcome::Left) | (Some(When::Missing), Outcome::Stayed) => "present",
            _ => "missing",
        };
        if let Some((_, rows)) = self.target_values.iter_mut().find(|(value, _)| value == text) {
            *rows += 1;
        } else if self.target_values.len() < KEPT_VALUES {
            self.target_values.push((text.into(), 1));
        }
    }

    /// The values of the target that mean this.
    pub(super) fn values_of(&self, target: &Target, outcome: Outcome) -> Vec<(String, u64)> {
        self.target_values.iter().filter(|(value, _)| target.outcome(value) == outcome).cloned().collect()
    }

    /// The values that count as stayed because they are not positive, where there are several.
    fn other_values(&self, target: &Target) -> Option<String> {
        if target.when.is_some() || !target.negative.is_empty() {
            return None;
        }
        let stayed = self.values_of(target, Outcome::Stayed);
        let mut forms: Vec<String> = stayed.iter().map(|(value, _)| folded(value)).collect();
        forms.sort_unstable();
        forms.dedup();
        let positive: Vec<String> = target.positive.iter().map(|value| format!("{value:?}")).collect();
        (forms.len() > 1).then(|| {
            format!(
                "target `{}` has other values than {}, which count as stayed: {}",
                target.field,
                positive.join(", "),
                values_list(&stayed)
            )
        })
    }

    /// The number of rows with problems, and the first ten problems, one a line.
    fn problem_lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        if self.invalid > 0 {
            lines.push(format!("{} of {} rows left out because a value breaks a rule", self.invalid, self.rows));
        }
        if self.unlabelled > 0 {
            let (count, target) = (self.unlabelled, &self.target.field);
            lines.push(format!("{count} of {} rows left out because their target `{target}` is missing", self.rows));
        }
        let shown = self.problems.iter().take(SHOWN_PROBLEMS);
        lines.extend(shown.map(|RowProblem { line, problem }| format!("  {} {line}: {problem}", self.line_word)));
        if self.problems.len() > SHOWN_PROBLEMS {
            lines.push("  …".into());
        }
        lines
    }

    /// The report in words, one statement a line; empty if there is nothing to report.
    pub fn lines(&self) -> Vec<String> {
        let mut lines = self.problem_lines();
        lines.extend(self.unseen.iter().map(|unseen| unseen.line(self.rows)));
        if !self.extra.is_empty() {
            let names: Vec<_> = self.extra.iter().map(|name| format!("`{name}`")).collect();
            lines.push(format!("columns that are not in the schema are ignored: {}", names.join(", ")));
        }
        lines.extend(self.other_values(&self.target));
        lines
    }
}
