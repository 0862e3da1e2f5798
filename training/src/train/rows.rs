//! What a training is given beside its parameters, and whom it tells.

use crate::fit::{Control, EpochReport};

/// The rows of a cohort by what they are for.
#[derive(Clone, Copy, Debug)]
pub struct TrainingRows<'a> {
    /// The encoder and every network are fitted to these.
    pub fit: &'a [u32],
    /// These stop the fits and choose between models.
    pub validation: &'a [u32],
    /// These calibrate; they may be the validation rows.
    pub calibration: &'a [u32],
}

/// Told of every epoch: what is being fitted (`linear`, `mlp`, `student`, …) and where it stands.
pub type OnEpoch<'a> = dyn FnMut(&str, &EpochReport) -> Control + 'a;
