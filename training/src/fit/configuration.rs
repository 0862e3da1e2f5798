//! The configuration of a fit, with the defaults that were measured best, and its errors.

use std::fmt::{Display, Formatter};
use std::path::PathBuf;

use burn::tensor::Device;
use serde_json::{Value, json};
use tenure::network::burn::tabm::TabmConfig;
use thiserror::Error;

use super::network::{DenseShape, NetworkShape};
use super::rows::DenseRows;

/// How to fit a network of some kind.
#[derive(Clone, Debug, PartialEq)]
pub struct FitConfig<S = DenseShape> {
    /// The shape of the network.
    pub shape: S,
    pub learning_rate: f64,
    pub schedule: Schedule,
    pub penalty: Penalty,
    /// The decay of the moving average of the weights, for each step; 0 keeps the latest weights.
    pub averaging: f64,
    /// Rows of a mini-batch. The last few rows of a table are spread over the others' batches;
    /// small tables get smaller batches.
    pub batch_size: usize,
    pub maximum_epochs: usize,
    /// Epochs over which the lowest validation loss must fall by more than `minimum_gain`, else the
    /// fit ends.
    pub patience: usize,
    /// The least gain within `patience` epochs (scikit-learn's `tol`). On large tables the loss
    /// keeps falling in the fifth decimal for hundreds of epochs.
    pub minimum_gain: f64,
    /// The fit ends once the network is this near to the targets of the validation rows: the mean
    /// Kullback-Leibler divergence of its probabilities from them. For students, whose validation
    /// rows have the teacher's probabilities as targets; 0 lets no fit end so.
    pub enough: f64,
    /// Weigh a positive row by negatives / positives. The logits are brought back to the true share
    /// of positives when the fit ends ([`super::Fitted::prior_correction`]).
    pub class_weights: bool,
    /// The weight of a positive row in place of negatives / positives; it is above 0.
    pub positive_weight: Option<f64>,
    /// Exponent of the focal loss, `(1 - p)^gamma` times the log-loss where p is the probability
    /// given to what happened (Lin et al. 2017, "Focal loss for dense object detection"); 0 is the
    /// log-loss.
    pub gamma: f64,
    pub seed: u64,
}

/// What a fit needs beside its configuration: where it computes, and where it keeps its state.
#[derive(Clone, Debug)]
pub struct FitOptions {
    pub device: Device,
    /// The folder for the state of an unfinished fit.
    pub checkpoints: Option<PathBuf>,
}

/// The CPU, and no state.
impl Default for FitOptions {
    fn default() -> FitOptions {
        FitOptions { device: Device::flex(), checkpoints: None }
    }
}

/// The learning rate over the epochs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Schedule {
    Constant,
    /// Down to 0 over `maximum_epochs`, along half a cosine (Loshchilov and Hutter 2017, without
    /// restarts). It suits a fit that does not stop early: one with far more rows than the network
    /// can memorise.
    Cosine,
    /// The same over this number of epochs, then from the start over twice as many, and so on
    /// (warm restarts). It suits a fit of unknown length: after every round the network is as good
    /// as one that was meant to be so short.
    Restarts(usize),
}

impl Schedule {
    /// The share of the learning rate that an epoch has, from 1.
    pub(super) fn share(self, epoch: usize, maximum_epochs: usize) -> f64 {
        let (mut before, mut round) = match self {
            Schedule::Constant => return 1.0,
            Schedule::Cosine => (0, maximum_epochs),
            Schedule::Restarts(first) => (0, first.max(1)),
        };
        while epoch > before + round {
            before += round;
            round *= 2;
        }
        let done = ((epoch - before) as f64 - 0.5) / round as f64;
        0.5 * (1.0 + (std::f64::consts::PI * done).cos())
    }
}

/// A penalty on large weights; biases are left alone.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Penalty {
    /// L2: `penalty / 2` times the sum of the squared weights is added to the sum of the rows'
    /// losses, so its share falls as the table grows (scikit-learn's `1 / C`). It is part of the
    /// gradient, so that it is the penalty of the loss itself.
    Loss(f64),
    /// AdamW's decay beside the gradient (Loshchilov and Hutter 2019): every step takes
    /// `learning_rate × decay` of a weight. The rarer a column, the less it shrinks the column's
    /// weights: rare categories are then memorised, unless an ensemble averages them out.
    Decoupled(f64),
}

/// In a few words, as in `L2 0.4` and `decay 0.0003`.
impl Display for Penalty {
    fn fmt(&self, out: &mut Formatter) -> std::fmt::Result {
        match self {
            Penalty::Loss(strength) => write!(out, "L2 {strength}"),
            Penalty::Decoupled(strength) => write!(out, "decay {strength}"),
        }
    }
}

impl Penalty {
    /// As in [`FitConfig::canonical`].
    pub(crate) fn canonical(self) -> Value {
        match self {
            Penalty::Loss(strength) => json!({ "l2": strength }),
            Penalty::Decoupled(decay) => json!({ "decay": decay }),
        }
    }

    /// The number of either penalty.
    pub fn strength(self) -> f64 {
        let (Penalty::Loss(strength) | Penalty::Decoupled(strength)) = self;
        strength
    }
}

impl Default for FitConfig<DenseShape> {
    fn default() -> FitConfig {
        FitConfig { averaging: 0.98, ..FitConfig::new(DenseShape::default(), 3e-3, Penalty::Loss(8.0)) }
    }
}

