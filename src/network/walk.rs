//! Walking the coalitions of one game: the network's value for every mixture of a customer and a background row.
//!
//! A coalition takes the inputs of its players from the customer and all others from the background row. One player
//! adds one difference vector to the first layer's sums, so the walk is a binary tree over the players: a child
//! costs one vector addition, no sum is ever undone (a Gray-code walk would add and subtract for the same cost, and
//! drift). The last two players are the four SIMD lanes; where one hidden layer is all there is, the last four are four
//! vectors of them, so that a unit's sum and weight are fetched once for sixteen coalitions. Inputs that several players share (derived features)
//! have a vector for each subset of those players, added where the last of them has decided. [`pairs`] evaluates single
//! coalitions instead.

mod pairs;

use wide::f32x4;

use super::{LANES, Network, Scratch, relu, splat};

/// Lane players of a network with one hidden layer, and vectors that their coalitions take.
const FLAT_PLAYERS: usize = 4;
const FLAT_VECTORS: usize = 4;

/// A place in the table: row, and fraction of the way to the next row.
pub type Position = (u32, f32);

/// An input that one player alone moves.
#[derive(Clone, Copy, Debug)]
pub struct Toggle {
    pub from: Position,
    pub to: Position,
}

/// An input that several players move: its position for every subset of them, bit i of the subset for `players[i]`.
#[derive(Clone, Debug)]
pub struct Coupling {
    pub players: Vec<usize>,
    pub positions: Vec<Position>,
}

/// One game. Its value is the hidden part of the network; direct shares are no matter of many players and stay out.
pub struct Walk<'a> {
    network: &'a Network,
    players: usize,
    /// Players that are lanes: at most the first two, or exactly the first four; and only where no coupling reads them.
    lane_players: usize,
    /// Vectors of four units.
    stride: usize,
    /// `[players, stride]`
    differences: Vec<f32x4>,
    /// By unit, what the lane players add in each lane: one vector, or four.
    lane_differences: Vec<f32x4>,
    couplings: Vec<CoupledSum>,
    /// `[players + 1, stride]`: sums with all players from that level upwards decided.
    levels: Vec<f32x4>,
    start: Vec<f32x4>,
    /// Sums of no player and of all of them, couplings left out, added together.
    ends: Vec<f32x4>,
    scratch: Scratch,
    /// By unit and lane, slopes of the value in the first layer's sums, added up over `noted` coalitions.
    slopes: Vec<f32x4>,
    noted: usize,
}

struct CoupledSum {
    players: Vec<usize>,
    /// The player that decides last: the lowest.
    last: usize,
    /// `[subsets, stride]`
    sums: Vec<f32x4>,
}

impl<'a> Walk<'a> {
    /// A game over `toggles` (one a player; `None` where the player moves coupled inputs alone), started from the
    /// background row that `background` gives by input. Inputs of `couplings` must be left out of `background`.
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
            if let Some(Toggle { from, to }) = *toggle {
                let difference = &mut differences[player * stride..(player + 1) * stride];
                network.add_row(to, 1.0, difference);
                network.add_row(from, -1.0, difference);
            }
        }
        let mut ends: Vec<f32x4> = start.iter().map(|sum| *sum + *sum).collect();
        for difference in differences.chunks_exact(stride.max(1)) {
            ends.iter_mut().zip(difference).for_each(|(end, add)| *end += *add);
        }
        let free =
            (0..players).take_while(|player| !couplings.iter().any(|coupling| coupling.players.contains(player)));
        let lane_players = match free.take(FLAT_PLAYERS).count() {
            FLAT_PLAYERS if network.layers.is_empty() => FLAT_PLAYERS,
            free => free.min(2),
        };
        let vectors = if lane_players == FLAT_PLAYERS { FLAT_VECTORS } else { 1 };
        let lane_difference = |at: usize| {
            let unit = at / vectors;
            let of = |player: usize, coalition: usize| {
                let vector = differences.get(player * stride + unit / LANES);
                let joins = coalition >> player & 1 == 1 && player < lane_players;
                vector.filter(|_| joins).map_or(0.0, |vector| vector.as_array()[unit % LANES])
            };
            let sum = |lane: usize| (0..FLAT_PLAYERS).map(|player| of(player, at % vectors * LANES + lane)).sum();
            f32x4::new([sum(0), sum(1), sum(2), sum(3)])
        };
        let lane_differences = (0..stride * LANES * vectors).map(lane_difference).collect();
        let couplings = couplings.iter().map(|coupling| network.coupled_sum(coupling)).collect();
        let levels = vec![f32x4::ZERO; (players + 1) * stride];
        let scratch = network.scratch();
        Walk {
            network,
            players,
            lane_players,
            stride,
            differences,
            lane_differences,
            couplings,
            levels,
            start,
            ends,
            scratch,
            slopes: Vec::new(),
            noted: 0,
        }
    }

    /// Adds the couplings whose last player is `player`, `coalition` being decided from that player upwards.
    fn couple(&mut self, player: usize, coalition: usize, level: usize) {
        let stride = self.stride;
        for coupling in self.couplings.iter().filter(|coupling| coupling.last == player) {
            let bits = coupling.players.iter().enumerate();
            let subset = bits.map(|(bit, &player)| (coalition >> player & 1) << bit).sum::<usize>();
            let sums = &coupling.sums[subset * stride..(subset + 1) * stride];
            self.levels[level * stride..(level + 1) * stride].iter_mut().zip(sums).for_each(|(sum, add)| *sum += *add);
        }
    }

    /// Decides the players below `level`, `coalition` being decided above; writes the values of all their coalitions.
    fn descend(&mut self, level: usize, coalition: usize, values: &mut [f32]) {
        if level == self.lane_players {
            return self.leaf(level, values);
        }
        let stride = self.stride;
        let player = level - 1;
        let (without, with) = values.split_at_mut(values.len() / 2);
        for (joins, values) in [(0, without), (1, with)] {
            let (below, here) = self.levels.split_at_mut(level * stride);
            let (child, here) = (&mut below[player * stride..], &here[..stride]);
            if joins == 1 {
                let difference = &self.differences[player * stride..(player + 1) * stride];
                let sums = here.iter().zip(difference);
                child.iter_mut().zip(sums).for_each(|(child, (sum, add))| *child = *sum + *add);
            } else {
                child.copy_from_slice(here);
            }
            let coalition = coalition | joins << player;
            self.couple(player, coalition, player);
            self.descend(player, coalition, values);
        }
    }

    /// Values of the coalitions of the lane players.
    fn leaf(&mut self, level: usize, values: &mut [f32]) {
        let sums = &self.levels[level * self.stride..(level + 1) * self.stride];
        if level == FLAT_PLAYERS {
            return self.flat_leaf(sums, values);
        }
        let out = self.scratch.first.as_chunks_mut::<LANES>().0.iter_mut();
        for ((out, sum), differences) in out.zip(sums).zip(self.lane_differences.as_chunks::<LANES>().0) {
            let sum = sum.as_array();
            unroll!(UNIT in 4 { out[UNIT] = splat(sum[UNIT]) + differences[UNIT]; });
        }
        let lanes = self.network.hidden_part(&mut self.scratch);
        values.copy_from_slice(&lanes.to_array()[..values.len()]);
    }
}

