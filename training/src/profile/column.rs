//! What one pass over a column counts, in bounded memory: up to 4,096 different texts and 16,384
//! hashes a column.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use tenure::customer::{Cell, Value, check_value};
use tenure::schema::{Change, Field, Kind, NumberFormat, date};

use super::text::{Formatting, formatting, is_compact_date, is_date, is_missing_token};
use crate::words::grouped;

/// Different texts that are counted one by one.
pub(crate) const MAXIMUM_VALUES: usize = 4096;
/// The longest text that can be a category.
pub(crate) const MAXIMUM_TEXT: usize = 256;
const MAXIMUM_HASHES: usize = 16_384;

/// Counts of one column. A row is either blank, a missing token, a number, or another text.
#[derive(Clone, Debug, Default)]
pub(crate) struct Profile {
    pub(crate) name: String,
    pub(crate) rows: u64,
    pub(crate) blank: u64,
    /// Texts such as "NA", with their counts.
    pub(crate) tokens: BTreeMap<String, u64>,
    pub(crate) token_rows: u64,
    /// Every text that is not blank with its count; `None` once there were too many or too long
    /// ones.
    pub(crate) values: Option<BTreeMap<String, Counted>>,
    pub(crate) distinct: Distinct,
    pub(crate) numbers: Numbers,
    pub(crate) dates: Seen,
    /// The dates among them that the core reads.
    pub(crate) days: Days,
    pub(crate) formatted: Seen,
    pub(crate) formatting: Option<Formatting>,
    /// Texts that are neither a number nor a missing token nor a date nor a formatted number.
    pub(crate) texts: Seen,
    pub(crate) characters: u64,
}

/// The class of a text, determined once for each distinct text.
#[derive(Clone, Copy, Debug)]
enum Class {
    Number(f64),
    Token,
    /// Days since 1970-01-01, where the core reads it.
    Date(Option<f64>),
    Formatted(Formatting),
    Text,
}

/// A text's rows.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Counted {
    pub(crate) rows: u64,
    class: Class,
}

/// How many, and the first of them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seen {
    pub(crate) rows: u64,
    pub(crate) first: String,
    pub(crate) first_line: u64,
}

/// Dates that the core reads, in days since 1970-01-01.
#[derive(Clone, Debug)]
pub(crate) struct Days {
    pub(crate) rows: u64,
    pub(crate) earliest: f64,
    pub(crate) latest: f64,
    /// Dates of the far future, which stand for "never" or "not yet": rows, which are none of those
    /// above, and texts, the first few.
    pub(crate) never_rows: u64,
    pub(crate) never: BTreeSet<String>,
}

/// 2200-01-01: later dates are placeholders.
const FAR_FUTURE: f64 = 84_006.0;

impl Default for Days {
    fn default() -> Days {
        let never = BTreeSet::new();
        Days { rows: 0, earliest: f64::INFINITY, latest: f64::NEG_INFINITY, never_rows: 0, never }
    }
}

impl Days {
    fn observe(&mut self, text: &str, days: f64) {
        if days < FAR_FUTURE {
            self.rows += 1;
            self.earliest = self.earliest.min(days);
            self.latest = self.latest.max(days);
            return;
        }
        self.never_rows += 1;
        if self.never.len() < 10 {
            self.never.insert(text.into());
        }
    }
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Numbers {
    pub(crate) rows: u64,
    pub(crate) whole: u64,
    /// Whole numbers such as 20240131.
    pub(crate) compact_dates: u64,
    pub(crate) minimum: f64,
    pub(crate) maximum: f64,
    /// Whether every number is greater than the one before.
    pub(crate) increasing: bool,
    /// Numbers that are the one before plus 1.
    pub(crate) steps: u64,
    pub(crate) first: f64,
    last: f64,
}

impl Profile {
    pub(crate) fn new(name: &str) -> Profile {
        let numbers = Numbers {
            minimum: f64::INFINITY,
            maximum: f64::NEG_INFINITY,
            increasing: true,
            last: f64::NEG_INFINITY,
            ..Numbers::default()
        };
        Profile { name: name.into(), values: Some(BTreeMap::new()), numbers, ..Profile::default() }
    }

