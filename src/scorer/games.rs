//! The game of one customer against one background row: which fields play, and what each of them
//! moves.

use super::scale::Scale;
use super::score::Scorer;
use super::stop::Stop;
use crate::calibration::Calibration;
use crate::customer::Customer;
use crate::encoding::{Features, Source};
use crate::explanation::{Game, SampledGame, Table, exact, interactions};
use crate::network::Network;
use crate::network::walk::{Coupling, Position, Toggle, Walk};

/// What the network needs to walk the game, and what needs no walk.
#[derive(Debug)]
pub(crate) struct FieldGame {
    /// The fields that play; those that several inputs couple come last.
    pub players: Vec<usize>,
    pub toggles: Vec<Option<Toggle>>,
    pub couplings: Vec<Coupling>,
    /// Positions of all inputs that no coupling moves, in the background row.
    pub background: Vec<Position>,
    /// The additive part in closed form: field, and its share of what an input changes in the
    /// direct share of the logit.
    pub direct: Vec<(usize, f64)>,
    /// Of every input that several fields move: those fields, and its direct share for every subset
    /// of them.
    pub coupled_direct: Vec<(Vec<usize>, Table)>,
}

/// A game as explanations see it: a function from coalitions to numbers. Its value is what the
/// network adds to the logit beside the direct shares; or the calibrated probability, which needs
/// them too.
pub(crate) struct FieldWalk<'a> {
    walk: Walk<'a>,
    probability: Option<Probability<'a>>,
    /// Once it is set, all values are 0 and cost nothing. Whoever set it gets no result.
    stop: Stop,
}

#[cfg(all(test, feature = "webgpu"))]
impl<'a> From<Walk<'a>> for FieldWalk<'a> {
    fn from(walk: Walk<'a>) -> FieldWalk<'a> {
        FieldWalk { walk, probability: None, stop: Stop::default() }
    }
}

/// From what the network adds to a probability.
struct Probability<'a> {
    calibration: &'a Calibration,
    network: &'a Network,
    game: &'a FieldGame,
    /// Direct share of the inputs that no coupling moves, in the background row.
    start: f32,
}

impl Probability<'_> {
    /// What a player adds to the direct share, inputs that several players move left out.
    fn share(&self, player: usize) -> f32 {
        let toggle = &self.game.toggles[player];
        toggle.as_ref().map_or(0.0, |Toggle { from, to }| self.network.direct_at(*to) - self.network.direct_at(*from))
    }

    /// The direct share of a coalition.
    #[inline(never)]
    fn direct(&self, joined: &dyn Fn(usize) -> bool) -> f32 {
        let players = (0..self.game.toggles.len()).filter(|player| joined(*player));
        let mut sum = players.fold(self.start, |sum, player| sum + self.share(player));
        for Coupling { players, positions } in &self.game.couplings {
            let bits = players.iter().rev();
            let subset = bits.fold(0, |subset, &player| subset << 1 | usize::from(joined(player)));
            sum += self.network.direct_at(positions[subset]);
        }
        sum
    }

    /// Replaces the network's values of coalitions by probabilities.
    fn of_block(&self, first: usize, values: &mut [f32]) {
        let reads = self.game.couplings.iter().flat_map(|coupling| &coupling.players).min();
        let lower = reads.map_or(usize::MAX, |&player| 1 << player.min(31)).min(values.len());
        for (at, values) in values.chunks_exact_mut(lower).enumerate() {
            // The players of a chunk move no coupled input: what they add is made by doubling.
            let mut shares = [0.0; 256];
            shares[0] = self.direct(&|player| (first + at * lower) >> player & 1 == 1);
            let mut known = 1;
            for player in 0..lower.trailing_zeros() as usize {
                let share = self.share(player);
                let (before, after) = shares.split_at_mut(known);
                after.iter_mut().zip(before).for_each(|(sum, before)| *sum = *before + share);
                known *= 2;
            }
            values.iter_mut().zip(&shares).for_each(|(value, share)| *value += share);
        }
        self.calibration.apply(values);
    }
}

impl Game for FieldWalk<'_> {
    fn players(&self) -> usize {
        self.walk.players()
    }

    fn values(&mut self, first: usize, values: &mut [f32]) {
        if self.stop.is_set() {
            return values.fill(0.0);
        }
        self.walk.values(first, values);
        if let Some(probability) = &self.probability {
            probability.of_block(first, values);
        }
    }
}

impl SampledGame for FieldWalk<'_> {
    fn pairs(&mut self, members: [&[u16]; 2], learn: bool) -> [f32; 4] {
        if self.stop.is_set() {
            return [0.0; 4];
        }
        let mut values = self.walk.pairs(members, learn);
        if let Some(probability) = &self.probability {
            for (half, members) in members.iter().enumerate() {
                let joined = |player: usize| members.contains(&(player as u16));
                values[2 * half] += probability.direct(&joined);
                values[2 * half + 1] += probability.direct(&|player| !joined(player));
            }
            probability.calibration.apply(&mut values);
        }
        values
    }

    fn guess(&mut self) -> Vec<f64> {
        // The slopes are those of the logit. Without a guess, estimates of a probability only need
        // more pairs.
        if self.probability.is_some() {
            return vec![0.0; self.walk.players()];
        }
        let (alone, coupled) = self.walk.linear();
        let mut shares: Vec<f64> = alone.into_iter().map(f64::from).collect();
        for (players, values) in self.walk.coupled_players().zip(coupled) {
            players.iter().zip(exact(&mut Table(values))).for_each(|(&player, share)| shares[player] += share);
        }
        shares
    }
}

