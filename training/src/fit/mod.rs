//! Fits a network to labelled rows: mini-batches, binary cross-entropy on the logit, Adam, weight
//! averaging, early stopping. The loop is the same for every kind of network (`network`).
//!
//! The same seed gives the same weights, bit for bit, on the same machine, whatever else runs
//! beside it: every random number comes from generators that belong to the one fit, and no sum
//! depends on how many threads there are.

mod adam;
mod averaging;
mod configuration;
mod loss;
mod network;
mod progress;
mod rows;
mod state;
mod subnormal;
mod trainer;

use std::time::{Duration, Instant};

use burn::tensor::Device;
use tenure::network::burn::DenseNetwork;

pub use configuration::{FitConfig, FitError, FitOptions, Penalty, Schedule};
use loss::divergence;
pub(crate) use loss::log_loss;
pub use network::{DenseShape, MiniBatch, NetworkShape, TrainableNetwork, member_logits};
use progress::FitProgress;
pub use progress::{Control, EpochReport};
pub use rows::DenseRows;
use rows::EVALUATION_ROWS;
pub(crate) use rows::features;
use trainer::Trainer;

/// A fitted network, and how the fit went.
#[derive(Debug)]
pub struct Fitted<N = DenseNetwork> {
    /// The weights of the best epoch, in evaluation mode.
    pub network: N,
    /// Epochs that ran.
    pub epochs: usize,
    pub best_epoch: usize,
    /// The training loss of the best epoch.
    pub train_loss: f64,
    /// The validation loss of the best epoch, the lowest of all.
    pub validation_loss: f64,
    /// What class weights added to every logit, and the network subtracts again: the logarithm of
    /// the positive weight (Elkan 2001, "The foundations of cost-sensitive learning"); 0 without
    /// them.
    pub prior_correction: f64,
}

/// A state is saved at most this often while a fit runs, and once when it ends.
const SAVED_EVERY: Duration = Duration::from_millis(500);

/// Fits a network to `train` and keeps the weights of the epoch with the lowest log-loss on
/// `validation`.
///
/// With [`FitOptions::checkpoints`], a fit continues from its saved state if there is one: it first
/// reports the epochs that ran before to `on_epoch`, and its result has the same bits as that of a
/// fit that never stopped.
pub fn fit<S: NetworkShape>(
    config: &FitConfig<S>,
    train: &dyn DenseRows,
    validation: &dyn DenseRows,
    options: &FitOptions,
    on_epoch: &mut dyn FnMut(&EpochReport) -> Control,
) -> Result<Fitted<S::Network>, FitError> {
    config.check(train, validation)?;
    let device = options.device.clone().without_autodiff();
    let file = options.checkpoints.as_ref().map(|folder| state::file(folder, config, train, validation));
    let mut trainer = Trainer::new(config, train, &device);
    let mut progress = FitProgress { losses: Vec::new(), best: None };
    let agrees = |logits: &[f32]| config.enough > 0.0 && divergence(logits, validation) <= config.enough;
    let mut is_enough = false;
    if let Some(file) = &file
        && state::restore(file, &mut trainer, &mut progress)?
    {
        is_enough = config.enough > 0.0 && agrees(&logits(&trainer.averaging.network(), validation, &device));
        for epoch in 1..=progress.losses.len() {
            if on_epoch(&progress.report(epoch, config.maximum_epochs)) == Control::Stop {
                return Err(FitError::Interrupted);
            }
        }
    }
    let mut saved = Instant::now();
    while !(is_enough || progress.ended(config)) {
        let epoch = progress.losses.len() + 1;
        let train_loss = trainer.epoch(config.schedule.share(epoch, config.maximum_epochs));
        let network = trainer.averaging.network();
        let logits = logits(&network, validation, &device);
        let validation_loss =
            log_loss(logits.iter().map(|&logit| logit.into()), validation.labels(), trainer.positive_weight.into());
        if !(train_loss.is_finite() && validation_loss.is_finite()) {
            return Err(FitError::Diverged { epoch, learning_rate: config.learning_rate });
        }
        progress.losses.push((train_loss, validation_loss));
        if progress.best_epoch(epoch) == epoch {
            progress.best = Some(network);
        }
        let control = on_epoch(&progress.report(epoch, config.maximum_epochs));
        is_enough = agrees(&logits);
        let ended = control == Control::Stop || is_enough || progress.ended(config);
        if let Some(file) = &file
            && (ended || saved.elapsed() >= SAVED_EVERY)
        {
            state::save(file, &trainer, &progress)?;
            saved = Instant::now();
        }
        if control == Control::Stop {
            return Err(FitError::Interrupted);
        }
    }
    let epochs = progress.losses.len();
    let best_epoch = progress.best_epoch(epochs);
    let (train_loss, validation_loss) = progress.losses[best_epoch - 1];
    let network = progress.best.expect("a checked configuration has at least one epoch");
    let mut fitted = Fitted { network, epochs, best_epoch, train_loss, validation_loss, prior_correction: 0.0 };
    if trainer.positive_weight != 1.0 {
        let correction = trainer.positive_weight.ln();
        fitted.network = fitted.network.shifted(-correction);
        fitted.prior_correction = correction.into();
        let corrected = logits(&fitted.network, validation, &device).into_iter().map(f64::from);
        fitted.validation_loss = log_loss(corrected, validation.labels(), 1.0);
    }
    Ok(fitted)
}

/// The logits of all rows, computed some rows at a time.
pub fn logits<N: TrainableNetwork>(network: &N, rows: &dyn DenseRows, device: &Device) -> Vec<f32> {
    let indices: Vec<usize> = (0..rows.labels().len()).collect();
    let chunks = indices.chunks(EVALUATION_ROWS);
    chunks.flat_map(|chunk| network.logits(features(rows, chunk), chunk.len(), device)).collect()
}

#[cfg(test)]
mod tests;
