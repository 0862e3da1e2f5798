//! Fits a network to labelled rows: mini-batches, binary cross-entropy on the logit, Adam, weight averaging, early
//! stopping. The loop is the same for every kind of network (`network`).
//!
//! The same seed gives the same weights, bit for bit, on the same machine, whatever else runs beside it: every random
//! number comes from generators that belong to the one fit, and no sum depends on how many threads there are.

mod averaging;
mod configuration;
mod network;

use burn::module::ParamGroup;
use burn::optim::decay::WeightDecayConfig;
use burn::optim::{AdamConfig, AdamWConfig, ModuleOptimizer};
use burn::tensor::Device;
use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tenure::network::burn::DenseNetwork;

use averaging::Averaging;
pub use configuration::{FitConfig, FitError, Penalty, Schedule};
pub use network::{Batch, DenseShape, NetworkShape, TrainableNetwork, member_logits};

/// Rows that are evaluated at once; more would only use more memory.
const EVALUATION_ROWS: usize = 1024;

/// Steps of an epoch that a small table gets by smaller mini-batches, down to [`SMALLEST_BATCH`] rows. Measured on
/// 400 and 1,000 rows of both public churn tables, 64 rows a step lower the log-loss by .002 to .007 against 256.
const STEPS_OF_AN_EPOCH: usize = 12;
const SMALLEST_BATCH: usize = 32;

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

/// Fits a network to `train` and keeps the weights of the epoch with the lowest log-loss on `validation`.
pub fn fit<S: NetworkShape>(
    config: &FitConfig<S>,
    train: &dyn DenseRows,
    validation: &dyn DenseRows,
    device: &Device,
    on_epoch: &mut dyn FnMut(&EpochReport) -> Control,
) -> Result<Fitted<S::Network>, FitError> {
    config.check(train, validation)?;
    let device = device.clone().without_autodiff();
    let mut trainer = Trainer::new(config, train, &device);
    let mut best: Option<Fitted<S::Network>> = None;
    for epoch in 1..=config.maximum_epochs {
        let train_loss = trainer.epoch(config.schedule.share(epoch, config.maximum_epochs));
        let network = trainer.averaging.network();
        let logits = logits(&network, validation, &device);
        let validation_loss =
            log_loss(logits.iter().map(|&logit| logit.into()), validation.labels(), trainer.positive_weight.into());
        if !(train_loss.is_finite() && validation_loss.is_finite()) {
            return Err(FitError::Diverged { epoch, learning_rate: config.learning_rate });
        }
        let fitted = match best {
            Some(earlier) if earlier.validation_loss <= validation_loss => Fitted { epochs: epoch, ..earlier },
            _ => {
                let prior_correction = 0.0;
                Fitted { network, epochs: epoch, best_epoch: epoch, train_loss, validation_loss, prior_correction }
            }
        };
        let report = EpochReport {
            epoch,
            maximum_epochs: config.maximum_epochs,
            train_loss,
            validation_loss,
            best_epoch: fitted.best_epoch,
            best_validation_loss: fitted.validation_loss,
        };
        if on_epoch(&report) == Control::Stop {
            return Err(FitError::Interrupted);
        }
        let patient = epoch - fitted.best_epoch < config.patience;
        best = Some(fitted);
        if !patient {
            break;
        }
    }
    let mut best = best.expect("a checked configuration has at least one epoch");
    if trainer.positive_weight != 1.0 {
        let correction = trainer.positive_weight.ln();
        best.network = best.network.shifted(-correction);
        best.prior_correction = correction.into();
        let corrected = logits(&best.network, validation, &device).into_iter().map(f64::from);
        best.validation_loss = log_loss(corrected, validation.labels(), 1.0);
    }
    Ok(best)
}

/// Everything that changes from step to step.
struct Trainer<'a, N> {
    rows: &'a dyn DenseRows,
    /// Without autodiff.
    device: Device,
    order: Vec<usize>,
    batches: usize,
    positive_weight: f32,
    focusing: f32,
    network: N,
    averaging: Averaging<N>,
    optimizer: ModuleOptimizer,
    learning_rate: f64,
    shuffling: ChaCha8Rng,
    dropout: ChaCha8Rng,
}

