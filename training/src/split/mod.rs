//! Ways to part the rows of a cohort: one split for training, folds for cross-validation, and the readers of fold files.
//! [`SplitBy`] also keeps groups whole, or parts by time.
//!
//! Stratified: every part has the classes in the cohort's proportion, to the row. The same labels, shares and seed give
//! the same parts everywhere (ChaCha8).

mod by;
mod grouped;
mod row_file;
mod timed;

use std::path::Path;

use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use row_file::RowFile;
use tenure_table::TableError;

use crate::cohort::Cohort;

pub use by::{Groups, SplitBy, Times};

/// Shares of the rows that go to each part; they sum to 1.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shares {
    pub train: f64,
    pub validation: f64,
    pub calibration: f64,
    pub test: f64,
}

impl Default for Shares {
    fn default() -> Shares {
        Shares { train: 0.7, validation: 0.1, calibration: 0.1, test: 0.1 }
    }
}

/// Rows of a cohort by what they are for, ascending.
#[derive(Clone, Debug, PartialEq)]
pub struct Split {
    /// Fits the encoder and the network.
    pub train: Vec<u32>,
    /// Stops the training early and chooses thresholds.
    pub validation: Vec<u32>,
    /// Fits the calibration.
    pub calibration: Vec<u32>,
    /// Measures; seen once.
    pub test: Vec<u32>,
}

/// Rows of a cohort for one round of cross-validation, ascending.
#[derive(Clone, Debug, PartialEq)]
pub struct Fold {
    pub fit: Vec<u32>,
    /// Stops the training early and chooses the threshold of F1.
    pub validation: Vec<u32>,
    pub test: Vec<u32>,
}

/// Share of the rows outside the test fold that become its inner validation rows, as in the shared inner files.
pub const INNER_VALIDATION: f64 = 0.15;

/// Why rows cannot be parted.
#[derive(Debug, thiserror::Error)]
pub enum SplitError {
    #[error("the shares must be above 0 and sum to 1 (got {0:?})")]
    Shares(Vec<f64>),
    #[error("{folds} folds of {rows} rows: there must be at least 2, and as many rows of either class")]
    FoldCount { folds: usize, rows: usize },
    #[error("a part of {share} of the rows would have none of the customers that {class}, of which there are {count}")]
    EmptyClass { share: f64, class: &'static str, count: usize },
    #[error("{file}: no column `{column}`{hint}", hint = near(nearest))]
    Column { file: String, column: String, nearest: Option<String> },
    /// A column cannot keep the rows apart.
    #[error("`{column}`: {message}")]
    Apart { column: String, message: String },
    #[error(transparent)]
    Table(#[from] TableError),
    /// A fold file that is not of this table or not whole, or a time that cannot be read.
    #[error("{file}, {place}: {message}")]
    File { file: String, place: String, message: String },
}

fn near(nearest: &Option<String>) -> String {
    nearest.as_ref().map_or(String::new(), |nearest| format!("; the nearest is `{nearest}`"))
}

impl Split {
    /// Parts all rows of a cohort with these labels.
    pub fn stratified(labels: &[bool], shares: &Shares, seed: u64) -> Result<Split, SplitError> {
        SplitBy::Target.split(labels, shares, seed)
    }
}

/// Parts `rows` by `shares`; every part has both classes in proportion, and its rows ascending.
pub fn stratified_parts(labels: &[bool], rows: &[u32], shares: &[f64], seed: u64) -> Result<Vec<Vec<u32>>, SplitError> {
    let sum = check_shares(shares)?;
    let mut parts = vec![Vec::new(); shares.len()];
    for (class, rows) in shuffled_classes(labels, rows, seed) {
        let (mut start, mut cumulative) = (0, 0.0);
        for (part, share) in parts.iter_mut().zip(shares) {
            cumulative += share;
            let end = (cumulative / sum * rows.len() as f64).round() as usize;
            if start == end {
                return Err(SplitError::EmptyClass { share: *share, class, count: rows.len() });
            }
            part.extend_from_slice(&rows[start..end]);
            start = end;
        }
    }
    parts.iter_mut().for_each(|part| part.sort_unstable());
    Ok(parts)
}

/// The sum of the shares, which is 1 but for rounding.
fn check_shares(shares: &[f64]) -> Result<f64, SplitError> {
    let sum: f64 = shares.iter().sum();
    if shares.iter().any(|share| !share.is_finite() || *share <= 0.0) || (sum - 1.0).abs() > 1e-6 {
        return Err(SplitError::Shares(shares.to_vec()));
    }
    Ok(sum)
}

/// The fold of each row, from 0; folds differ by at most one row of each class, and by at most one row in all.
pub fn stratified_folds(labels: &[bool], folds: usize, seed: u64) -> Result<Vec<u32>, SplitError> {
    let rows: Vec<u32> = (0..labels.len() as u32).collect();
    let classes = shuffled_classes(labels, &rows, seed);
    if folds < 2 || classes.iter().any(|(_, rows)| rows.len() < folds) {
        return Err(SplitError::FoldCount { folds, rows: labels.len() });
    }
    let mut fold_of_row = vec![0; labels.len()];
    // The second class goes on where the first one ended, so that the larger folds of both do not meet.
    let shuffled = classes.into_iter().flat_map(|(_, rows)| rows);
    for (position, row) in shuffled.enumerate() {
        fold_of_row[row as usize] = (position % folds) as u32;
    }
    Ok(fold_of_row)
}

fn shuffled_classes(labels: &[bool], rows: &[u32], seed: u64) -> [(&'static str, Vec<u32>); 2] {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    [("left", true), ("stayed", false)].map(|(word, class)| {
        let mut rows: Vec<u32> = rows.iter().copied().filter(|&row| labels[row as usize] == class).collect();
        rows.shuffle(&mut random);
        (word, rows)
    })
}

impl Fold {
    /// Seeded folds over all rows, with an inner validation part of each.
    pub fn seeded(labels: &[bool], folds: usize, seed: u64) -> Result<Vec<Fold>, SplitError> {
        Fold::with_inner_seed(labels, &stratified_folds(labels, folds, seed)?, seed)
    }

