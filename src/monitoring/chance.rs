//! What chance alone makes of a statistic.

use std::f64::consts::SQRT_2;

/// Two-sided probability of a standard normal beyond ±`z`.
pub(super) fn normal_tails(z: f64) -> f64 {
    libm::erfc(z.abs() / SQRT_2)
}

/// The point that a standard normal exceeds in absolute value with probability `tails`.
pub(super) fn normal_quantile(tails: f64) -> f64 {
    crossing(0.0, 40.0, |z| normal_tails(z) > tails)
}

/// Probability that a chi-square variable of `degrees` degrees of freedom is above `x`.
pub(super) fn chi_square_tail(degrees: f64, x: f64) -> f64 {
    if degrees <= 0.0 { 1.0 } else { gamma_tail(degrees / 2.0, x / 2.0) }
}

/// The point that a chi-square variable exceeds with probability `tail`.
pub(super) fn chi_square_quantile(degrees: f64, tail: f64) -> f64 {
    2.0 * gamma_quantile(degrees / 2.0, tail)
}

/// The point that a gamma variable of this shape and scale 1 exceeds with probability `tail`.
pub(super) fn gamma_quantile(shape: f64, tail: f64) -> f64 {
    if shape <= 0.0 {
        return 0.0;
    }
    // Beyond 40 standard deviations and 800 nothing is left that a double can tell from 0.
    crossing(0.0, shape + 40.0 * shape.sqrt() + 800.0, |x| gamma_tail(shape, x) > tail)
}

/// Where a condition that holds at the low end stops to hold.
fn crossing(mut low: f64, mut high: f64, holds: impl Fn(f64) -> bool) -> f64 {
    for _ in 0..200 {
        let middle = low + (high - low) / 2.0;
        if middle <= low || middle >= high {
            break;
        }
        if holds(middle) {
            low = middle;
        } else {
            high = middle;
        }
    }
    high
}

/// The regularised upper incomplete gamma function Q(a, x): a series below a + 1, Lentz's continued
/// fraction above (Press et al. 2007, "Numerical Recipes", section 6.2).
fn gamma_tail(a: f64, x: f64) -> f64 {
    if x <= 0.0 {
        return 1.0;
    }
    if !x.is_finite() {
        return 0.0;
    }
    let scale = libm::exp(a * libm::log(x) - x - libm::lgamma(a));
    if x < a + 1.0 {
        let (mut term, mut sum, mut n) = (1.0 / a, 1.0 / a, a);
        for _ in 0..10_000 {
            n += 1.0;
            term *= x / n;
            sum += term;
            if term < sum * 1e-17 {
                break;
            }
        }
        return (1.0 - sum * scale).clamp(0.0, 1.0);
    }
    const TINY: f64 = 1e-300;
    let mut b = x + 1.0 - a;
    let mut c = 1.0 / TINY;
    let mut d = 1.0 / b;
    let mut fraction = d;
    for i in 1..10_000 {
        let i = f64::from(i);
        let an = -i * (i - a);
        b += 2.0;
        d = an * d + b;
        d = 1.0 / if d.abs() < TINY { TINY } else { d };
        c = b + an / c;
        c = if c.abs() < TINY { TINY } else { c };
        let step = c * d;
        fraction *= step;
        if (step - 1.0).abs() < 1e-16 {
            break;
        }
    }
    (fraction * scale).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Values of scipy.stats 1.16: `chi2.sf`, `chi2.isf`, `norm.isf`.
    #[test]
    fn tails_and_quantiles_are_scipys() {
        let near = |a: f64, b: f64| assert!((a - b).abs() <= 1e-10 * b.abs().max(1e-3), "{a} {b}");
        near(chi_square_tail(1.0, 3.841458820694124), 0.05);
        near(chi_square_tail(10.0, 2.0), 0.9963401531726563);
        near(chi_square_tail(63.0, 120.0), 2.010693881650102e-05);
        near(chi_square_tail(2.0, 10.0), libm::exp(-5.0));
        near(chi_square_quantile(1.0, 0.05), 3.841458820694124);
        near(chi_square_quantile(2.0, 0.001), 13.815510557964274);
        near(normal_quantile(0.05), 1.959963984540054);
        near(normal_quantile(0.025), 2.241402727604947);
        near(normal_tails(1.959963984540054), 0.05);
        assert_eq!((chi_square_tail(0.0, 5.0), chi_square_tail(3.0, 0.0)), (1.0, 1.0));
    }
}
