//! Exact Shapley values: every coalition is evaluated once, and its value is added where it counts.
//!
//! With w(s) = s! (n - s - 1)! / n!, player i's share is the sum of v(S) w(|S| - 1) over the
//! coalitions with i minus the sum of v(S) w(|S|) over those without. This equals the sum of v(S)
//! (w(|S| - 1) + w(|S|)) over the coalitions with i, minus a number that is the same for every
//! player. That number follows from the sum of all shares, which is known.
//!
//! So the values of a block are weighted once, for all players. An upper player who has joined gets
//! the block's sum. The lower players get theirs by halving the block, which costs two additions
//! for each coalition, for any number of players. Sums within a block are f32, like the values;
//! sums over blocks are f64.

use wide::f32x4;

use super::game::{BLOCK, BLOCK_PLAYERS, Game};

/// Shapley values of a game, one per player. Costs 2^players evaluations.
pub fn exact(game: &mut dyn Game) -> Vec<f64> {
    let players = game.players();
    let lower = players.min(BLOCK_PLAYERS);
    let (upper, length) = (players - lower, 1 << lower);
    let weights = weights(players);
    // A game of one or two coalitions fills only a part of its quad; the rest stays 0.
    let mut values = [0.0f32; BLOCK];
    let mut weighed = [f32x4::ZERO; BLOCK / 4];
    let mut shares = vec![0.0; players];
    let mut none = 0.0;

    for block in 0..1usize << upper {
        game.values(block << lower, &mut values[..length]);
        if block == 0 {
            none = values[0];
        }
        let joined = block.count_ones();
        for (quad, (weighed, values)) in (0u32..).zip(weighed.iter_mut().zip(values[..length.max(4)].as_chunks().0)) {
            *weighed = f32x4::new(*values) * weights[(joined + quad.count_ones()) as usize];
        }
        // The upper half holds the coalitions with the highest player. Adding it to the lower half
        // takes that player out, and the next one is the highest.
        for player in (2..lower).rev() {
            let (below, above) = weighed[..2 << (player - 2)].split_at_mut(1 << (player - 2));
            let mut with = f32x4::ZERO;
            for (below, above) in below.iter_mut().zip(above) {
                with += *above;
                *below += *above;
            }
            shares[player] += total(with);
        }
        let [_, b, c, d] = weighed[0].to_array();
        for (share, with) in shares[..lower.min(2)].iter_mut().zip([b + d, c + d]) {
            *share += f64::from(with);
        }
        let all = total(weighed[0]);
        for (player, share) in shares[lower..].iter_mut().enumerate() {
            *share += if block >> player & 1 == 1 { all } else { 0.0 };
        }
    }

    let excess = shares.iter().sum::<f64>() - (f64::from(values[length - 1]) - f64::from(none));
    shares.iter_mut().for_each(|share| *share -= excess / players as f64);
    shares
}

fn total(lanes: f32x4) -> f64 {
    let [a, b, c, d] = lanes.to_array();
    f64::from((a + b) + (c + d))
}

/// w(s - 1) + w(s) of the four coalitions that differ in the first two players, for every number of
/// other players that have joined.
fn weights(players: usize) -> Vec<f32x4> {
    // w(0) = 1 / n, and w(s) = w(s - 1) · s / (n - s); 0 for other sizes than 0 to n - 1.
    let mut weight = 1.0 / players.max(1) as f64;
    let mut sums = Vec::with_capacity(players + 3);
    let mut before = 0.0;
    for size in 0..players + 3 {
        if size > 0 {
            weight *= size as f64 / players.saturating_sub(size).max(1) as f64;
        }
        let here = if size < players { weight } else { 0.0 };
        sums.push((before + here) as f32);
        before = here;
    }
    sums.windows(3).map(|at| f32x4::new([at[0], at[1], at[1], at[2]])).collect()
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
        (a - b).abs() < 1e-5
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
            let error = (contribution - f64::from(weight(player) * total)).abs();
            assert!(error < 1e-7 * f64::from(total * total), "{player}: {contribution}");
        }
    }
}