    /// The folds of a file `row,fold,y`, one line per data row of the table, and the inner parts of a file `row,k0…`:
    /// -1 for the fold's test rows, 1 for validation, 0 for the rows to fit on. Without the second file the inner parts
    /// are seeded.
    pub fn read(cohort: &Cohort, folds: &Path, inner: Option<&Path>, seed: u64) -> Result<Vec<Fold>, SplitError> {
        let (labels, rows) = (cohort.labels(), cohort.report().rows);
        let outer = RowFile::read(folds, rows, |column| ["row", "fold", "y"].contains(&column))?;
        let fold_of_row = outer.column("fold", 0..=i64::from(u16::MAX), cohort)?;
        if outer.columns.iter().any(|column| column == "y") {
            let y = outer.column("y", 0..=1, cohort)?;
            if let Some(row) = (0..labels.len()).find(|&row| (y[row] == 1) != labels[row]) {
                let message = format!("y is {}, but the target of the table says otherwise", y[row]);
                return Err(outer.error(&format!("usable row {row}"), message));
            }
        }
        let count = fold_of_row.iter().max().map_or(0, |&last| last + 1);
        if count < 2 || (0..count).any(|fold| !fold_of_row.contains(&fold)) {
            return Err(outer.error("column `fold`", "folds must count from 0 without a gap, at least two".into()));
        }
        let Some(inner) = inner else {
            let fold_of_row: Vec<u32> = fold_of_row.iter().map(|&fold| fold as u32).collect();
            return Fold::with_inner_seed(labels, &fold_of_row, seed);
        };
        let inner = RowFile::read(inner, rows, |column| column == "row" || column.starts_with('k'))?;
        let mut result = Vec::new();
        for fold in 0..count {
            let name = format!("k{fold}");
            let parts = inner.column(&name, -1..=1, cohort)?;
            let differs = parts.iter().zip(&fold_of_row).position(|(part, of_row)| (*part == -1) != (*of_row == fold));
            if let Some(row) = differs {
                let message =
                    format!("is {}, but the fold file has row {row} in fold {}", parts[row], fold_of_row[row]);
                return Err(inner.error(&format!("column `{name}`"), message));
            }
            let rows_of = |part: i64| (0..parts.len() as u32).filter(|&row| parts[row as usize] == part).collect();
            result.push(Fold { fit: rows_of(0), validation: rows_of(1), test: rows_of(-1) });
        }
        Ok(result)
    }

    fn with_inner_seed(labels: &[bool], fold_of_row: &[u32], seed: u64) -> Result<Vec<Fold>, SplitError> {
        let count = fold_of_row.iter().max().map_or(0, |last| last + 1);
        let fold = |fold: u32| {
            let (test, rest): (Vec<u32>, Vec<u32>) =
                (0..labels.len() as u32).partition(|&row| fold_of_row[row as usize] == fold);
            let seed = seed.wrapping_add(1 + u64::from(fold));
            let mut parts = stratified_parts(labels, &rest, &[1.0 - INNER_VALIDATION, INNER_VALIDATION], seed)?;
            let validation = parts.pop().unwrap_or_default();
            Ok(Fold { fit: parts.pop().unwrap_or_default(), validation, test })
        };
        (0..count).map(fold).collect()
    }
}

#[cfg(test)]
mod tests;
