//! From a cohort to an artifact: encoder, network, calibration, background, card. Learns numbers; the core applies them.

mod background;
mod encoded;
mod pack;

pub use background::BackgroundError;
pub use encoded::{Encoded, Subset};
pub use pack::PackError;

use burn::tensor::Device;
use tenure::artifact::{Artifact, ArtifactError, Background, Document, EncoderDocument, FORMAT_VERSION};
use tenure::calibration::Calibration;
use tenure::decision::Policy;
use tenure::encoding::{EncoderError, EncoderParams};
use tenure::network::Network;
use tenure::network::burn::DenseNetwork;

use crate::calibrate::{CalibrateError, CalibrationParams, CalibrationRecord};
use crate::cohort::Cohort;
use crate::fit::{Control, EpochReport, FitConfig, FitError, fit};

/// Everything that decides what is learned, apart from the data.
#[derive(Clone, Debug, PartialEq)]
pub struct TrainParams {
    pub encoder: EncoderParams,
    pub network: FitConfig,
    /// Background rows of the explanation.
    pub background_rows: usize,
    pub seed: u64,
}

impl Default for TrainParams {
    fn default() -> TrainParams {
        TrainParams { encoder: EncoderParams::default(), network: FitConfig::default(), background_rows: 32, seed: 0 }
    }
}

#[derive(Debug, thiserror::Error)]
pub enum TrainError {
    #[error(transparent)]
    Encoder(#[from] EncoderError),
    #[error(transparent)]
    Fit(#[from] FitError),
    #[error(transparent)]
    Pack(#[from] PackError),
    #[error(transparent)]
    Calibrate(#[from] CalibrateError),
    #[error(transparent)]
    Background(#[from] BackgroundError),
    #[error(transparent)]
    Artifact(#[from] ArtifactError),
}

/// A network that scores, and how it came about.
#[derive(Debug)]
pub struct Trained {
    pub encoded: Encoded,
    /// The burn module, in evaluation mode.
    pub dense: DenseNetwork,
    pub network: Network,
    pub calibration: Calibration,
    pub calibration_record: CalibrationRecord,
    pub epochs: usize,
    pub best_epoch: usize,
    pub validation_loss: f64,
    /// Largest difference of a logit between the burn module and the packed network, over the validation rows.
    pub pack_error: f64,
}

/// Learns from `fit_rows`, stops by `validation`, calibrates on `calibration` (which may be the validation rows).
pub fn train(
    params: &TrainParams,
    cohort: &Cohort,
    fit_rows: &[u32],
    validation: &[u32],
    calibration: &[u32],
    on_epoch: &mut dyn FnMut(&EpochReport) -> Control,
) -> Result<Trained, TrainError> {
    let encoded = Encoded::fit(&params.encoder, cohort, fit_rows)?;
    let device = Device::flex();
    let (train_set, validation_set) = (encoded.subset(fit_rows), encoded.subset(validation));
    let config = FitConfig { seed: params.seed, ..params.network.clone() };
    let fitted = fit(&config, &train_set, &validation_set, &device, on_epoch)?;
    let network = pack::pack(&fitted.network.folded(), &encoded, fit_rows)?;
    let pack_error = pack::verify(&fitted.network, &network, &encoded, fit_rows, validation, &device)?;
    let logits = encoded.logits(&network, calibration);
    let labels: Vec<bool> = calibration.iter().map(|&row| cohort.labels()[row as usize]).collect();
    let calibrated = CalibrationParams { seed: params.seed, ..CalibrationParams::default() }.fit(&logits, &labels)?;
    Ok(Trained {
        encoded,
        dense: fitted.network,
        network,
        calibration: calibrated.calibration,
        calibration_record: calibrated.record,
        epochs: fitted.epochs,
        best_epoch: fitted.best_epoch,
        validation_loss: fitted.validation_loss,
        pack_error,
    })
}

impl Trained {
    /// Calibrated probabilities of some rows of the cohort.
    pub fn probabilities(&self, rows: &[u32]) -> Vec<f64> {
        let logits = self.encoded.logits(&self.network, rows);
        logits.into_iter().map(|logit| self.calibration.probability(logit)).collect()
    }

    /// The artifact, with a background from `fit_rows`.
    pub fn artifact(
        &self,
        params: &TrainParams,
        cohort: &Cohort,
        fit_rows: &[u32],
        card: serde_json::Value,
    ) -> Result<Artifact, TrainError> {
        let rows = background::background(cohort, &self.encoded, &self.network, fit_rows, params.background_rows)?;
        let encoder = self.encoded.encoder();
        let document = Document {
            format_version: FORMAT_VERSION,
            schema: encoder.schema().clone(),
            encoder: EncoderDocument { inputs: encoder.documents() },
            calibration: self.calibration.clone(),
            policy: Policy::default(),
            background: Background { k: tenure::artifact::MINIMUM_MEMBERS, rows },
            card,
        };
        Ok(Artifact::new(document, self.network.clone())?)
    }
}
