//! Walking the coalitions of one game: the network's value for every mixture of a customer and a
//! background row.
//!
//! A coalition takes the inputs of its players from the customer and all others from the background
//! row. One player adds one difference vector to the first layer's sums. The lowest players, at
//! most eight, form a block whose coalitions are evaluated together. The sums above a block are
//! added up anew for each block: a Gray-code walk would add and subtract, and drift. Inputs that
//! several players share (derived features) have a vector for each subset of those players, which
//! all lie above the block. `pairs` evaluates single coalitions instead.

mod block;
mod pairs;

use wide::f32x4;

pub use block::BLOCK_PLAYERS;

use block::Block;

use super::lanes::splat;
use super::{Network, Scratch};

/// A place in the table: row, and fraction of the way to the next row.
pub type Position = (u32, f32);

/// An input that one player alone moves.
#[derive(Clone, Copy, Debug)]
pub struct Toggle {
    /// Its position before the player joins.
    pub from: Position,
    /// Its position after.
    pub to: Position,
}

/// An input that several players move: its position for every subset of them, bit i of the subset
/// for `players[i]`.
#[derive(Clone, Debug)]
pub struct Coupling {
    /// The players that move the input.
    pub players: Vec<usize>,
    /// The input's position for every subset of them, `[2^players]`; bit i of the place is player
    /// i.
    pub positions: Vec<Position>,
}

/// One game. Its value is the hidden part of the network; direct shares are no matter of many
/// players and stay out. It is walked fastest where the players that move the network least come
/// first.
pub struct Walk<'a> {
    network: &'a Network,
    players: usize,
    /// Players of a block: the lowest, as far as no coupling reads them.
    lower: usize,
    /// Vectors of four units.
    stride: usize,
    /// `[players, stride]`
    differences: Vec<f32x4>,
    /// Made when first needed.
    block: Option<Block>,
    couplings: Vec<CoupledSum>,
    start: Vec<f32x4>,
    /// The first layer's above a block.
    sums: Vec<f32x4>,
    /// Sums of no player and of all of them, couplings left out, added together.
    ends: Vec<f32x4>,
    scratch: Scratch,
    /// By unit and lane, slopes of the value in the first layer's sums, added up over `noted`
    /// coalitions.
    slopes: Vec<f32x4>,
    noted: usize,
}

struct CoupledSum {
    players: Vec<usize>,
    /// `[subsets, stride]`
    sums: Vec<f32x4>,
}

impl<'a> Walk<'a> {
    /// A game over `toggles` (one a player; `None` where the player moves coupled inputs alone),
    /// started from the background row that `background` gives by input. Inputs of `couplings` must
    /// be left out of `background`.
    pub fn new(
        network: &'a Network,
        background: &[Position],
        toggles: &[Option<Toggle>],
        couplings: &[Coupling],
    ) -> Walk<'a> {
        let stride = network.stride;
        let players = toggles.len();
        let mut start = network.bias.clone();
        background.iter().for_each(|&position| network.add_row(position, 1.0, &mut start));
        let mut differences = vec![f32x4::ZERO; players * stride];
        for (player, toggle) in toggles.iter().enumerate() {
            if let Some(toggle) = toggle {
                network.add_difference(toggle, &mut differences[player * stride..(player + 1) * stride]);
            }
        }
        let mut ends: Vec<f32x4> = start.iter().map(|sum| *sum + *sum).collect();
        for difference in differences.chunks_exact(stride.max(1)) {
            add(difference, &mut ends);
        }
        let coupled = couplings.iter().flat_map(|coupling| coupling.players.iter().copied()).min();
        let lower = coupled.unwrap_or(players).min(BLOCK_PLAYERS);
        let couplings = couplings.iter().map(|coupling| network.coupled_sum(coupling)).collect();
        let sums = start.clone();
        let scratch = network.scratch();
        let (block, slopes) = (None, Vec::new());
        Walk {
            network,
            players,
            lower,
            stride,
            differences,
            block,
            couplings,
            start,
            sums,
            ends,
            scratch,
            slopes,
            noted: 0,
        }
    }

    /// Players of the game.
    pub fn players(&self) -> usize {
        self.players
    }

    /// Writes the values of the coalitions `first .. first + values.len()`; bit i of a coalition's
    /// number says that player i has joined. The length is 2^players, or 2^[`BLOCK_PLAYERS`] if
    /// that is less, and divides `first`.
    pub fn values(&mut self, first: usize, values: &mut [f32]) {
        let stride = self.stride;
        let new = || Block::new(self.network, &self.differences, self.lower);
        let block = self.block.get_or_insert_with(new);
        for (index, values) in values.chunks_exact_mut(1 << self.lower).enumerate() {
            let coalition = first + (index << self.lower);
            self.sums.copy_from_slice(&self.start);
            for player in (self.lower..self.players).filter(|player| coalition >> player & 1 == 1) {
                add(&self.differences[player * stride..(player + 1) * stride], &mut self.sums);
            }
            for coupling in &self.couplings {
                let bits = coupling.players.iter().enumerate();
                let subset = bits.map(|(bit, &player)| (coalition >> player & 1) << bit).sum::<usize>();
                add(&coupling.sums[subset * stride..(subset + 1) * stride], &mut self.sums);
            }
            block.values(self.network, &self.sums, &mut self.scratch, values);
        }
    }
}

fn add(row: &[f32x4], sums: &mut [f32x4]) {
    sums.iter_mut().zip(row).for_each(|(sum, add)| *sum += *add);
}

