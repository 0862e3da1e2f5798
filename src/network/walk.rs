//! Walking the coalitions of one game: the network's value for every mixture of a customer and a background row.
//!
//! A coalition takes the inputs of its players from the customer and all others from the background row. One player
//! adds one difference vector to the first layer's sums, so the walk is a binary tree over the players: a child
//! costs one vector addition, no sum is ever undone (a Gray-code walk would add and subtract for the same cost, and
//! drift), and the last two players are the four SIMD lanes. Inputs that several players share (derived features)
//! have a vector for each subset of those players, added where the last of them has decided.

use wide::f32x4;

use super::{LANES, Network, Scratch};
use crate::explanation::Game;

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

/// One game. Its value is the hidden part of the network plus the direct shares of the coupled inputs; the direct
/// shares of toggled inputs belong to their players alone and stay out.
pub struct Walk<'a> {
    network: &'a Network,
    players: usize,
    /// Players that are lanes: at most the first two, and only where no coupling reads them.
    lane_players: usize,
    /// `[players, units]`
    differences: Vec<f32>,
    /// By unit, what the lane players add in each lane.
    lane_differences: Vec<f32x4>,
    couplings: Vec<CoupledSum>,
    /// `[players + 1, units]`: sums with all players from that level upwards decided.
    levels: Vec<f32>,
    start: Vec<f32>,
    scratch: Scratch,
}

struct CoupledSum {
    players: Vec<usize>,
    /// The player that decides last: the lowest.
    last: usize,
    /// `[subsets, units]`
    sums: Vec<f32>,
    direct: Vec<f32>,
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
        let units = network.stride * LANES;
        let players = toggles.len();
        let mut start = vec![0.0; units];
        network.bias.iter().zip(start.chunks_exact_mut(LANES)).for_each(|(bias, out)| out.copy_from_slice(&bias.to_array()));
        background.iter().for_each(|&position| network.add_row(position, 1.0, &mut start));
        let mut differences = vec![0.0; players * units];
        for (player, toggle) in toggles.iter().enumerate() {
            if let Some(Toggle { from, to }) = *toggle {
                let difference = &mut differences[player * units..(player + 1) * units];
                network.add_row(to, 1.0, difference);
                network.add_row(from, -1.0, difference);
            }
        }
        let free = (0..players).take_while(|player| !couplings.iter().any(|coupling| coupling.players.contains(player)));
        let lane_players = free.take(2).count();
        let lane_difference = |unit: usize| {
            let of = |player: usize| if player < lane_players { differences[player * units + unit] } else { 0.0 };
            f32x4::new([0.0, of(0), of(1), of(0) + of(1)])
        };
        let lane_differences = (0..units).map(lane_difference).collect();
        let couplings = couplings.iter().map(|coupling| network.coupled_sum(coupling, units)).collect();
        let levels = vec![0.0; (players + 1) * units];
        Walk { network, players, lane_players, differences, lane_differences, couplings, levels, start, scratch: network.scratch() }
    }

    /// Adds the couplings whose last player is `player`, `coalition` being decided from that player upwards.
    fn couple(&mut self, player: usize, coalition: usize, level: usize) -> f32 {
        let units = self.start.len();
        let mut direct = 0.0;
        for coupling in self.couplings.iter().filter(|coupling| coupling.last == player) {
            let bits = coupling.players.iter().enumerate();
            let subset = bits.map(|(bit, &player)| (coalition >> player & 1) << bit).sum::<usize>();
            let sums = &coupling.sums[subset * units..(subset + 1) * units];
            self.levels[level * units..(level + 1) * units].iter_mut().zip(sums).for_each(|(sum, add)| *sum += add);
            direct += coupling.direct[subset];
        }
        direct
    }

    /// Decides the players below `level`, `coalition` being decided above; writes the values of all their coalitions.
    fn descend(&mut self, level: usize, coalition: usize, direct: f32, values: &mut [f32]) {
        if level == self.lane_players {
            return self.leaf(level, direct, values);
        }
        let units = self.start.len();
        let player = level - 1;
        let (without, with) = values.split_at_mut(values.len() / 2);
        for (joins, values) in [(0, without), (1, with)] {
            let (below, here) = self.levels.split_at_mut(level * units);
            let (child, here) = (&mut below[player * units..], &here[..units]);
            child.copy_from_slice(here);
            if joins == 1 {
                let difference = &self.differences[player * units..(player + 1) * units];
                child.iter_mut().zip(difference).for_each(|(sum, add)| *sum += add);
            }
            let coalition = coalition | joins << player;
            let direct = direct + self.couple(player, coalition, player);
            self.descend(player, coalition, direct, values);
        }
    }

    /// Values of the coalitions of the lane players.
    fn leaf(&mut self, level: usize, direct: f32, values: &mut [f32]) {
        let units = self.start.len();
        let sums = &self.levels[level * units..(level + 1) * units];
        for ((out, &sum), difference) in self.scratch.first.iter_mut().zip(sums).zip(&self.lane_differences) {
            *out = f32x4::splat(sum) + *difference;
        }
        let lanes = self.network.hidden_part(&mut self.scratch) + f32x4::splat(direct);
        values.copy_from_slice(&lanes.to_array()[..values.len()]);
    }
}

