//! Why probabilities cannot be measured.

/// Why nothing can be measured.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum MetricsError {
    #[error("rows: must be 1 to {maximum} (got {rows})")]
    Rows { rows: usize, maximum: usize },
    #[error("labels: must be one for each of the {probabilities} probabilities (got {labels})")]
    Lengths { probabilities: usize, labels: usize },
    #[error("probabilities: must be within 0..=1 ({count} are not; the first is {value} in row {row}, counted from 0)")]
    Probability { count: usize, row: usize, value: f64 },
    #[error("labels: both classes are needed (got {positives} positives and {negatives} negatives)")]
    OneClass { positives: u64, negatives: u64 },
    #[error("threshold: must be a number (got {0})")]
    Threshold(f64),
    #[error("resamples: must be at least 1 (got {0})")]
    Resamples(usize),
    #[error("level: must be between 0 and 1 (got {0})")]
    Level(f64),
}
