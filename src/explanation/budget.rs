//! How many evaluations each game gets. This is decided before the work starts, because the cost of
//! every game is known.
//!
//! Every sampled game draws its own coalitions. The result is the mean over the games, so their
//! independent errors mostly cancel; with one draw for all games they would add up.

use super::{Estimate, MAXIMUM_PLAYERS, Random, Sample, SampledGame, exact};

/// How much may be spent, and when it is enough.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Budget {
    /// Most evaluations, over all games.
    pub evaluations: u64,
    /// Most evaluations if some are sampled, at most [`Budget::evaluations`]: a sampled one costs
    /// more.
    pub sampled: u64,
    /// Sampling stops once no standard error is larger than this; 0 spends the whole budget.
    pub tolerance: f64,
    /// The same seed gives the same numbers.
    pub seed: u64,
}

/// The mean over games, by field.
#[derive(Clone, Debug, PartialEq)]
pub struct MeanShares {
    /// The mean share of each field.
    pub shares: Vec<f64>,
    /// 0 where the share is exact.
    pub standard_errors: Vec<f64>,
    /// Evaluations of all games.
    pub evaluations: u64,
    /// Whether every game was evaluated in full.
    pub exact: bool,
}

impl MeanShares {
    /// The largest standard error.
    pub fn standard_error(&self) -> f64 {
        largest(&self.standard_errors)
    }
}

/// The largest of these standard errors; 0 if there are none.
pub fn largest(errors: &[f64]) -> f64 {
    errors.iter().fold(0.0, |largest: f64, error| largest.max(*error))
}

/// The budget is less than [`MINIMUM`] evaluations of every game.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("budget must be at least {minimum} evaluations, 16 for each background row (got {budget})")]
pub struct BudgetTooSmall {
    /// Evaluations that were allowed.
    pub budget: u64,
    /// Evaluations that are needed.
    pub minimum: u64,
}

/// The fewest evaluations of a game that give an estimate and its error.
pub const MINIMUM: u64 = 16;
/// Evaluations of each game before the error is first looked at.
const FIRST: u64 = 128;
/// The most evaluations of a game that are drawn at once, so that the coalitions fit into memory: 15 of 30
/// players in each of two million pairs take 64 MB.
const DRAWN: u64 = 1 << 22;

/// Mean Shapley values over games whose players are fields 0 to `fields - 1`, given game by game.
/// If the budget allows Σ 2^players evaluations, all games are exact. Otherwise small games are
/// exact, and the others are sampled.
pub fn explain<G: SampledGame>(
    fields: usize,
    players: Vec<Vec<usize>>,
    mut game: impl FnMut(usize) -> G,
    budget: Budget,
) -> Result<MeanShares, BudgetTooSmall> {
    let mut rounds = Rounds::new(fields, players, budget)?;
    loop {
        while let Some((at, task)) = rounds.task() {
            let mut game = game(at);
            let estimate = match task {
                Task::Exact => Estimate::exact(exact(&mut game)),
                Task::Sampled(sample) => sample.evaluate(&mut game),
            };
            rounds.take(at, estimate);
        }
        if let Some(mean) = rounds.finish() {
            return Ok(mean);
        }
    }
}

/// What to evaluate of a game.
#[derive(Debug)]
pub enum Task {
    /// All of its coalitions.
    Exact,
    /// These pairs of coalitions.
    Sampled(Sample),
}

/// The rounds of an explanation. A round spreads the budget, or a part of it, over the games that
/// are not exact yet. Once every task of a round has its estimate, the errors decide whether there
/// is another round. The caller does the tasks.
#[derive(Debug)]
pub struct Rounds {
    fields: usize,
    players: Vec<Vec<usize>>,
    budget: Budget,
    random: Random,
    estimates: Vec<Option<Estimate>>,
    /// Games of this round without a task yet.
    open: Vec<usize>,
    /// Evaluations of all rounds.
    spent: u64,
    /// Evaluations that this round may still spend.
    left: u64,
}

impl Rounds {
    /// Rounds over games whose players are given game by game; see [`explain`].
    pub fn new(fields: usize, players: Vec<Vec<usize>>, budget: Budget) -> Result<Rounds, BudgetTooSmall> {
        let minimum = MINIMUM * players.len() as u64;
        if budget.evaluations < minimum {
            return Err(BudgetTooSmall { budget: budget.evaluations, minimum });
        }
        let (estimates, open) = (vec![None; players.len()], (0..players.len()).collect());
        let random = Random::new(budget.seed);
        let mut rounds = Rounds { fields, players, budget, random, estimates, open, spent: 0, left: 0 };
        let first = FIRST * rounds.players.len() as u64;
        let sampling = rounds.total() > budget.evaluations;
        if sampling {
            rounds.budget.evaluations = budget.sampled.clamp(minimum, budget.evaluations);
        }
        rounds.left =
            if sampling && budget.tolerance > 0.0 { first.min(rounds.budget.evaluations) } else { rounds.most() };
        Ok(rounds)
    }

    /// Evaluations of all coalitions of all games.
    fn total(&self) -> u64 {
        self.players.iter().map(|players| cost(players)).fold(0, u64::saturating_add)
    }

