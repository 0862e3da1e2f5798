//! Shapley's weights, as the kernel of the walk reads them.

use crate::explanation::MAXIMUM_PLAYERS;

/// Sizes of Shapley's weights: `[players, size, with or without]`.
pub(super) const WEIGHTS: usize = MAXIMUM_PLAYERS + 1;

/// For each number of players and size of a coalition: what its value counts for a player who has
/// joined and one who has not, `[WEIGHTS, WEIGHTS, 2]`. The first has both added up, so that one
/// sum over all coalitions is taken off.
pub(super) fn weights() -> Vec<f32> {
    let mut weights = vec![0.0; WEIGHTS * WEIGHTS * 2];
    for players in 1..WEIGHTS {
        // w(0) = 1 / n, and w(s) = w(s - 1) · s / (n - s).
        let mut before = 0.0;
        for size in 0..=players {
            let here = match size {
                0 => 1.0 / players as f64,
                _ if size == players => 0.0,
                _ => before * size as f64 / (players - size) as f64,
            };
            let at = (players * WEIGHTS + size) * 2;
            (weights[at], weights[at + 1]) = ((before + here) as f32, here as f32);
            before = here;
        }
    }
    weights
}
