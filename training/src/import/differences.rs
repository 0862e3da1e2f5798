//! The rows of the table for which an artifact scores other than the model that it was imported from.

use crate::words::{many, percent};

/// Letters of a reason that are shown.
const NAMED: usize = 300;

/// Why the scores of some rows differ.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Difference {
    /// The field or derived feature.
    pub field: String,
    pub rows: usize,
    /// In words.
    pub why: String,
}

/// All such rows.
#[derive(Clone, Debug, PartialEq)]
pub struct Differences {
    found: Vec<Difference>,
    /// For each row, whether the artifact is the same function.
    same: Vec<bool>,
}

impl Differences {
    pub(super) fn new(rows: usize) -> Differences {
        Differences { found: Vec::new(), same: vec![true; rows] }
    }

    /// Adds rows, if there are any.
    pub(super) fn add(&mut self, field: &str, rows: &[usize], why: &str) {
        if !rows.is_empty() {
            self.always(field, rows, why);
        }
    }

    /// Adds a reason that a person should know even without a row.
    pub(super) fn always(&mut self, field: &str, rows: &[usize], why: &str) {
        rows.iter().for_each(|&row| self.same[row] = false);
        let mut why = why.to_owned();
        if why.chars().count() > NAMED {
            why = why.chars().take(NAMED).chain(['…']).collect();
        }
        self.found.push(Difference { field: field.into(), rows: rows.len(), why });
    }

    /// Whether the artifact is the same function for a row of the cohort.
    pub fn is_same(&self, row: usize) -> bool {
        self.same[row]
    }

    /// Rows for which it is.
    pub fn same(&self) -> usize {
        self.same.iter().filter(|same| **same).count()
    }

    /// The reasons, field by field.
    pub fn found(&self) -> &[Difference] {
        &self.found
    }

    /// One line for each reason, and one for all rows.
    pub fn lines(&self) -> Vec<String> {
        let line = |Difference { field, rows, why }: &Difference| {
            format!("{field}: {why}: {}", many(*rows as u64, "row", "rows"))
        };
        let mut lines: Vec<String> = self.found.iter().map(line).collect();
        let (same, rows) = (self.same(), self.same.len());
        if same < rows {
            lines.push(format!(
                "{} of {rows} rows ({}) may have another probability than the model's own",
                rows - same,
                percent(rows - same, rows)
            ));
        }
        lines
    }
}