    /// The most evaluations that all rounds together can take.
    pub fn most(&self) -> u64 {
        self.total().min(self.budget.evaluations)
    }

    /// The next game of this round and what is asked of it. [`Rounds::take`] gets the estimate,
    /// before [`Rounds::finish`].
    pub fn task(&mut self) -> Option<(usize, Task)> {
        // Smallest games first: what one does not need goes to those after it. Games are few, so a
        // search through all of them is fast enough.
        let place = (0..self.open.len()).min_by_key(|&place| self.players[self.open[place]].len())?;
        let share = self.left / self.open.len() as u64;
        let at = self.open.remove(place);
        let players = &self.players[at];
        let cost = cost(players);
        let (task, evaluations) = if cost <= share {
            (Task::Exact, cost)
        } else {
            let sample = Sample::draw(players.len(), share.min(DRAWN), &mut self.random);
            let evaluations = sample.evaluations();
            (Task::Sampled(sample), evaluations)
        };
        self.spent += evaluations;
        self.left = self.left.saturating_sub(evaluations);
        Some((at, task))
    }

    /// Takes the estimate of a game in this round.
    pub fn take(&mut self, at: usize, estimate: Estimate) {
        match &mut self.estimates[at] {
            Some(known) if !estimate.exact => known.combine(&estimate),
            any => *any = Some(estimate),
        }
    }

    /// Ends a round. Returns the result, or `None` if there is another round.
    pub fn finish(&mut self) -> Option<MeanShares> {
        let mean = self.mean();
        let Budget { evaluations, tolerance, .. } = self.budget;
        let largest = mean.standard_error();
        let left = evaluations.saturating_sub(self.spent);
        let minimum = MINIMUM * self.players.len() as u64;
        if mean.exact || largest <= tolerance || left < minimum {
            return Some(mean);
        }
        // The error falls with the root of the evaluations, and faster once most coalitions are
        // drawn. Rounds are few, because several draws are worth less than one draw of the same
        // total size.
        let spent = self.spent;
        let wanted = spent as f64 * (1.1 * (largest / tolerance).powi(2) - 1.0);
        self.left = (wanted as u64).clamp(spent / 4, spent.saturating_mul(3)).max(minimum).min(left);
        let is_open = |&at: &usize| self.estimates[at].as_ref().is_some_and(|estimate| !estimate.exact);
        self.open = (0..self.players.len()).filter(is_open).collect();
        None
    }

    fn mean(&self) -> MeanShares {
        let games = self.players.len().max(1) as f64;
        let (mut shares, mut variances) = (vec![0.0; self.fields], vec![0.0; self.fields]);
        for (players, estimate) in self.players.iter().zip(self.estimates.iter().flatten()) {
            for ((&field, share), variance) in players.iter().zip(&estimate.shares).zip(&estimate.variances) {
                shares[field] += share / games;
                variances[field] += variance / (games * games);
            }
        }
        let exact = self.estimates.iter().flatten().all(|estimate| estimate.exact);
        let standard_errors = variances.into_iter().map(f64::sqrt).collect();
        MeanShares { shares, standard_errors, evaluations: self.spent, exact }
    }
}

/// Evaluations of all coalitions.
fn cost(players: &[usize]) -> u64 {
    if players.len() > MAXIMUM_PLAYERS { u64::MAX } else { 1 << players.len() }
}

#[cfg(test)]
mod tests {
    use super::super::{Game, Table};
    use super::*;

    /// (Σ weight of the members)², for any number of players; its shares are weight · Σ all
    /// weights.
    struct Square(Vec<f64>);

    impl Square {
        fn new(players: usize) -> Square {
            Square((0..players).map(|player| (player % 7) as f64 / 8.0 - 0.25).collect())
        }

        fn shares(&self) -> Vec<f64> {
            self.0.iter().map(|weight| weight * self.0.iter().sum::<f64>()).collect()
        }
    }

    impl Game for Square {
        fn players(&self) -> usize {
            self.0.len()
        }

        fn values(&mut self, first: usize, values: &mut [f32]) {
            for (at, value) in values.iter_mut().enumerate() {
                let members = (0..self.0.len()).filter(|player| (first + at) >> player & 1 == 1);
                *value = (members.map(|player| self.0[player]).sum::<f64>().powi(2)) as f32;
            }
        }
    }

    impl SampledGame for Square {
        fn pairs(&mut self, members: [&[u16]; 2], _: bool) -> [f32; 4] {
            let all: f64 = self.0.iter().sum();
            let [a, b] = members.map(|members| members.iter().map(|&player| self.0[player as usize]).sum::<f64>());
            [a, all - a, b, all - b].map(|sum| (sum * sum) as f32)
        }

        fn guess(&mut self) -> Vec<f64> {
            vec![0.0; self.0.len()]
        }
    }

    fn owned(players: &[&[usize]]) -> Vec<Vec<usize>> {
        players.iter().map(|players| players.to_vec()).collect()
    }

