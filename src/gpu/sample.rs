//! Sampled games: one dispatch evaluates pairs of a coalition and its complement, an invocation
//! each.
//!
//! Pairs are drawn and regressed on the CPU ([`crate::explanation::Sample`]). Evaluating them is
//! most of the work. The regression needs the difference of a pair's values, so one number for each
//! pair is read back.

use cubecl::prelude::*;

use super::buffer::Buffer;
use super::device::Gpu;
use super::error::GpuError;
use super::games::{Game, Term};
use super::hidden::hidden_part;
use super::shape::Shape;
use super::sizes::INVOCATIONS;
use crate::network::Network;

/// Pairs of one dispatch: a fraction of a second on a slow device, so that a page stays responsive
/// and a cancellation is noticed.
pub(super) const PAIRS: usize = 1 << 17;
/// Numbers of a job, and of a game before its masks.
const JOB: usize = 4;
const HEAD: usize = 4;

/// Games, each with the coalitions that are wanted of it, as the kernel reads them.
#[derive(Debug, Default)]
pub(super) struct Pairs {
    /// A game and up to [`INVOCATIONS`] of its pairs: where the game is, the first pair, the end,
    /// where the first one's bits are.
    jobs: Vec<[u32; JOB]>,
    /// Of each game the background row, terms, words of a mask, where its vectors begin, and masks
    /// `[terms, words]`; then of each of its pairs the bits of one half, `[pairs, words]`.
    games: Vec<u32>,
    /// `[terms, units]`, game after game.
    vectors: Vec<f32>,
    count: usize,
}

impl Pairs {
    pub(super) fn count(&self) -> usize {
        self.count
    }

    /// Adds pairs of a game, each given by the members of one half.
    pub(super) fn add(&mut self, network: &Network, game: &Game, halves: &[&[u16]]) {
        let words = game.players.div_ceil(u32::BITS as usize);
        let at = self.games.len();
        self.games.extend([game.background, game.terms.len() as u32, words as u32, self.vectors.len() as u32]);
        for term in &game.terms {
            self.add_bits(words, term.players.iter().copied());
            self.vectors.extend(vector(network, term));
        }
        for halves in halves.chunks(INVOCATIONS as usize) {
            let (first, bits) = (self.count, self.games.len());
            self.count += halves.len();
            self.jobs.push([at, first, self.count, bits].map(|place| place as u32));
            halves.iter().for_each(|half| self.add_bits(words, half.iter().map(|&player| player as usize)));
        }
    }

    fn add_bits(&mut self, words: usize, players: impl Iterator<Item = usize>) {
        let at = self.games.len();
        self.games.resize(at + words, 0);
        players.for_each(|player| self.games[at + player / u32::BITS as usize] |= 1 << (player % u32::BITS as usize));
    }
}

/// What a term adds to the first layer's sums.
fn vector(network: &Network, term: &Term) -> Vec<f32> {
    let units = network.parts().units;
    let mut sums = vec![0.0; units];
    for &(row, weight) in &term.pairs {
        let row = &network.parts().table[row as usize * units..][..units];
        sums.iter_mut().zip(row).for_each(|(sum, share)| *sum += weight * share);
    }
    sums
}

impl Gpu {
    /// The value of each pair's half less that of its complement, without the direct shares of the
    /// logit.
    pub(super) async fn differences(&self, pairs: &Pairs) -> Result<Vec<f32>, GpuError> {
        let client = &self.client;
        let differences = Buffer::empty(client, pairs.count);
        let jobs = pairs.jobs.as_flattened();
        let games = [jobs, &pairs.games].concat();
        differences_of_pairs::launch(
            client,
            CubeCount::new_1d(pairs.jobs.len() as u32),
            CubeDim::new_1d(INVOCATIONS),
            self.network.argument(),
            self.starts.argument(),
            Buffer::of(client, &games).argument(),
            Buffer::of(client, &pairs.vectors).argument(),
            differences.argument(),
            jobs.len() as u32,
            1,
            self.shape.clone(),
        );
        self.read(differences).await
    }
}

/// `games` is jobs and, from `first_game`, what [`Pairs::games`] has; `starts` as in the walk.
/// `once` is 1, as in a batch.
#[cube(launch)]
#[allow(clippy::too_many_arguments, reason = "a kernel takes every buffer as an argument of its own")]
fn differences_of_pairs(
    network: &[f32],
    starts: &[f32],
    games: &[u32],
    vectors: &[f32],
    differences: &mut [f32],
    first_game: u32,
    once: u32,
    #[comptime] shape: Shape,
) {
    let job = CUBE_POS * JOB;
    let pair = games[job + 1] + UNIT_POS;
    if pair >= games[job + 2] {
        terminate!();
    }
    let units = comptime!(shape.units);
    let game = (first_game + games[job]) as usize;
    let start = games[game] as usize * (units + 1);
    let terms = games[game + 1] as usize;
    let words = games[game + 2] as usize;
    let first_vector = games[game + 3] as usize;
    let bits = (first_game + games[job + 3]) as usize + UNIT_POS as usize * words;

    let mut hidden = Array::<f32>::new(comptime!(shape.widest));
    let mut difference = 0.0f32;
    // The half itself, then its complement.
    for half in 0..2 * once {
        for unit in 0..units * once as usize {
            hidden[unit] = starts[start + unit];
        }
        for term in 0..terms {
            let mut missing = 0u32;
            for word in 0..words {
                let joined = games[bits + word] ^ (half * 0xffff_ffffu32);
                missing |= games[game + HEAD + term * words + word] & !joined;
            }
            if missing == 0 {
                for unit in 0..units * once as usize {
                    hidden[unit] += vectors[first_vector + term * units + unit];
                }
            }
        }
        let value = hidden_part(network, &mut hidden, once as usize, comptime!(shape.clone()));
        difference += value * (1.0f32 - 2.0f32 * half as f32);
    }
    differences[pair as usize] = difference;
}
