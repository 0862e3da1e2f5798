//! Rows as hashes of 64 bits, and which test rows have the hash of a row of another part.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use crate::split::Split;

/// Test rows whose key is in another part.
pub(super) fn elsewhere(keys: &[u64], split: &Split) -> usize {
    let others = [&split.train, &split.validation, &split.calibration].into_iter().flatten();
    let others: HashSet<u64> = others.map(|&row| keys[row as usize]).collect();
    split.test.iter().filter(|&&row| others.contains(&keys[row as usize])).count()
}

/// The hash of a value.
pub(super) fn hash(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}