impl Network {
    /// Adds `sign` times the table's row at a position to first-layer sums.
    pub(super) fn add_row(&self, (row, fraction): Position, sign: f32, sums: &mut [f32x4]) {
        let at = row as usize * self.stride;
        let rows = self.table[at..at + self.stride].iter().zip(&self.table[at + self.stride..]);
        for ((here, next), sum) in rows.zip(sums) {
            let value = if fraction == 0.0 { *here } else { *here + (*next - *here) * splat(fraction) };
            *sum += value * splat(sign);
        }
    }

    fn add_difference(&self, toggle: &Toggle, sums: &mut [f32x4]) {
        self.add_row(toggle.to, 1.0, sums);
        self.add_row(toggle.from, -1.0, sums);
    }

    /// How far a toggle moves the first layer, all units together: players of a walk are best in
    /// this order.
    pub fn reach(&self, toggle: &Toggle) -> f32 {
        let mut sums = vec![f32x4::ZERO; self.stride];
        self.add_difference(toggle, &mut sums);
        sums.iter().flat_map(|sum| sum.to_array()).map(f32::abs).sum()
    }

    fn coupled_sum(&self, coupling: &Coupling) -> CoupledSum {
        let mut sums = vec![f32x4::ZERO; coupling.positions.len() * self.stride];
        for (&position, sums) in coupling.positions.iter().zip(sums.chunks_exact_mut(self.stride.max(1))) {
            self.add_row(position, 1.0, sums);
        }
        CoupledSum { players: coupling.players.clone(), sums }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::parts;
    use super::*;
    use crate::encoding::Features;

    /// Every coalition's value, walked and one by one, against the network scored on the mixture
    /// itself.
    fn compare(hidden: &[usize], toggled: usize, coupled: &[usize]) {
        compare_network(&Network::new(60, parts(60, hidden)).unwrap(), hidden, toggled, coupled);
    }

    fn compare_network(network: &Network, hidden: &[usize], toggled: usize, coupled: &[usize]) {
        let toggles: Vec<_> =
            (0..toggled as u32).map(|n| Some(Toggle { from: (n, 0.0), to: (n + 20, 0.25) })).collect();
        let position = |subset: usize| (40 + subset as u32, if subset.is_multiple_of(2) { 0.5 } else { 0.0 });
        let coupling =
            Coupling { players: coupled.to_vec(), positions: (0..1 << coupled.len()).map(position).collect() };
        let couplings = if coupled.is_empty() { vec![] } else { vec![coupling] };
        // One more input that nobody moves.
        let mut background: Vec<Position> = (0..toggled as u32).map(|n| (n, 0.0)).collect();
        background.push((55, 0.0));
        let mut walk = Walk::new(network, &background, &toggles, &couplings);
        let mut values = vec![0.0; 1 << toggled];
        let block = values.len().min(1 << BLOCK_PLAYERS);
        values.chunks_exact_mut(block).enumerate().for_each(|(index, values)| walk.values(index * block, values));

        let members = |coalition: usize| -> Vec<u16> {
            (0..toggled as u16).filter(|player| coalition >> player & 1 == 1).collect()
        };
        for (coalition, value) in values.iter().enumerate() {
            let mirror = values[values.len() - 1 - coalition];
            let [_, _, alone, others] = walk.pairs([&members(coalition / 2), &members(coalition)], false);
            assert!((alone - value).abs() < 2e-5 && (others - mirror).abs() < 2e-5, "{hidden:?} {coalition:b}");
        }

        let inputs = background.len() + couplings.len();
        let mut features = Features::new(inputs, 1);
        for (coalition, &value) in values.iter().enumerate() {
            let mut direct = network.direct_at((55, 0.0));
            for (input, &position) in background.iter().enumerate() {
                let joined = input < toggled && coalition >> input & 1 == 1;
                let position = if joined { toggles[input].unwrap().to } else { position };
                (features.rows[input], features.fractions[input]) = position;
                direct += if input < toggled { network.direct_at(position) } else { 0.0 };
            }
            for coupling in &couplings {
                let subset: usize =
                    coupling.players.iter().enumerate().map(|(bit, &player)| (coalition >> player & 1) << bit).sum();
                (features.rows[inputs - 1], features.fractions[inputs - 1]) = coupling.positions[subset];
                direct += network.direct_at(coupling.positions[subset]);
            }
            let logit = network.logit(&features, &mut network.scratch());
            assert!((logit - direct - value).abs() < 2e-5, "{hidden:?} {coalition:b}: {} {value}", logit - direct);
        }
    }

    #[test]
    fn values_of_networks_side_by_side_are_those_on_the_mixture() {
        let mut parts = parts(60, &[16, 24]);
        for (at, weight) in parts.layers[0].weight.iter_mut().enumerate() {
            if (at / 24 / 8) != (at % 24 / 12) {
                *weight = 0.0;
            }
        }
        let network = Network::new(60, parts).unwrap();
        compare_network(&network, &[16, 24], 9, &[]);
        compare_network(&network, &[16, 24], 7, &[5, 6, 4]);
    }

    #[test]
    fn values_are_the_network_on_the_mixture() {
        for hidden in [&[16, 8][..], &[5], &[12, 9, 4]] {
            for players in [0, 1, 2, 3, 7, 9, 11] {
                compare(hidden, players, &[]);
            }
            for (players, coupled) in [
                (6, &[3, 4, 5][..]),
                (6, &[5, 2]),
                (7, &[5, 6, 4]),
                (4, &[0, 2]),
                (4, &[1, 3]),
                (2, &[0, 1]),
                (10, &[8, 9]),
                (10, &[3, 9, 5]),
            ] {
                compare(hidden, players, coupled);
            }
        }
    }
}
