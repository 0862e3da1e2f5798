//! What a quick learner gives back.

/// The logits of the test rows, and how much each of the fields matters.
pub(super) struct Fitted {
    pub(super) logits: Vec<f64>,
    pub(super) importance: Vec<f64>,
}
