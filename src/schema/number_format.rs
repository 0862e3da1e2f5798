//! How a table writes the numbers of a field: its decimal mark, its grouping, a currency or unit
//! around them, what makes a number negative, or a clock. One format has one reading: what does not
//! fit it is no number.

use crate::json::decimal;

/// How a field's numbers are written. The default is a plain number with a decimal point.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NumberFormat {
    /// The decimal mark is a comma instead of a point.
    pub decimal_comma: bool,
    /// The mark between groups of three digits; in front of the last three, groups may have two. It
    /// is one of [`NumberFormat::GROUPING`]. A number without it is read as well.
    pub grouping: Option<char>,
    /// A currency or unit before the number. A number without it is read as well.
    pub prefix: String,
    /// A currency, unit or "%" after the number, which is not scaled: 12.5% is 12.5. A number
    /// without it is read as well, and so is one without the last "s" of a word.
    pub suffix: String,
    /// What makes a number negative, beside a minus in front of it.
    pub negative: Negative,
    /// A time of day or a duration, in hours: `14:30`, `2:30 PM`, `88:03:20`, `1 day 02:00:00`. The
    /// other keys mean nothing then.
    pub time: bool,
}

/// What makes a number negative, beside a minus in front of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Negative {
    /// Nothing.
    #[default]
    Minus,
    /// Brackets: `(12)` is -12.
    Brackets,
    /// A minus behind it: `12-` is -12.
    Trailing,
}

impl Negative {
    /// The word in a schema.
    pub fn name(self) -> &'static str {
        match self {
            Negative::Minus => "minus",
            Negative::Brackets => "brackets",
            Negative::Trailing => "trailing",
        }
    }
}

impl NumberFormat {
    /// The marks that can part groups of digits. The blank stands for no-break spaces too.
    pub const GROUPING: [char; 7] = [',', '.', ' ', '\'', '_', '\u{a0}', '\u{202f}'];

    /// The number that a text means, in hours where it is a time; `None` where the text does not
    /// have this format. Beyond the largest double it is infinite.
    pub fn read(&self, text: &str) -> Option<f64> {
        let mut text = text.trim();
        if self.time {
            return hours(text);
        }
        if !self.decimal_comma
            && let Some(number) = decimal::parse(text)
        {
            return Some(number);
        }
        let (mut prefix, mut suffix) = (&self.prefix[..], &self.suffix[..]);
        let (mut signed, mut negative) = (false, false);
        // From the outside in, each once, in any order: "-$5", "$-5", "($5)", "5- EUR".
        loop {
            let before = text.len();
            if let Some(rest) = text.strip_prefix(prefix).filter(|_| !prefix.is_empty()) {
                (text, prefix) = (rest, "");
            }
            if let Some(rest) = without_suffix(text, suffix) {
                (text, suffix) = (rest, "");
            }
            if !signed {
                let inner = match self.negative {
                    Negative::Minus => None,
                    Negative::Brackets => text.strip_prefix('(').and_then(|text| text.strip_suffix(')')),
                    Negative::Trailing => text.strip_suffix('-'),
                };
                let inner = inner.or_else(|| text.strip_prefix('-')).or_else(|| text.strip_prefix('\u{2212}'));
                negative = inner.is_some();
                signed = negative || text.starts_with('+');
                text = inner.unwrap_or_else(|| text.strip_prefix('+').unwrap_or(text));
            }
            text = text.trim();
            if text.len() == before {
                break;
            }
        }
        let number = self.unsigned(text)?;
        Some(if negative { -number } else { number })
    }

    fn unsigned(&self, text: &str) -> Option<f64> {
        let end = text.find(|c: char| !(c.is_ascii_digit() || self.groups(c))).unwrap_or(text.len());
        let (whole, rest) = text.split_at(end);
        let lengths: Vec<usize> = whole.split(|c| self.groups(c)).map(str::len).collect();
        let grouped = match lengths[..] {
            [_] => true,
            [first @ 1..=3, ref middle @ .., 3] => {
                let all = |length| middle.iter().all(|&other| other == length);
                !whole.starts_with('0') && (all(3) || all(2) && first < 3)
            }
            _ => false,
        };
        let mut plain: String = whole.chars().filter(char::is_ascii_digit).collect();
        match rest.as_bytes() {
            [] | [b'e' | b'E', ..] => plain.push_str(rest),
            [mark, ..] if *mark == self.decimal() as u8 => {
                plain.push('.');
                plain.push_str(&rest[1..]);
            }
            _ => return None,
        }
        decimal::parse(&plain).filter(|_| grouped)
    }

