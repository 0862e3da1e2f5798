//! The rows that a calibration is fitted to.

use tenure::calibration::Calibration;

use crate::metrics::row_log_loss;

/// A row's logit and what happened.
#[derive(Clone, Copy)]
pub(super) struct CalibrationRow {
    pub(super) logit: f64,
    pub(super) label: bool,
}

impl CalibrationRow {
    pub(super) fn log_loss(&self, calibration: &Calibration) -> f64 {
        row_log_loss(calibration.probability(self.logit), self.label)
    }
}

/// Ascending by logit, negatives first among equals, so that the order of the table changes
/// nothing.
pub(super) fn sorted_rows(logits: &[f64], labels: &[bool]) -> Vec<CalibrationRow> {
    let mut rows: Vec<CalibrationRow> =
        logits.iter().zip(labels).map(|(&logit, &label)| CalibrationRow { logit, label }).collect();
    rows.sort_by(|a, b| a.logit.total_cmp(&b.logit).then(a.label.cmp(&b.label)));
    rows
}
