//! The request, the search over [`Trials`], and its answers, each scored again.

use super::trials::{FieldChange, Trials};
use crate::artifact::Artifact;
use crate::customer::Customer;
use crate::explanation::counterfactual::{Goal, search};
use crate::scorer::explain::DEFAULT_MULTIPLY_ADDS;
use crate::scorer::score::{Score, Scorer, Workspace};
use crate::scorer::stop::Stopped;

/// The most candidates that are evaluated, before the answers of a beam are made cheaper.
const MAXIMUM_BUDGET: u64 = 100_000;
/// The fewest.
const MINIMUM_BUDGET: u64 = 64;
/// A step of a formula takes about as long as this number of multiply-adds.
const STEP: u64 = 16;

/// What is asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct CounterfactualRequest {
    /// Answers have a probability below it.
    pub threshold: f64,
    /// Answers wanted.
    pub count: usize,
    /// Fields that may change. Those that the schema does not mark as changeable stay as they are.
    pub fields: Vec<usize>,
}

/// What was found, cheapest first, and how far the search went.
#[derive(Clone, Debug, PartialEq)]
pub struct Counterfactuals {
    /// The customer as it is.
    pub score: Score,
    /// Cheapest first.
    pub answers: Vec<Counterfactual>,
    /// Why there is no answer.
    pub none: Option<NoCounterfactual>,
    /// All sets of at most this number of changes were tried, except those that contain an answer.
    pub exhaustive: usize,
    /// Some sets of up to this number of changes were tried: those that extend the best ones.
    pub longest: usize,
    /// Candidates that were scored.
    pub evaluations: usize,
    /// Lowest probability that the search met, the customer's own among them.
    pub lowest: f64,
}

/// One answer: a customer with a few values changed, scored.
#[derive(Clone, Debug, PartialEq)]
pub struct Counterfactual {
    /// In schema order.
    pub changes: Vec<FieldChange>,
    /// Σ over the changed fields of cost · (1 + distance); see [`Scorer::counterfactuals`].
    pub cost: f64,
    /// The score with these changes.
    pub score: Score,
    /// The customer with these changes.
    pub customer: Customer,
}

/// Why nothing was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoCounterfactual {
    /// The probability is below the threshold as it is.
    AlreadyUnder = 1,
    /// No field that may change has another value to take.
    NoChange,
    /// No candidate came below the threshold.
    NotReached,
}

impl NoCounterfactual {
    /// The stable text.
    pub fn name(self) -> &'static str {
        match self {
            NoCounterfactual::AlreadyUnder => "already_under",
            NoCounterfactual::NoChange => "no_change",
            NoCounterfactual::NotReached => "not_reached",
        }
    }
}

impl Trials<'_> {
    /// Candidates within the multiply-adds of a default explanation: the larger the network and the
    /// longer the rules, the fewer.
    fn budget(&self) -> usize {
        let Artifact { encoder, network, .. } = &self.scorer.artifact;
        let products = network.multiply_adds(encoder.inputs().len()) as u64;
        let candidate = products + STEP * (encoder.formula_steps() + self.formula_steps());
        (DEFAULT_MULTIPLY_ADDS / candidate).clamp(MINIMUM_BUDGET, MAXIMUM_BUDGET) as usize
    }
}

impl Scorer {
    /// Positions of the fields that the schema calls changeable.
    pub fn changeable(&self) -> Vec<usize> {
        let fields = self.artifact.document.schema.fields.iter().enumerate();
        fields.filter(|(_, field)| field.changeable).map(|(index, _)| index).collect()
    }

    /// The threshold below which a customer of this tier is in the next lower one: the tier's own
    /// bound. For the lowest tier it is the upper bound. `None` if there is only one tier.
    pub fn threshold(&self, tier: usize) -> Option<f64> {
        self.artifact.document.policy.tiers.get(tier.max(1)).map(|tier| tier.from)
    }

    /// The cheapest irreducible sets of changes that bring the customer's probability under the
    /// threshold; every answer is scored again from its cells.
    ///
    /// A changed field costs its `cost` (1 unless the schema says) times 1 + the distance moved:
    /// for a number the share of its fitted quantiles in between (0 to 1), for a category 1, or
    /// where it has a direction the share of its list. A value that is missing stays missing; a
    /// number that the schema gives no step takes the values of the knots.
    ///
    /// # Errors
    ///
    /// A [`Stop`](crate::scorer::Stop) that was set meanwhile.
    pub fn counterfactuals(
        &self,
        customer: &Customer,
        request: &CounterfactualRequest,
        workspace: &mut Workspace,
    ) -> Result<Counterfactuals, Stopped> {
        let score = self.score(customer, workspace);
        let mut trials = Trials::new(self, customer, &request.fields, &workspace.stop);
        let mut result = Counterfactuals {
            score,
            answers: Vec::new(),
            none: None,
            exhaustive: 0,
            longest: 0,
            evaluations: 0,
            lowest: score.probability,
        };
        if score.probability < request.threshold {
            result.none = Some(NoCounterfactual::AlreadyUnder);
            return Ok(result);
        }
        if trials.costs.is_empty() {
            result.none = Some(NoCounterfactual::NoChange);
            return Ok(result);
        }
        let goal = Goal { threshold: request.threshold, count: request.count, budget: trials.budget() };
        let found = search(&mut trials, goal);
        workspace.stop.check()?;
        for answer in found.answers {
            trials.apply(&answer.options);
            let Ok(changed) = Customer::from_cells(&self.artifact.document.schema, &trials.cells) else { continue };
            let score = self.score(&changed, workspace);
            if score.probability < request.threshold {
                let changes = trials.changes(&answer.options);
                result.answers.push(Counterfactual { changes, cost: answer.cost, score, customer: changed });
            }
        }
        if result.answers.is_empty() {
            result.none = Some(NoCounterfactual::NotReached);
        }
        result.exhaustive = found.exhaustive;
        result.longest = found.longest;
        result.evaluations = found.evaluations;
        result.lowest = score.probability.min(found.lowest);
        Ok(result)
    }
}
