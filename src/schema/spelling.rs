//! One value, however it is written. Texts of categories, flags and the target, and texts that mean
//! "missing", are compared as they stand first. Texts that differ are the same value if their
//! canonical forms are equal:
//!
//! - Unicode is composed (NFC).
//! - A whole number loses a fraction of zeros and the sign of -0: "2.0" and "2." are "2". Leading
//!   zeros stay: "02" is a code.
//! - Letter case is folded, unless two values of the field differ by it alone.
//!
//! Words such as "true" and "N" say yes or no in a flag: see
//! [`Spellings::position`](crate::customer::Spellings::position).

use std::borrow::Cow;

use super::unicode;
use crate::json::decimal;

/// A text, trimmed by the caller, composed (NFC) and as a whole number without a fraction. Letter
/// case is kept.
pub fn composed(text: &str) -> Cow<'_, str> {
    let text = whole(text);
    if text.is_ascii() { text.into() } else { unicode::composed(text).into() }
}

/// The canonical form of a text that the caller trimmed: [`composed`], in lower case.
pub fn folded(text: &str) -> String {
    let text = whole(text);
    if text.is_ascii() { text.to_ascii_lowercase() } else { unicode::folded(text) }
}

/// A whole number without a fraction of zeros, and without the sign of -0; other texts as they are.
fn whole(text: &str) -> &str {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let fraction = unsigned.trim_start_matches(|char: char| char.is_ascii_digit());
    let number = unsigned.strip_suffix(fraction).unwrap_or(unsigned);
    let is_code = number.len() > 1 && number.starts_with('0');
    let mut zeros = fraction.strip_prefix('.').unwrap_or(fraction).bytes();
    let is_whole = fraction.is_empty() || fraction.starts_with('.') && zeros.all(|byte| byte == b'0');
    if number.is_empty() || is_code || !is_whole {
        text
    } else if number == "0" {
        number
    } else {
        text.strip_suffix(fraction).unwrap_or(text)
    }
}

/// What a word means in a flag, given its canonical form. Where the flag's texts are other numbers
/// (`numbered`), 0 and 1 are no words.
pub(crate) fn answer(form: &str, numbered: bool) -> Option<bool> {
    match form {
        "0" | "1" if numbered => None,
        "true" | "t" | "yes" | "y" | "1" => Some(true),
        "false" | "f" | "no" | "n" | "0" => Some(false),
        _ => None,
    }
}

/// Whether a trimmed text is a word that says the same as one of a target's texts. Where one of
/// them is a number other than 0 and 1, these are no such words.
#[cfg(feature = "write")]
pub(super) fn same_answer(texts: &[&str], own: &str, text: &str) -> bool {
    let numbered = texts.iter().any(|text| is_other_number(&folded(text)));
    let answer = |text: &str| answer(&folded(text), numbered);
    answer(text).is_some() && answer(text) == answer(own)
}

/// Whether a canonical form is a number other than 0 and 1.
pub(crate) fn is_other_number(form: &str) -> bool {
    answer(form, false).is_none() && decimal::parse(form).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms() {
        for (text, form) in [
            ("2.0", "2"),
            ("2.", "2"),
            ("2.000", "2"),
            ("-2.0", "-2"),
            ("-0", "0"),
            ("-0.0", "0"),
            ("0.0", "0"),
            ("100", "100"),
            ("02", "02"),
            ("02.0", "02.0"),
            ("2.50", "2.50"),
            ("1.0.0", "1.0.0"),
            (".0", ".0"),
            ("-", "-"),
            ("", ""),
            ("2.0%", "2.0%"),
            ("YES", "yes"),
            ("True.", "true."),
            ("CAFE\u{301}", "café"),
            ("É", "é"),
            ("ÄÖ", "äö"),
        ] {
            assert_eq!(folded(text), form, "{text}");
            assert_eq!(composed(text).to_lowercase(), form, "{text}");
        }
    }
}
