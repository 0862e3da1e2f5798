//! Scoring a batch: one dispatch, one invocation for each row.

use cubecl::prelude::*;

use super::buffer::Buffer;
use super::device::{INVOCATIONS, WORKGROUPS};
use super::shape::Shape;
use super::{Gpu, GpuError};
use crate::encoding::Features;

/// Rows that one dispatch scores; more are scored in several.
pub const MAXIMUM_ROWS: usize = 1 << 20;

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

/// Encoding and first layer are one lookup: an input adds its row, and a fraction of the way to the next one.
///
/// `once` is 1. Drivers unroll every loop whose length they know, and then take many seconds to compile it: no length of
/// ours is a constant to them.
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

/// Everything after the first layer's sums, which `hidden` holds; it is written over. `once` is 1.
#[cube]
#[allow(clippy::needless_range_loop, reason = "a kernel unrolls loops over numbers alone")]
pub(super) fn hidden_part(network: &[f32], hidden: &mut Array<f32>, once: usize, #[comptime] shape: Shape) -> f32 {
    let layers = comptime!(shape.layers.clone());
    #[unroll]
    for index in 0..comptime!(layers.len()) {
        let layer = comptime!(layers[index].clone());
        let (inputs, outputs) = comptime!((layer.inputs, layer.outputs));
        let mut next = Array::<f32>::new(outputs);
        for output in 0..outputs * once {
            let mut sum = network[comptime!(layer.bias) + output];
            for input in 0..inputs * once {
                sum += max(hidden[input], 0.0f32) * network[comptime!(layer.weight) + input * outputs + output];
            }
            next[output] = sum;
        }
        for output in 0..outputs * once {
            hidden[output] = next[output];
        }
    }
    let last = comptime!(shape.last);
    let output = comptime!(shape.output);
    let mut sum = network[output + last];
    for unit in 0..last * once {
        sum += max(hidden[unit], 0.0f32) * network[output + unit];
    }
    sum
}
