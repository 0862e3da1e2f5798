//! The rows that quick learners look at: some of either class, each field as numbers and as bins.

use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use crate::cohort::{Cohort, Column, MISSING_CODE};

/// Rows of either class, at most.
const ROWS_OF_A_CLASS: usize = 3000;
/// Bins of a field; the last is for missing values.
pub(super) const BINS: usize = 64;
/// Rows that the rate of a category is shrunk by.
const SHRINKAGE: f64 = 10.0;

pub(super) struct Sample {
    pub(super) labels: Vec<bool>,
    pub(super) folds: usize,
    fold_of_row: Vec<usize>,
    pub(super) fields: Vec<Field>,
}

/// A field: one for all folds if it is a number, and one a fold if it is a category, whose numbers
/// are the log-odds of its rows in the fold's training part.
pub(super) struct Field(Vec<Numbers>);

/// A number of each row, NaN where it is missing, and its bin.
pub(super) struct Numbers {
    pub(super) values: Vec<f64>,
    pub(super) bins: Vec<u8>,
}

impl Field {
    pub(super) fn of(&self, fold: usize) -> &Numbers {
        &self.0[fold.min(self.0.len() - 1)]
    }
}

impl Sample {
    pub(super) fn new(cohort: &Cohort) -> Sample {
        let mut random = ChaCha8Rng::seed_from_u64(0);
        let mut rows = Vec::new();
        for class in [false, true] {
            let mut of_class: Vec<u32> =
                (0..cohort.rows() as u32).filter(|&row| cohort.labels()[row as usize] == class).collect();
            of_class.shuffle(&mut random);
            of_class.truncate(ROWS_OF_A_CLASS);
            rows.append(&mut of_class);
        }
        let labels = cohort.labels_of(&rows);
        // Rows are shuffled within a class, so every fold has its share of either.
        let folds = if rows.len() < 2000 { 5 } else { 2 };
        let fold_of_row: Vec<usize> = (0..rows.len()).map(|at| at % folds).collect();
        let field = |index: usize| match cohort.column(index) {
            Column::Numbers(numbers) => {
                Field(vec![Numbers::new(rows.iter().map(|&row| numbers[row as usize]).collect())])
            }
            Column::Codes(codes) => {
                let codes: Vec<u16> = rows.iter().map(|&row| codes[row as usize]).collect();
                Field((0..folds).map(|fold| Numbers::of_codes(&codes, &labels, &fold_of_row, fold)).collect())
            }
        };
        let fields = (0..cohort.schema().fields.len()).map(field).collect();
        Sample { labels, folds, fold_of_row, fields }
    }

    /// Rows to fit on and rows to measure on.
    pub(super) fn parts(&self, fold: usize) -> (Vec<u32>, Vec<u32>) {
        (0..self.labels.len() as u32).partition(|&row| self.fold_of_row[row as usize] != fold)
    }
}

impl Numbers {
    fn new(values: Vec<f64>) -> Numbers {
        let mut sorted: Vec<f64> = values.iter().copied().filter(|value| !value.is_nan()).collect();
        sorted.sort_unstable_by(f64::total_cmp);
        // A value that many rows have, such as 0, is a bin of its own: cut at it and behind it.
        let last = BINS - 2;
        let mut cuts = Vec::with_capacity(last);
        for at in (1..=last / 2).map(|cut| cut * sorted.len() / (last / 2 + 1)) {
            let Some(&value) = sorted.get(at) else { break };
            let behind = sorted.partition_point(|other| *other <= value);
            cuts.push(value);
            cuts.extend(sorted.get(behind));
        }
        cuts.sort_unstable_by(f64::total_cmp);
        cuts.dedup();
        let bin = |value: &f64| match value.is_nan() {
            true => (BINS - 1) as u8,
            false => cuts.partition_point(|cut| cut <= value) as u8,
        };
        Numbers { bins: values.iter().map(bin).collect(), values }
    }

    fn of_codes(codes: &[u16], labels: &[bool], fold_of_row: &[usize], fold: usize) -> Numbers {
        let seen = || codes.iter().zip(labels).zip(fold_of_row).filter(|(_, of_row)| **of_row != fold);
        let rate = seen().filter(|((_, label), _)| **label).count() as f64 / seen().count().max(1) as f64;
        let levels = codes.iter().filter(|code| **code != MISSING_CODE).max().map_or(0, |&code| usize::from(code) + 1);
        let mut tally = vec![[SHRINKAGE * rate, SHRINKAGE * (1.0 - rate)]; levels];
        for ((&code, &label), _) in seen().filter(|((code, _), _)| **code != MISSING_CODE) {
            tally[usize::from(code)][usize::from(!label)] += 1.0;
        }
        let log_odds =
            |code: &u16| tally.get(usize::from(*code)).map_or(f64::NAN, |[left, stayed]| (left / stayed).ln());
        Numbers::new(codes.iter().map(log_odds).collect())
    }
}