    fn groups(&self, c: char) -> bool {
        let is_blank = |c| matches!(c, ' ' | '\u{a0}' | '\u{202f}' | '\u{2009}');
        let is_apostrophe = |c| matches!(c, '\'' | '\u{2019}');
        self.grouping
            .is_some_and(|mark| c == mark || is_blank(mark) && is_blank(c) || is_apostrophe(mark) && is_apostrophe(c))
    }

    /// The decimal mark.
    pub fn decimal(&self) -> char {
        if self.decimal_comma { ',' } else { '.' }
    }

    /// A number in this format, for people: `$1,234.5`.
    pub fn example(&self) -> String {
        if self.time {
            return "14:30".into();
        }
        let mut text = String::new();
        let (open, close) = match self.negative {
            Negative::Minus => ("", ""),
            Negative::Brackets => ("(", ")"),
            Negative::Trailing => ("", "-"),
        };
        text += open;
        text += &self.prefix;
        // A word is not written close to its number.
        if self.prefix.ends_with(|c: char| c.is_ascii_alphabetic()) {
            text.push(' ');
        }
        text.push('1');
        text.extend(self.grouping);
        text += "234";
        text.push(self.decimal());
        text.push('5');
        if self.suffix.starts_with(|c: char| c.is_ascii_alphabetic()) {
            text.push(' ');
        }
        text += &self.suffix;
        text + close
    }

    /// What is wrong with the format, if something is.
    pub fn problem(&self) -> Option<&'static str> {
        let unclear = |text: &str| text.trim() != text || text.contains(|c: char| c.is_ascii_digit());
        if self.time && *self != (NumberFormat { time: true, ..NumberFormat::default() }) {
            Some("a time has no decimal, grouping, prefix, suffix and negative")
        } else if self.grouping == Some(self.decimal()) {
            Some("decimal and grouping must differ")
        } else if unclear(&self.prefix) || unclear(&self.suffix) {
            Some("a prefix or suffix must have no digits, and no blanks at its ends")
        } else {
            None
        }
    }
}

/// The text before a suffix; of a word, "1 month" has the suffix "months" as well. Shorter suffixes
/// are no words: "m" is not the singular of "ms".
fn without_suffix<'a>(text: &'a str, suffix: &str) -> Option<&'a str> {
    if suffix.is_empty() {
        return None;
    }
    let singular = || suffix.strip_suffix('s').filter(|singular| singular.len() >= 3);
    text.strip_suffix(suffix).or_else(|| text.strip_suffix(singular()?))
}

/// A time of day or a duration in hours: minutes and seconds below 60, any number of hours, days in
/// front of them, AM or PM behind them.
fn hours(text: &str) -> Option<f64> {
    let (negative, text) = text.strip_prefix('-').map_or((false, text), |text| (true, text));
    let (days, text) = match text.split_once(" day") {
        Some((days, rest)) => (whole(days)?, rest.trim_start_matches(['s', ',', ' ', '+'])),
        None => (0.0, text),
    };
    let last = text.len().saturating_sub(2);
    let half = text.get(last..).and_then(|half| ["am", "pm"].iter().position(|name| half.eq_ignore_ascii_case(name)));
    let text = if half.is_some() { text[..last].trim_end() } else { text };
    let mut parts = text.split(':');
    let mut hours = whole(parts.next()?)?;
    let minutes = sixtieths(parts.next()?)?;
    let seconds = parts.next().map_or(Some(0.0), sixtieths)?;
    if parts.next().is_some() {
        return None;
    }
    if let Some(half) = half {
        if !(1.0..13.0).contains(&hours) {
            return None;
        }
        hours = hours % 12.0 + 12.0 * half as f64;
    }
    let seconds = ((24.0 * days + hours) * 60.0 + minutes) * 60.0 + seconds;
    Some(if negative { -seconds } else { seconds } / 3600.0)
}

