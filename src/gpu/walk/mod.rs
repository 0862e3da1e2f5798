//! The walk of many games: one dispatch, a workgroup for each block of coalitions.
//!
//! A game is a start (the background row's first-layer sums) and terms, vectors that a coalition adds when all the players
//! of a term's mask have joined. A block's coalitions differ in two groups of players: those whose bits are the number
//! of the invocation, and those whose bits it loops over. What the latter and the block's own players add is made once
//! for the workgroup, in shared memory, and so are the vectors of the former. A network with one hidden layer is then an
//! addition, a maximum and a product for each unit and coalition. The values go where they count at once
//! (`explanation::exact` has the formula) and leave the workgroup as one number for each player.

mod kernel;

use cubecl::prelude::*;

use super::buffer::Buffer;
use super::games::{Cohort, Encoded};
use super::shape::Shape;
use super::{Gpu, GpuError, device, sums};
use crate::explanation::MAXIMUM_PLAYERS;

/// Players whose bits are the number of the invocation.
pub(super) const LOWER: usize = 7;
/// Invocations of a workgroup.
pub(super) const INVOCATIONS: usize = 1 << LOWER;
/// Most players that an invocation loops over.
const LOOPED: usize = 3;
/// Numbers of one block: sums without and with the coalition's weight, with one looped player, with one lower player.
const QUANTITIES: usize = 2 + LOOPED + LOWER;
/// Invocations that add up one quantity.
const ADDERS: usize = 8;
/// Shared memory that the largest network takes: WebGPU's own minimum.
pub(super) const SHARED_BYTES: usize = 16_384;

/// Numbers of a job and of a game's head in the buffer of games.
pub(super) const JOB: usize = 2;
pub(super) const HEAD: usize = 4;
pub(super) const TERM: usize = 3;

/// Sizes of Shapley's weights: `[players, size, with or without]`.
const WEIGHTS: usize = MAXIMUM_PLAYERS + 1;
/// Widest layer of a network with two hidden layers or more. Its units live in an array of the invocation; lavapipe (Mesa
/// 22.3) mixes up those of 128 numbers and more in a kernel with barriers, and gives every coalition the same value.
const MAXIMUM_DEEP_UNITS: usize = 120;
/// Blocks of one dispatch: a fraction of a second on a slow device, so that a page stays alive and a cancel is heard.
const JOBS: usize = 16_384;

/// Players that an invocation loops over: as many as shared memory holds sums for.
pub(super) fn looped(units: usize) -> usize {
    let others = (2 + LOOPED) * INVOCATIONS + QUANTITIES * ADDERS;
    let room = SHARED_BYTES / size_of::<f32>() - others;
    (0..=LOOPED).rev().find(|bits| units * ((1 << bits) + LOWER) <= room).unwrap_or(0)
}

impl Gpu {
    /// Walks the games of a cohort: for each customer and field the sum over the customer's games, `[customers, fields]`,
    /// without the direct shares of the logit (as [`crate::network::walk::Walk`]'s values).
    pub async fn walk(&self, cohort: &Cohort) -> Result<Vec<f64>, GpuError> {
        let Shape { units, widest, .. } = self.shape;
        if !self.shape.layers.is_empty() && widest > MAXIMUM_DEEP_UNITS {
            let (what, maximum) = ("units in a layer of several", MAXIMUM_DEEP_UNITS);
            return Err(GpuError::Shape { what, maximum, found: widest });
        }
        let looped = looped(units);
        let mut contributions = vec![0.0; cohort.customers * cohort.fields];
        for jobs in cohort.jobs(looped).chunks(JOBS) {
            let encoded = cohort.encode(jobs);
            let sums = self.dispatch(&encoded, cohort.fields, looped).await?;
            let first = encoded.first_customer * cohort.fields;
            contributions[first..].iter_mut().zip(sums).for_each(|(total, sum)| *total += f64::from(sum));
        }
        Ok(contributions)
    }

    async fn dispatch(&self, encoded: &Encoded, fields: usize, looped: usize) -> Result<Vec<f32>, GpuError> {
        let client = &self.client;
        let stride = MAXIMUM_PLAYERS;
        let partials = Buffer::empty(client, encoded.jobs * stride);
        kernel::walk::launch(
            client,
            CubeCount::new_1d(encoded.jobs as u32),
            CubeDim::new_1d(INVOCATIONS as u32),
            self.network.argument(),
            self.starts.argument(),
            Buffer::of(client, &encoded.games).argument(),
            Buffer::of(client, &encoded.numbers).argument(),
            self.weights.argument(),
            partials.argument(),
            encoded.pair_rows as u32,
            stride as u32,
            1,
            self.shape.clone(),
            looped,
        );
        let count = encoded.customers * fields;
        let sums = Buffer::empty(client, count);
        sums::sum::launch(
            client,
            CubeCount::new_1d((count as u32).div_ceil(device::INVOCATIONS)),
            CubeDim::new_1d(device::INVOCATIONS),
            partials.argument(),
            Buffer::of(client, &encoded.places).argument(),
            sums.argument(),
            encoded.customers as u32,
            fields as u32,
            stride as u32,
        );
        self.read(sums).await
    }
}

/// For each number of players and size of a coalition: what its value counts for a player who has joined and one who has
/// not, `[WEIGHTS, WEIGHTS, 2]`. The first has both added up, so that one sum over all coalitions is taken off.
pub(super) fn weights() -> Vec<f32> {
    let mut weights = vec![0.0; WEIGHTS * WEIGHTS * 2];
    for players in 1..WEIGHTS {
        // w(0) = 1 / n, and w(s) = w(s - 1) · s / (n - s).
        let mut before = 0.0;
        for size in 0..=players {
            let here = match size {
                0 => 1.0 / players as f64,
                _ if size == players => 0.0,
                _ => before * size as f64 / (players - size) as f64,
            };
            let at = (players * WEIGHTS + size) * 2;
            (weights[at], weights[at + 1]) = ((before + here) as f32, here as f32);
            before = here;
        }
    }
    weights
}
