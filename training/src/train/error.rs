//! Why no model can be trained, or written.

use tenure::artifact::ArtifactError;
use tenure::encoding::EncoderError;

use super::background::BackgroundError;
use super::pack::PackError;
use super::ship::ShipError;
use crate::calibrate::CalibrateError;
use crate::fit::FitError;
use crate::metrics::MetricsError;
use crate::split::SplitError;
use crate::stored::Breach;

#[derive(Debug, thiserror::Error)]
pub enum TrainError {
    #[error(transparent)]
    Encoder(#[from] EncoderError),
    #[error(transparent)]
    Fit(#[from] FitError),
    #[error(transparent)]
    Ship(#[from] ShipError),
    #[error(transparent)]
    Pack(#[from] PackError),
    #[error(transparent)]
    Calibrate(#[from] CalibrateError),
    #[error(transparent)]
    Background(#[from] BackgroundError),
    #[error(transparent)]
    Artifact(#[from] ArtifactError),
    #[error(transparent)]
    Split(#[from] SplitError),
    #[error(transparent)]
    Metrics(#[from] MetricsError),
    #[error("the artifact would tell of too few customers: {0}; list the field under `ignored`, or group its values")]
    Breach(#[from] Breach),
}