impl<'a, N: TrainableNetwork> Trainer<'a, N> {
    fn new<S: NetworkShape<Network = N>>(
        config: &FitConfig<S>,
        rows: &'a dyn DenseRows,
        device: &Device,
    ) -> Trainer<'a, N> {
        let plain = device.clone();
        let device = device.clone().autodiff();
        // One stream for each use, so that a change of one leaves the others' numbers alone.
        let [mut initial, shuffling, dropout] = [0, 1, 2].map(|stream| {
            let mut generator = ChaCha8Rng::seed_from_u64(config.seed);
            generator.set_stream(stream);
            generator
        });
        let count = rows.labels().len();
        let positives: f64 = (0..count).map(|row| f64::from(rows.target(row))).sum();
        let odds = (positives / (count as f64 - positives)) as f32;
        let balanced = if config.class_weights { 1.0 / odds } else { 1.0 };
        let positive_weight = config.positive_weight.map_or(balanced, |weight| weight as f32);
        let batch_size = config.batch_size.min((count / STEPS_OF_AN_EPOCH).max(SMALLEST_BATCH));
        let logit = (odds * positive_weight).ln();
        let network = config.shape.init(&rows.inputs(), logit, &mut || initial.random(), &device);
        Trainer {
            rows,
            device: plain,
            order: (0..count).collect(),
            // Batches of equal size, none smaller than `batch_size`: one row or two would unsettle a batch norm.
            batches: (count / batch_size).max(1),
            positive_weight,
            focusing: config.focusing as f32,
            averaging: Averaging::new(config.averaging, &network),
            optimizer: optimizer(&network, config.penalty, count),
            network,
            learning_rate: config.learning_rate,
            shuffling,
            dropout,
        }
    }

    /// Steps once through all rows in a fresh order, at this share of the learning rate, and returns the mean loss; stops
    /// early where it is not finite.
    fn epoch(&mut self, rate: f64) -> f64 {
        self.order.shuffle(&mut self.shuffling);
        let rows = self.order.len();
        let mut sum = 0.0;
        for batch in 0..self.batches {
            let (start, end) = (rows * batch / self.batches, rows * (batch + 1) / self.batches);
            let loss = self.step(start, end, rate);
            if !loss.is_finite() {
                return loss;
            }
            sum += loss * (end - start) as f64;
        }
        sum / rows as f64
    }

    fn step(&mut self, start: usize, end: usize, rate: f64) -> f64 {
        let indices = &self.order[start..end];
        let labels = self.rows.labels();
        let weight = |&row: &usize| if labels[row] { self.positive_weight } else { 1.0 };
        let mut batch = Batch {
            features: features(self.rows, indices),
            targets: indices.iter().map(|&row| self.rows.target(row)).collect(),
            weights: (self.positive_weight != 1.0).then(|| indices.iter().map(weight).collect()),
        };
        if self.focusing > 0.0 {
            let logits = self.network.valid().logits(batch.features.clone(), batch.rows(), &self.device);
            let weights = batch.weights.get_or_insert_with(|| vec![1.0; indices.len()]);
            for ((weight, logit), row) in weights.iter_mut().zip(logits).zip(indices) {
                *weight *= focal_weight(if labels[*row] { logit } else { -logit }, self.focusing);
            }
        }
        let (loss, gradients) = self.network.gradients(&batch, &mut self.dropout);
        self.network = self.optimizer.step(rate * self.learning_rate, self.network.clone(), gradients);
        self.averaging.update(&self.network);
        loss
    }
}

/// The weight of a row whose log-loss then has the gradient of the focal loss: with p = sigmoid(`logit`) given to what
/// happened, the slope of `-(1 - p)^focusing ln p` is the slope of `-ln p` times
/// `(1 - p)^focusing (1 - focusing p ln p / (1 - p))`. The network's probabilities are taken without dropout.
fn focal_weight(logit: f32, focusing: f32) -> f32 {
    let (logit, focusing) = (f64::from(logit), f64::from(focusing));
    let log_p = -softplus(-logit);
    let (p, other) = (log_p.exp(), (-softplus(logit)).exp());
    // Where p is 1 to the last bit, the second part is 0 times infinity, and the weight is 0.
    (other.powf(focusing) - focusing * p * log_p * other.powf(focusing - 1.0)).max(0.0) as f32
}

fn optimizer<N: TrainableNetwork>(network: &N, penalty: Penalty, rows: usize) -> ModuleOptimizer {
    // burn's default for epsilon, 1e-5, is of the size of the gradients of rare columns.
    let adam = || AdamConfig::new().with_epsilon(1e-8);
    let free = ParamGroup::from_ids(network.unpenalised());
    let penalised = match penalty {
        Penalty::Loss(penalty) => {
            let share = (penalty / rows as f64) as f32;
            ModuleOptimizer::from(adam().with_weight_decay(Some(WeightDecayConfig::new(share))).build())
        }
        Penalty::Decoupled(decay) => {
            let adam = AdamWConfig::new().with_epsilon(1e-8).with_weight_decay(decay as f32);
            ModuleOptimizer::from(adam.build())
        }
    };
    penalised.with_group(free, adam().build(), None)
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

/// `ln(1 + exp(x))`, without overflow.
fn softplus(x: f64) -> f64 {
    x.max(0.0) + (-x.abs()).exp().ln_1p()
}

#[cfg(test)]
mod tests;
