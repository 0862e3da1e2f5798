//! Fits a network to labelled rows: mini-batches, binary cross-entropy on the logit, Adam, weight averaging, early
//! stopping. The loop is the same for every kind of network (`network`).
//!
//! The same seed gives the same weights, bit for bit, on the same machine, whatever else runs beside it: every random
//! number comes from generators that belong to the one fit, and no sum depends on how many threads there are.

mod adam;
mod averaging;
mod configuration;
mod network;
mod state;
mod trainer;

use std::time::{Duration, Instant};

use burn::tensor::Device;
use tenure::network::burn::DenseNetwork;

use crate::logistic::softplus;

pub use configuration::{FitConfig, FitError, Penalty, Schedule};
pub use network::{Batch, DenseShape, NetworkShape, TrainableNetwork, member_logits};
use trainer::Trainer;

/// Rows that are evaluated at once; more would only use more memory.
const EVALUATION_ROWS: usize = 1024;

/// Labelled rows that write the dense feature vectors of a mini-batch when they are asked for, so that a table of any
/// length is never expanded at once.
pub trait DenseRows {
    /// One label for each row; true is the positive class.
    fn labels(&self) -> &[bool];
    /// The probability of the positive class that the logit of a row is fitted to: the label, where no teacher says
    /// more.
    fn target(&self, row: usize) -> f32 {
        if self.labels()[row] { 1.0 } else { 0.0 }
    }
    /// Columns of the dense feature vector.
    fn columns(&self) -> usize;
    /// Columns of each input of the dense feature vector, in order.
    fn inputs(&self) -> Vec<usize> {
        vec![1; self.columns()]
    }
    /// Writes the feature vectors of the rows `indices`, one after another, into `out` (`indices.len() × columns`
    /// zeros when it is called).
    fn write(&self, indices: &[usize], out: &mut [f32]);
}

/// Where a fit stands after an epoch. Losses are mean log-losses (class weights included, where they are on).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EpochReport {
    /// From 1 to at most [`EpochReport::maximum_epochs`].
    pub epoch: usize,
    pub maximum_epochs: usize,
    /// Over the epoch, dropout included, so it lags behind.
    pub train_loss: f64,
    pub validation_loss: f64,
    pub best_epoch: usize,
    pub best_validation_loss: f64,
}

/// What the caller wants after an epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Control {
    Continue,
    /// Leave at once with [`FitError::Interrupted`].
    Stop,
}

/// A network and how it was come by.
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
    /// What class weights added to every logit, and the network subtracts again: the logarithm of the positive weight
    /// (Elkan 2001, "The foundations of cost-sensitive learning"); 0 without them.
    pub prior_correction: f64,
}

/// A state is saved at most this often while a fit runs, and once when it ends.
const SAVED_EVERY: Duration = Duration::from_millis(500);

