//! Decimal → the nearest double.

use std::cmp::Ordering;

use super::power::power_of_ten;
use super::whole::Whole;

/// A number keeps at most this number of digits. Of those after them, only whether one is not 0 can
/// change which double is nearest.
const MAXIMUM_DIGITS: usize = 800;
/// The powers of ten up to this exponent are exact doubles.
const EXACT_POWER: i32 = 22;

/// The double nearest to a decimal such as `-12.5e-3`, ties to even; infinite beyond the largest
/// double. `None` if the text is no decimal.
pub fn parse(text: &str) -> Option<f64> {
    let (negative, text) = match text.as_bytes() {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        all => (false, all),
    };
    // One allocation is enough for all numbers, except those of a hostile text.
    let mut digits = Vec::with_capacity(text.len().min(MAXIMUM_DIGITS));
    let (mut exponent, mut seen, mut point, mut at) = (0, false, false, 0);
    while let Some(&byte) = text.get(at) {
        match byte {
            b'.' if !point => point = true,
            b'0'..=b'9' => {
                seen = true;
                exponent -= i32::from(point);
                if digits.len() < MAXIMUM_DIGITS {
                    if byte != b'0' || !digits.is_empty() {
                        digits.push(byte - b'0');
                    }
                } else {
                    exponent += 1;
                    if byte != b'0' {
                        // The last digit that is kept stands for the rest, so the number stays
                        // just above the one without it.
                        digits[MAXIMUM_DIGITS - 1] |= 1;
                    }
                }
            }
            _ => break,
        }
        at += 1;
    }
    match text.get(at) {
        _ if !seen => return None,
        None => {}
        Some(b'e' | b'E') => exponent = exponent.saturating_add(whole(&text[at + 1..])?),
        Some(_) => return None,
    }
    let number = nearest(&digits, exponent);
    Some(if negative { -number } else { number })
}

/// A whole number with a sign, limited to 10^8, which is beyond the exponent of every double.
fn whole(text: &[u8]) -> Option<i32> {
    let (sign, digits) = match text {
        [b'-', rest @ ..] => (-1, rest),
        [b'+', rest @ ..] => (1, rest),
        all => (1, all),
    };
    let mut number = 0;
    for digit in digits {
        number = (number * 10 + i32::from(digit.checked_sub(b'0').filter(|digit| *digit < 10)?)).min(100_000_000);
    }
    if digits.is_empty() { None } else { Some(sign * number) }
}

/// The double nearest to `digits` · 10^exponent.
fn nearest(digits: &[u8], exponent: i32) -> f64 {
    let order = exponent.saturating_add(digits.len() as i32);
    if digits.is_empty() || order < -330 {
        return 0.0;
    }
    if order > 310 {
        return f64::INFINITY;
    }
    if digits.len() <= 15 && exponent.abs() <= EXACT_POWER {
        let number = digits.iter().fold(0.0, |number, &digit| number * 10.0 + f64::from(digit));
        // Both numbers are exact, so the one rounding gives the nearest double.
        return if exponent < 0 { number / power_of_ten(-exponent) } else { number * power_of_ten(exponent) };
    }
    let mut above = Whole::from(0);
    digits.iter().for_each(|&digit| above.multiply_add(10, u32::from(digit)));
    let mut below = Whole::from(1);
    (if exponent < 0 { &mut below } else { &mut above }).scale(exponent.unsigned_abs());
    // Scales above / below to between 1 and 2; the value is this quotient times 2^binary.
    let mut binary = above.bits() - below.bits();
    (if binary > 0 { &mut below } else { &mut above }).double(binary.unsigned_abs());
    if above.compare(&below).is_lt() {
        above.double(1);
        binary -= 1;
    }
    // A subnormal number has fewer bits, because its exponent cannot get smaller.
    let bits = (binary + 1022).min(0) + 53;
    if bits < 0 {
        return 0.0;
    }
    let mut mantissa = 0u64;
    for _ in 0..bits {
        mantissa *= 2;
        if above.compare(&below).is_ge() {
            above.subtract(&below);
            mantissa += 1;
        }
        above.double(1);
    }
    mantissa += match above.compare(&below) {
        Ordering::Less => 0,
        Ordering::Equal => mantissa & 1,
        Ordering::Greater => 1,
    };
    let lowest = binary - bits + 1;
    if mantissa < 1 << 52 {
        return f64::from_bits(mantissa);
    }
    // Rounding up may have carried to a power of two, which has one bit more.
    let carried = mantissa >> 53;
    let biased = (lowest + 1075) as u64 + carried;
    f64::from_bits(if biased > 2046 { 2047 << 52 } else { biased << 52 | (mantissa >> carried) & ((1 << 52) - 1) })
}
