//! Wires the rooms: customer → features → logit → probability → tier, and the games of an explanation. Holds no maths.

mod columns;
mod counterfactuals;
mod games;

pub use columns::{ColumnBlock, Flag, MISSING_CODE};
pub use counterfactuals::{Counterfactual, CounterfactualRequest, Counterfactuals, FieldChange, NoCounterfactual};

use std::sync::OnceLock;

use serde::Serialize;

use crate::artifact::{self, Artifact, ArtifactError, Document};
use crate::customer::{Cell, Customer};
use crate::encoding::Features;
use crate::explanation::{self, Budget, BudgetTooSmall, MeanShares};
use crate::network::Scratch;
use crate::schema::Field;
use crate::sentence::Messages;
pub(crate) use games::FieldGame;

/// A model that is ready to score.
#[derive(Clone, Debug)]
pub struct Scorer {
    artifact: Artifact,
    /// Made when the first explanation asks for it: a score does without.
    background: OnceLock<EncodedBackground>,
    /// The words for people, likewise.
    messages: OnceLock<Messages>,
}

#[derive(Clone, Debug)]
struct EncodedBackground {
    rows: Features,
    /// Mean logit of the rows.
    base: f64,
}

/// Memory for scoring one customer after another.
#[derive(Clone, Debug)]
pub struct Workspace {
    features: Features,
    scratch: Scratch,
}

/// Logit before calibration, probability after it, and the index of the tier in the policy.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Score {
    pub logit: f64,
    pub probability: f64,
    pub tier: usize,
}

/// What an explanation may cost.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ExplainOptions {
    /// Most evaluations of the hidden part: contributions are exact where Σ over the background rows of 2^players is no
    /// more. `None` is [`Scorer::default_budget`], of which sampling spends what [`DEFAULT_TOLERANCE`] takes.
    pub budget: Option<u64>,
    /// Sampling stops once every standard error is at most this, on the logit. `None` spends a budget that is given.
    pub tolerance: Option<f64>,
    /// Of sampling: the same seed gives the same numbers.
    pub seed: u64,
    /// Whether to add the interactions, which cost as many evaluations again and more; only where all is exact.
    pub interactions: bool,
}

/// How far two fields move the logit together beyond what each does by itself: the Shapley interaction index of order two.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interaction {
    /// Positions in the schema, `first` before `second`.
    pub first: usize,
    pub second: usize,
    /// On the logit.
    pub value: f64,
}

/// Multiply-adds of a default budget: less than a tenth of a second. With a hidden layer of 32 units, 16 fields may differ
/// from each of 32 background rows.
const DEFAULT_MULTIPLY_ADDS: u64 = 1 << 28;
/// A tenth of what the second decimal shows.
pub const DEFAULT_TOLERANCE: f64 = 0.001;

/// Shapley values of one customer against the background, on the logit: `base + Σ contributions = logit`.
#[derive(Clone, Debug, PartialEq)]
pub struct Explanation {
    pub base: f64,
    pub score: Score,
    /// One per field of the schema, in its order.
    pub contributions: Vec<f64>,
    /// One per field; 0 where the contribution is exact.
    pub standard_errors: Vec<f64>,
    /// Evaluations of the hidden part.
    pub evaluations: u64,
    pub exact: bool,
    /// All pairs of fields, largest first, where they were asked for and all is exact.
    pub interactions: Option<Vec<Interaction>>,
}

impl Explanation {
    /// The largest standard error.
    pub fn standard_error(&self) -> f64 {
        explanation::largest(&self.standard_errors)
    }
}

impl Scorer {
    /// Reads an artifact and makes it ready.
    pub fn from_bytes(bytes: &[u8]) -> Result<Scorer, ArtifactError> {
        artifact::read(bytes).map(Scorer::new)
    }

    pub fn new(artifact: Artifact) -> Scorer {
        Scorer { artifact, background: OnceLock::new(), messages: OnceLock::new() }
    }

    fn encoded_background(&self) -> &EncodedBackground {
        self.background.get_or_init(|| {
            let Artifact { encoder, network, background, .. } = &self.artifact;
            let mut rows = Features::new(encoder.inputs().len(), background.len());
            for (at, customer) in background.iter().enumerate() {
                encoder.encode(customer, at, &mut rows);
            }
            let mut logits = vec![0.0; background.len()];
            network.logits(&rows, background.len(), &mut network.scratch(), &mut logits);
            let base = logits.iter().map(|&logit| f64::from(logit)).sum::<f64>() / background.len() as f64;
            EncodedBackground { rows, base }
        })
    }

