//! What single texts mean: missing tokens, days as numbers, yes and no, and words for leaving.

/// Tokens that mean "missing" among texts as well as among numbers.
const CERTAIN_TOKENS: [&str; 16] = [
    "na", "n/a", "#n/a", "<na>", "nan", "null", "(null)", "\\n", "?", "#null!", "#value!", "#div/0!", "#ref!",
    "#name?", "#num!", "nat",
];
/// Tokens that mean "missing" among numbers, but may be a category among texts.
const POSSIBLE_TOKENS: [&str; 14] =
    ["none", "nil", "-", "--", "---", "–", "—", ".", "..", "missing", "unknown", "undefined", "n.a.", "not available"];

pub(crate) fn is_missing_token(text: &str) -> bool {
    is_certain_missing_token(text) || is_among(&POSSIBLE_TOKENS, text)
}

pub(crate) fn is_certain_missing_token(text: &str) -> bool {
    is_among(&CERTAIN_TOKENS, text)
}

fn is_among(tokens: &[&str], text: &str) -> bool {
    tokens.iter().any(|token| token.eq_ignore_ascii_case(text))
}

/// A whole number that reads as a day, such as 20240131.
pub(crate) fn is_compact_date(number: f64) -> bool {
    if number.fract() != 0.0 || !(19_000_101.0..21_001_232.0).contains(&number) {
        return false;
    }
    let (month, day) = (number as u32 / 100 % 100, number as u32 % 100);
    (1..=12).contains(&month) && (1..=31).contains(&day)
}

/// The text of "yes" and of "no", if the two texts are such a pair.
pub(crate) fn yes_and_no<'a>(a: &'a str, b: &'a str) -> Option<(&'a str, &'a str)> {
    const PAIRS: [(&str, &str); 12] = [
        ("yes", "no"),
        ("y", "n"),
        ("true", "false"),
        ("t", "f"),
        ("1", "0"),
        ("1.0", "0.0"),
        ("on", "off"),
        ("ja", "nein"),
        ("oui", "non"),
        ("si", "no"),
        ("sí", "no"),
        ("sim", "não"),
    ];
    let is_pair = |a: &str, b: &str| {
        let (a, b) = (plain_word(a), plain_word(b));
        PAIRS.iter().any(|(yes, no)| a == *yes && b == *no)
    };
    if is_pair(a, b) { Some((a, b)) } else { is_pair(b, a).then_some((b, a)) }
}

/// Letter case and a full stop aside, as in "True.".
fn plain_word(text: &str) -> String {
    text.strip_suffix('.').unwrap_or(text).to_lowercase()
}

#[cfg(test)]
mod tests;
