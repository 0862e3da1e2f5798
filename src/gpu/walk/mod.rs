//! The walk of many games: one dispatch, a workgroup for each block of coalitions.
//!
//! A game is a start (the background row's first-layer sums) and terms, vectors that a coalition
//! adds when all the players of a term's mask have joined. A block's coalitions differ in two
//! groups of players: those whose bits are the number of the invocation, and those whose bits it
//! loops over. What the latter and the block's own players add is computed once for the workgroup,
//! in shared memory, and so are the vectors of the former. A network with one hidden layer is then
//! an addition, a maximum and a product for each unit and coalition. The values go where they count
//! at once (`explanation::exact` has the formula) and leave the workgroup as one number for each
//! player.

mod kernel;

use cubecl::prelude::*;

use super::buffer::Buffer;
use super::device::Gpu;
use super::error::GpuError;
use super::games::{Encoded, GameSet};
use super::shape::Shape;
use super::sizes::{INVOCATIONS, WALK_INVOCATIONS, looped};
use super::sums;
use crate::explanation::MAXIMUM_PLAYERS;

/// Widest layer of a network with two hidden layers or more. Its units live in an array of the
/// invocation; lavapipe (Mesa 22.3) mixes up those of 128 numbers and more in a kernel with
/// barriers, and gives every coalition the same value.
const MAXIMUM_DEEP_UNITS: usize = 120;
/// Blocks of one dispatch: a fraction of a second on a slow device, so that a page stays responsive
/// and a cancellation is noticed.
const JOBS: usize = 16_384;

impl Gpu {
    /// Walks the games of a set: for each customer and field the sum over the customer's games,
    /// `[customers, fields]`, without the direct shares of the logit (as
    /// [`crate::network::walk::Walk`]'s values).
    pub async fn walk(&self, set: &GameSet) -> Result<Vec<f64>, GpuError> {
        let Shape { units, widest, .. } = self.shape;
        if !self.shape.layers.is_empty() && widest > MAXIMUM_DEEP_UNITS {
            let (what, maximum) = ("units in a layer of several", MAXIMUM_DEEP_UNITS);
            return Err(GpuError::Shape { what, maximum, found: widest });
        }
        let looped = looped(units);
        let mut contributions = vec![0.0; set.customers * set.fields];
        for jobs in set.jobs(looped).chunks(JOBS) {
            let encoded = set.encode(jobs);
            let sums = self.dispatch(&encoded, set.fields, looped).await?;
            let first = encoded.first_customer * set.fields;
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
            CubeDim::new_1d(WALK_INVOCATIONS as u32),
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
            CubeCount::new_1d((count as u32).div_ceil(INVOCATIONS)),
            CubeDim::new_1d(INVOCATIONS),
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
