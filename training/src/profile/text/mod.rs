//! What single texts look like: missing tokens, dates, numbers dressed for people, yes and no, and
//! words in names.

/// Why a text that means a number is none yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Formatting {
    ThousandsSeparator,
    DecimalComma,
    /// A currency or per cent sign.
    Sign,
}

/// Tokens that mean "missing" among texts as well as among numbers.
const CERTAIN_TOKENS: [&str; 12] =
    ["na", "n/a", "#n/a", "<na>", "nan", "null", "(null)", "\\n", "?", "#null!", "#value!", "#div/0!"];
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

/// Whether a text is a date, a month, a time, or a date with a time.
pub(crate) fn is_date(text: &str) -> bool {
    if !text.bytes().any(|byte| byte.is_ascii_digit()) {
        return false;
    }
    let date_end = text.find(['T', ' ']).filter(|&end| text[end + 1..].contains(':')).unwrap_or(text.len());
    let (date, time) = text.split_at(date_end);
    (time.is_empty() || is_time(&time[1..])) && (is_day(date) || is_time(date))
}

fn is_day(text: &str) -> bool {
    const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let parts: Vec<&str> = text.split(['-', '/', '.', ' ', ',']).filter(|part| !part.is_empty()).collect();
    let whole = |part: &str| (part.len() <= 4).then(|| part.parse::<u32>().ok()).flatten();
    let is_month = |part: &str| {
        let start = part.get(..3).unwrap_or(part).to_ascii_lowercase();
        part.len() <= 9 && part.chars().all(char::is_alphabetic) && MONTHS.contains(&start.as_str())
    };
    if (2..=3).contains(&parts.len()) && parts.iter().any(|part| is_month(part)) {
        return parts.iter().filter(|part| whole(part).is_some()).count() == parts.len() - 1;
    }
    let numbers: Option<Vec<u32>> = parts.iter().map(|part| whole(part)).collect();
    let lengths: Vec<usize> = parts.iter().map(|part| part.len()).collect();
    match (numbers.as_deref(), &lengths[..]) {
        (Some([_, month, day]), [4, 1..=2, 1..=2]) => (1..=12).contains(month) && (1..=31).contains(day),
        (Some([a, b, _]), [1..=2, 1..=2, 2 | 4]) => {
            (1..=31).contains(a) && (1..=31).contains(b) && (*a.min(b) <= 12) && !text.contains(' ')
        }
        (Some([year, month]), [4, 2]) => (1900..=2100).contains(year) && (1..=12).contains(month) && text.contains('-'),
        _ => false,
    }
}

/// HH:MM or HH:MM:SS, with fractions, a zone, AM or PM.
fn is_time(text: &str) -> bool {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let rest = &text[digits..];
    (1..=2).contains(&digits)
        && rest.starts_with(':')
        && rest.chars().all(|c| c.is_ascii_digit() || ":.+- AaPpMmZz".contains(c))
        && rest.len() > 2
}

/// A whole number that reads as a day, such as 20240131.
pub(crate) fn is_compact_date(number: f64) -> bool {
    if number.fract() != 0.0 || !(19_000_101.0..21_001_232.0).contains(&number) {
        return false;
    }
    let (month, day) = (number as u32 / 100 % 100, number as u32 % 100);
    (1..=12).contains(&month) && (1..=31).contains(&day)
}

/// How a text that would be a number is dressed; `None` for other texts.
pub(crate) fn formatting(text: &str) -> Option<Formatting> {
    if text.chars().any(char::is_alphabetic) {
        return None;
    }
    let bare = text.trim_start_matches(['$', '€', '£', '¥', '₹', '+', '-']).trim_start();
    let bare = bare.trim_end_matches(['$', '€', '£', '¥', '₹', '%', '\u{a0}']).trim_end();
    let signed = bare.len() < text.trim_start_matches(['+', '-']).len();
    let is_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    for separator in [',', '.', '\'', '’', ' ', '_', '\u{a0}', '\u{202f}'] {
        let mut groups = bare.split(separator);
        let first = groups.next().unwrap_or_default();
        let groups: Vec<&str> = groups.collect();
        let Some((last, middle)) = groups.split_last() else { continue };
        let decimal_mark = if separator == '.' { ',' } else { '.' };
        let whole_end = last.split([decimal_mark, ',']).next().unwrap_or_default();
        let fraction = &last[whole_end.len()..];
        let grouped = is_digits(first)
            && first.len() <= 3
            && middle.iter().all(|group| group.len() == 3 && is_digits(group))
            && whole_end.len() == 3
            && is_digits(whole_end)
            && (fraction.is_empty() || is_digits(&fraction[1..]));
        // "1.234" is a plain number, and the core reads it as one.
        if grouped && (separator != '.' || !middle.is_empty() || !fraction.is_empty()) {
            return Some(Formatting::ThousandsSeparator);
        }
    }
    if let Some((whole, fraction)) = bare.split_once(',')
        && is_digits(whole)
        && is_digits(fraction)
    {
        return Some(Formatting::DecimalComma);
    }
    let plain = bare.split('.').count() <= 2 && is_digits(&bare.replacen('.', "", 1));
    (signed && plain).then_some(Formatting::Sign)
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