    fn budget(evaluations: u64, tolerance: f64) -> Budget {
        Budget { evaluations, sampled: evaluations, tolerance, seed: 7 }
    }

    #[test]
    fn small_games_are_exact_beside_a_sampled_one_of_sixty_players() {
        let (small, wide): (Vec<usize>, Vec<usize>) = ((0..5).collect(), (0..60).collect());
        let players = [&small[..], &wide, &small];
        let result = explain(60, owned(&players), |at| Square::new(players[at].len()), budget(4000, 0.0)).unwrap();
        assert!(!result.exact && (3900..=4000).contains(&result.evaluations), "{}", result.evaluations);
        let (small, wide) = (Square::new(5).shares(), Square::new(60).shares());
        for (field, share) in result.shares.iter().enumerate() {
            let expected = (small.get(field).unwrap_or(&0.0) * 2.0 + wide[field]) / 3.0;
            assert!((share - expected).abs() < 1e-3, "{field}: {share} {expected}");
        }
        // Alone, the small game is exact within a budget of its 32 coalitions.
        let exact = explain(5, owned(&[players[0]]), |_| Square::new(5), budget(32, 0.0)).unwrap();
        assert!(exact.exact && exact.evaluations == 32 && exact.standard_errors == [0.0; 5]);
    }

    fn bent(players: usize, seed: u64) -> Table {
        let mut random = Random::new(seed);
        let weights: Vec<f32> = (0..players).map(|_| random.fraction() as f32 - 0.5).collect();
        let sum =
            |coalition: usize| (0..players).filter(|player| coalition >> player & 1 == 1).map(|at| weights[at]).sum();
        Table((0..1 << players).map(|coalition| f32::max(sum(coalition), 0.0)).collect())
    }

    #[test]
    fn the_budget_decides_between_exact_and_sampled() {
        let all: Vec<usize> = (0..10).collect();
        let players = [&all[..]; 3];
        let run = |budget| explain(10, owned(&players), |at| bent(10, at as u64), budget).unwrap();
        let exact = run(budget(3 * 1024, 0.0));
        assert!(exact.exact && exact.evaluations == 3 * 1024 && exact.standard_errors == [0.0; 10]);
        let sampled = run(budget(3 * 1024 - 1, 0.0));
        assert!(!sampled.exact && sampled.evaluations < 3 * 1024);
        let rough = run(budget(600, 0.0));
        assert!(!rough.exact && (590..=600).contains(&rough.evaluations));
        assert_eq!(rough, run(budget(600, 0.0)), "the same seed gives the same numbers");
        assert_ne!(rough.shares, run(Budget { seed: 8, ..budget(600, 0.0) }).shares);
        for ((share, error), exact) in rough.shares.iter().zip(&rough.standard_errors).zip(&exact.shares) {
            assert!(*error > 0.0 && (share - exact).abs() < 5.0 * error);
        }
        let refusal = explain(10, owned(&players), |at| bent(10, at as u64), budget(47, 0.0)).unwrap_err();
        assert_eq!(refusal.to_string(), "budget must be at least 48 evaluations, 16 for each background row (got 47)");
    }

    #[test]
    fn a_large_budget_is_spent_in_draws_that_fit_into_memory() {
        let fields: Vec<usize> = (0..30).collect();
        let all = budget(2 * DRAWN + 1000, 0.0);
        let mut rounds = Rounds::new(30, owned(&[&fields]), all).unwrap();
        let (mut draws, mut game) = (0, Square::new(30));
        let mean = loop {
            while let Some((at, task)) = rounds.task() {
                let Task::Sampled(sample) = task else { panic!("2^30 coalitions are more than the budget") };
                assert!(sample.evaluations() <= DRAWN);
                draws += 1;
                rounds.take(at, sample.evaluate(&mut game));
            }
            if let Some(mean) = rounds.finish() {
                break mean;
            }
        };
        assert!(draws >= 3 && !mean.exact && mean.evaluations <= 2 * DRAWN + 1000, "{draws} {}", mean.evaluations);
        for (share, expected) in mean.shares.iter().zip(Square::new(30).shares()) {
            assert!((share - expected).abs() < 1e-4, "{share} {expected}");
        }
    }

    #[test]
    fn sampling_stops_at_the_tolerance() {
        let all: Vec<usize> = (0..14).collect();
        let players = [&all[..]; 4];
        let run =
            |tolerance| explain(14, owned(&players), |at| bent(14, at as u64), budget(40_000, tolerance)).unwrap();
        let (loose, tight, never) = (run(0.02), run(0.002), run(1e-9));
        assert!(loose.evaluations < tight.evaluations && tight.evaluations < 30_000, "{}", tight.evaluations);
        assert!(loose.standard_error() <= 0.02 && tight.standard_error() <= 0.002);
        assert!(never.standard_error() > 1e-9 && never.evaluations > 39_000);
    }

    #[test]
    fn no_games_and_games_without_players() {
        let nothing = explain(2, vec![vec![]; 2], |_| Table(vec![1.0]), budget(32, 0.0)).unwrap();
        assert_eq!((nothing.shares, nothing.exact), (vec![0.0; 2], true));
    }
}