impl Game for Walk<'_> {
    fn players(&self) -> usize {
        self.players
    }

    fn values(&mut self, first: usize, values: &mut [f32]) {
        let units = self.start.len();
        let block = values.len().trailing_zeros() as usize;
        let level = block.max(self.lane_players);
        self.levels[level * units..(level + 1) * units].copy_from_slice(&self.start);
        let mut direct = 0.0;
        for player in (level..self.players).rev() {
            if first >> player & 1 == 1 {
                let difference = &self.differences[player * units..(player + 1) * units];
                self.levels[level * units..(level + 1) * units].iter_mut().zip(difference).for_each(|(sum, add)| *sum += add);
            }
            direct += self.couple(player, first, level);
        }
        self.descend(level, first, direct, values);
    }
}

impl Network {
    /// Adds `sign` times the table's row at a position to first-layer sums.
    pub(super) fn add_row(&self, (row, fraction): Position, sign: f32, sums: &mut [f32]) {
        let at = row as usize * self.stride;
        let rows = self.table[at..at + self.stride].iter().zip(&self.table[at + self.stride..]);
        for ((here, next), out) in rows.zip(sums.chunks_exact_mut(LANES)) {
            let value = if fraction == 0.0 { *here } else { *here + (*next - *here) * f32x4::splat(fraction) };
            out.iter_mut().zip(value.to_array()).for_each(|(sum, value)| *sum += sign * value);
        }
    }

    fn coupled_sum(&self, coupling: &Coupling, units: usize) -> CoupledSum {
        let mut sums = vec![0.0; coupling.positions.len() * units];
        for (&position, sums) in coupling.positions.iter().zip(sums.chunks_exact_mut(units.max(1))) {
            self.add_row(position, 1.0, sums);
        }
        let direct = coupling.positions.iter().map(|&position| self.direct_at(position)).collect();
        let last = coupling.players.iter().copied().min().unwrap_or(0);
        CoupledSum { players: coupling.players.clone(), last, sums, direct }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::parts;
    use super::*;
    use crate::encoding::Features;

    /// Every coalition's value against the network scored on the mixture itself.
    fn compare(hidden: &[usize], toggled: usize, coupled: &[usize], block: usize) {
        let network = Network::new(60, parts(60, hidden)).unwrap();
        let toggles: Vec<_> = (0..toggled as u32).map(|n| Some(Toggle { from: (n, 0.0), to: (n + 20, 0.25) })).collect();
        let position = |subset: usize| (40 + subset as u32, if subset % 2 == 0 { 0.5 } else { 0.0 });
        let coupling = Coupling { players: coupled.to_vec(), positions: (0..1 << coupled.len()).map(position).collect() };
        let couplings = if coupled.is_empty() { vec![] } else { vec![coupling] };
        // One more input that nobody moves.
        let mut background: Vec<Position> = (0..toggled as u32).map(|n| (n, 0.0)).collect();
        background.push((55, 0.0));
        let mut walk = Walk::new(&network, &background, &toggles, &couplings);
        let mut values = vec![0.0; 1 << toggled];
        let block = block.min(values.len());
        values.chunks_exact_mut(block).enumerate().for_each(|(index, values)| walk.values(index * block, values));

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
                let subset: usize = coupling.players.iter().enumerate().map(|(bit, &player)| (coalition >> player & 1) << bit).sum();
                (features.rows[inputs - 1], features.fractions[inputs - 1]) = coupling.positions[subset];
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
            compare(hidden, 7, &[], 8);
            compare(hidden, 7, &[], 4);
            compare(hidden, 6, &[3, 4, 5], 256);
            compare(hidden, 6, &[5, 2], 8);
            compare(hidden, 4, &[0, 2], 256);
            compare(hidden, 4, &[1, 3], 256);
            compare(hidden, 2, &[0, 1], 256);
        }
    }
}
