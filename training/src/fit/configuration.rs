//! What a fit can be told, with the defaults that were measured best, and what it can refuse.

use serde::{Deserialize, Serialize};
use tenure::network::burn::NetworkConfig;
use thiserror::Error;

use super::DenseRows;

/// How to fit a network.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FitConfig {
    /// Units of each hidden layer.
    pub hidden: Vec<usize>,
    /// The linear share of the logit beside the hidden layers.
    pub direct: bool,
    /// A batch norm before each ReLU.
    pub batch_norm: bool,
    /// A batch norm on the feature vector.
    pub input_batch_norm: bool,
    /// The probability with which a step leaves out a hidden unit.
    pub dropout: f64,
    pub learning_rate: f64,
    /// The L2 penalty: `penalty / 2` times the sum of the squared weights is added to the sum of the rows' losses, so
    /// its share falls as the table grows (scikit-learn's `1 / C`).
    pub penalty: f64,
    /// The decay of the moving average of the weights, for each step; 0 keeps the latest weights.
    pub averaging: f64,
    /// Rows of a mini-batch. The last few rows of a table are spread over the others' batches; small tables get
    /// smaller batches.
    pub batch_size: usize,
    pub maximum_epochs: usize,
    /// Epochs without a lower validation loss after which the fit ends.
    pub patience: usize,
    /// Weigh a positive row by negatives / positives. It leaves the order of the scores alone and ruins calibration.
    pub class_weights: bool,
    pub seed: u64,
}

impl Default for FitConfig {
    fn default() -> FitConfig {
        FitConfig {
            hidden: vec![32],
            direct: true,
            batch_norm: false,
            input_batch_norm: false,
            dropout: 0.2,
            learning_rate: 3e-3,
            penalty: 8.0,
            averaging: 0.98,
            batch_size: 256,
            maximum_epochs: 300,
            patience: 16,
            class_weights: false,
            seed: 0,
        }
    }
}

impl FitConfig {
    /// The shape of the network over `inputs` dense columns.
    pub fn network(&self, inputs: usize) -> NetworkConfig {
        NetworkConfig {
            inputs,
            hidden: self.hidden.clone(),
            dropout: self.dropout,
            batch_norm: self.batch_norm,
            input_batch_norm: self.input_batch_norm,
            direct: self.direct,
        }
    }

    /// Every reason why no fit can follow this configuration, on feature vectors of `inputs` columns.
    pub fn problems(&self, inputs: usize) -> Vec<String> {
        let mut problems = self.network(inputs).problems();
        let mut require = |holds: bool, name: &str, rule: &str, value: String| {
            if !holds {
                problems.push(format!("{name} must be {rule}, is {value}"));
            }
        };
        let rate = self.learning_rate;
        require(rate.is_finite() && rate > 0.0, "learning_rate", "above 0", rate.to_string());
        let penalty = self.penalty;
        require(penalty.is_finite() && penalty >= 0.0, "penalty", "at least 0", penalty.to_string());
        let averaging = self.averaging;
        require((0.0..1.0).contains(&averaging), "averaging", "at least 0 and below 1", averaging.to_string());
        // A batch norm of one row sees no spread at all.
        let smallest = if self.batch_norm || self.input_batch_norm { 2 } else { 1 };
        let rule = format!("at least {smallest}");
        require(self.batch_size >= smallest, "batch_size", &rule, self.batch_size.to_string());
        require(self.maximum_epochs >= 1, "maximum_epochs", "at least 1", self.maximum_epochs.to_string());
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
    #[error("interrupted")]
    Interrupted,
}
