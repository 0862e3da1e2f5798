//! Rows by a hash of what they are compared by, and those of them that stand on both sides of a
//! split.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use crate::split::Split;

/// Test rows whose key is in another part.
pub(super) fn elsewhere(keys: &[u64], split: &Split) -> usize {
    let others = [&split.train, &split.validation, &split.calibration].into_iter().flatten();
    let others: HashSet<u64> = others.map(|&row| keys[row as usize]).collect();
    split.test.iter().filter(|&&row| others.contains(&keys[row as usize])).count()
}

pub(super) fn hash(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}
