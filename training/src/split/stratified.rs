//! Random splits in which every part has the classes in the cohort's proportion, to the row.

use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use super::error::SplitError;
use super::parts::{Fold, INNER_VALIDATION, check_shares};

/// Splits `rows` by `shares`. Every part has both classes in proportion, and its rows in ascending
/// order.
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

/// The fold of each row, from 0; folds differ by at most one row of each class, and by at most one
/// row in all.
pub fn stratified_folds(labels: &[bool], folds: usize, seed: u64) -> Result<Vec<u32>, SplitError> {
    let rows: Vec<u32> = (0..labels.len() as u32).collect();
    let classes = shuffled_classes(labels, &rows, seed);
    if folds < 2 || classes.iter().any(|(_, rows)| rows.len() < folds) {
        return Err(SplitError::FoldCount { folds, rows: labels.len() });
    }
    let mut fold_of_row = vec![0; labels.len()];
    // The second class continues where the first one ended, so that no fold gets the extra row of
    // both.
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
    /// Seeded folds over all rows, each with an inner validation part.
    pub fn seeded(labels: &[bool], folds: usize, seed: u64) -> Result<Vec<Fold>, SplitError> {
        Fold::with_inner_seed(labels, &stratified_folds(labels, folds, seed)?, seed)
    }

    pub(super) fn with_inner_seed(labels: &[bool], fold_of_row: &[u32], seed: u64) -> Result<Vec<Fold>, SplitError> {
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
