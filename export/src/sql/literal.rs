//! Numbers as literals.

/// A number as a literal that every dialect takes for a double.
pub(super) fn real(number: f64) -> String {
    let size = number.abs();
    if number == 0.0 {
        "0e0".into()
    } else if (1e-5..1e15).contains(&size) {
        format!("{number}e0")
    } else {
        format!("{number:e}")
    }
}

/// A weight as a literal: the shortest decimal that is this number as a single. As a double it is
/// within half a unit of a single's last place, as near as the scorer's own rounding.
pub(super) fn single(weight: f32) -> String {
    let size = weight.abs();
    if weight == 0.0 {
        "0e0".into()
    } else if (1e-5..1e7).contains(&size) {
        format!("{weight}e0")
    } else {
        format!("{weight:e}")
    }
}
