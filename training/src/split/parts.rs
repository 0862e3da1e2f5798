//! The parts of a cohort: one split for training, and folds for cross-validation.

use super::error::SplitError;

/// Shares of the rows that go to each part; they sum to 1.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shares {
    pub train: f64,
    pub validation: f64,
    pub calibration: f64,
    pub test: f64,
}

impl Default for Shares {
    fn default() -> Shares {
        Shares { train: 0.7, validation: 0.1, calibration: 0.1, test: 0.1 }
    }
}

/// Rows of a cohort by what they are for, ascending.
#[derive(Clone, Debug, PartialEq)]
pub struct Split {
    /// Fits the encoder and the network.
    pub train: Vec<u32>,
    /// Stops the training early and chooses thresholds.
    pub validation: Vec<u32>,
    /// Fits the calibration.
    pub calibration: Vec<u32>,
    /// Measures; seen once.
    pub test: Vec<u32>,
}

/// Rows of a cohort for one round of cross-validation, ascending.
#[derive(Clone, Debug, PartialEq)]
pub struct Fold {
    pub fit: Vec<u32>,
    /// Stops the training early and chooses the threshold of F1.
    pub validation: Vec<u32>,
    pub test: Vec<u32>,
}

/// Share of the rows outside the test fold that become its inner validation rows, as in the shared
/// inner files.
pub const INNER_VALIDATION: f64 = 0.15;

/// The sum of the shares, which is 1 but for rounding.
pub(super) fn check_shares(shares: &[f64]) -> Result<f64, SplitError> {
    let sum: f64 = shares.iter().sum();
    if shares.iter().any(|share| !share.is_finite() || *share <= 0.0) || (sum - 1.0).abs() > 1e-6 {
        return Err(SplitError::Shares(shares.to_vec()));
    }
    Ok(sum)
}
