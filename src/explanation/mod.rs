//! Shapley values of a game that is seen as a function from coalitions to numbers.
//!
//! An explanation is the mean over games: one background row each, in which only the fields that
//! differ from that row play (interventional Shapley values; Janzing et al. 2020, "Feature
//! relevance quantification in explainable AI", section 3). [`exact`] evaluates every coalition of
//! a game once, a [`Sample`] some of them, and [`explain`] decides between the two for each game,
//! within a budget of evaluations. [`interactions`] evaluates all coalitions again.

mod budget;
mod coalitions;
pub mod counterfactual;
mod estimate;
mod exact;
mod game;
mod interactions;
mod random;
mod sampled;

pub use budget::{Budget, BudgetTooSmall, MINIMUM, MeanShares, Rounds, Task, explain, largest};
pub use estimate::Estimate;
pub use exact::exact;
pub use game::{Game, MAXIMUM_PLAYERS, SampledGame, Table};
pub use interactions::interactions;
pub use random::Random;
pub use sampled::Sample;

#[cfg(test)]
pub(crate) mod tests {
    use super::{SampledGame, Table};

    /// Without slopes to guess from.
    impl SampledGame for Table {
        fn pairs(&mut self, members: [&[u16]; 2], _: bool) -> [f32; 4] {
            let [a, b] = members.map(|members| members.iter().map(|&player| 1usize << player).sum());
            let full = self.0.len() - 1;
            [a, full ^ a, b, full ^ b].map(|coalition: usize| self.0[coalition])
        }

        fn guess(&mut self) -> Vec<f64> {
            vec![0.0; self.0.len().trailing_zeros() as usize]
        }
    }

    /// Shapley's definition, player by player and coalition by coalition, in f64.
    pub(crate) fn definition(values: &[f32]) -> Vec<f64> {
        let players = values.len().trailing_zeros() as usize;
        let factorial = |n: usize| (1..=n).map(|k| k as f64).product::<f64>();
        let contribution = |player: usize| {
            let without = (0..values.len()).filter(|coalition| coalition >> player & 1 == 0);
            let marginals = without.map(|coalition| {
                let size = coalition.count_ones() as usize;
                let weight = factorial(size) * factorial(players - size - 1) / factorial(players);
                weight * (f64::from(values[coalition | 1 << player]) - f64::from(values[coalition]))
            });
            marginals.sum()
        };
        (0..players).map(contribution).collect()
    }

    /// The interaction index's definition, pair by pair and coalition by coalition.
    pub(crate) fn interaction_definition(values: &[f32], i: usize, j: usize) -> f64 {
        let players = values.len().trailing_zeros() as usize;
        let factorial = |n: usize| (1..=n).map(|k| k as f64).product::<f64>();
        let without = (0..values.len()).filter(|coalition| coalition & (1 << i | 1 << j) == 0);
        let differences = without.map(|coalition| {
            let size = coalition.count_ones() as usize;
            let weight = factorial(size) * factorial(players - size - 2) / factorial(players - 1);
            let value = |joining: usize| f64::from(values[coalition | joining]);
            weight * (value(1 << i | 1 << j) - value(1 << i) - value(1 << j) + value(0))
        });
        differences.sum()
    }
}
