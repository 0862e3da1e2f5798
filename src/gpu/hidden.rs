//! The hidden part of the network, which all kernels share.

use cubecl::prelude::*;

use super::shape::Shape;

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
