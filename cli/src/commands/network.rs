//! The flags that decide what is learned, the same for every command that fits a network.

use std::str::FromStr;

use tenure_training::fit::Penalty;
use tenure_training::train::{Model, Ship, Student, TrainParams};

use crate::failure::Failure;

/// What decides the network; shared by `train`, `crossval` and `tune`.
#[derive(Clone, Debug, clap::Args)]
pub struct NetworkArguments {
    /// Seed of splits, weights, dropout and mini-batches: the same seed gives the same bytes on the same machine
    #[arg(long, default_value_t = 0)]
    pub seed: u64,
    /// The teacher; without it all are tried, and the validation rows choose
    #[arg(long)]
    pub model: Option<Model>,
    /// Members of the TabM teacher; half as many where its second penalty is tried
    #[arg(long)]
    pub members: Option<usize>,
    /// Units of each of its two hidden layers
    #[arg(long)]
    pub width: Option<usize>,
    /// What ships: `auto`, `student`, `teacher`, or `members:N` of the teacher
    #[arg(long, default_value = "auto")]
    pub ship: Ship,
    /// Synthetic customers that the teacher labels for the student
    #[arg(long)]
    pub synthetic_rows: Option<usize>,
    /// How much of what the student is told about a real row is its label; the rest is the teacher's probability
    #[arg(long)]
    pub label_share: Option<f64>,
    /// Units of the hidden layers, as in `16,8`; `none` leaves the additive part alone
    #[arg(long, value_parser = Hidden::from_str)]
    pub hidden: Option<Hidden>,
    /// Bins of a number's piecewise-linear encoding
    #[arg(long)]
    pub bins: Option<usize>,
    /// Share of hidden units dropped in training
    #[arg(long)]
    pub dropout: Option<f64>,
    #[arg(long)]
    pub learning_rate: Option<f64>,
    /// L2 penalty on the weights, beside the sum of the rows' losses (scikit-learn's 1/C)
    #[arg(long)]
    pub penalty: Option<f64>,
    /// Batch norm on the input and after every hidden layer, on or off
    #[arg(long)]
    pub batch_norm: Option<bool>,
    #[arg(long)]
    pub batch_size: Option<usize>,
    /// Most epochs; early stopping mostly ends sooner
    #[arg(long)]
    pub epochs: Option<usize>,
    /// Training stops when the lowest validation loss fell by less than 0.0001 over so many epochs
    #[arg(long)]
    pub patience: Option<usize>,
    /// Weigh the classes equally in the loss; probabilities are brought back to the true share of leavers. It does not
    /// raise ROC-AUC: `tenure imbalance` shows the trade
    #[arg(long)]
    pub class_weights: bool,
    /// Weight of a customer that left in the loss, where a stayed one has 1, in place of balanced --class-weights
    #[arg(long, allow_hyphen_values = true, conflicts_with = "class_weights")]
    pub positive_weight: Option<f64>,
    /// Focal loss with this exponent, such as 2: rows that are predicted well count less
    #[arg(long, value_parser = focusing, value_name = "EXPONENT")]
    pub focal: Option<f64>,
    /// Background rows of the explanation, each of at least 20 customers; without it the fewest of 32, 48 and 64 whose
    /// contributions are within a twentieth of those against the training set
    #[arg(long)]
    pub background_rows: Option<usize>,
}

#[derive(Clone, Debug)]
pub struct Hidden(Vec<usize>);

/// An exponent of the focal loss.
pub(super) fn focusing(text: &str) -> Result<f64, String> {
    let number: f64 = text.parse().map_err(|_| "must be a number")?;
    if number > 0.0 && number <= 10.0 { Ok(number) } else { Err("must be above 0 and at most 10".into()) }
}

impl FromStr for Hidden {
    type Err = String;

    fn from_str(text: &str) -> Result<Hidden, String> {
        if text == "none" {
            return Ok(Hidden(Vec::new()));
        }
        let units = text.split(',').map(|units| match units.trim().parse() {
            Ok(units @ 1..=1024) => Ok(units),
            _ => Err(format!("`{units}` is no number of units from 1 to 1024")),
        });
        units.collect::<Result<_, _>>().map(Hidden)
    }
}

impl NetworkArguments {
    /// The parameters with what was given in place of the defaults; every value out of range is named.
    pub fn params(&self) -> Result<TrainParams, Failure> {
        let mut params =
            TrainParams { seed: self.seed, background_rows: self.background_rows, ..TrainParams::default() };
        let mut wrong = Vec::new();
        let mut within = |name: &str, value: f64, low: f64, high: f64| {
            if !(low..=high).contains(&value) {
                wrong.push(format!("--{name} must be within {low} to {high} (got {value})"));
            }
        };
        params.ship = self.ship;
        let (network, student, teacher) = (&mut params.network, &mut params.distillation, &mut params.teacher);
        teacher.model = self.model;
        if let Some(members) = self.members {
            within("members", members as f64, 1.0, 256.0);
            teacher.tabm.shape.members = members;
        }
        if let Some(width) = self.width {
            within("width", width as f64, 1.0, 4096.0);
            teacher.tabm.shape.width = width;
        }
        if let Some(rows) = self.synthetic_rows {
            within("synthetic-rows", rows as f64, 1.0, 10_000_000.0);
            student.synthetic_rows = rows;
        }
        if let Some(share) = self.label_share {
            within("label-share", share, 0.0, 1.0);
            student.label_share = share;
        }
        if let Some(Hidden(units)) = &self.hidden {
            within("hidden", units.len() as f64, 0.0, 8.0);
            network.shape.hidden = units.clone();
            student.students = vec![Student::new(units)];
        }
        if let Some(bins) = self.bins {
            within("bins", bins as f64, 1.0, 1023.0);
            params.encoder.bins = bins;
        }
        if let Some(dropout) = self.dropout {
            within("dropout", dropout, 0.0, 0.95);
            network.shape.dropout = dropout;
        }
        if let Some(rate) = self.learning_rate {
            within("learning-rate", rate, 1e-7, 1.0);
            network.learning_rate = rate;
            student.fit.learning_rate = rate;
        }
        if let Some(penalty) = self.penalty {
            within("penalty", penalty, 0.0, 1e6);
            network.penalty = Penalty::Loss(penalty);
        }
        if let Some(batch_norm) = self.batch_norm {
            for fit in [&mut *network, &mut student.fit] {
                fit.shape.batch_norm = batch_norm;
                fit.shape.input_batch_norm = batch_norm;
            }
        }
        if let Some(size) = self.batch_size {
            within("batch-size", size as f64, 2.0, 65_536.0);
            network.batch_size = size;
            student.fit.batch_size = size;
        }
        if let Some(epochs) = self.epochs {
            within("epochs", epochs as f64, 1.0, 10_000.0);
            network.maximum_epochs = epochs;
            student.fit.maximum_epochs = epochs;
            teacher.tabm.maximum_epochs = epochs;
        }
        if let Some(patience) = self.patience {
            within("patience", patience as f64, 1.0, 10_000.0);
            network.patience = patience;
            teacher.tabm.patience = patience;
        }
        if let Some(rows) = self.background_rows {
            within("background-rows", rows as f64, 1.0, 256.0);
        }
        if let Some(weight) = self.positive_weight {
            within("positive-weight", weight, 0.001, 1000.0);
            network.positive_weight = Some(weight);
        }
        network.class_weights = self.class_weights;
        network.focusing = self.focal.unwrap_or(0.0);
        if wrong.is_empty() { Ok(params) } else { Err(Failure::usage(wrong.join("\n"))) }
    }
}
