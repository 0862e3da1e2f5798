//! How a table writes the numbers of a field: its decimal mark, its grouping, a currency or unit
//! around them, what makes a number negative, or a clock. One format has one reading: what does not
//! fit it is no number.

use super::date;
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
    /// A time of day or a duration, in hours: `14:30`, `2:30 PM`, `88:03:20`, `1 day 02:00:00`,
    /// `2h 30m`, `PT2H30M`. The other keys mean nothing then.
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
    pub const GROUPING: [&str; 7] = [",", ".", " ", "'", "_", "\u{a0}", "\u{202f}"];

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
        let mut plain = String::new();
        // Digits since the last mark, marks, and the digits between them: three, or two in India.
        let (mut digits, mut marks, mut width, mut is_whole) = (0, 0, 3, true);
        for c in text.chars() {
            if is_whole && self.groups(c) {
                let sound = match marks {
                    0 => (1..=3).contains(&digits) && !plain.starts_with('0'),
                    1 if digits == 2 && plain.len() < 5 => {
                        width = 2;
                        true
                    }
                    _ => digits == width,
                };
                if !sound {
                    return None;
                }
                (digits, marks) = (0, marks + 1);
                continue;
            }
            if is_whole && !c.is_ascii_digit() {
                // The last group has three digits, and a fraction or an exponent follows.
                if marks > 0 && digits != 3 || c != self.decimal() && c != 'e' && c != 'E' {
                    return None;
                }
                is_whole = false;
                plain.push(if c == self.decimal() { '.' } else { c });
                continue;
            }
            plain.push(c);
            digits += 1;
        }
        if is_whole && marks > 0 && digits != 3 { None } else { decimal::parse(&plain) }
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
        let (open, close) = match self.negative {
            Negative::Minus => ("", ""),
            Negative::Brackets => ("(", ")"),
            Negative::Trailing => ("", "-"),
        };
        let mut text = String::from(open);
        text += &self.prefix;
        text.push('1');
        text.extend(self.grouping);
        text += if self.decimal_comma { "234,5" } else { "234.5" };
        text += &self.suffix;
        text + close
    }

    /// What is wrong with the format, if something is. Reading a text is safe with any format, so a
    /// scorer need not ask.
    #[cfg(feature = "write")]
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

/// A time of day or a duration in hours: with units, or minutes and seconds below 60, any number of
/// hours, days in front of them, AM or PM behind them.
fn hours(text: &str) -> Option<f64> {
    let mut rest = text.as_bytes();
    let negative = date::take(&mut rest, b"-");
    if let Some(seconds) = with_units(text.get(text.len() - rest.len()..).unwrap_or_default()) {
        return Some(if negative { -seconds } else { seconds } / 3600.0);
    }
    let mut hours = whole(&mut rest)?;
    let mut days = 0;
    let mut after = rest;
    if unit(&mut after) == Some(DAY) {
        (days, rest) = (hours, after);
        while date::take(&mut rest, b" ,+") {}
        hours = whole(&mut rest)?;
    }
    let minutes = sixtieths(&mut rest)?;
    let seconds = if rest.first() == Some(&b':') { sixtieths(&mut rest)? } else { 0 };
    let begin = rest.len();
    let mut fraction = 0.0;
    if rest.first() == Some(&b'.') {
        date::fraction(&mut rest)?;
        fraction = decimal::parse(text.get(text.len() - begin..text.len() - rest.len())?)?;
    }
    let half = rest.trim_ascii_start();
    if half.eq_ignore_ascii_case(b"am") || half.eq_ignore_ascii_case(b"pm") {
        if !(1..=12).contains(&hours) {
            return None;
        }
        hours = hours % 12 + if matches!(half[0], b'p' | b'P') { 12 } else { 0 };
    } else if !rest.is_empty() {
        return None;
    }
    let hours = (f64::from((24 * days + hours) * 60 + minutes) * 60.0 + f64::from(seconds) + fraction) / 3600.0;
    Some(if negative { -hours } else { hours })
}

