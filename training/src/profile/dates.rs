//! Dates as people write them: the orders of day, month and year that could be meant, and those
//! that have fitted so far.

use std::collections::BTreeMap;

use tenure::schema::{DateFormat, date};

use super::levels::Ends;
use super::seen::Seen;

/// Orders that are followed in a column.
const MOST_ORDERS: usize = 12;
/// Different texts that are no day that are kept.
const MOST_NEVER: usize = 8;

/// What a text is as a date.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Dated {
    /// ISO 8601, year first.
    Iso,
    /// Some order reads it.
    Ordered,
    /// A date of which day or month is 0, such as 0000-00-00.
    Never,
    /// A date to a person, but in no order that the core reads, such as `5. Januar 2024`.
    Other,
}

/// How the dates of a column are written.
#[derive(Clone, Debug, Default)]
pub(crate) struct Dates {
    /// Texts that some format reads.
    pub(crate) rows: u64,
    iso_rows: u64,
    iso: Ends,
    orders: Vec<Order>,
    /// Texts that are no day, with their rows; the first few.
    pub(crate) never: BTreeMap<String, u64>,
    pub(crate) never_rows: u64,
    /// Dates that no format reads.
    pub(crate) other: Seen,
    /// The first texts that two orders read, but not alike.
    unclear: Vec<(String, u64)>,
    /// The one format that a person named.
    given: bool,
}

/// An order of day, month and year, and what it reads.
#[derive(Clone, Debug)]
struct Order {
    format: DateFormat,
    rows: u64,
    ends: Ends,
    /// A hash of all days in turn: orders that agree in every row have the same.
    days: u64,
}

/// One way to read the dates of a column.
#[derive(Clone, Debug)]
pub(crate) struct Reading {
    pub(crate) format: DateFormat,
    /// Rows of dates that it does not read.
    pub(crate) unread: u64,
    pub(crate) ends: Ends,
}

impl Dates {
    /// Reads one format and no other.
    pub(super) fn of(format: DateFormat) -> Dates {
        let orders = vec![Order { format, rows: 0, ends: Ends::default(), days: 0 }];
        Dates { orders, given: true, ..Dates::default() }
    }

    /// The format that a person named.
    pub(super) fn given(&self) -> Option<&DateFormat> {
        self.orders.first().filter(|_| self.given).map(|order| &order.format)
    }

    /// Whether one of the orders so far reads a text that is not ISO 8601.
    pub(super) fn reads(&self, text: &str) -> bool {
        let is_ordered = !self.orders.is_empty() && date::read(text).is_none();
        is_ordered && self.orders.iter().any(|order| order.format.read(text).is_some())
    }

    pub(super) fn observe(&mut self, text: &str, line: u64, dated: Dated) {
        match dated {
            Dated::Other => self.other.add(text, line),
            Dated::Never => {
                self.never_rows += 1;
                if let Some(rows) = self.never.get_mut(text) {
                    *rows += 1;
                } else if self.never.len() < MOST_NEVER {
                    self.never.insert(text.into(), 1);
                }
            }
            Dated::Iso => {
                self.rows += 1;
                self.iso_rows += 1;
                if let Some(days) = date::read(text) {
                    self.iso.observe(days, text);
                }
            }
            Dated::Ordered => self.ordered(text, line),
        }
    }

    fn ordered(&mut self, text: &str, line: u64) {
        let mut read = self.orders.iter().map(|order| order.format.read(text)).collect::<Vec<_>>();
        if read.iter().all(Option::is_none) && !self.given {
            for order in orders(text) {
                if self.orders.len() < MOST_ORDERS {
                    let format = DateFormat::Order(order);
                    read.push(format.read(text));
                    self.orders.push(Order { format, rows: 0, ends: Ends::default(), days: 0 });
                }
            }
        }
        let mut days = read.iter().flatten();
        let Some(first) = days.next() else { return self.other.add(text, line) };
        self.rows += 1;
        if self.unclear.len() < 4 && days.any(|other| other != first) {
            self.unclear.push((text.chars().take(40).collect(), line));
        }
        for (order, days) in self.orders.iter_mut().zip(read) {
            let Some(days) = days else { continue };
            order.rows += 1;
            order.days = order.days.wrapping_mul(31).wrapping_add(days.to_bits());
            order.ends.observe(days, text);
        }
    }

