//! Shapley interaction indices of order two, of all pairs of players in one walk (Grabisch and
//! Roubens 1999, "An axiomatic approach to the concept of interaction among players in cooperative
//! games", section 3).
//!
//! With w(s) = s! (n - s - 2)! / (n - 1)!, the weight of a coalition of t players in the index of a
//! pair is w(t - 2) if both are in it, -w(t - 1) if one is, and w(t) if none is. The same weight is
//! w(t), minus q(t) for each of the two who is in it, plus p(t) if both are, where
//! q(t) = w(t - 1) + w(t) and p(t) = q(t - 1) + q(t). So three kinds of sums are enough: over all
//! coalitions, over those with one player, and over those with two. The lower players of a block
//! get theirs by halving it.

use super::game::{BLOCK, BLOCK_PLAYERS, Game};

/// Interaction indices of a game, `[players, players]`, symmetric, 0 on the diagonal. Costs
/// 2^players evaluations.
pub fn interactions(game: &mut dyn Game) -> Vec<f64> {
    let players = game.players();
    let mut pairs = vec![0.0; players * players];
    if players < 2 {
        return pairs;
    }
    let lower = players.min(BLOCK_PLAYERS);
    let (upper, length) = (players - lower, 1 << lower);
    let weights = weights(players);
    let mut values = [0.0f32; BLOCK];
    let mut folded = [0.0f64; BLOCK];
    let mut sums = vec![[0.0f64; BLOCK]; upper + 1];
    let mut alone = vec![0.0; players];

    for block in 0..1usize << upper {
        game.values(block << lower, &mut values[..length]);
        let joined = block.count_ones() as usize;
        let mut single = 0.0;
        for (coalition, &value) in values[..length].iter().enumerate() {
            let [both, one, _] = weights[joined + coalition.count_ones() as usize];
            let value = f64::from(value);
            sums[joined][coalition] += value;
            single += one * value;
            folded[coalition] = both * value;
        }
        // The upper half holds the coalitions with the highest player. Adding it to the lower half
        // takes that player out, and the next one is the highest.
        let mut with = [0.0; BLOCK_PLAYERS];
        for (player, with) in with[..lower].iter_mut().enumerate().rev() {
            let (below, above) = folded[..2 << player].split_at_mut(1 << player);
            *with = above.iter().sum();
            below.iter_mut().zip(above).for_each(|(below, above)| *below += *above);
        }
        for player in (0..upper).filter(|player| block >> player & 1 == 1) {
            alone[lower + player] += single;
            let row = &mut pairs[(lower + player) * players..][..players];
            row.iter_mut().zip(&with[..lower]).for_each(|(pair, with)| *pair += with);
            (0..player).filter(|other| block >> other & 1 == 1).for_each(|other| row[lower + other] += folded[0]);
        }
    }

    let mut always = 0.0;
    for (joined, sums) in sums.iter().enumerate() {
        for (coalition, value) in sums[..length].iter().enumerate() {
            let [both, one, none] = weights[joined + coalition.count_ones() as usize];
            always += none * value;
            for player in (0..lower).filter(|player| coalition >> player & 1 == 1) {
                alone[player] += one * value;
                let others = (0..player).filter(|other| coalition >> other & 1 == 1);
                others.for_each(|other| pairs[player * players + other] += both * value);
            }
        }
    }
    for player in 0..players {
        for other in 0..player {
            let index = pairs[player * players + other] - alone[player] - alone[other] + always;
            (pairs[player * players + other], pairs[other * players + player]) = (index, index);
        }
    }
    pairs
}

/// p, q and w, for every size of a coalition.
fn weights(players: usize) -> Vec<[f64; 3]> {
    let mut weight = 1.0 / (players - 1) as f64;
    let mut weights = vec![0.0; 2];
    for size in 0..players - 1 {
        weights.push(weight);
        weight *= (size + 1) as f64 / (players - size - 2).max(1) as f64;
    }
    weights.extend([0.0; 2]);
    // Two zeros stand before the first weight.
    weights.windows(3).map(|at| [at[0] + 2.0 * at[1] + at[2], at[1] + at[2], at[2]]).collect()
}

#[cfg(test)]
mod tests {
    use super::super::Table;
    use super::super::tests::interaction_definition;
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_definition_symmetric_and_nothing_on_the_diagonal(
            values in (2usize..=10).prop_flat_map(|players| prop::collection::vec(-10.0f32..10.0, 1 << players)),
        ) {
            let players = values.len().trailing_zeros() as usize;
            let pairs = interactions(&mut Table(values.clone()));
            for i in 0..players {
                for j in 0..players {
                    let expected = if i == j { 0.0 } else { interaction_definition(&values, i, j) };
                    prop_assert!((pairs[i * players + j] - expected).abs() < 1e-9, "{i} {j}");
                }
            }
        }
    }

    #[test]
    fn products_interact_and_sums_do_not() {
        // 3 x0 x1 - 2 x9 x10 + x4: each product is its pair's interaction, whatever the others do.
        let value = |coalition: usize| {
            let joined = |player: usize| (coalition >> player & 1) as f32;
            3.0 * joined(0) * joined(1) - 2.0 * joined(9) * joined(10) + joined(4)
        };
        let pairs = interactions(&mut Table((0..1 << 11).map(value).collect()));
        for i in 0..11 {
            for j in 0..i {
                let expected = match (i, j) {
                    (1, 0) => 3.0,
                    (10, 9) => -2.0,
                    _ => 0.0,
                };
                assert!((pairs[i * 11 + j] - expected).abs() < 1e-9, "{i} {j}: {}", pairs[i * 11 + j]);
            }
        }
        assert_eq!(interactions(&mut Table(vec![1.0, 2.0])), [0.0]);
    }
}
