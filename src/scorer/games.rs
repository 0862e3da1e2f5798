//! The game of one customer against one background row: which fields play, and what each of them
//! moves.

use super::score::Scorer;
use crate::customer::Customer;
use crate::encoding::{Features, Source};
use crate::explanation::{Game, SampledGame, Table, exact, interactions};
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

/// The explanation sees a function from coalitions to numbers, and the network knows no
/// explanation. They meet here.
impl Game for Walk<'_> {
    fn players(&self) -> usize {
        Walk::players(self)
    }

    fn values(&mut self, first: usize, values: &mut [f32]) {
        Walk::values(self, first, values);
    }
}

impl SampledGame for Walk<'_> {
    fn pairs(&mut self, members: [&[u16]; 2], learn: bool) -> [f32; 4] {
        Walk::pairs(self, members, learn)
    }

    fn guess(&mut self) -> Vec<f64> {
        let (alone, coupled) = self.linear();
        let mut shares: Vec<f64> = alone.into_iter().map(f64::from).collect();
        for (players, values) in self.coupled_players().zip(coupled) {
            players.iter().zip(exact(&mut Table(values))).for_each(|(&player, share)| shares[player] += share);
        }
        shares
    }
}

impl FieldGame {
    pub(crate) fn walk<'a>(&self, scorer: &'a Scorer) -> Walk<'a> {
        Walk::new(&scorer.artifact.network, &self.background, &self.toggles, &self.couplings)
    }

    /// Adds the interaction indices of the game, times `factor`, to those of all fields,
    /// `[fields, fields]`.
    pub(super) fn add_interactions(&self, scorer: &Scorer, factor: f64, fields: usize, sums: &mut [f64]) {
        let mut add = |players: &[usize], pairs: Vec<f64>| {
            for (row, &field) in pairs.chunks_exact(players.len().max(1)).zip(players) {
                row.iter().zip(players).for_each(|(pair, other)| sums[field * fields + other] += pair * factor);
            }
        };
        add(&self.players, interactions(&mut self.walk(scorer)));
        for (players, table) in &self.coupled_direct {
            add(players, interactions(&mut table.clone()));
        }
    }
}

impl Scorer {
    /// The games of one customer, one for each background row.
    pub(crate) fn games(&self, customer: &Customer) -> Vec<FieldGame> {
        let encoder = &self.artifact.encoder;
        let mut features = Features::new(encoder.inputs().len(), 1);
        encoder.encode(customer, 0, &mut features);
        (0..self.artifact.background.len()).map(|row| self.game(customer, &features, row)).collect()
    }

    /// The background rows, encoded.
    #[cfg(feature = "webgpu")]
    pub fn background(&self) -> &Features {
        &self.encoded_background().rows
    }

    fn game(&self, customer: &Customer, features: &Features, row: usize) -> FieldGame {
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
        // Without a hidden part there is nothing to walk.
        if network.parts().units == 0 {
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