impl Default for FitConfig<TabmConfig> {
    fn default() -> FitConfig<TabmConfig> {
        FitConfig::new(TabmConfig::default(), 2e-3, Penalty::Decoupled(3e-4))
    }
}

impl<S> FitConfig<S> {
    /// What the defaults of all shapes have in common.
    fn new(shape: S, learning_rate: f64, penalty: Penalty) -> FitConfig<S> {
        FitConfig {
            shape,
            learning_rate,
            schedule: Schedule::Constant,
            penalty,
            averaging: 0.0,
            batch_size: 256,
            maximum_epochs: 300,
            patience: 16,
            minimum_gain: 1e-4,
            enough: 0.0,
            class_weights: false,
            positive_weight: None,
            gamma: 0.0,
            seed: 0,
        }
    }
}

impl<S: NetworkShape> FitConfig<S> {
    /// The form of a configuration in an identity. It names its own keys, so that a renamed field
    /// changes nothing.
    pub(crate) fn canonical(&self) -> Value {
        // Without `..`, so that a new field is not forgotten here.
        let FitConfig {
            shape,
            learning_rate,
            schedule,
            penalty,
            averaging,
            batch_size,
            maximum_epochs,
            patience,
            minimum_gain,
            enough,
            class_weights,
            positive_weight,
            gamma,
            seed,
        } = self;
        let schedule = match schedule {
            Schedule::Constant => json!("constant"),
            Schedule::Cosine => json!("cosine"),
            Schedule::Restarts(first) => json!({ "restarts": first }),
        };
        json!({
            "shape": shape.canonical(),
            "learning_rate": learning_rate,
            "schedule": schedule,
            "penalty": penalty.canonical(),
            "averaging": averaging,
            "batch_size": batch_size,
            "maximum_epochs": maximum_epochs,
            "patience": patience,
            "minimum_gain": minimum_gain,
            "enough": enough,
            "class_weights": class_weights,
            "positive_weight": positive_weight,
            "gamma": gamma,
            "seed": seed,
        })
    }

    /// Every rule that this configuration breaks, for feature vectors of `inputs` columns.
    pub fn problems(&self, inputs: usize) -> Vec<String> {
        let mut problems = self.shape.problems(inputs);
        let mut require = |holds: bool, name: &str, rule: &str, value: String| {
            if !holds {
                problems.push(format!("{name} must be {rule}, is {value}"));
            }
        };
        let rate = self.learning_rate;
        require(rate.is_finite() && rate > 0.0, "learning_rate", "above 0", rate.to_string());
        let penalty = self.penalty.strength();
        require(penalty.is_finite() && penalty >= 0.0, "penalty", "at least 0", penalty.to_string());
        if let Some(weight) = self.positive_weight {
            require(weight.is_finite() && weight > 0.0, "positive_weight", "above 0", weight.to_string());
        }
        let gamma = self.gamma;
        require((0.0..=10.0).contains(&gamma), "gamma", "within 0 to 10", gamma.to_string());
        let averaging = self.averaging;
        require((0.0..1.0).contains(&averaging), "averaging", "at least 0 and below 1", averaging.to_string());
        let smallest = self.shape.smallest_batch();
        let rule = format!("at least {smallest}");
        require(self.batch_size >= smallest, "batch_size", &rule, self.batch_size.to_string());
        require(self.maximum_epochs >= 1, "maximum_epochs", "at least 1", self.maximum_epochs.to_string());
        let gain = self.minimum_gain;
        require(gain.is_finite() && gain >= 0.0, "minimum_gain", "at least 0", gain.to_string());
        let enough = self.enough;
        require(enough.is_finite() && enough >= 0.0, "enough", "at least 0", enough.to_string());
        require(self.patience >= 1, "patience", "at least 1", self.patience.to_string());
        problems
    }

    pub(super) fn check(&self, train: &dyn DenseRows, validation: &dyn DenseRows) -> Result<(), FitError> {
        let problems = self.problems(train.columns());
        if !problems.is_empty() {
            return Err(FitError::Configuration { problems });
        }
        if train.columns() != validation.columns() {
            return Err(FitError::Columns { train: train.columns(), validation: validation.columns() });
        }
        for (rows, part) in [(train, "training"), (validation, "validation")] {
            let positives = rows.labels().iter().filter(|&&label| label).count();
            let negatives = rows.labels().len() - positives;
            if positives == 0 || negatives == 0 {
                return Err(FitError::OneClass { part, positives, negatives });
            }
        }
        Ok(())
    }
}

/// Why no network came out.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum FitError {
    #[error("the fit's configuration is wrong: {}", problems.join("; "))]
    Configuration { problems: Vec<String> },
    #[error("the training rows have {train} feature columns, the validation rows {validation}")]
    Columns { train: usize, validation: usize },
    #[error("the {part} rows need both classes, but have {positives} positive and {negatives} negative rows")]
    OneClass { part: &'static str, positives: usize, negatives: usize },
    #[error(
        "the loss was no longer finite in epoch {epoch} (learning rate {learning_rate}); try a lower learning rate"
    )]
    Diverged { epoch: usize, learning_rate: f64 },
    /// A state that cannot be read or written, or that is damaged.
    #[error("{message}")]
    Checkpoint { message: String },
    #[error("interrupted")]
    Interrupted,
}
