//! Rows that occur more than once: the same customer twice, or customers that are alike.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use serde::Serialize;
use tenure_table::TableError;

use super::finding::{Check, Finding};
use crate::cohort::{Cohort, Column};
use crate::split::Split;
use crate::words::percent;

/// Customers of different identifiers may well be alike; from this share of the rows on it is worth
/// a warning.
const ALIKE: f64 = 0.01;

/// How many rows occur more than once. Rows are compared by a hash of 64 bits.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Duplicates {
    /// Rows with the same fields as an earlier row.
    pub alike: usize,
    /// Rows whose fields occur with both outcomes.
    pub conflicting: usize,
    /// Test rows with the same fields as a row of another part.
    pub test_rows_elsewhere: usize,
    pub test_rows: usize,
    /// Columns of the table that the schema calls identifiers.
    pub identifiers: Vec<String>,
    /// Rows with the same identifiers, taken together, as an earlier row.
    pub repeated_identifiers: usize,
    /// The first such pair: what it counts ("line" or "row"), and where the two stand.
    pub first_repeated: Option<(&'static str, u64, u64)>,
    /// Test rows with the same identifiers as a row of another part.
    pub test_identifiers_elsewhere: usize,
}

impl Duplicates {
    pub(super) fn count(cohort: &Cohort, split: Option<&Split>) -> Result<Duplicates, TableError> {
        let mut found = Duplicates::default();
        let keys = keys(cohort);
        let mut tally: HashMap<u64, [usize; 2]> = HashMap::with_capacity(keys.len());
        for (key, &label) in keys.iter().zip(cohort.labels()) {
            tally.entry(*key).or_default()[usize::from(label)] += 1;
        }
        found.alike = keys.len() - tally.len();
        found.conflicting = tally.values().filter(|[stayed, left]| *stayed > 0 && *left > 0).map(|[a, b]| a + b).sum();
        if let Some(split) = split {
            found.test_rows = split.test.len();
            found.test_rows_elsewhere = elsewhere(&keys, split);
        }
        found.identifiers(cohort, split)?;
        Ok(found)
    }

    /// Reads the identifiers, which no cohort keeps, as hashes.
    fn identifiers(&mut self, cohort: &Cohort, split: Option<&Split>) -> Result<(), TableError> {
        let source = cohort.report().reopen()?;
        let named = cohort.schema().identifiers.iter();
        let places: Vec<usize> =
            named.filter_map(|name| source.columns().iter().position(|column| column == name)).collect();
        self.identifiers = places.iter().map(|&place| source.columns()[place].clone()).collect();
        if places.is_empty() {
            return Ok(());
        }
        let line_word = source.line_word();
        let mut seen: HashMap<u64, u64> = HashMap::with_capacity(cohort.rows());
        let mut keys = Vec::with_capacity(cohort.rows());
        cohort.reread::<TableError>(source, &mut |batch, row| {
            let texts: Vec<_> = places.iter().map(|&place| batch.text(row, place)).collect();
            // Customers without any identifier are all different.
            if texts.iter().all(|text| text.is_empty()) {
                keys.push(hash(&("row", keys.len())));
                return Ok(());
            }
            let (key, line) = (hash(&texts), batch.line(row));
            keys.push(key);
            if let Some(&first) = seen.get(&key) {
                self.repeated_identifiers += 1;
                self.first_repeated.get_or_insert((line_word, first, line));
            } else {
                seen.insert(key, line);
            }
            Ok(())
        })?;
        if let Some(split) = split.filter(|_| keys.len() == cohort.rows()) {
            self.test_identifiers_elsewhere = elsewhere(&keys, split);
        }
        Ok(())
    }

    pub(super) fn find(&self, cohort: &Cohort, findings: &mut Vec<Finding>) {
        let rows = cohort.rows();
        let mut report = |check, warning, message| findings.push(Finding { check, warning, field: None, message });
        if let Some((word, first, second)) = self.first_repeated {
            let names: Vec<_> = self.identifiers.iter().map(|name| format!("`{name}`")).collect();
            let (names, count) = (names.join(", "), self.repeated_identifiers);
            let across = match self.test_identifiers_elsewhere {
                0 => "no test row is among them".into(),
                count => format!("{count} of {} test rows are in other parts too", self.test_rows),
            };
            report(
                Check::RepeatedIdentifiers,
                true,
                format!(
                    "{count} of {rows} rows have the identifiers ({names}) of an earlier row, first in {word}s {first} and {second}; {across}. Remove them, or keep a customer's rows together with --group"
                ),
            );
        }
        // With identifiers, some different customers may be alike. Without them, alike rows are
        // likely one customer.
        let warns =
            |count: usize, of: usize| count > 0 && (self.identifiers.is_empty() || count as f64 >= ALIKE * of as f64);
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
        if self.test_rows_elsewhere > 0 {
            report(
                Check::AcrossSplits,
                warns(self.test_rows_elsewhere, self.test_rows),
                format!(
                    "{} of {} test rows ({}) equal a training, validation or calibration row in every field",
                    self.test_rows_elsewhere,
                    self.test_rows,
                    percent(self.test_rows_elsewhere, self.test_rows)
                ),
            );
        }
    }
}

/// Test rows whose key is in another part.
fn elsewhere(keys: &[u64], split: &Split) -> usize {
    let others = [&split.train, &split.validation, &split.calibration].into_iter().flatten();
    let others: std::collections::HashSet<u64> = others.map(|&row| keys[row as usize]).collect();
    split.test.iter().filter(|&&row| others.contains(&keys[row as usize])).count()
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

fn hash(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}
