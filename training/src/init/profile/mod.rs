//! What one pass over a column counts, in bounded memory: up to 4,096 different texts and 16,384 hashes a column.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use tenure::customer::{Cell, Value, check_value};
use tenure::schema::{Change, Field, Kind, date};

use super::text::{Formatting, formatting, is_compact_date, is_date, is_missing_token};

/// Different texts that are counted one by one.
pub(super) const MAXIMUM_VALUES: usize = 4096;
/// The longest text that can be a category.
pub(super) const MAXIMUM_TEXT: usize = 256;
const MAXIMUM_HASHES: usize = 16_384;

/// Counts of one column. A row is either blank, a missing token, a number, or another text.
#[derive(Clone, Debug, Default)]
pub(super) struct Profile {
    pub(super) name: String,
    pub(super) rows: u64,
    pub(super) blank: u64,
    /// Texts such as "NA", with their counts.
    pub(super) tokens: BTreeMap<String, u64>,
    pub(super) token_rows: u64,
    /// Every text that is not blank with its count; `None` once there were too many or too long ones.
    pub(super) values: Option<BTreeMap<String, Counted>>,
    pub(super) distinct: Distinct,
    pub(super) numbers: Numbers,
    pub(super) dates: Seen,
    /// The dates among them that the core reads.
    pub(super) days: Days,
    pub(super) formatted: Seen,
    pub(super) formatting: Option<Formatting>,
    /// Texts that are neither a number nor a missing token nor a date nor a formatted number.
    pub(super) texts: Seen,
    pub(super) characters: u64,
}

/// What a text is; worked out once for each text that is counted.
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
pub(super) struct Counted {
    pub(super) rows: u64,
    class: Class,
}

/// How many, and the first of them.
#[derive(Clone, Debug, Default)]
pub(super) struct Seen {
    pub(super) rows: u64,
    pub(super) first: String,
    pub(super) first_line: u64,
}

/// Dates that the core reads, in days since 1970-01-01.
#[derive(Clone, Debug)]
pub(super) struct Days {
    pub(super) rows: u64,
    pub(super) earliest: f64,
    pub(super) latest: f64,
    /// Dates of the far future, which stand for "never" or "not yet": rows, which are none of those above, and texts,
    /// the first few.
    pub(super) never_rows: u64,
    pub(super) never: BTreeSet<String>,
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
pub(super) struct Numbers {
    pub(super) rows: u64,
    pub(super) whole: u64,
    /// Whole numbers such as 20240131.
    pub(super) compact_dates: u64,
    pub(super) minimum: f64,
    pub(super) maximum: f64,
    /// Whether every number is above the one before.
    pub(super) increasing: bool,
    last: f64,
}

impl Profile {
    pub(super) fn new(name: &str) -> Profile {
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
    pub(super) fn observe(&mut self, text: &str, line: u64) {
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
    pub(super) fn present(&self) -> u64 {
        self.rows - self.blank
    }

    /// Rows that are neither blank nor a missing token.
    pub(super) fn known(&self) -> u64 {
        self.present() - self.token_rows
    }

    /// Share of the rows with a value whose value stands once; near 1 for identifiers.
    pub(super) fn distinctness(&self) -> f64 {
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
pub(super) fn number(text: &str) -> Option<f64> {
    // A letter that no number has: not worth the core's explanation of what is wrong.
    if text.bytes().any(|byte| byte.is_ascii_alphabetic() && !matches!(byte, b'e' | b'E')) {
        return None;
    }
    let kind = Kind::Number { unit: String::new(), minimum: None, maximum: None };
    let (name, label) = (String::new(), String::new());
    let change = Change::default();
    let field = Field { name, label, kind, missing: Vec::new(), changeable: false, only_derived: false, change };
    match check_value(&field, Value::Text(text)).0 {
        Ok(Cell::Number(number)) => Some(number),
        _ => None,
    }
}

/// Number of different texts: exact up to 16,384, then estimated to 1% from the texts whose hash ends in enough zeros
/// (adaptive sampling: Flajolet, "On adaptive sampling", Computing 34, 1990).
#[derive(Clone, Debug, Default)]
pub(super) struct Distinct {
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

    pub(super) fn count(&self) -> u64 {
        (self.hashes.len() as u64) << self.zeros
    }

    pub(super) fn is_exact(&self) -> bool {
        self.zeros == 0
    }
}

#[cfg(test)]
mod tests;
