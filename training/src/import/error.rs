//! Why a model cannot be imported.

use tenure::artifact::ArtifactError;
use tenure::encoding::EncoderError;
use tenure::network::NetworkError;

use crate::calibrate::CalibrateError;
use crate::metrics::MetricsError;
use crate::train::TrainError;

/// The largest difference of a probability, before calibration, between the packed network and the
/// description.
pub const TOLERANCE: f64 = 1e-5;

/// Why a model cannot be imported.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// Everything that is wrong with the description, the weights, or both beside the schema.
    #[error("the model cannot be imported:\n  {}", .0.join("\n  "))]
    Problems(Vec<String>),
    /// The packed network is another function than the description.
    #[error(
        "the packed network's probability of data row {row} is {packed}, the model's is {own}: more than {TOLERANCE} \
         apart; its weights are too large for singles, so scale its inputs before you train it"
    )]
    Disagree {
        /// The row of the cohort, counted from 0.
        row: usize,
        packed: f64,
        own: f64,
    },
    #[error(transparent)]
    Network(#[from] NetworkError),
    #[error(transparent)]
    Encoder(#[from] EncoderError),
    #[error(transparent)]
    Calibrate(#[from] CalibrateError),
    #[error(transparent)]
    Metrics(#[from] MetricsError),
    #[error(transparent)]
    Artifact(#[from] ArtifactError),
    #[error(transparent)]
    Train(#[from] TrainError),
}