    /// The formats that read all dates, or nearly all where none reads all; those that read every
    /// text alike once.
    pub(crate) fn readings(&self) -> Vec<Reading> {
        let ordered = self.rows - self.iso_rows;
        let iso = Reading { format: DateFormat::Iso, unread: ordered + self.other.rows, ends: self.iso.clone() };
        if ordered == 0 {
            return vec![iso];
        }
        let most = self.orders.iter().map(|order| order.rows).max().unwrap_or_default();
        if (self.iso_rows + most) * 20 < (self.rows + self.other.rows) * 19 {
            return Vec::new();
        }
        let mut found: Vec<&Order> = Vec::new();
        for order in self.orders.iter().filter(|order| order.rows == most) {
            if !found.iter().any(|other| other.days == order.days) {
                found.push(order);
            }
        }
        if found.len() > 1 && self.iso_rows * 20 >= (self.rows + self.other.rows) * 19 {
            return vec![iso];
        }
        let reading = |order: &Order| {
            let mut ends = order.ends.clone();
            ends.merge(&self.iso);
            Reading { format: order.format.clone(), unread: self.rows - self.iso_rows - most + self.other.rows, ends }
        };
        found.into_iter().map(reading).collect()
    }

    /// Each order with the rows that it reads, most rows first.
    pub(crate) fn orders(&self) -> Vec<(&str, u64)> {
        let mut orders: Vec<_> = self.orders.iter().map(|order| (order.format.name(), order.rows)).collect();
        orders.sort_by_key(|&(_, rows)| std::cmp::Reverse(rows));
        orders
    }

    /// A text that two formats do not read alike, and its line.
    pub(crate) fn unclear(&self, a: &DateFormat, b: &DateFormat) -> Option<&(String, u64)> {
        self.unclear.iter().find(|(text, _)| a.read(text) != b.read(text))
    }
}

/// Whether a text is a date, and which.
pub(super) fn dated(text: &str) -> Option<Dated> {
    // The longest: a weekday, a month and a time to the nanosecond.
    if text.len() > 64 || !text.bytes().any(|byte| byte.is_ascii_digit()) {
        return None;
    }
    if date::read(text).is_some() {
        return Some(Dated::Iso);
    }
    if without_ordinal(text).is_some_and(|text| dated(&text) == Some(Dated::Ordered)) {
        return Some(Dated::Other);
    }
    let parts = Parts::of(text)?;
    if parts.has_zero() {
        return Some(Dated::Never);
    }
    let readable = parts.orders().iter().any(|order| DateFormat::Order(order.clone()).read(text).is_some());
    if readable { Some(Dated::Ordered) } else { parts.is_other_date().then_some(Dated::Other) }
}

/// A date without the letters behind its day, as in "5th March 2024".
fn without_ordinal(text: &str) -> Option<String> {
    let ordinals = ["st", "nd", "rd", "th"].into_iter().flat_map(|ordinal| text.match_indices(ordinal));
    ordinals.into_iter().find_map(|(at, ordinal)| {
        let (before, after) = (&text[..at], &text[at + ordinal.len()..]);
        let is_ordinal = before.ends_with(|c: char| c.is_ascii_digit()) && !after.starts_with(char::is_alphanumeric);
        is_ordinal.then(|| before.to_owned() + after)
    })
}

/// The orders that read a text.
fn orders(text: &str) -> Vec<String> {
    let mut orders = Parts::of(text).map(|parts| parts.orders()).unwrap_or_default();
    orders.retain(|order| DateFormat::Order(order.clone()).read(text).is_some());
    orders
}

/// The two or three parts of a date, what stands between them, and its time.
struct Parts<'a> {
    /// What is before the parts: nothing, or a weekday.
    start: String,
    parts: Vec<&'a str>,
    /// What follows each part but the last.
    between: Vec<&'a str>,
    /// The order of what follows the last part: a time.
    end: String,
}

