//! Double → the shortest decimal that is read back as it.

use std::cmp::Ordering;

use super::power::power_of_ten;
use super::whole::Whole;

/// Every whole number below this is a double, and two decimals of at most 15 digits are never the
/// same double.
const EXACT_WHOLE: f64 = 1e15;

/// The shortest decimal that is read back as this number, without an exponent.
pub fn text(number: f64) -> String {
    let short = (0..=4).find_map(|decimals| {
        let scaled = libm::round(number.abs() * power_of_ten(decimals));
        // With at most 15 digits, no other decimal of this length is as near.
        let sound = scaled < EXACT_WHOLE && scaled / power_of_ten(decimals) == number.abs();
        sound.then_some((scaled as u64, decimals))
    });
    let sign = number.is_sign_negative();
    if let Some((digits, decimals)) = short {
        let digits: Vec<u8> = digits.to_string().bytes().map(|byte| byte - b'0').collect();
        let point = digits.len() as i32 - decimals;
        return written(sign, &digits, point);
    }
    let bits = number.to_bits();
    shortest(sign, bits & ((1 << 52) - 1), (bits >> 52 & 2047) as i32, 52)
}

/// A number with `decimals` digits after the point; halves round away from zero. A number of 10^15
/// or more units in the last digit is written as by [`text`].
pub fn fixed(number: f64, decimals: u32) -> String {
    let scaled = libm::round(number.abs() * power_of_ten(decimals as i32));
    if scaled.is_nan() || scaled >= EXACT_WHOLE {
        return text(number);
    }
    let mut digits = (scaled as u64).to_string();
    while digits.len() <= decimals as usize {
        digits.insert(0, '0');
    }
    if decimals > 0 {
        digits.insert(digits.len() - decimals as usize, '.');
    }
    // What rounds to 0 has no sign.
    if number < 0.0 && scaled > 0.0 {
        digits.insert(0, '-');
    }
    digits
}

/// The digits of a whole number with a mark between thousands: 7043 is "7,043".
pub fn grouped(digits: &str, mark: &str) -> String {
    let mut text = String::new();
    for (at, digit) in digits.char_indices() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text += mark;
        }
        text.push(digit);
    }
    text
}

/// As [`text`], for an f32.
pub fn text_f32(number: f32) -> String {
    let bits = number.to_bits();
    shortest(number.is_sign_negative(), u64::from(bits & ((1 << 23) - 1)), (bits >> 23 & 255) as i32, 23)
}

/// Steele and White's free-format algorithm ("How to print floating-point numbers accurately",
/// 1990), for a number of `width` stored mantissa bits: it writes digits until no other number of
/// that type is as near.
fn shortest(negative: bool, stored: u64, biased: i32, width: u32) -> String {
    let largest = if width == 52 { 2047 } else { 255 };
    if biased == largest {
        let word = if stored > 0 { "NaN" } else { "inf" };
        return if negative && stored == 0 { format!("-{word}") } else { word.into() };
    }
    if biased == 0 && stored == 0 {
        return written(negative, &[0], 1);
    }
    let mantissa = if biased > 0 { stored | 1 << width } else { stored };
    let exponent = biased.max(1) - largest / 2 - width as i32;
    // The number is rest / unit. Half the distance to its neighbours is up / unit and down / unit.
    let (mut rest, mut unit) = (Whole::from(mantissa), Whole::from(1));
    let (mut up, mut down) = (Whole::from(1), Whole::from(1));
    rest.double(1);
    if exponent > 0 {
        [&mut rest, &mut up, &mut down].into_iter().for_each(|number| number.double(exponent as u32));
        unit.double(1);
    } else {
        unit.double(1 + exponent.unsigned_abs());
    }
    if stored == 0 && biased > 1 {
        // The neighbour below a power of two is half as far.
        [&mut rest, &mut unit, &mut up].into_iter().for_each(|number| number.double(1));
    }
    // Readers round ties to even, so the halfway points are read as this number if it is even.
    let even = mantissa % 2 == 0;
    let beyond = |ordering: Ordering| if even { ordering.is_ge() } else { ordering.is_gt() };
    // An estimate of the number of digits before the point. It is at most one too low, which is
    // corrected below.
    let bits = 64 - mantissa.leading_zeros() as i32 + exponent - 1;
    let mut point = (f64::from(bits) * std::f64::consts::LOG10_2 - 1e-9).ceil() as i32;
    if point > 0 {
        unit.scale(point as u32);
    } else {
        [&mut rest, &mut up, &mut down].into_iter().for_each(|number| number.scale(point.unsigned_abs()));
    }
    if beyond(rest.compare_sum(&up, &unit)) {
        point += 1;
    } else {
        [&mut rest, &mut up, &mut down].into_iter().for_each(|number| number.multiply_add(10, 0));
    }
    let mut digits = Vec::new();
    loop {
        let mut digit = 0;
        while rest.compare(&unit).is_ge() {
            rest.subtract(&unit);
            digit += 1;
        }
        let low = beyond(down.compare(&rest));
        let high = beyond(rest.compare_sum(&up, &unit));
        if !low && !high {
            digits.push(digit);
            [&mut rest, &mut up, &mut down].into_iter().for_each(|number| number.multiply_add(10, 0));
            continue;
        }
        rest.double(1);
        digits.push(digit + u8::from(high && (!low || rest.compare(&unit).is_ge())));
        return written(negative, &digits, point);
    }
}

/// Digits with the point after the first `point` of them.
fn written(negative: bool, digits: &[u8], point: i32) -> String {
    let mut text = String::from(if negative { "-" } else { "" });
    if point <= 0 {
        text.push_str("0.");
        (point..0).for_each(|_| text.push('0'));
    }
    for (index, digit) in digits.iter().enumerate() {
        if index > 0 && index as i32 == point {
            text.push('.');
        }
        text.push(char::from(b'0' + digit));
    }
    (digits.len() as i32..point).for_each(|_| text.push('0'));
    text
}
