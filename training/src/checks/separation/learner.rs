//! What the quick learners take and give.

use super::sample::Sample;

/// Fits on rows of a fold's training part and predicts its test part.
pub(super) type Learner = fn(&Sample, &[usize], usize, &[u32], &[u32]) -> Fitted;

/// The logits of the test rows, and how much each of the fields matters.
pub(super) struct Fitted {
    pub(super) logits: Vec<f64>,
    pub(super) importance: Vec<f64>,
}