    /// Counts one trimmed text.
    pub(crate) fn observe(&mut self, text: &str, line: u64) {
        self.rows += 1;
        if text.is_empty() {
            self.blank += 1;
            return;
        }
        self.characters += text.chars().count() as u64;
        let class = match self.values.as_mut().and_then(|values| values.get_mut(text)) {
            Some(counted) => {
                counted.rows += 1;
                counted.class
            }
            None => self.meet(text),
        };
        match class {
            Class::Number(number) => {
                self.numbers.observe(number);
                // 20240131 is a number and a day.
                if is_compact_date(number)
                    && let Some(days) = date::read(text)
                {
                    self.days.observe(text, days);
                }
            }
            Class::Token => {
                self.token_rows += 1;
                match self.tokens.get_mut(text) {
                    Some(rows) => *rows += 1,
                    None => _ = self.tokens.insert(text.into(), 1),
                }
            }
            Class::Date(days) => {
                self.dates.add(text, line);
                days.iter().for_each(|days| self.days.observe(text, *days));
            }
            Class::Formatted(formatting) => {
                self.formatted.add(text, line);
                self.formatting.get_or_insert(formatting);
            }
            Class::Text => self.texts.add(text, line),
        }
    }

    /// A text that is not among the counted ones: new, or one of too many.
    fn meet(&mut self, text: &str) -> Class {
        self.distinct.insert(text);
        let class = classify(text);
        if let Some(values) = &mut self.values {
            if values.len() < MAXIMUM_VALUES && text.len() <= MAXIMUM_TEXT {
                values.insert(text.into(), Counted { rows: 1, class });
            } else {
                self.values = None;
            }
        }
        class
    }

    /// Rows that are not blank.
    pub(crate) fn present(&self) -> u64 {
        self.rows - self.blank
    }

    /// Rows that are neither blank nor a missing token.
    pub(crate) fn known(&self) -> u64 {
        self.present() - self.token_rows
    }

    /// Different values as people read them: "16,384", or "about 19,900", of which three digits are
    /// sure.
    pub(crate) fn distinct_words(&self) -> String {
        // Of numbers that rise, no two are equal.
        let counted = self.numbers.rows == self.present() && self.numbers.increasing;
        let count = if counted { self.present() } else { self.distinct.count().min(self.present()) };
        if counted || self.distinct.is_exact() {
            return grouped(count);
        }
        let unit = 10u64.pow(count.max(1).ilog10().saturating_sub(2));
        format!("about {}", grouped((count + unit / 2) / unit * unit))
    }

    /// Share of the rows with a value whose value stands once; near 1 for identifiers.
    pub(crate) fn distinctness(&self) -> f64 {
        self.distinct.count() as f64 / self.present().max(1) as f64
    }
}

impl Seen {
    fn add(&mut self, text: &str, line: u64) {
        if self.rows == 0 {
            (self.first, self.first_line) = (text.chars().take(40).collect(), line);
        }
        self.rows += 1;
    }
}

impl Numbers {
    fn observe(&mut self, number: f64) {
        self.rows += 1;
        self.whole += u64::from(number.fract() == 0.0);
        self.compact_dates += u64::from(is_compact_date(number));
        self.minimum = self.minimum.min(number);
        self.maximum = self.maximum.max(number);
        self.increasing &= number > self.last;
        self.steps += u64::from(number == self.last + 1.0);
        if self.rows == 1 {
            self.first = number;
        }
        self.last = number;
    }
}

fn classify(text: &str) -> Class {
    if let Some(number) = number(text) {
        Class::Number(number)
    } else if is_missing_token(text) {
        Class::Token
    } else if is_date(text) {
        Class::Date(date::read(text))
    } else {
        formatting(text).map_or(Class::Text, Class::Formatted)
    }
}

/// The number that the core reads in a text, so that `init` and scoring agree on what a number is.
pub(crate) fn number(text: &str) -> Option<f64> {
    // No number has this letter. This saves the core's explanation of the error.
    if text.bytes().any(|byte| byte.is_ascii_alphabetic() && !matches!(byte, b'e' | b'E')) {
        return None;
    }
    let kind = Kind::Number { unit: String::new(), minimum: None, maximum: None, format: NumberFormat::default() };
    let (name, label) = (String::new(), String::new());
    let change = Change::default();
    let field = Field { name, label, kind, missing: Vec::new(), changeable: false, only_derived: false, change };
    match check_value(&field, Value::Text(text)).0 {
        Ok(Cell::Number(number)) => Some(number),
        _ => None,
    }
}

/// Number of different texts: exact up to 16,384, then estimated to 1% from the texts whose hash
/// ends in enough zeros (adaptive sampling: Flajolet, "On adaptive sampling", Computing 34, 1990).
#[derive(Clone, Debug, Default)]
pub(crate) struct Distinct {
    hashes: HashSet<u64>,
    zeros: u32,
}

impl Distinct {
    fn insert(&mut self, text: &str) {
        let mut hasher = DefaultHasher::new();
        text.hash(&mut hasher);
        let hash = hasher.finish();
        if hash.trailing_zeros() >= self.zeros && self.hashes.insert(hash) {
            while self.hashes.len() > MAXIMUM_HASHES {
                self.zeros += 1;
                self.hashes.retain(|hash| hash.trailing_zeros() >= self.zeros);
            }
        }
    }

