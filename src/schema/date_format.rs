//! How a table writes the dates of a field: ISO 8601, an order of day, month and year, or a count.

use super::date;
use crate::json::decimal;

/// How a field's dates are written. Beside each format, a date with the year first and dashes is
/// read as ISO 8601 writes it: no order makes something else of it, and dates of JavaScript and
/// Parquet arrive so.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum DateFormat {
    /// ISO 8601: see [`date::read`].
    #[default]
    Iso,
    /// Seconds since 1970-01-01 UTC.
    Unix,
    /// Milliseconds since 1970-01-01 UTC.
    UnixMilliseconds,
    /// Days of a spreadsheet, of which 1970-01-01 is the day 25569.
    Excel,
    /// An order in the manner of `strftime`, such as `%d.%m.%Y`: `%Y` (four digits), `%y` (two:
    /// 69 to 99 are 1969 to 1999, as in POSIX), `%m`, `%d`, `%b` or `%B` (an English name, or three
    /// or more of its first letters), `%H`, `%I` with `%p` (AM or PM), `%M`, `%S` (a fraction is
    /// ignored), and `%a` or `%A` (any word, which is ignored). Days, months and hours may lack
    /// their leading zero, unless the next number follows at once. Other characters stand for
    /// themselves, and a blank stands for any number of blanks.
    Order(String),
}

/// What an order can have, after a per cent sign.
#[cfg(feature = "write")]
const CODES: &[u8] = b"YymbBdHIMSpaA%";

/// The names of the months, as `%b` and `%B` read them in any letter case.
pub const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

impl DateFormat {
    /// The format of a word or an order in a schema.
    pub fn of(text: String) -> DateFormat {
        match &text[..] {
            "unix" => DateFormat::Unix,
            "unix_ms" => DateFormat::UnixMilliseconds,
            "excel" => DateFormat::Excel,
            _ => DateFormat::Order(text),
        }
    }

    /// The word or the order in a schema; empty for ISO 8601.
    pub fn name(&self) -> &str {
        match self {
            DateFormat::Iso => "",
            DateFormat::Unix => "unix",
            DateFormat::UnixMilliseconds => "unix_ms",
            DateFormat::Excel => "excel",
            DateFormat::Order(order) => order,
        }
    }

    /// Days since 1970-01-01 of a text; `None` for texts of another format.
    pub fn read(&self, text: &str) -> Option<f64> {
        let text = text.trim();
        let days = match self {
            DateFormat::Iso => return date::read(text),
            DateFormat::Order(order) => ordered(order, text),
            _ => decimal::parse(text).and_then(|number| self.count(number)),
        };
        days.or_else(|| date::read(text).filter(|_| text.as_bytes().get(4) == Some(&b'-')))
    }

    /// Days since 1970-01-01 of a count; `None` for a format that does not count.
    pub fn count(&self, number: f64) -> Option<f64> {
        match self {
            DateFormat::Unix => Some(number / 86_400.0),
            DateFormat::UnixMilliseconds => Some(number / 86_400_000.0),
            DateFormat::Excel => Some(number - 25_569.0),
            DateFormat::Iso | DateFormat::Order(_) => None,
        }
    }

    /// What is wrong with the format, if something is. Reading a text is safe with any format, so a
    /// scorer need not ask.
    #[cfg(feature = "write")]
    pub fn problem(&self) -> Option<&'static str> {
        let DateFormat::Order(order) = self else { return None };
        let mut seen = Vec::new();
        let mut rest = order.bytes();
        while let Some(byte) = rest.next() {
            if byte == b'%' {
                match rest.next() {
                    Some(b'%') => {}
                    Some(code) if CODES.contains(&code) && !seen.contains(&code) => seen.push(code),
                    _ => {
                        return Some(
                            "a format has each of %Y %y %m %b %B %d %H %I %M %S %p %a at most once, and no other",
                        );
                    }
                }
            }
        }
        let count = |codes: &[u8]| seen.iter().filter(|code| codes.contains(code)).count();
        if count(b"Yy") != 1 || count(b"mbB") != 1 {
            Some(
                "format must be \"unix\", \"unix_ms\", \"excel\" or an order with one year and one month, such as %d.%m.%Y or %m/%d/%y",
            )
        } else if count(b"I") != count(b"p")
            || count(b"HI") > 1
            || count(b"M") > count(b"HI")
            || count(b"S") > count(b"M")
        {
            Some("a format has %H, or %I with %p, then %M, then %S")
        } else {
            None
        }
    }
}