/// Fits a network to `train` and keeps the weights of the epoch with the lowest log-loss on `validation`.
///
/// With [`FitConfig::checkpoints`], the fit goes on from its saved state where there is one, after it has told
/// `on_epoch` of the epochs that ran before, and ends with the same bits as one that never stopped.
pub fn fit<S: NetworkShape>(
    config: &FitConfig<S>,
    train: &dyn DenseRows,
    validation: &dyn DenseRows,
    device: &Device,
    on_epoch: &mut dyn FnMut(&EpochReport) -> Control,
) -> Result<Fitted<S::Network>, FitError> {
    config.check(train, validation)?;
    let device = device.clone().without_autodiff();
    let file = config.checkpoints.as_ref().map(|folder| state::file(folder, config, train, validation));
    let mut trainer = Trainer::new(config, train, &device);
    let mut history = History { losses: Vec::new(), best: None };
    if let Some(file) = &file
        && state::restore(file, &mut trainer, &mut history)?
    {
        for epoch in 1..=history.losses.len() {
            if on_epoch(&history.report(epoch, config.maximum_epochs)) == Control::Stop {
                return Err(FitError::Interrupted);
            }
        }
    }
    let mut saved = Instant::now();
    while !history.ended(config) {
        let epoch = history.losses.len() + 1;
        let train_loss = trainer.epoch(config.schedule.share(epoch, config.maximum_epochs));
        let network = trainer.averaging.network();
        let logits = logits(&network, validation, &device);
        let validation_loss =
            log_loss(logits.iter().map(|&logit| logit.into()), validation.labels(), trainer.positive_weight.into());
        if !(train_loss.is_finite() && validation_loss.is_finite()) {
            return Err(FitError::Diverged { epoch, learning_rate: config.learning_rate });
        }
        history.losses.push((train_loss, validation_loss));
        if history.best_epoch(epoch) == epoch {
            history.best = Some(network);
        }
        let control = on_epoch(&history.report(epoch, config.maximum_epochs));
        let ended = control == Control::Stop || history.ended(config);
        if let Some(file) = &file
            && (ended || saved.elapsed() >= SAVED_EVERY)
        {
            state::save(file, &trainer, &history)?;
            saved = Instant::now();
        }
        if control == Control::Stop {
            return Err(FitError::Interrupted);
        }
    }
    let epochs = history.losses.len();
    let best_epoch = history.best_epoch(epochs);
    let (train_loss, validation_loss) = history.losses[best_epoch - 1];
    let network = history.best.expect("a checked configuration has at least one epoch");
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

/// What a fit found out so far.
struct History<N> {
    /// Training and validation loss of every epoch.
    losses: Vec<(f64, f64)>,
    /// The network of the epoch with the lowest validation loss.
    best: Option<N>,
}

impl<N> History<N> {
    /// The first epoch of the lowest validation loss among the first `epochs`.
    fn best_epoch(&self, epochs: usize) -> usize {
        let lower = |best: usize, epoch: usize| if self.losses[epoch].1 < self.losses[best].1 { epoch } else { best };
        1 + (1..epochs).fold(0, lower)
    }

    fn report(&self, epoch: usize, maximum_epochs: usize) -> EpochReport {
        let (train_loss, validation_loss) = self.losses[epoch - 1];
        let best_epoch = self.best_epoch(epoch);
        let best_validation_loss = self.losses[best_epoch - 1].1;
        EpochReport { epoch, maximum_epochs, train_loss, validation_loss, best_epoch, best_validation_loss }
    }

    fn ended<S>(&self, config: &FitConfig<S>) -> bool {
        let &FitConfig { maximum_epochs, patience, minimum_gain, .. } = config;
        let epochs = self.losses.len();
        let lowest = |epochs: usize| self.losses[self.best_epoch(epochs) - 1].1;
        let gains_little = || epochs > patience && lowest(epochs - patience) - lowest(epochs) <= minimum_gain;
        epochs > 0 && (epochs >= maximum_epochs || gains_little())
    }
}

/// The logits of all rows, computed some rows at a time.
pub fn logits<N: TrainableNetwork>(network: &N, rows: &dyn DenseRows, device: &Device) -> Vec<f32> {
    let indices: Vec<usize> = (0..rows.labels().len()).collect();
    let chunks = indices.chunks(EVALUATION_ROWS);
    chunks.flat_map(|chunk| network.logits(features(rows, chunk), chunk.len(), device)).collect()
}

pub(crate) fn features(rows: &dyn DenseRows, indices: &[usize]) -> Vec<f32> {
    let mut values = vec![0.0; indices.len() * rows.columns()];
    rows.write(indices, &mut values);
    values
}

/// The mean log-loss of logits, in f64, with positive rows weighted.
pub(crate) fn log_loss(logits: impl Iterator<Item = f64>, labels: &[bool], positive_weight: f64) -> f64 {
    let loss = |(logit, &label): (f64, &bool)| {
        if label { positive_weight * softplus(-logit) } else { softplus(logit) }
    };
    logits.zip(labels).map(loss).sum::<f64>() / labels.len() as f64
}

#[cfg(test)]
mod tests;
