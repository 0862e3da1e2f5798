//! Explanations: the games of a customer against the background, solved within a budget.

use super::games::FieldGame;
use super::scale::Scale;
use super::score::{EncodedBackground, Score, Scorer, Workspace};
use super::stop::{Stop, Stopped};
use crate::calibration::Calibration;
use crate::customer::Customer;
use crate::explanation::{self, Budget, BudgetTooSmall, MeanShares};

/// What an explanation may cost, and on which scale it is.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ExplainOptions {
    /// What contributions add up to.
    pub scale: Scale,
    /// Most evaluations of the hidden part. Contributions are exact if Σ over the background rows
    /// of 2^players is no more. `None` is [`Scorer::default_budget`]; sampling then stops at
    /// [`DEFAULT_TOLERANCE`]. More than 32 times the default counts as that.
    pub budget: Option<u64>,
    /// Sampling stops once every standard error is at most this, on the scale. `None` spends a
    /// given budget in full.
    pub tolerance: Option<f64>,
    /// The seed of sampling. The same seed gives the same numbers.
    pub seed: u64,
    /// Whether to add the interactions, if all contributions are exact. They cost at least as many
    /// evaluations again.
    pub interactions: bool,
}

/// Why there is no explanation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ExplainError {
    /// The budget is too small for one.
    #[error(transparent)]
    Budget(#[from] BudgetTooSmall),
    /// [`Stop`] was set.
    #[error(transparent)]
    Stopped(#[from] Stopped),
}

/// How far two fields move the value together beyond what each does by itself: the Shapley
/// interaction index of order two.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interaction {
    /// Positions in the schema, `first` before `second`.
    pub first: usize,
    /// The second field's position.
    pub second: usize,
    /// On the scale of the explanation.
    pub value: f64,
}

/// Multiply-adds of a default budget: about a tenth of a second. With a hidden layer of 32 units, 16
/// fields may differ from each of 32 background rows.
pub(super) const DEFAULT_MULTIPLY_ADDS: u64 = 1 << 28;
/// A larger budget than this many default ones counts as them, so that every explanation ends in a
/// bearable time: sampling, and the probability above all, cost several times their multiply-adds.
pub(super) const LARGEST: u64 = 32;
/// The standard error at which sampling stops by default: a tenth of the second decimal of a logit,
/// or a tenth of a percentage point.
pub const DEFAULT_TOLERANCE: f64 = 0.001;

/// Shapley values of one customer against the background: `base + Σ contributions` is the logit, or
/// the probability on that scale.
#[derive(Clone, Debug, PartialEq)]
pub struct Explanation {
    /// What contributions add up to.
    pub scale: Scale,
    /// Mean of the background: of its logits, or of its probabilities.
    pub base: f64,
    /// The customer's score.
    pub score: Score,
    /// One per field of the schema, in its order.
    pub contributions: Vec<f64>,
    /// One per field; 0 where the contribution is exact.
    pub standard_errors: Vec<f64>,
    /// Evaluations of the hidden part.
    pub evaluations: u64,
    /// Whether no contribution was sampled.
    pub exact: bool,
    /// All pairs of fields, largest first; `None` if they were not asked for or not all is exact.
    pub interactions: Option<Vec<Interaction>>,
}

impl Explanation {
    /// The largest standard error.
    pub fn standard_error(&self) -> f64 {
        explanation::largest(&self.standard_errors)
    }
}

impl Scorer {
    /// The smallest budget that an explanation takes.
    pub fn minimum_budget(&self) -> u64 {
        explanation::MINIMUM * self.artifact.background.len() as u64
    }

    /// The default budget of evaluations: the larger the network, the fewer.
    pub fn default_budget(&self) -> u64 {
        let evaluation = self.artifact.network.multiply_adds(1) as u64;
        (DEFAULT_MULTIPLY_ADDS / evaluation).max(self.minimum_budget())
    }

    /// What these options allow an explanation.
    pub(crate) fn budget(&self, options: &ExplainOptions) -> Budget {
        let default_tolerance = if options.budget.is_none() { DEFAULT_TOLERANCE } else { 0.0 };
        let evaluations = self.default_budget();
        // The exact walk changes one field from one coalition to the next. A sampled coalition adds
        // the rows of a quarter of the inputs, in the mean, to those of its complement.
        let inputs = self.artifact.encoder.inputs().len();
        let sampled = DEFAULT_MULTIPLY_ADDS / self.artifact.network.multiply_adds(inputs.div_ceil(4)) as u64;
        let allowed = |default: u64| options.budget.map_or(default, |budget| budget.min(default * LARGEST));
        Budget {
            evaluations: allowed(evaluations),
            sampled: allowed(sampled),
            tolerance: options.tolerance.unwrap_or(default_tolerance),
            seed: options.seed,
        }
    }

    /// Explains one customer, exactly where the budget allows it.
    ///
    /// # Errors
    ///
    /// A budget that is too small, or a [`Stop`] that was set meanwhile.
    pub fn explain(
        &self,
        customer: &Customer,
        options: &ExplainOptions,
        workspace: &mut Workspace,
    ) -> Result<Explanation, ExplainError> {
        let score = self.score(customer, workspace);
        let scale = options.scale;
        let games = self.games(customer, scale);
        let calibration = Some(&self.artifact.document.calibration).filter(|_| scale == Scale::Probability);
        let players = games.iter().map(|game| game.players.clone()).collect();
        let budget = self.budget(options);
        let fields = customer.cells().len();
        let MeanShares { shares: mut contributions, standard_errors, mut evaluations, exact } =
            explanation::explain(fields, players, |row| games[row].walk(self, calibration, &workspace.stop), budget)?;
        let EncodedBackground { base, base_probability, .. } = self.encoded_background();
        let base = match scale {
            Scale::LogOdds => {
                for (field, share) in games.iter().flat_map(|game| &game.direct) {
                    contributions[*field] += share / games.len() as f64;
                }
                *base
            }
            Scale::Probability => *base_probability,
        };
        let interactions = (options.interactions && exact).then(|| {
            evaluations *= 2;
            self.interactions(&games, calibration, &workspace.stop, fields)
        });
        workspace.stop.check()?;
        Ok(Explanation { scale, base, score, contributions, standard_errors, evaluations, exact, interactions })
    }

    /// Mean interaction indices of all pairs of fields, largest first.
    fn interactions(
        &self,
        games: &[FieldGame],
        calibration: Option<&Calibration>,
        stop: &Stop,
        fields: usize,
    ) -> Vec<Interaction> {
        let mut sums = vec![0.0; fields * fields];
        let factor = 1.0 / games.len() as f64;
        games.iter().for_each(|game| game.add_interactions(self, calibration, stop, factor, fields, &mut sums));
        let mut pairs: Vec<Interaction> = Vec::with_capacity(fields * fields / 2);
        for first in 0..fields {
            for second in first + 1..fields {
                let value = sums[first * fields + second];
                let at = pairs.partition_point(|pair| pair.value.abs() >= value.abs());
                pairs.insert(at, Interaction { first, second, value });
            }
        }
        pairs
    }
}
