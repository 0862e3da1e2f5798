//! The search: trying all candidates of a size, growing a beam, keeping answers.

use super::candidates::{Answer, Candidates, Goal, Outcome, Search};

/// The most changes of an answer.
pub const MAXIMUM_CHANGES: usize = 10;

/// Searches, starting from the candidate without a change.
pub fn search(candidates: &mut dyn Candidates, goal: Goal) -> Search {
    let costs = candidates.costs().to_vec();
    let fields: Vec<usize> = (0..costs.len()).filter(|&field| !costs[field].is_empty()).collect();
    // Insertion, because fields are few and a sort adds code to the download.
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
        // Stops where every larger set costs more than the answers that were found.
        let enough = state.found.answers.get(goal.count.saturating_sub(1)).map(|last| last.cost);
        let next: f64 = cheapest.iter().take(size + 1).sum();
        if beam.is_empty() || enough.is_some_and(|cost| next > cost) {
            break;
        }
    }
    state.found.answers.truncate(goal.count);
    state.found
}

/// Candidates that a beam keeps.
const BEAM: usize = 32;
/// Answers that are kept beyond those wanted. An answer that costs more than all of these would never
/// be among those wanted, unless an answer to come makes as many of them reducible.
const SPARE: usize = 64;
/// Making answers cheaper ends at this many times the budget.
const REDUCING: usize = 4;
/// Candidates evaluated together.
pub(super) const BATCH: usize = 64;

struct State<'a> {
    candidates: &'a mut dyn Candidates,
    goal: Goal,
    costs: Vec<Vec<f64>>,
    found: Search,
    /// The candidates of this size with the lowest logits, ascending.
    best: Vec<(f64, Vec<u16>)>,
    /// Candidates that wait for their batch.
    pending: Vec<u16>,
    /// Whether all candidates of this size are tried. If so, the cheapest is among them, and no
    /// answer has to be made cheaper.
    trying_all: bool,
}

