//! Numbers so small that f32 holds them with fewer digits.

/// 0 in place of a subnormal number, for which many processors take a hundred times as long.
///
/// A weight without gradients shrinks under its penalty until it is subnormal. Its first moment and its
/// average do so sooner, and then stay so: .9 of the smallest numbers rounds to themselves.
pub(super) fn flushed(value: f32) -> f32 {
    if value.abs() < f32::MIN_POSITIVE { 0.0 } else { value }
}