impl<'a> Parts<'a> {
    fn of(text: &'a str) -> Option<Parts<'a>> {
        let (text, end) = split_time(text)?;
        let (mut text, mut start) = (text, String::new());
        // "Wed, 31 Jan 2024"
        const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
        let word = text.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(text.len());
        if text.get(..3).is_some_and(|start| DAYS.contains(&start.to_ascii_lowercase().as_str())) && word <= 9 {
            let rest = text[word..].trim_start_matches([',', ' ', '.']);
            start = "%a".to_owned() + &text[word..text.len() - rest.len()];
            text = rest;
        }
        let (mut parts, mut between) = (Vec::new(), Vec::new());
        while !text.is_empty() {
            let is_digit = text.starts_with(|c: char| c.is_ascii_digit());
            let part =
                text.find(|c: char| c.is_ascii_digit() != is_digit || !c.is_alphanumeric()).unwrap_or(text.len());
            let (head, rest) = text.split_at(part);
            let mark = rest.find(char::is_alphanumeric).unwrap_or(rest.len());
            if head.is_empty() || parts.len() == 3 {
                return None;
            }
            parts.push(head);
            between.push(&rest[..mark]);
            text = &rest[mark..];
        }
        // Nothing may follow the last part.
        let sound = between.pop()?.is_empty()
            && parts.len() >= 2
            && between.iter().all(|between| between.len() <= 3 && between.chars().all(|c| "-/., \u{a0}".contains(c)));
        sound.then_some(Parts { start, parts, between, end })
    }

    /// The orders in which day, month and year could stand, by the lengths of the parts.
    fn orders(&self) -> Vec<String> {
        let kind = |part: &&str| match part.len() {
            _ if is_month(part) => 'b',
            4 if is_digits(part) => 'Y',
            1..=2 if is_digits(part) => 'n',
            _ => '?',
        };
        let kinds: String = self.parts.iter().map(kind).collect();
        let two = |at: usize| self.parts[at].len() == 2;
        // "12-3456" is a code.
        let is_close = self.parts.len() == 3 || self.parts.iter().any(|part| is_year(part));
        let orders: Vec<&str> = match &kinds[..] {
            "nbY" => vec!["dbY"],
            "bnY" => vec!["bdY"],
            "Ybn" => vec!["Ybd"],
            "nbn" if two(2) => vec!["dby"],
            "bnn" if two(2) => vec!["bdy"],
            "bY" => vec!["bY"],
            "bn" if two(1) => vec!["by"],
            "Yb" => vec!["Yb"],
            "nnY" => vec!["dmY", "mdY"],
            "Ynn" => vec!["Ymd"],
            "nnn" if two(2) && two(0) => vec!["dmy", "mdy", "ymd"],
            "nnn" if two(2) => vec!["dmy", "mdy"],
            // "05.2024" is a number.
            "nY" if is_close && self.between[0] != "." => vec!["mY"],
            "Yn" if is_close && self.between[0] != "." => vec!["Ym"],
            _ => Vec::new(),
        };
        let write = |codes: &str| {
            let mut order = self.start.clone();
            for (at, code) in codes.chars().enumerate() {
                let long = code == 'b' && self.parts[at].len() > 3;
                order.extend(['%', if long { 'B' } else { code }]);
                order += self.between.get(at).copied().unwrap_or_default();
            }
            order + &self.end
        };
        orders.into_iter().map(write).collect()
    }

    /// Whether day or month is 0, as in what programs write for "never".
    fn has_zero(&self) -> bool {
        let zeros = self.parts.iter().filter(|part| is_digits(part) && part.bytes().all(|byte| byte == b'0')).count();
        let year = self.parts.iter().any(|part| part.len() == 4);
        let named = self.parts.iter().any(|part| is_month(part));
        let sound = self.parts.iter().all(|part| part.len() <= 4 && is_digits(part) || is_month(part));
        zeros > 0 && self.parts.len() == 3 && (zeros == 3 || year || named) && sound
    }

    /// Whether a person would take it for a date: a day, a word and a year, or a date whose time no
    /// format reads.
    fn is_other_date(&self) -> bool {
        let is_word = |part: &str| part.chars().all(char::is_alphabetic) && part.chars().count() >= 3;
        let [first, second, third] = self.parts[..] else { return false };
        let is_day = |part: &str| part.len() <= 2 && is_digits(part);
        (is_day(first) && is_word(second) && (is_year(third) || is_month(second) && is_day(third)))
            || (is_day(first) && is_day(second) && is_year(third))
            || (is_year(first) && is_day(second) && is_day(third))
    }
}

fn is_year(part: &str) -> bool {
    part.len() == 4 && is_digits(part) && ("1900".."2100").contains(&part)
}

fn is_digits(part: &str) -> bool {
    part.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_month(part: &str) -> bool {
    part.len() >= 3 && DateFormat::Order("%b %Y".into()).read(&(part.to_owned() + " 2000")).is_some()
}

/// A text without its time, and the order of the time and of what stands before it.
fn split_time(text: &str) -> Option<(&str, String)> {
    let Some(colon) = text.find(':') else { return Some((text, String::new())) };
    let start = text[..colon].rfind(|c: char| !c.is_ascii_digit())?;
    let mark = text[start..].chars().next()?;
    let start = start + mark.len_utf8();
    let time = &text[start..];
    // Core dates have a zone only where they are ISO 8601; elsewhere UTC is a word like any other.
    let zone = [" GMT", " UTC", "Z"].iter().find(|zone| time.ends_with(**zone)).copied().unwrap_or_default();
    let time = &time[..time.len() - zone.len()];
    let half = ["AM", "PM", "am", "pm"].iter().find_map(|half| time.strip_suffix(half));
    let bare = half.unwrap_or(time).trim_end();
    let (hours, minutes) = if half.is_some() { ("%I", "%M") } else { ("%H", "%M") };
    let mut order = match bare.matches(':').count() {
        1 => format!("{hours}:{minutes}"),
        2 => format!("{hours}:{minutes}:%S"),
        _ => return None,
    };
    if let Some(half) = half {
        order += &half[bare.len()..];
        order += "%p";
    }
    order += zone;
    let sound = bare.chars().all(|c| c.is_ascii_digit() || ":.,".contains(c));
    let date = text[..start].trim_end_matches([',', ' ', 'T', '\u{a0}']);
    (sound && !date.is_empty()).then(|| (date, text[date.len()..start].to_owned() + &order))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_a_date() {
        for (text, expected) in [
            ("2024-01-31", Dated::Iso),
            ("20240131", Dated::Iso),
            ("2024-01", Dated::Iso),
            ("2024-01-31T10:00:00Z", Dated::Iso),
            ("2024/1/5", Dated::Ordered),
            ("31.01.2024", Dated::Ordered),
            ("1/31/24", Dated::Ordered),
            ("31-Jan-2024", Dated::Ordered),
            ("31JAN2024", Dated::Ordered),
            ("Jan 2024", Dated::Ordered),
            ("Jan-24", Dated::Ordered),
            ("January 5, 2024", Dated::Ordered),
            ("Wed, 31 Jan 2024", Dated::Ordered),
            ("Wed, 31 Jan 2024 10:00:00 GMT", Dated::Ordered),
            ("1/31/2024 2:30 PM", Dated::Ordered),
            ("31.01.2024, 14:30:00", Dated::Ordered),
            ("05/2024", Dated::Ordered),
            ("0000-00-00", Dated::Never),
            ("0000-00-00 00:00:00", Dated::Never),
            ("00.00.0000", Dated::Never),
            ("1/0/1900", Dated::Never),
            ("00-Jan-00", Dated::Never),
            ("5. Mai 2024", Dated::Other),
            ("31-Okt-2024", Dated::Other),
            ("5th March 2024", Dated::Other),
            ("March 1st, 2024", Dated::Other),
            ("2024-02-30", Dated::Other),
            ("31/31/2024", Dated::Other),
        ] {
            assert_eq!(dated(text), Some(expected), "{text}");
        }
        for text in [
            "382-4657",
            "415-382-4657",
            "1.2.3",
            "12",
            "a-b-c",
            "10.0.0.1",
            "may",
            "1:x",
            "Mar",
            "10:30",
            "1/2",
            "3.2024",
            "",
            "12 Main 45",
            "1234.0 MB",
            "123-45-6789",
            "v1.2.24",
            "7590-VHVEG",
            "5-10-15-20",
            "AB-12-2024",
            "10/20",
            "21st",
            "5th Avenue 2024",
        ] {
            assert_eq!(dated(text), None, "{text}");
        }
    }

    fn readings(texts: &[&str]) -> Vec<(String, u64)> {
        let mut dates = Dates::default();
        for text in texts {
            dates.observe(text, 2, dated(text).unwrap());
        }
        dates.readings().into_iter().map(|reading| (reading.format.name().to_owned(), reading.unread)).collect()
    }

    #[test]
    fn the_orders_that_fit_a_column() {
        let one = |name: &str| vec![(name.to_owned(), 0)];
        assert_eq!(readings(&["01.02.2024", "31.01.2024"]), one("%d.%m.%Y"));
        assert_eq!(readings(&["1/2/2024", "1/31/2024", "12/1/2024"]), one("%m/%d/%Y"));
        assert_eq!(readings(&["01/02/24 10:00 AM", "01/31/24 1:00 PM"]), one("%m/%d/%y %I:%M %p"));
        assert_eq!(readings(&["5 May 2024", "31 January 2024"]), one("%d %b %Y"));
        assert_eq!(readings(&["2024/1/31", "2024/12/1"]), one("%Y/%m/%d"));
        assert_eq!(readings(&["2024-01-31", "2024-02-01"]), one(""));
        // Other readings of ISO 8601 do not matter.
        assert_eq!(readings(&["2024-01-31", "31.01.2024"]), one("%d.%m.%Y"));
        // Both read it alike.
        assert_eq!(readings(&["05.05.2024", "01.01.2024"]), one("%d.%m.%Y"));
        let two = [("%d/%m/%Y".to_owned(), 0), ("%m/%d/%Y".to_owned(), 0)];
        assert_eq!(readings(&["01/02/2024", "02/01/2024", "05/05/2024"]), two);
        assert_eq!(readings(&["01/02/2024", "31.01.2024"]), []);
        assert_eq!(readings(&["5. Mai 2024"]).len(), 1);
    }
}