const DAY: f64 = 86_400.0;

/// The seconds of a duration with units from the longest to the shortest, `1 d 2 h` or `2h 30min`,
/// or as ISO 8601 writes it: `P1DT2H`, in which M before the T would be months.
fn with_units(text: &str) -> Option<f64> {
    let is_number = |c: char| c.is_ascii_digit() || c == '.';
    let (mut rest, is_iso) = text.strip_prefix('P').map_or((text, false), |rest| (rest, true));
    let (mut seconds, mut longest, mut has_times) = (0.0, f64::INFINITY, !is_iso);
    loop {
        if !has_times && let Some(after) = rest.strip_prefix('T') {
            (rest, longest, has_times) = (after, DAY, true);
        }
        let (number, after) = rest.split_at_checked(rest.find(|c| !is_number(c))?)?;
        // ISO 8601 has a letter for a unit, and no blanks.
        let length = if is_iso { 1 } else { after.len() };
        let mut word = after.as_bytes().get(..length)?;
        let size = unit(&mut word).filter(|size| *size < longest && (has_times || *size >= DAY))?;
        seconds += decimal::parse(number)? * size;
        longest = size;
        rest = after.get(length - word.len()..)?.trim_start_matches([' ', ',']);
        if rest.is_empty() {
            return Some(seconds);
        }
    }
}

/// Takes a word for a unit of time, and gives its seconds.
fn unit(rest: &mut &[u8]) -> Option<f64> {
    const UNITS: [(&str, f64); 5] = [
        ("w week weeks", 7.0 * DAY),
        ("d day days", DAY),
        ("h hr hrs hour hours", 3600.0),
        ("m min mins minute minutes", 60.0),
        ("s sec secs second seconds", 1.0),
    ];
    let text = rest.trim_ascii_start();
    let (word, after) = text.split_at(text.iter().position(|byte| !byte.is_ascii_alphabetic()).unwrap_or(text.len()));
    *rest = after;
    let is_word = |name: &str| word.eq_ignore_ascii_case(name.as_bytes());
    UNITS.iter().find(|(names, _)| names.split(' ').any(is_word)).map(|(_, seconds)| *seconds)
}

/// Takes a whole number of up to six digits.
fn whole(rest: &mut &[u8]) -> Option<i32> {
    let mut number = date::digits(rest, 1)?;
    while number < 100_000
        && let Some(digit) = date::digits(rest, 1)
    {
        number = number * 10 + digit;
    }
    Some(number)
}

/// Takes a colon and two digits below 60.
fn sixtieths(rest: &mut &[u8]) -> Option<i32> {
    if date::take(rest, b":") { date::digits(rest, 2).filter(|number| *number < 60) } else { None }
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
                ("1 d 02:03", 26.05),
                ("3d 00:30:00", 72.5),
                ("2h 30m", 2.5),
                ("2 hrs, 15 min", 2.25),
                ("1 d 2 h", 26.0),
                ("90 seconds", 0.025),
                ("-1.5 H", -1.5),
                ("PT5M", 5.0 / 60.0),
                ("P1DT2H30M", 26.5),
                ("PT0.5S", 0.5 / 3600.0),
                ("P2W", 336.0),
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
                "2m 3h",
                "2h 3h",
                "2h30",
                "h",
                "3 months",
                "1 dog 02:00",
                "P",
                "PT",
                "PT5",
                "P5M",
                "P1Y2D",
                "P1H",
                "P1D5M",
                "1 d 02",
                "1é 2h",
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
        fn no_text_panics(text in "\\PC{0,16}", close in "[0-9.,' ()$%:e+AaPpMmdaysTHhin-]{0,16}", time: bool) {
            let format = NumberFormat { time, negative: Negative::Brackets, ..format(true, Some('.'), "$", "%") };
            let _ = (format.read(&text), format.read(&close));
        }
    }
}
