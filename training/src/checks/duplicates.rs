//! Rows that occur more than once, and whether they stand on both sides of a split.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use serde::Serialize;
use tenure_table::TableError;

use super::across::{elsewhere, hash};
use super::finding::{Check, Finding};
use super::repeated::{RepeatedIdentifier, repeated_identifiers};
use crate::cohort::{Cohort, Column};
use crate::split::Split;
use crate::words::percent;

/// Customers of different identifiers may well be alike; from this share of the rows on, and from this
/// number of rows on, it is worth a warning.
const ALIKE: f64 = 0.01;
const ALIKE_ROWS: usize = 3;

/// How many rows occur more than once. Rows are compared by a hash of 64 bits. Test rows are those
/// of all splits together.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Duplicates {
    /// Rows with the same fields as an earlier row.
    pub alike: usize,
    /// Rows whose fields occur with both outcomes.
    pub conflicting: usize,
    /// Test rows with the same fields as a row of another part.
    pub test_rows_elsewhere: usize,
    /// Those among them whose outcome is that row's as well.
    pub test_rows_elsewhere_same_outcome: usize,
    pub test_rows: usize,
    /// Columns of the table that the schema calls identifiers.
    pub identifiers: Vec<String>,
    /// Identifiers whose repeated values are repeated customers.
    pub repeated_identifiers: Vec<RepeatedIdentifier>,
}

impl Duplicates {
    pub(super) fn count(cohort: &Cohort, splits: &[Split]) -> Result<Duplicates, TableError> {
        let keys = keys(cohort);
        let mut tally: HashMap<u64, [usize; 2]> = HashMap::with_capacity(keys.len());
        for (key, &label) in keys.iter().zip(cohort.labels()) {
            tally.entry(*key).or_default()[usize::from(label)] += 1;
        }
        let conflicting = tally.values().filter(|[stayed, left]| *stayed > 0 && *left > 0).map(|[a, b]| a + b).sum();
        let labelled: Vec<u64> = keys.iter().zip(cohort.labels()).map(|row| hash(&row)).collect();
        let (identifiers, repeated_identifiers) = repeated_identifiers(cohort, &keys, splits)?;
        Ok(Duplicates {
            alike: keys.len() - tally.len(),
            conflicting,
            test_rows_elsewhere: splits.iter().map(|split| elsewhere(&keys, split)).sum(),
            test_rows_elsewhere_same_outcome: splits.iter().map(|split| elsewhere(&labelled, split)).sum(),
            test_rows: splits.iter().map(|split| split.test.len()).sum(),
            identifiers,
            repeated_identifiers,
        })
    }

    pub(super) fn find(&self, cohort: &Cohort, findings: &mut Vec<Finding>) {
        let rows = cohort.rows();
        for repeated in &self.repeated_identifiers {
            let warning = repeated.across_parts || self.test_rows == 0;
            let message = repeated.message(rows, self.test_rows);
            findings.push(Finding { check: Check::RepeatedIdentifiers, warning, field: None, message });
        }
        let mut report = |check, warning, message| findings.push(Finding { check, warning, field: None, message });
        // With identifiers, some different customers may be alike. Without them, alike rows are
        // likely one customer.
        let has_identifiers = !self.identifiers.is_empty();
        let is_common = |count: usize, of: usize| count >= ALIKE_ROWS && count as f64 >= ALIKE * of as f64;
        let warns = |count: usize, of: usize| !has_identifiers || is_common(count, of);
        if self.alike > 0 {
            let share = percent(self.alike, rows);
            let message = format!("{} of {rows} rows ({share}) equal an earlier row in every field", self.alike);
            report(Check::AlikeRows, warns(self.alike, rows), message);
        }
        if self.conflicting > 0 {
            report(
                Check::ConflictingLabels,
                warns(self.conflicting, rows),
                format!(
                    "{} of {rows} rows ({}) equal a row of the other outcome in every field",
                    self.conflicting,
                    percent(self.conflicting, rows)
                ),
            );
        }
        let (elsewhere, test) = (self.test_rows_elsewhere, self.test_rows);
        if elsewhere > 0 {
            report(
                Check::AcrossSplits,
                warns(elsewhere, test),
                format!(
                    "{elsewhere} of {test} test rows ({}) equal a row that is not a test row in every field, {} of them in the outcome too{}",
                    percent(elsewhere, test),
                    self.test_rows_elsewhere_same_outcome,
                    if has_identifiers {
                        ""
                    } else {
                        ". Rows that were repeated by mistake make the figures too good: remove them"
                    }
                ),
            );
        }
    }
}

/// A hash of every row's cells.
fn keys(cohort: &Cohort) -> Vec<u64> {
    let mut hashers = vec![DefaultHasher::new(); cohort.rows()];
    for field in 0..cohort.schema().fields.len() {
        match cohort.column(field) {
            // One NaN stands for missing, and 0 is -0.
            Column::Numbers(numbers) => hashers.iter_mut().zip(numbers).for_each(|(hasher, number)| {
                let number = if number.is_nan() { f64::NAN } else { number + 0.0 };
                number.to_bits().hash(hasher);
            }),
            Column::Codes(codes) => hashers.iter_mut().zip(codes).for_each(|(hasher, code)| code.hash(hasher)),
        }
    }
    hashers.into_iter().map(|hasher| hasher.finish()).collect()
}
