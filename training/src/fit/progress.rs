//! The progress of a fit: what it reports after an epoch, and when it ends.

use super::configuration::FitConfig;

/// The progress of a fit after an epoch. Losses are mean log-losses, with class weights if they are
/// on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EpochReport {
    /// From 1 to at most [`EpochReport::maximum_epochs`].
    pub epoch: usize,
    pub maximum_epochs: usize,
    /// The mean over the steps of the epoch, with dropout; so it lags behind the validation loss.
    pub train_loss: f64,
    pub validation_loss: f64,
    pub best_epoch: usize,
    pub best_validation_loss: f64,
}

/// What the caller wants after an epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Control {
    Continue,
    /// Leave at once with [`FitError::Interrupted`](super::FitError::Interrupted).
    Stop,
}

/// The losses and the best network so far.
pub(super) struct FitProgress<N> {
    /// Training and validation loss of every epoch.
    pub(super) losses: Vec<(f64, f64)>,
    /// The network of the epoch with the lowest validation loss.
    pub(super) best: Option<N>,
}

impl<N> FitProgress<N> {
    /// The first epoch of the lowest validation loss among the first `epochs`.
    pub(super) fn best_epoch(&self, epochs: usize) -> usize {
        let lower = |best: usize, epoch: usize| if self.losses[epoch].1 < self.losses[best].1 { epoch } else { best };
        1 + (1..epochs).fold(0, lower)
    }

    pub(super) fn report(&self, epoch: usize, maximum_epochs: usize) -> EpochReport {
        let (train_loss, validation_loss) = self.losses[epoch - 1];
        let best_epoch = self.best_epoch(epoch);
        let best_validation_loss = self.losses[best_epoch - 1].1;
        EpochReport { epoch, maximum_epochs, train_loss, validation_loss, best_epoch, best_validation_loss }
    }

    pub(super) fn ended<S>(&self, config: &FitConfig<S>) -> bool {
        let &FitConfig { maximum_epochs, patience, minimum_gain, .. } = config;
        let epochs = self.losses.len();
        let lowest = |epochs: usize| self.losses[self.best_epoch(epochs) - 1].1;
        let gains_little = || epochs > patience && lowest(epochs - patience) - lowest(epochs) <= minimum_gain;
        epochs > 0 && (epochs >= maximum_epochs || gains_little())
    }
}
