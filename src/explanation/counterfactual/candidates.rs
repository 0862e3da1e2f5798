//! What the search asks of a model, and what it answers.

/// What a model says about one candidate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Outcome {
    /// The logit.
    pub logit: f64,
    /// The calibrated probability.
    pub probability: f64,
    /// Whether such a customer may exist. Only feasible candidates are answers; a beam passes
    /// through the others.
    pub feasible: bool,
}

/// The model as the search sees it.
pub trait Candidates {
    /// For each field the costs, above 0, of its options 1, 2, ….
    fn costs(&self) -> &[Vec<f64>];

    /// Evaluates candidates, `[outcomes.len(), fields]` options.
    fn evaluate(&mut self, options: &[u16], outcomes: &mut Vec<Outcome>);
}

/// What to look for, and how long.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Goal {
    /// A probability below it is an answer.
    pub threshold: f64,
    /// Answers wanted.
    pub count: usize,
    /// The most candidates to evaluate. At most half of them go into trying all of a size.
    pub budget: usize,
}

/// A set of changes that reaches the goal.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// One option for each field.
    pub options: Vec<u16>,
    /// The sum of the costs of its options.
    pub cost: f64,
    /// The logit.
    pub logit: f64,
    /// The calibrated probability.
    pub probability: f64,
}

/// What was found, cheapest first, and how far the search went.
#[derive(Clone, Debug, PartialEq)]
pub struct Search {
    /// Cheapest first.
    pub answers: Vec<Answer>,
    /// All candidates with at most this number of changes were tried, except those that contain an
    /// answer.
    pub exhaustive: usize,
    /// Some candidates of up to this number of changes were tried: those that extend the best ones.
    pub longest: usize,
    /// Candidates that were evaluated.
    pub evaluations: usize,
    /// Lowest probability of a feasible candidate; infinite where there was none.
    pub lowest: f64,
}
