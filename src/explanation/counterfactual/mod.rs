//! Counterfactuals: the cheapest sets of changes that bring a probability under a threshold (Wachter et al. 2017,
//! "Counterfactual explanations without opening the black box"; several, as Mothilal et al. 2020, DiCE, section 3).
//!
//! The search knows no customer: a candidate chooses for each field an option, 0 for "as it is". Candidates of one
//! change, two, three … are tried all while the budget lasts; longer ones grow from the best of the size before (a beam),
//! and what a beam finds is made cheaper change by change until no single change can go or cost less. Nothing is
//! random. Diversity is irreducibility: an answer whose fields are all among another's makes the other superfluous, so
//! every answer changes a set of fields that contains no other answer's, and is the cheapest for its set.

mod state;
#[cfg(test)]
mod tests;

use state::State;

/// What a model says about one candidate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Outcome {
    pub logit: f64,
    pub probability: f64,
    /// Whether such a customer may exist at all. Only these answer; a beam walks through the others.
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
    /// Candidates evaluated at most; half of them for trying all.
    pub budget: usize,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// One option a field.
    pub options: Vec<u16>,
    pub cost: f64,
    pub logit: f64,
    pub probability: f64,
}

/// What was found, cheapest first, and how far the search went.
#[derive(Clone, Debug, PartialEq)]
pub struct Search {
    pub answers: Vec<Answer>,
    /// All candidates of up to so many changes were tried, but those that contain an answer.
    pub exhaustive: usize,
    /// Candidates of up to so many changes were tried.
    pub longest: usize,
    pub evaluations: usize,
    /// Lowest probability of a feasible candidate; infinite where there was none.
    pub lowest: f64,
}

/// Longer lists of changes are no advice.
pub const MAXIMUM_CHANGES: usize = 10;

/// Searches from the state of no change.
pub fn search(candidates: &mut dyn Candidates, goal: Goal) -> Search {
    let costs = candidates.costs().to_vec();
    let fields: Vec<usize> = (0..costs.len()).filter(|&field| !costs[field].is_empty()).collect();
    // Inserted where each belongs: fields are few, and a sort would be more code to download.
    let mut cheapest: Vec<f64> = Vec::with_capacity(fields.len());
    for &field in &fields {
        let least = costs[field].iter().copied().fold(f64::INFINITY, f64::min);
        let at = cheapest.partition_point(|&other| other <= least);
        cheapest.insert(at, least);
    }
    let found = Search { answers: Vec::new(), exhaustive: 0, longest: 0, evaluations: 0, lowest: f64::INFINITY };
    let mut state = State { candidates, goal, costs, found, best: Vec::new(), pending: Vec::new(), trying_all: true };
    let mut beam = vec![vec![0; state.costs.len()]];
    for size in 1..=fields.len().min(MAXIMUM_CHANGES) {
        let all = state.found.evaluations.saturating_add(state.count(&fields, size)) <= goal.budget / 2;
        state.trying_all = state.trying_all && all;
        if state.trying_all {
            state.try_all(&fields, size);
            state.found.exhaustive = size;
        } else if state.found.evaluations >= goal.budget {
            break;
        } else {
            state.grow(&fields, &beam);
        }
        state.found.longest = size;
        beam = std::mem::take(&mut state.best).into_iter().map(|(_, options)| options).collect();
        // No larger set is cheaper than what there is.
        let enough = state.found.answers.get(goal.count.saturating_sub(1)).map(|last| last.cost);
        let next: f64 = cheapest.iter().take(size + 1).sum();
        if beam.is_empty() || enough.is_some_and(|cost| next > cost) {
            break;
        }
    }
    state.found.answers.truncate(goal.count);
    state.found
}