    pub fn document(&self) -> &Document {
        &self.artifact.document
    }

    pub fn artifact(&self) -> &Artifact {
        &self.artifact
    }

    pub fn workspace(&self) -> Workspace {
        let features = Features::new(self.artifact.encoder.inputs().len(), 1);
        Workspace { features, scratch: self.artifact.network.scratch() }
    }

    /// Scores one customer.
    pub fn score(&self, customer: &Customer, workspace: &mut Workspace) -> Score {
        let Workspace { features, scratch } = workspace;
        self.artifact.encoder.encode(customer, 0, features);
        self.finish(self.artifact.network.logit(features, scratch))
    }

    fn finish(&self, logit: f32) -> Score {
        let logit = f64::from(logit);
        let probability = self.artifact.document.calibration.probability(logit);
        Score { logit, probability, tier: self.artifact.document.policy.tier(probability) }
    }

    /// Whether a value of a customer is taken for another: OTHER, or the end of the fitted quantiles.
    pub fn has_warnings(&self, customer: &Customer) -> bool {
        let fields = &self.artifact.document.schema.fields;
        let other = |(cell, field): (&Cell, &Field)| *cell == Cell::Category(field.category_count() as u32);
        customer.cells().iter().zip(fields).any(other) || self.artifact.encoder.is_clipped(customer)
    }

    /// The smallest budget that an explanation takes.
    pub fn minimum_budget(&self) -> u64 {
        explanation::MINIMUM * self.artifact.background.len() as u64
    }

    /// Evaluations that an explanation may cost unless the caller says otherwise: fewer the larger the network is.
    pub fn default_budget(&self) -> u64 {
        let evaluation = self.artifact.network.multiply_adds(1) as u64;
        (DEFAULT_MULTIPLY_ADDS / evaluation).max(self.minimum_budget())
    }

    /// What these options allow an explanation.
    pub(crate) fn budget(&self, options: &ExplainOptions) -> Budget {
        let default_tolerance = if options.budget.is_none() { DEFAULT_TOLERANCE } else { 0.0 };
        Budget {
            evaluations: options.budget.unwrap_or_else(|| self.default_budget()),
            tolerance: options.tolerance.unwrap_or(default_tolerance),
            seed: options.seed,
        }
    }

    /// Explains one customer, exactly where the budget allows it.
    pub fn explain(
        &self,
        customer: &Customer,
        options: &ExplainOptions,
        workspace: &mut Workspace,
    ) -> Result<Explanation, BudgetTooSmall> {
        let score = self.score(customer, workspace);
        let rows = self.artifact.background.len();
        let games: Vec<_> = (0..rows).map(|row| self.game(customer, &workspace.features, row)).collect();
        let players = games.iter().map(|game| game.players.clone()).collect();
        let budget = self.budget(options);
        let fields = customer.cells().len();
        let MeanShares { shares: mut contributions, standard_errors, mut evaluations, exact } =
            explanation::explain(fields, players, |row| games[row].walk(self), budget)?;
        for (field, share) in games.iter().flat_map(|game| &game.direct) {
            contributions[*field] += share / rows as f64;
        }
        let interactions = (options.interactions && exact).then(|| {
            evaluations *= 2;
            self.interactions(&games, fields)
        });
        Ok(Explanation {
            base: self.encoded_background().base,
            score,
            contributions,
            standard_errors,
            evaluations,
            exact,
            interactions,
        })
    }

    /// Mean interaction indices of all pairs of fields, largest first.
    fn interactions(&self, games: &[FieldGame], fields: usize) -> Vec<Interaction> {
        let mut sums = vec![0.0; fields * fields];
        games.iter().for_each(|game| game.add_interactions(self, 1.0 / games.len() as f64, fields, &mut sums));
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

    /// The words for people: English unless others are given.
    pub fn messages(&self) -> &Messages {
        self.messages.get_or_init(Messages::english)
    }

    /// Counts the days of date fields back from another day; answers whether there is such a field, see
    /// [`crate::schema::Schema::set_reference`].
    pub fn set_reference(&mut self, day: f64) -> bool {
        self.artifact.document.schema.set_reference(day)
    }

    pub fn set_messages(&mut self, messages: Messages) {
        self.messages = OnceLock::from(messages);
    }

    /// A cell in words, see [`Messages::value`].
    pub fn text(&self, field: usize, cell: Cell) -> String {
        self.messages().value(&self.artifact.document.schema.fields[field], cell)
    }
}

#[cfg(test)]
pub(crate) mod tests;