fn whole(text: &str) -> Option<f64> {
    decimal::parse(text).filter(|_| text.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Two digits below 60, and a fraction.
fn sixtieths(text: &str) -> Option<f64> {
    let bytes = text.as_bytes();
    let sound = bytes.len() == 2 || bytes.len() > 3 && bytes[2] == b'.';
    let digits = bytes.iter().enumerate().all(|(at, byte)| at == 2 || byte.is_ascii_digit());
    decimal::parse(text).filter(|number| sound && digits && *number < 60.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Decimal mark, grouping, prefix, suffix, as in "1.234,5 €".
    fn format(decimal_comma: bool, grouping: Option<char>, prefix: &str, suffix: &str) -> NumberFormat {
        NumberFormat {
            decimal_comma,
            grouping,
            prefix: prefix.into(),
            suffix: suffix.into(),
            ..NumberFormat::default()
        }
    }

    fn reads(format: &NumberFormat, cases: &[(&str, f64)], refused: &[&str]) {
        for (text, number) in cases {
            assert_eq!(format.read(text), Some(*number), "{text} as {}", format.example());
        }
        for text in refused {
            assert_eq!(format.read(text), None, "{text} as {}", format.example());
        }
    }

    #[test]
    fn plain_numbers() {
        reads(
            &NumberFormat::default(),
            &[
                ("12.5", 12.5),
                (" -3 ", -3.0),
                ("+1.5e1", 15.0),
                (".5", 0.5),
                ("\u{2212}7", -7.0),
                ("1e999", f64::INFINITY),
            ],
            &[
                "",
                "1,234",
                "1 234",
                "12,5",
                "$5",
                "5%",
                "(5)",
                "5-",
                "--5",
                "-+5",
                "inf",
                "NaN",
                "0x1",
                "12 months",
                "14:30",
            ],
        );
    }

    #[test]
    fn marks_stand_where_groups_stand() {
        reads(
            &format(true, Some('.'), "", ""),
            &[
                ("1.234", 1234.0),
                ("1.234.567,89", 1_234_567.89),
                ("12,5", 12.5),
                ("1234,5", 1234.5),
                ("-1.234,50", -1234.5),
                ("0,123", 0.123),
                (",5", 0.5),
                ("1,5E+03", 1500.0),
            ],
            &[
                "12.34",
                "1.23.456,7,8",
                "1234.567",
                "0.123",
                ".123",
                "1.234.",
                "1..234",
                "1.234,5,6",
                "1,234.5",
                "1.234.56",
                "1 234",
            ],
        );
        reads(
            &format(false, Some(','), "", ""),
            &[("1,234.5", 1234.5), ("12,345", 12_345.0)],
            &["1,23", "12,34.5", "1.234,5"],
        );
        // As India writes them.
        reads(
            &format(false, Some(','), "", ""),
            &[("1,23,456", 123_456.0), ("12,34,56,789.5", 123_456_789.5)],
            &["123,45,678", "1,23,4567", "1,2,345", "1,234,56,789", "1,23,45"],
        );
        let blanks = [("1 234", 1234.0), ("1\u{a0}234,5", 1234.5), ("1\u{202f}234\u{2009}567", 1_234_567.0)];
        reads(&format(true, Some(' '), "", ""), &blanks, &["1 23", "1  234"]);
        reads(&format(true, Some('\u{a0}'), "", ""), &blanks, &["1.234"]);
        reads(&format(false, Some('\''), "", ""), &[("1'234.5", 1234.5), ("1\u{2019}234", 1234.0)], &["1,234"]);
        reads(&format(false, Some('_'), "", ""), &[("1_234", 1234.0)], &["_123"]);
    }

    #[test]
    fn units_stand_around_a_number() {
        reads(
            &format(false, Some(','), "$", ""),
            &[("$1,200.50", 1200.5), ("-$5", -5.0), ("$ -5", -5.0), ("$.5", 0.5), ("7", 7.0)],
            &["$", "-", "$$5", "5$", "€5", "($5)", "-$-5"],
        );
        reads(
            &format(false, None, "USD", ""),
            &[("USD 12.3", 12.3), ("USD12.3", 12.3), ("USD -1", -1.0)],
            &["EUR 12", "usd 1"],
        );
        reads(&format(true, Some('.'), "", "€"), &[("1.234,5 €", 1234.5), ("-3€", -3.0)], &["€ 3"]);
        reads(&format(false, None, "", "%"), &[("12.5%", 12.5), ("12.5 %", 12.5), ("-1%", -1.0)], &["%", "1%%", "1‰"]);
        reads(
            &format(false, None, "", "months"),
            &[("12 months", 12.0), ("1 month", 1.0), ("3", 3.0)],
            &["1 mo", "1 monthss"],
        );
        reads(&format(false, None, "", "ms"), &[("12 ms", 12.0)], &["12 m"]);
        reads(&format(false, None, "Rs.", "/-"), &[("Rs. 500/-", 500.0)], &[]);
    }

    #[test]
    fn negative_numbers() {
        let of = |negative, prefix| NumberFormat { negative, ..format(false, Some(','), prefix, "") };
        reads(
            &of(Negative::Brackets, "$"),
            &[("($20,147)", -20_147.0), ("$(5)", -5.0), ("$41,180", 41_180.0), ("-5", -5.0), ("(5)", -5.0)],
            &["(5", "5)", "(-5)", "((5))", "()", "5-"],
        );
        reads(
            &of(Negative::Trailing, ""),
            &[("41180-", -41_180.0), ("1,234.5-", -1234.5), ("-5", -5.0), ("5", 5.0)],
            &["-5-", "5--", "-", "(5)"],
        );
        let euro = NumberFormat { negative: Negative::Trailing, ..format(true, Some('.'), "", "EUR") };
        reads(&euro, &[("1.234,50- EUR", -1234.5), ("1.234,50 EUR-", -1234.5)], &[]);
    }

    #[test]
    fn times_are_hours() {
        reads(
            &NumberFormat { time: true, ..NumberFormat::default() },
            &[
                ("16:21:37", 16.0 + 1297.0 / 3600.0),
                ("00:00", 0.0),
                ("9:30", 9.5),
                ("88:03", 88.05),
                ("-1:30", -1.5),
                ("2:30 PM", 14.5),
                ("12:15am", 0.25),
                ("12:00 pm", 12.0),
                ("00:00:36.5", 36.5 / 3600.0),
                ("1 day, 02:00:00", 26.0),
                ("2 days 00:30:00.000000", 48.5),
            ],
            &[
                "",
                "12",
                "12:60",
                "12:3",
                "12:30:60",
                "1:2:3:4",
                "13:00 PM",
                "0:30 AM",
                ":30",
                "12:",
                "12:+3",
                "12:30 €M",
                "a:30",
                "2024-01-31",
            ],
        );
    }

    #[test]
    fn problems() {
        let problem = |format: NumberFormat| format.problem().is_some();
        assert!(!problem(NumberFormat::default()) && !problem(format(true, Some('.'), "R$", "km/h")));
        assert!(problem(format(false, Some('.'), "", "")) && problem(format(true, Some(','), "", "")));
        assert!(problem(format(false, None, "a1", "")) && problem(format(false, None, "", " %")));
        assert!(problem(NumberFormat { time: true, ..format(false, None, "", "h") }));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn what_is_written_in_a_format_is_read(cents in -10_000_000_000i64..10_000_000_000, decimal_comma: bool, mark in 0usize..6, wrap in 0usize..3) {
            let grouping = [None, Some(' '), Some('\''), Some('_'), Some(','), Some('.')][mark];
            let negative = [Negative::Minus, Negative::Brackets, Negative::Trailing][wrap];
            let format = NumberFormat { negative, ..format(decimal_comma, grouping, "$", "") };
            prop_assume!(format.problem().is_none());
            let mut whole = String::new();
            let digits = (cents.abs() / 100).to_string();
            for (at, digit) in digits.char_indices() {
                if at > 0 && (digits.len() - at) % 3 == 0 {
                    whole.extend(grouping);
                }
                whole.push(digit);
            }
            let bare = format!("${whole}{}{:02}", format.decimal(), cents.abs() % 100);
            let text = match negative {
                _ if cents >= 0 => bare,
                Negative::Minus => format!("-{bare}"),
                Negative::Brackets => format!("({bare})"),
                Negative::Trailing => format!("{bare}-"),
            };
            prop_assert_eq!(format.read(&text), Some(cents as f64 / 100.0), "{}", text);
            prop_assert!(format.read(&format.example()).is_some());
        }

        #[test]
        fn no_text_panics(text in "\\PC{0,16}", close in "[0-9.,' ()$%:e+AaPpMmdays-]{0,16}", time: bool) {
            let format = NumberFormat { time, negative: Negative::Brackets, ..format(true, Some('.'), "$", "%") };
            let _ = (format.read(&text), format.read(&close));
        }
    }
}
