//! Exact Shapley values: every coalition is evaluated once, and its value is added where it counts.
//!
//! With w(s) = s! (n - s - 1)! / n!, player i's share is the sum of v(S) w(|S| - 1) over the coalitions with i minus
//! the sum of v(S) w(|S|) over those without. Coalitions come in blocks that share their upper players. For the
//! upper players two weighted sums of a block are enough; for the lower players the blocks are first added up by how
//! many upper players have joined, so that one coalition costs three additions however many players there are.

use wide::f64x2;

use super::Game;

/// Lower players: a block has 2^8 coalitions, which stay in the first cache.
const BLOCK_PLAYERS: usize = 8;
const BLOCK: usize = 1 << BLOCK_PLAYERS;

/// Shapley values of a game, one per player, in f64. Costs 2^players evaluations.
pub fn exact(game: &mut dyn Game) -> Vec<f64> {
    let players = game.players();
    let lower = players.min(BLOCK_PLAYERS);
    let upper = players - lower;
    let length = 1 << lower;
    let weights = Weights::new(players);
    let mut values = [0.0f32; BLOCK];
    let mut sums = vec![[f64x2::ZERO; BLOCK / 2]; upper + 1];
    let mut contributions = vec![0.0; players];
    let tables: Vec<_> = (0..=upper).map(|joined| weights.block(joined, length)).collect();

    for block in 0..1usize << upper {
        game.values(block << lower, &mut values[..length]);
        let joined = block.count_ones() as usize;
        let (with, without) = &tables[joined];
        // Four sums each, in vectors of two, so that additions do not wait for each other. Games of one coalition or two
        // leave zeros in the last quad.
        let (mut total_with, mut total_without) = ([f64x2::ZERO; 2], [f64x2::ZERO; 2]);
        let tables = with.as_chunks::<2>().0.iter().zip(without.as_chunks::<2>().0);
        let quads = values.as_chunks::<4>().0.iter().zip(sums[joined].as_chunks_mut::<2>().0).zip(tables);
        for ((values, sums), (with, without)) in quads {
            let [a, b, c, d] = values.map(f64::from);
            let (low, high) = (f64x2::new([a, b]), f64x2::new([c, d]));
            sums[0] += low;
            sums[1] += high;
            total_with[0] += low * with[0];
            total_with[1] += high * with[1];
            total_without[0] += low * without[0];
            total_without[1] += high * without[1];
        }
        let total = |sums: [f64x2; 2]| sums.iter().flat_map(|sum| sum.to_array()).sum::<f64>();
        let (with, without) = (total(total_with), total(total_without));
        for player in 0..upper {
            contributions[lower + player] += if block >> player & 1 == 1 { with } else { -without };
        }
    }

    for (sums, (with, without)) in sums.iter().zip(&tables) {
        for coalition in 0..length {
            let at = |vectors: &[f64x2]| vectors[coalition / 2].as_array()[coalition % 2];
            let (value, with, without) = (at(sums), at(with), at(without));
            for (player, contribution) in contributions[..lower].iter_mut().enumerate() {
                *contribution += if coalition >> player & 1 == 1 { value * with } else { -value * without };
            }
        }
    }
    contributions
}

/// w(s) for s = 0 .. players - 1.
struct Weights(Vec<f64>);

impl Weights {
    fn new(players: usize) -> Weights {
        // w(0) = 1 / n, and w(s) = w(s - 1) · s / (n - s).
        let mut weights = Vec::with_capacity(players);
        let mut weight = 1.0 / players.max(1) as f64;
        for size in 0..players {
            if size > 0 {
                weight *= size as f64 / (players - size) as f64;
            }
            weights.push(weight);
        }
        Weights(weights)
    }

    /// For the coalitions of a block with `joined` upper players: w(size - 1) and w(size); 0 where there is none. In
    /// vectors, whole quads of coalitions.
    fn block(&self, joined: usize, length: usize) -> (Vec<f64x2>, Vec<f64x2>) {
        let weight = |coalition: usize, less: usize| {
            let size = (joined + coalition.count_ones() as usize).checked_sub(less);
            let weight = size.filter(|_| coalition < length).and_then(|size| self.0.get(size));
            weight.copied().unwrap_or(0.0)
        };
        let vectors = |less: usize| {
            let pairs = (0..length.next_multiple_of(4)).step_by(2);
            pairs.map(|first| f64x2::new([weight(first, less), weight(first + 1, less)])).collect()
        };
        (vectors(1), vectors(0))
    }
}

#[cfg(test)]
mod tests {
    use super::super::Table;
    use super::super::tests::definition;
    use super::*;
    use proptest::prelude::*;

    fn game() -> impl Strategy<Value = Vec<f32>> {
        (0usize..=10).prop_flat_map(|players| prop::collection::vec(-10.0f32..10.0, 1 << players))
    }

    fn close(a: f64, b: f64) -> bool {
        (a - b).abs() < 1e-9
    }

    proptest! {
        #[test]
        fn the_definition(values in game()) {
            for (fast, slow) in exact(&mut Table(values.clone())).into_iter().zip(definition(&values)) {
                prop_assert!(close(fast, slow), "{fast} {slow}");
            }
        }

        #[test]
        fn efficiency(values in game()) {
            let expected = f64::from(values[values.len() - 1]) - f64::from(values[0]);
            prop_assert!(close(exact(&mut Table(values)).iter().sum(), expected));
        }

        #[test]
        fn dummy_players_get_nothing(values in game(), player in 0usize..11) {
            // Inserts a player who changes nothing.
            let player = player.min(values.len().trailing_zeros() as usize);
            let low = (1 << player) - 1;
            let wider: Vec<f32> =
                (0..values.len() * 2).map(|coalition| values[coalition & low | coalition >> 1 & !low]).collect();
            let contributions = exact(&mut Table(wider));
            prop_assert!(close(contributions[player], 0.0));
            let others = contributions.iter().enumerate().filter(|(other, _)| *other != player);
            for ((_, with), without) in others.zip(exact(&mut Table(values))) {
                prop_assert!(close(*with, without));
            }
        }

        #[test]
        fn symmetric_players_get_the_same(values in game(), first in 0usize..10, second in 0usize..10) {
            let players = values.len().trailing_zeros() as usize;
            prop_assume!(first < players && second < players);
            // The value does not change when the two players swap places.
            let swap = |coalition: usize| {
                let (a, b) = (coalition >> first & 1, coalition >> second & 1);
                coalition & !(1 << first | 1 << second) | a << second | b << first
            };
            let symmetric = (0..values.len()).map(|coalition| values[coalition.min(swap(coalition))]).collect();
            let contributions = exact(&mut Table(symmetric));
            prop_assert!(close(contributions[first], contributions[second]));
        }
    }

    #[test]
    fn twelve_players_and_known_shares() {
        // v(S) = (sum of the members' weights)², whose Shapley value is weight · total.
        let weight = |player: usize| player as f32 / 4.0;
        let total: f32 = (0..12).map(weight).sum();
        let value = |coalition: usize| {
            let sum: f32 = (0..12).filter(|player| coalition >> player & 1 == 1).map(weight).sum();
            sum * sum
        };
        let contributions = exact(&mut Table((0..1 << 12).map(value).collect()));
        for (player, contribution) in contributions.into_iter().enumerate() {
            assert!((contribution - f64::from(weight(player) * total)).abs() < 1e-6, "{player}: {contribution}");
        }
    }
}