/// Days since 1970-01-01 of a text in an order.
fn ordered(order: &str, text: &str) -> Option<f64> {
    let (mut order, mut rest) = (order.as_bytes(), text.as_bytes());
    let [mut year, mut month, mut day, mut hour, mut minute, mut second] = [0, 0, 1, 0, 0, 0];
    let mut half = None;
    while let [byte, after @ ..] = order {
        order = after;
        if *byte == b' ' {
            rest = rest.trim_ascii_start();
            continue;
        }
        if *byte != b'%' {
            if !date::take(&mut rest, &[*byte]) {
                return None;
            }
            continue;
        }
        let [code, after @ ..] = order else { return None };
        order = after;
        let mut number = || {
            let both = date::digits(&mut rest, 2);
            // Digits that run into the next number must all be there.
            if both.is_some() || order.first() == Some(&b'%') { both } else { date::digits(&mut rest, 1) }
        };
        match code {
            b'm' => month = number()?,
            b'd' => day = number()?,
            b'H' | b'I' => hour = number()?,
            b'M' => minute = date::digits(&mut rest, 2)?,
            b'S' => {
                second = date::digits(&mut rest, 2)?;
                date::fraction(&mut rest)?;
            }
            b'Y' => year = date::digits(&mut rest, 4)?,
            b'y' => {
                year = date::digits(&mut rest, 2)?;
                year += if year < 69 { 2000 } else { 1900 };
            }
            b'p' => {
                half = Some(i32::from(date::take(&mut rest, b"Pp")));
                if half == Some(0) && !date::take(&mut rest, b"Aa") || !date::take(&mut rest, b"Mm") {
                    return None;
                }
            }
            b'%' => date::take(&mut rest, b"%").then_some(())?,
            _ => {
                let end = rest.iter().position(|byte| !byte.is_ascii_alphabetic()).unwrap_or(rest.len());
                let (word, after) = rest.split_at(end);
                rest = after;
                if matches!(code, b'b' | b'B') {
                    let named =
                        |name: &&str| name.as_bytes().get(..end).is_some_and(|start| start.eq_ignore_ascii_case(word));
                    month = MONTHS.iter().position(|name| end >= 3 && named(name))? as i32 + 1;
                } else if end == 0 {
                    return None;
                }
            }
        }
    }
    if let Some(half) = half {
        if !(1..=12).contains(&hour) {
            return None;
        }
        hour = hour % 12 + 12 * half;
    }
    let days = date::day(year, month, day).filter(|_| rest.is_empty())?;
    Some(days + f64::from(date::seconds(hour, minute, second)?) / 86_400.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn order(text: &str) -> DateFormat {
        DateFormat::of(text.into())
    }

    #[test]
    fn orders() {
        for (format, text, iso) in [
            ("%d.%m.%Y", "31.01.2024", "2024-01-31"),
            ("%d.%m.%Y", "1.2.2024", "2024-02-01"),
            ("%m/%d/%Y", "1/31/2024", "2024-01-31"),
            ("%m/%d/%y", "01/31/24", "2024-01-31"),
            ("%d-%m-%y", "01-02-69", "1969-02-01"),
            ("%d-%m-%y", "01-02-68", "2068-02-01"),
            ("%d %B %Y", "5 January 2024", "2024-01-05"),
            ("%d %b %Y", "05 SEPT 2024", "2024-09-05"),
            ("%B %d, %Y", "May 5, 2024", "2024-05-05"),
            ("%b %d, %Y", "Jan  5,2024", "2024-01-05"),
            ("%d%b%Y", "31JAN2024", "2024-01-31"),
            ("%d%m%Y", "31012024", "2024-01-31"),
            ("%b-%y", "Jan-24", "2024-01"),
            ("%m/%Y", "1/2024", "2024-01"),
            ("%Y/%m/%d", "2024/1/31", "2024-01-31"),
            ("%Y\u{5e74}%m\u{6708}%d\u{65e5}", "2024\u{5e74}1\u{6708}31\u{65e5}", "2024-01-31"),
            ("%d.%m.%Y %H:%M", "31.01.2024 18:00", "2024-01-31T18:00"),
            ("%m/%d/%Y %I:%M:%S %p", "1/31/2024 6:30:00 PM", "2024-01-31T18:30"),
            ("%m/%d/%Y %I:%M %p", "1/31/2024 12:30am", "2024-01-31T00:30"),
            ("%a, %d %b %Y %H:%M:%S GMT", "Wed, 31 Jan 2024 10:00:00 GMT", "2024-01-31T10:00"),
            ("%d/%m/%Y %H:%M:%S", "31/01/2024 10:00:00.250", "2024-01-31T10:00:00"),
        ] {
            assert_eq!(order(format).problem(), None, "{format}");
            let days = order(format).read(text);
            assert!(days.is_some() && days == date::read(iso), "{text} as {format}: {days:?}");
        }
        for (format, text) in [
            ("%d.%m.%Y", "2024"),
            ("%d.%m.%Y", "13.13.2024"),
            ("%d.%m.%Y", "29.02.2023"),
            ("%d.%m.%Y", "01.02.24"),
            ("%d.%m.%Y", "01.02.2024 10:00"),
            ("%d.%m.%Y", "01/02/2024"),
            ("%d.%m.%Y", "20240131"),
            ("%m/%d/%Y", "31/01/2024"),
            ("%m/%d/%y", "1/31/2024"),
            ("%d%m%Y", "1012024"),
            ("%d %B %Y", "5 Mai 2024"),
            ("%d %B %Y", "5 Ja 2024"),
            ("%d %B %Y", "5  2024"),
            ("%m/%d/%Y %I:%M %p", "1/31/2024 13:30 PM"),
            ("%m/%d/%Y %I:%M %p", "1/31/2024 1:30"),
            ("%d.%m.%Y %H:%M", "31.01.2024 25:00"),
            ("%d.%m.%Y %H:%M:%S", "31.01.2024 10:00:00."),
        ] {
            assert_eq!(order(format).read(text), None, "{text} as {format}");
        }
    }

    #[test]
    fn iso_dates_are_read_beside_every_format() {
        for format in ["%d.%m.%Y", "%m/%d/%y", "unix", "unix_ms", "excel"] {
            assert_eq!(order(format).read("2024-01-31"), Some(19_753.0), "{format}");
            assert_eq!(order(format).read("2024-01-31T12:00:00.000Z"), Some(19_753.5), "{format}");
        }
    }

    #[test]
    fn counts() {
        for (format, number, iso) in [
            (DateFormat::Unix, 1_708_386_171.0, "2024-02-19T23:42:51"),
            (DateFormat::UnixMilliseconds, 1_708_386_171_000.0, "2024-02-19T23:42:51"),
            (DateFormat::Excel, 45_322.0, "2024-01-31"),
            (DateFormat::Excel, 45_322.25, "2024-01-31T06:00"),
            (DateFormat::Unix, 0.0, "1970-01-01"),
        ] {
            assert_eq!(format.count(number), date::read(iso), "{iso}");
            assert_eq!(format.read(&decimal::text(number)), date::read(iso), "{iso}");
        }
        assert_eq!((DateFormat::Unix.read("soon"), DateFormat::Iso.count(1.0)), (None, None));
    }

    #[test]
    fn problems() {
        for format in ["unix", "%d.%m.%Y", "%b %y", "100%% %Y-%m", "%Y%m%d%H%M%S"] {
            assert_eq!(order(format).problem(), None, "{format}");
        }
        for format in [
            "",
            "DD.MM.YYYY",
            "%d.%m",
            "%Y",
            "%d.%m.%Y %y",
            "%q",
            "%Y-%m-%",
            "%Y-%m-%m",
            "%Y-%m-%d %I:%M",
            "%Y-%m-%d %M",
            "%Y-%m %H:%S",
        ] {
            assert!(order(format).problem().is_some(), "{format}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn every_order_reads_what_it_writes(days in -719_162i32..=2_932_896, at in 0usize..4) {
            let iso = date::text(f64::from(days));
            let [year, month, day] = [&iso[..4], &iso[5..7], &iso[8..]];
            let month_name = MONTHS[month.parse::<usize>().unwrap() - 1];
            let (format, text) = [
                ("%d.%m.%Y", format!("{day}.{month}.{year}")),
                ("%m/%d/%Y", format!("{}/{}/{year}", month.trim_start_matches('0'), day.trim_start_matches('0'))),
                ("%d %B %Y", format!("{day} {month_name} {year}")),
                ("%d%b%Y", format!("{day}{}{year}", month_name[..3].to_uppercase())),
            ][at].clone();
            prop_assert_eq!(order(format).read(&text), Some(f64::from(days)), "{}", text);
        }

        #[test]
        fn no_text_panics(format in "(%[YymbBdHIMSpaA%]|[ ./:é-]){0,8}", text in "\\PC{0,16}", close in "[0-9JanPm ./:-]{0,20}") {
            let format = order(&format);
            let _ = (format.problem(), format.read(&text), format.read(&close));
        }
    }
}
