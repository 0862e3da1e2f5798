//! Vectors of four lanes.

use wide::f32x4;

/// Customers or coalitions that are evaluated at once, one in each lane of a vector.
pub const LANES: usize = 4;

/// One number in all lanes. Spelled out, because `f32x4::splat` repeats it in a loop that stays a
/// loop (see `unroll!`).
#[inline(always)]
pub(super) fn splat(value: f32) -> f32x4 {
    f32x4::new([value, value, value, value])
}

#[inline(always)]
pub(super) fn relu(value: f32x4) -> f32x4 {
    value.fast_max(f32x4::ZERO)
}