impl FieldGame {
    /// The game whose value is a probability, where there is a calibration.
    pub(crate) fn walk<'a>(
        &'a self,
        scorer: &'a Scorer,
        calibration: Option<&'a Calibration>,
        stop: &Stop,
    ) -> FieldWalk<'a> {
        let network = &scorer.artifact.network;
        let walk = Walk::new(network, &self.background, &self.toggles, &self.couplings);
        let probability = calibration.map(|calibration| {
            let start = self.background.iter().map(|&position| network.direct_at(position)).sum();
            Probability { calibration, network, game: self, start }
        });
        FieldWalk { walk, probability, stop: stop.clone() }
    }

    /// Adds the interaction indices of the game, times `factor`, to those of all fields,
    /// `[fields, fields]`.
    pub(super) fn add_interactions(
        &self,
        scorer: &Scorer,
        calibration: Option<&Calibration>,
        stop: &Stop,
        factor: f64,
        fields: usize,
        sums: &mut [f64],
    ) {
        let mut add = |players: &[usize], pairs: Vec<f64>| {
            for (row, &field) in pairs.chunks_exact(players.len().max(1)).zip(players) {
                row.iter().zip(players).for_each(|(pair, other)| sums[field * fields + other] += pair * factor);
            }
        };
        add(&self.players, interactions(&mut self.walk(scorer, calibration, stop)));
        if calibration.is_some() {
            return;
        }
        for (players, table) in &self.coupled_direct {
            add(players, interactions(&mut table.clone()));
        }
    }
}

impl Scorer {
    /// The games of one customer, one for each background row.
    pub(crate) fn games(&self, customer: &Customer, scale: Scale) -> Vec<FieldGame> {
        let encoder = &self.artifact.encoder;
        let mut features = Features::new(encoder.inputs().len(), 1);
        encoder.encode(customer, 0, &mut features);
        (0..self.artifact.background.len()).map(|row| self.game(customer, &features, row, scale)).collect()
    }

    /// The background rows, encoded.
    #[cfg(feature = "webgpu")]
    pub fn background(&self) -> &Features {
        &self.encoded_background().rows
    }

    fn game(&self, customer: &Customer, features: &Features, row: usize, scale: Scale) -> FieldGame {
        let encoder = &self.artifact.encoder;
        let network = &self.artifact.network;
        let reference = self.artifact.background[row].cells();
        let encoded = &self.encoded_background().rows;
        let cells = customer.cells();
        let mut direct = Vec::new();
        let mut coupled_direct = Vec::new();
        let mut background = Vec::new();
        let mut toggles = Vec::new();
        let mut coupled: Vec<(Vec<usize>, Vec<Position>)> = Vec::new();
        for (index, input) in encoder.inputs().iter().enumerate() {
            let (from, to) = (encoded.get(index, row), features.get(index, 0));
            match input.source {
                Source::Field(field) => {
                    background.push(from);
                    if from != to {
                        direct.push((field, f64::from(network.direct_at(to)) - f64::from(network.direct_at(from))));
                        toggles.push((field, Toggle { from, to }));
                    }
                }
                Source::Derived(_) => {
                    let fields = encoder.fields_of(input).into_iter().filter(|&field| cells[field] != reference[field]);
                    let fields: Vec<usize> = fields.collect();
                    let mixture = |subset: usize| {
                        let joined =
                            |field| fields.iter().position(|&f| f == field).is_some_and(|bit| subset >> bit & 1 == 1);
                        encoder
                            .encode_input(input, &|field| if joined(field) { cells[field] } else { reference[field] })
                    };
                    let positions: Vec<Position> = (0..1 << fields.len()).map(mixture).collect();
                    if positions.iter().all(|&position| position == from) {
                        background.push(from);
                    } else {
                        let values = positions.iter().map(|&position| network.direct_at(position)).collect();
                        let mut table = Table(values);
                        direct.extend(fields.iter().copied().zip(exact(&mut table)));
                        coupled_direct.push((fields.clone(), table));
                        coupled.push((fields, positions));
                    }
                }
            }
        }
        // Without a hidden part there is nothing to walk, unless direct shares are part of the game.
        if network.parts().units == 0 && scale == Scale::LogOdds {
            coupled.clear();
            toggles.clear();
        }
        let is_coupled = |field: &usize| coupled.iter().any(|(fields, _)| fields.contains(field));
        // Players that move the network least come first, which makes a walk faster. Insertion,
        // because players are few and a sort adds code to the download.
        let mut reaches: Vec<f32> = Vec::new();
        let mut players: Vec<usize> = Vec::new();
        for (field, toggle) in toggles.iter().filter(|(field, _)| !is_coupled(field)) {
            let reach = network.reach(toggle);
            let at = reaches.partition_point(|&other| other <= reach);
            reaches.insert(at, reach);
            players.insert(at, *field);
        }
        for (fields, _) in &coupled {
            fields.iter().for_each(|field| {
                if !players.contains(field) {
                    players.push(*field)
                }
            });
        }
        let player = |field: &usize| players.iter().position(|player| player == field);
        let couplings = coupled.iter().map(|(fields, positions)| Coupling {
            players: fields.iter().filter_map(player).collect(),
            positions: positions.clone(),
        });
        let couplings = couplings.collect();
        let toggle = |field: &usize| toggles.iter().find(|(toggled, _)| toggled == field).map(|(_, toggle)| *toggle);
        let toggles = players.iter().map(toggle).collect();
        FieldGame { players, toggles, couplings, background, direct, coupled_direct }
    }
}
