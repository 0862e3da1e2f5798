//! Games as the kernels see them: terms, and for the walk jobs, games and terms in two buffers.
//!
//! An input that several players move has a position for each subset of them. The kernels know
//! terms alone, vectors that are added when all of their players have joined: inclusion and
//! exclusion makes one from the other (the Möbius transform on subsets; Grabisch and Roubens 1999,
//! "An axiomatic approach to the concept of interaction", section 2).

use super::error::GpuError;
use super::sizes::{LOWER, NO_PLAYER, WALK_JOB};
use crate::network::walk::{Coupling, Position, Toggle};

/// Most players that one input couples: it has 3^players pairs.
const MAXIMUM_COUPLED: usize = 6;

/// A game of one customer against one background row, made ready for the device.
#[derive(Clone, Debug, Default)]
pub struct Game {
    /// Position of the customer among those that are walked together.
    pub customer: usize,
    pub(super) background: u32,
    pub(super) players: usize,
    /// Players whose bits are the number of the invocation that walks.
    lower: usize,
    /// The players' own terms first.
    pub(super) terms: Vec<Term>,
    /// Player of each field.
    player_of: Vec<u32>,
}

/// A vector that counts once all of its players have joined.
#[derive(Clone, Debug, Default)]
pub(super) struct Term {
    pub players: Vec<usize>,
    /// Table rows and their weights.
    pub pairs: Vec<(u32, f32)>,
}

/// The games of some customers, which are walked together.
#[derive(Clone, Debug, Default)]
pub struct GameSet {
    /// Fields of the schema.
    pub fields: usize,
    /// Customers that the games are of.
    pub customers: usize,
    /// Their games, by customer.
    pub games: Vec<Game>,
}

/// The buffers of one dispatch.
#[derive(Debug, Default)]
pub(super) struct Encoded {
    pub games: Vec<u32>,
    pub numbers: Vec<f32>,
    /// Where the pairs' rows begin in `games`; their weights are `numbers`.
    pub pair_rows: usize,
    /// What the sums read.
    pub places: Vec<u32>,
    pub first_customer: usize,
    pub customers: usize,
    pub jobs: usize,
}

/// A block of a game's coalitions: the game's place in the set, and the bits of the players above
/// the block.
pub(super) type Job = (usize, u32);

impl Game {
    /// A game against row `background`: `players` are fields, `toggles` and `couplings` what they
    /// move (as in [`crate::network::walk::Walk`]); players that couplings move come last.
    pub fn new(
        (customer, background): (usize, usize),
        (players, fields): (&[usize], usize),
        toggles: &[Option<Toggle>],
        couplings: &[Coupling],
    ) -> Result<Game, GpuError> {
        let own = |(player, toggle): (usize, &Option<Toggle>)| {
            let mut term = Term { players: vec![player], ..Term::default() };
            if let Some(Toggle { from, to }) = *toggle {
                term.add(to, 1.0);
                term.add(from, -1.0);
            }
            term
        };
        let mut terms: Vec<Term> = toggles.iter().enumerate().map(own).collect();
        for coupling in couplings {
            let (what, maximum, found) = ("players that one input couples", MAXIMUM_COUPLED, coupling.players.len());
            if found > maximum {
                return Err(GpuError::Shape { what, maximum, found });
            }
            couple(coupling, &mut terms);
        }
        let coupled = couplings.iter().flat_map(|coupling| coupling.players.iter().copied()).min();
        let mut player_of = vec![NO_PLAYER; fields];
        players.iter().enumerate().for_each(|(player, &field)| player_of[field] = player as u32);
        let lower = coupled.unwrap_or(players.len()).min(LOWER);
        Ok(Game { customer, background: background as u32, players: players.len(), lower, terms, player_of })
    }

    /// Blocks of coalitions of a game that is walked, `looped` players being looped over at most.
    fn blocks(&self, looped: usize) -> u32 {
        1 << (self.players - self.lower).saturating_sub(looped)
    }
}

impl Term {
    fn add(&mut self, (row, fraction): Position, sign: f32) {
        self.pairs.push((row, sign * (1.0 - fraction)));
        if fraction != 0.0 {
            self.pairs.push((row + 1, sign * fraction));
        }
    }
}

/// Adds the terms of an input that several players move.
fn couple(coupling: &Coupling, terms: &mut Vec<Term>) {
    for subset in 1..coupling.positions.len() {
        let members = coupling.players.iter().enumerate().filter(|(bit, _)| subset >> bit & 1 == 1);
        let mut players: Vec<usize> = members.map(|(_, &player)| player).collect();
        players.sort_unstable();
        let at = match terms.iter().position(|term| term.players == players) {
            Some(at) => at,
            None => {
                terms.push(Term { players, ..Term::default() });
                terms.len() - 1
            }
        };
        for (below, &position) in coupling.positions.iter().enumerate().filter(|(below, _)| below & !subset == 0) {
            let sign = if (subset ^ below).count_ones() % 2 == 0 { 1.0 } else { -1.0 };
            terms[at].add(position, sign);
        }
    }
}

impl GameSet {
    /// All blocks of all games, in order.
    pub(super) fn jobs(&self, looped: usize) -> Vec<Job> {
        let blocks = |(at, game): (usize, &Game)| (0..game.blocks(looped)).map(move |block| (at, block));
        self.games.iter().enumerate().flat_map(blocks).collect()
    }

    /// The buffers of some consecutive jobs.
    pub(super) fn encode(&self, jobs: &[Job]) -> Encoded {
        let first_customer = jobs.first().map_or(0, |&(game, _)| self.games[game].customer);
        let customers = jobs.last().map_or(0, |&(game, _)| self.games[game].customer + 1 - first_customer);
        let mut encoded = Encoded { first_customer, customers, jobs: jobs.len(), ..Encoded::default() };
        let mut rows = Vec::new();
        let mut firsts = vec![0; customers + 1];
        let mut job_places = Vec::with_capacity(jobs.len());
        let mut players = Vec::new();
        let Encoded { games, numbers, places, .. } = &mut encoded;
        games.resize(jobs.len() * WALK_JOB, 0);
        let mut last = None;
        let mut head = 0;
        for (job, &(index, block)) in jobs.iter().enumerate() {
            let game = &self.games[index];
            if last != Some(index) {
                last = Some(index);
                head = games.len();
                games.extend([game.players as u32, game.lower as u32, game.background, game.terms.len() as u32]);
                for term in &game.terms {
                    let first = rows.len() as u32;
                    rows.extend(term.pairs.iter().map(|&(row, _)| row));
                    numbers.extend(term.pairs.iter().map(|&(_, weight)| weight));
                    let mask = term.players.iter().fold(0, |mask, player| mask | 1 << player);
                    games.extend([mask, first, rows.len() as u32]);
                }
                players.extend_from_slice(&game.player_of);
            }
            (games[job * WALK_JOB], games[job * WALK_JOB + 1]) = (head as u32, block);
            job_places.push((customers + 1 + jobs.len() + players.len() - self.fields) as u32);
            firsts[game.customer - first_customer + 1] = job as u32 + 1;
        }
        // A customer without a job begins where the one before ended.
        (1..=customers).for_each(|customer| firsts[customer] = firsts[customer].max(firsts[customer - 1]));
        places.extend(firsts.into_iter().chain(job_places).chain(players));
        encoded.pair_rows = encoded.games.len();
        encoded.games.extend(rows);
        encoded
    }
}