impl State<'_> {
    /// Number of candidates of exactly `size` changes: the elementary symmetric polynomial of the
    /// numbers of options.
    fn count(&self, fields: &[usize], size: usize) -> usize {
        let mut sums = vec![0usize; size + 1];
        sums[0] = 1;
        for &field in fields {
            for chosen in (1..=size).rev() {
                let more = sums[chosen - 1].saturating_mul(self.costs[field].len());
                sums[chosen] = sums[chosen].saturating_add(more);
            }
        }
        sums[size]
    }

    /// Tries every candidate of `size` changes that contains no answer.
    fn try_all(&mut self, fields: &[usize], size: usize) {
        let mut chosen: Vec<usize> = (0..size).collect();
        loop {
            let mut options = vec![0; self.costs.len()];
            chosen.iter().for_each(|&at| options[fields[at]] = 1);
            if !self.is_reducible(&options) {
                // The options of the chosen fields, counted like digits.
                'values: loop {
                    self.submit(&options);
                    for &at in &chosen {
                        let field = fields[at];
                        if usize::from(options[field]) < self.costs[field].len() {
                            options[field] += 1;
                            continue 'values;
                        }
                        options[field] = 1;
                    }
                    break;
                }
            }
            // The next set in lexicographic order.
            let Some(at) = (0..size).rev().find(|&at| chosen[at] < fields.len() - size + at) else { break };
            chosen[at] += 1;
            (at + 1..size).for_each(|later| chosen[later] = chosen[later - 1] + 1);
        }
        self.flush();
    }

    /// Tries every candidate that changes one field more than a candidate of the beam.
    fn grow(&mut self, fields: &[usize], beam: &[Vec<u16>]) {
        for start in beam {
            for &field in fields.iter().filter(|&&field| start[field] == 0) {
                let mut options = start.clone();
                options[field] = 1;
                if self.is_reducible(&options) {
                    continue;
                }
                for option in 1..=self.costs[field].len() {
                    if self.found.evaluations + self.pending.len() / self.costs.len() >= self.goal.budget {
                        return self.flush();
                    }
                    options[field] = option as u16;
                    self.submit(&options);
                }
            }
        }
        self.flush();
    }

    fn submit(&mut self, options: &[u16]) {
        self.pending.extend_from_slice(options);
        if self.pending.len() >= BATCH * self.costs.len() {
            self.flush();
        }
    }

    fn flush(&mut self) {
        let pending = std::mem::take(&mut self.pending);
        let outcomes = self.evaluate(&pending);
        for (options, outcome) in pending.chunks(self.costs.len()).zip(outcomes) {
            if self.answers(&outcome) {
                self.keep(options, outcome);
            } else {
                self.remember(options, outcome.logit);
            }
        }
    }

    fn evaluate(&mut self, options: &[u16]) -> Vec<Outcome> {
        let mut outcomes = Vec::with_capacity(BATCH);
        self.candidates.evaluate(options, &mut outcomes);
        self.found.evaluations += outcomes.len();
        for outcome in outcomes.iter().filter(|outcome| outcome.feasible) {
            self.found.lowest = self.found.lowest.min(outcome.probability);
        }
        outcomes
    }

    /// Keeps a candidate for the beam if it is among the best.
    fn remember(&mut self, options: &[u16], logit: f64) {
        let at = self.best.partition_point(|(other, _)| *other <= logit);
        // A beam can reach the same candidate in several ways. Equal candidates have equal logits.
        let same = self.best[..at].iter().rev().take_while(|(other, _)| *other == logit);
        if at < BEAM && !same.into_iter().any(|(_, other)| other == options) {
            self.best.insert(at, (logit, options.to_vec()));
            self.best.truncate(BEAM);
        }
    }

    fn answers(&self, outcome: &Outcome) -> bool {
        outcome.feasible && outcome.probability < self.goal.threshold
    }

    fn cost(&self, options: &[u16]) -> f64 {
        let changed = options.iter().zip(&self.costs).filter(|(option, _)| **option > 0);
        changed.map(|(&option, costs)| costs[usize::from(option) - 1]).sum()
    }

    /// Whether an answer changes some of these fields, but not all, and no other.
    fn is_reducible(&self, options: &[u16]) -> bool {
        self.found
            .answers
            .iter()
            .any(|answer| contains(options, &answer.options) && !contains(&answer.options, options))
    }

    fn keep(&mut self, options: &[u16], outcome: Outcome) {
        if self.is_reducible(options) {
            return;
        }
        let mut answer = (options.to_vec(), outcome);
        if !self.trying_all {
            answer = self.reduce(answer.0, answer.1);
        }
        let (options, outcome) = answer;
        if self.is_reducible(&options) {
            return;
        }
        let cost = self.cost(&options);
        let Outcome { logit, probability, .. } = outcome;
        let answer = Answer { options, cost, logit, probability };
        let better = |a: &Answer, b: &Answer| (a.cost, a.probability) < (b.cost, b.probability);
        let answers = &mut self.found.answers;
        // No answer changes fewer of these fields, so one that this contains changes the same.
        if answers.iter().any(|other| contains(&answer.options, &other.options) && !better(&answer, other)) {
            return;
        }
        answers.retain(|other| !contains(&other.options, &answer.options));
        let at = answers.partition_point(|other| !better(&answer, other));
        answers.insert(at, answer);
        answers.truncate(self.goal.count.saturating_add(SPARE));
    }

    /// Undoes changes, or makes them cheaper, one at a time, while the candidate is still an
    /// answer.
    fn reduce(&mut self, mut options: Vec<u16>, mut outcome: Outcome) -> (Vec<u16>, Outcome) {
        let width = options.len();
        let mut field = 0;
        while field < width && self.found.evaluations < self.goal.budget.saturating_mul(REDUCING) {
            let now = options[field];
            let price = |option: usize| if option == 0 { 0.0 } else { self.costs[field][option - 1] };
            let mut prices = Vec::new();
            let mut tried = Vec::new();
            for option in 0..=self.costs[field].len() {
                if now > 0 && price(option) < price(usize::from(now)) {
                    prices.push(price(option));
                    tried.extend_from_slice(&options);
                    let last = tried.len() - width;
                    tried[last + field] = option as u16;
                }
            }
            let mut cheapest: Option<(usize, Outcome)> = None;
            for (at, outcome) in self.evaluate(&tried).into_iter().enumerate() {
                if self.answers(&outcome) && cheapest.is_none_or(|(best, _)| prices[at] < prices[best]) {
                    cheapest = Some((at, outcome));
                }
            }
            match cheapest {
                Some((at, better)) => {
                    outcome = better;
                    options.copy_from_slice(&tried[at * width..(at + 1) * width]);
                    // A change that was needed before may not be needed now.
                    field = 0;
                }
                None => field += 1,
            }
        }
        (options, outcome)
    }
}

/// Whether the fields that `part` changes are all changed in `whole`.
pub(super) fn contains(whole: &[u16], part: &[u16]) -> bool {
    whole.iter().zip(part).all(|(whole, part)| *part == 0 || *whole > 0)
}
