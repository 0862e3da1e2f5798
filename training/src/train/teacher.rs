//! The teacher: the most accurate model. A student learns from it, or it ships itself if it is
//! small enough.

use std::fmt::Debug;

use crate::fit::{DenseRows, Penalty};
use crate::folded::FoldedNetwork;

/// A fitted model that a student can learn from.
pub trait Teacher: Debug + Send + Sync {
    /// Probabilities of the positive class, one for each row, before calibration.
    fn probabilities(&self, rows: &dyn DenseRows) -> Vec<f32>;

    /// Its networks; `None` for trees, which can teach and cannot ship.
    fn networks(&self) -> Option<&dyn Networks>;

    /// The penalty on its weights, if the validation rows chose it.
    fn penalty(&self) -> Option<&PenaltyChoice> {
        None
    }
}

/// One network or more of the same shape, whose logits are averaged.
pub trait Networks: Debug + Send + Sync {
    /// Number of members.
    fn members(&self) -> usize;

    /// Units of the hidden layers of one member.
    fn hidden(&self) -> Vec<usize>;

    /// The first `count` members as one network, whose logit is the mean of theirs.
    fn folded(&self, count: usize) -> FoldedNetwork;

    /// The logits of that network as burn computes them, one for each row.
    fn logits(&self, count: usize, rows: &dyn DenseRows) -> Vec<f32>;
}

/// Something that was not fitted, for people and the model card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    /// As in `tabm`.
    pub what: String,
    pub why: String,
}

/// A penalty that the validation rows chose.
#[derive(Clone, Debug, PartialEq)]
pub struct PenaltyChoice {
    pub chosen: Penalty,
    /// The log-loss under each that was tried, on the validation rows and before calibration.
    pub tried: Vec<(Penalty, f64)>,
    /// The other penalty, where it was not tried.
    pub skipped: Option<Skipped>,
}
