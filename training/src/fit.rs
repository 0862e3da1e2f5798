//! Fits a network to labelled rows: mini-batches, binary cross-entropy on the logit, Adam, weight averaging, early
//! stopping. The loop is the same for every kind of network (`network`).
//!
//! The same seed gives the same weights, bit for bit, on the same machine, whatever else runs beside it: every random
//! number comes from generators that belong to the one fit, and no sum depends on how many threads there are.

mod averaging;
mod configuration;
mod network;
mod state;

use std::time::{Duration, Instant};

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
    while !history.ended(config.maximum_epochs, config.patience) {
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
        let ended = control == Control::Stop || history.ended(config.maximum_epochs, config.patience);
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

    fn ended(&self, maximum_epochs: usize, patience: usize) -> bool {
        let epochs = self.losses.len();
        epochs > 0 && (epochs >= maximum_epochs || epochs - self.best_epoch(epochs) >= patience)
    }
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
    penalty: Penalty,
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
            penalty: config.penalty,
            network,
            learning_rate: config.learning_rate,
            shuffling,
            dropout,
        }
    }

    /// An optimizer that has made no step yet.
    fn fresh_optimizer(&self, network: &N) -> ModuleOptimizer {
        optimizer(network, self.penalty, self.order.len())
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