impl Walk<'_> {
    /// Sixteen values of a network with one hidden layer.
    fn flat_leaf(&self, sums: &[f32x4], values: &mut [f32]) {
        let mut totals = [splat(self.network.parts.output_bias); FLAT_VECTORS];
        let units = sums.iter().zip(self.network.output.as_chunks::<LANES>().0);
        for ((sum, weights), differences) in units.zip(self.lane_differences.as_chunks::<16>().0) {
            let sum = sum.as_array();
            unroll!(UNIT in 4 {
                let (here, weight) = (splat(sum[UNIT]), splat(weights[UNIT]));
                unroll!(VECTOR in 4 {
                    totals[VECTOR] += relu(here + differences[UNIT * FLAT_VECTORS + VECTOR]) * weight;
                });
            });
        }
        for (values, total) in values.as_chunks_mut::<LANES>().0.iter_mut().zip(totals) {
            *values = total.to_array();
        }
    }

    /// Players of the game.
    pub fn players(&self) -> usize {
        self.players
    }

    /// Writes the values of the coalitions `first .. first + values.len()`; bit i of a coalition's number says that
    /// player i has joined. The length is a power of two, at least 16 unless all coalitions fit, and divides `first`.
    pub fn values(&mut self, first: usize, values: &mut [f32]) {
        let stride = self.stride;
        let block = values.len().trailing_zeros() as usize;
        let level = block.max(self.lane_players);
        self.levels[level * stride..(level + 1) * stride].copy_from_slice(&self.start);
        for player in (level..self.players).rev() {
            if first >> player & 1 == 1 {
                let difference = &self.differences[player * stride..(player + 1) * stride];
                let level = &mut self.levels[level * stride..(level + 1) * stride];
                level.iter_mut().zip(difference).for_each(|(sum, add)| *sum += *add);
            }
            self.couple(player, first, level);
        }
        self.descend(level, first, values);
    }
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

    fn coupled_sum(&self, coupling: &Coupling) -> CoupledSum {
        let mut sums = vec![f32x4::ZERO; coupling.positions.len() * self.stride];
        for (&position, sums) in coupling.positions.iter().zip(sums.chunks_exact_mut(self.stride.max(1))) {
            self.add_row(position, 1.0, sums);
        }
        let last = coupling.players.iter().copied().min().unwrap_or(0);
        CoupledSum { players: coupling.players.clone(), last, sums }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::parts;
    use super::*;
    use crate::encoding::Features;

    /// Every coalition's value, walked and one by one, against the network scored on the mixture itself.
    fn compare(hidden: &[usize], toggled: usize, coupled: &[usize], block: usize) {
        let network = Network::new(60, parts(60, hidden)).unwrap();
        let toggles: Vec<_> =
            (0..toggled as u32).map(|n| Some(Toggle { from: (n, 0.0), to: (n + 20, 0.25) })).collect();
        let position = |subset: usize| (40 + subset as u32, if subset.is_multiple_of(2) { 0.5 } else { 0.0 });
        let coupling =
            Coupling { players: coupled.to_vec(), positions: (0..1 << coupled.len()).map(position).collect() };
        let couplings = if coupled.is_empty() { vec![] } else { vec![coupling] };
        // One more input that nobody moves.
        let mut background: Vec<Position> = (0..toggled as u32).map(|n| (n, 0.0)).collect();
        background.push((55, 0.0));
        let mut walk = Walk::new(&network, &background, &toggles, &couplings);
        let mut values = vec![0.0; 1 << toggled];
        let block = block.min(values.len());
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
    fn values_are_the_network_on_the_mixture() {
        for hidden in [&[16, 8][..], &[5], &[12, 9, 4]] {
            for players in [0, 1, 2, 3, 7] {
                compare(hidden, players, &[], 256);
            }
            compare(hidden, 7, &[], 16);
            compare(hidden, 6, &[3, 4, 5], 256);
            compare(hidden, 6, &[5, 2], 16);
            compare(hidden, 7, &[5, 6, 4], 32);
            compare(hidden, 4, &[0, 2], 256);
            compare(hidden, 4, &[1, 3], 256);
            compare(hidden, 2, &[0, 1], 256);
        }
    }
}
