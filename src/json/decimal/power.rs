//! Powers of ten, exact up to 10^22.

pub(super) fn power_of_ten(exponent: i32) -> f64 {
    (0..exponent).fold(1.0, |power, _| power * 10.0)
}
