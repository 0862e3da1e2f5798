//! The rows of a training, and the callback of its progress.

use crate::fit::{Control, EpochReport};

/// The rows of a cohort by what they are for.
#[derive(Clone, Copy, Debug)]
pub struct TrainingRows<'a> {
    /// The encoder and every network are fitted to these.
    pub fit: &'a [u32],
    /// These stop the fits and choose between models.
    pub validation: &'a [u32],
    /// These calibrate. They may be the validation rows.
    pub calibration: &'a [u32],
}

/// Called after every epoch with what is being fitted (`linear`, `mlp`, `student`, …) and the
/// progress of that fit.
pub type OnEpoch<'a> = dyn FnMut(&str, &EpochReport) -> Control + 'a;
