//! Scoring a batch: one dispatch, one invocation for each row.

use cubecl::prelude::*;

use super::buffer::Buffer;
use super::device::Gpu;
use super::error::GpuError;
use super::hidden::hidden_part;
use super::shape::Shape;
use super::sizes::{INVOCATIONS, WORKGROUPS};
use crate::encoding::Features;

/// Rows that one dispatch scores; more are scored in several.
const MAXIMUM_ROWS: usize = 1 << 20;

impl Gpu {
    /// Logits of the first `count` customers of `features`.
    pub async fn logits(&self, features: &Features, count: usize) -> Result<Vec<f32>, GpuError> {
        let capacity = features.capacity();
        let most = MAXIMUM_ROWS.min((WORKGROUPS * INVOCATIONS) as usize);
        if count == 0 || count > capacity.min(most) {
            return Err(GpuError::Shape { what: "rows", maximum: capacity.min(most), found: count });
        }
        let client = &self.client;
        let logits = Buffer::empty(client, count);
        score_rows::launch(
            client,
            CubeCount::new_1d((count as u32).div_ceil(INVOCATIONS)),
            CubeDim::new_1d(INVOCATIONS),
            self.network.argument(),
            Buffer::of(client, &features.rows).argument(),
            Buffer::of(client, &features.fractions).argument(),
            logits.argument(),
            capacity as u32,
            features.rows.len() as u32 / capacity as u32,
            1,
            self.shape.clone(),
        );
        let mut logits = self.read(logits).await?;
        logits.truncate(count);
        Ok(logits)
    }
}

/// Encoding and first layer are one lookup: an input adds its row, and a fraction of the way to the
/// next one.
///
/// `once` is 1. Drivers unroll every loop of a known length, and then take many seconds to compile
/// it. So no loop's length is a constant.
#[cube(launch)]
#[allow(clippy::too_many_arguments, reason = "a kernel takes every buffer as an argument of its own")]
fn score_rows(
    network: &[f32],
    rows: &[u32],
    fractions: &[f32],
    logits: &mut [f32],
    capacity: u32,
    inputs: u32,
    once: u32,
    #[comptime] shape: Shape,
) {
    let customer = ABSOLUTE_POS;
    if customer >= logits.len() {
        terminate!();
    }
    let capacity = capacity as usize;
    let inputs = inputs as usize;
    let direct = comptime!(shape.direct);
    let mut logit = 0.0f32;
    for input in 0..inputs {
        let row = rows[input * capacity + customer] as usize;
        let fraction = fractions[input * capacity + customer];
        let here = network[direct + row];
        logit += here + (network[direct + row + 1] - here) * fraction;
    }
    let units = comptime!(shape.units);
    let mut hidden = Array::<f32>::new(comptime!(shape.widest));
    for unit in 0..units * once as usize {
        let mut sum = network[comptime!(shape.bias) + unit];
        for input in 0..inputs {
            let at = rows[input * capacity + customer] as usize * units + unit;
            let here = network[at];
            sum += here + (network[at + units] - here) * fractions[input * capacity + customer];
        }
        hidden[unit] = sum;
    }
    logits[customer] = logit + hidden_part(network, &mut hidden, once as usize, shape);
}