    pub(crate) fn count(&self) -> u64 {
        (self.hashes.len() as u64) << self.zeros
    }

    pub(crate) fn is_exact(&self) -> bool {
        self.zeros == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distinct_counts_are_exact_and_then_close() {
        let mut distinct = Distinct::default();
        for number in 0..10_000 {
            distinct.insert(&number.to_string());
            distinct.insert(&number.to_string());
        }
        assert_eq!((distinct.count(), distinct.is_exact()), (10_000, true));
        for number in 0..300_000 {
            distinct.insert(&number.to_string());
        }
        assert!(!distinct.is_exact());
        assert!((distinct.count() as f64 / 300_000.0 - 1.0).abs() < 0.03, "{}", distinct.count());
    }

    #[test]
    fn a_count_that_is_estimated_says_so() {
        let words = |count: u64, text: &dyn Fn(u64) -> String| {
            let mut profile = Profile::new("x");
            (0..count).for_each(|row| profile.observe(&text(row), row));
            profile.distinct_words()
        };
        assert_eq!(words(16_384, &|row| format!("c{row}")), "16,384");
        let estimated = words(20_000, &|row| format!("c{row}"));
        let count: u64 = estimated.strip_prefix("about ").unwrap().replace(',', "").parse().unwrap();
        assert!(count.abs_diff(20_000) <= 600 && count.is_multiple_of(100), "{estimated}");
        // Numbers that rise are counted by their rows.
        assert_eq!(words(20_000, &|row| (row * 3).to_string()), "20,000");
    }

    #[test]
    fn each_row_is_counted_in_one_way() {
        let mut profile = Profile::new("x");
        for (line, text) in ["", "NA", "12", "-1.5", "2024-01-31", "1,234", "abc", "NA"].into_iter().enumerate() {
            profile.observe(text, line as u64 + 2);
        }
        let counted =
            [profile.blank, profile.token_rows, profile.numbers.rows, profile.dates.rows, profile.formatted.rows];
        assert_eq!((counted, profile.texts.rows, profile.rows), ([1, 2, 2, 1, 1], 1, 8));
        assert_eq!((profile.numbers.minimum, profile.numbers.whole, profile.numbers.increasing), (-1.5, 1, false));
        assert_eq!((profile.texts.first.as_str(), profile.texts.first_line), ("abc", 8));
        assert_eq!((profile.known(), profile.present()), (5, 7));
    }

    #[test]
    fn memory_is_bounded() {
        let mut profile = Profile::new("x");
        (0..100_000).for_each(|row| profile.observe(&format!("v{row}"), row));
        assert!(profile.values.is_none() && profile.distinct.hashes.len() <= MAXIMUM_HASHES);
    }
}
