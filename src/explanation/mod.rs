//! Shapley values of a game that is seen as a function from coalitions to numbers.
//!
//! An explanation is the mean over games: one background row each, in which only the fields that differ from that
//! row play (interventional Shapley values; Janzing et al. 2020, "Feature relevance quantification in explainable
//! AI", section 3). [`exact`] evaluates every coalition once.

pub mod counterfactual;
mod exact;

pub use exact::exact;

/// A game of at most [`MAXIMUM_PLAYERS`] players.
pub trait Game {
    fn players(&self) -> usize;

    /// Writes the values of the coalitions `first .. first + values.len()`; bit i of a coalition's number says that
    /// player i has joined. The length is a power of two, at least 4 unless all coalitions fit, and divides `first`.
    fn values(&mut self, first: usize, values: &mut [f32]);
}

/// The largest game that is walked: 2^26 evaluations take about a second.
pub const MAXIMUM_PLAYERS: usize = 26;

#[cfg(test)]
pub(crate) mod tests {
    use super::Game;

    /// A game given by all its values.
    pub(crate) struct Table(pub Vec<f32>);

    impl Game for Table {
        fn players(&self) -> usize {
            self.0.len().trailing_zeros() as usize
        }

        fn values(&mut self, first: usize, values: &mut [f32]) {
            values.copy_from_slice(&self.0[first..first + values.len()]);
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
}
