//! What one pass over a column counts, in bounded memory: up to 4,096 different texts, a sample of
//! 1,024 texts and 16,384 hashes a column.

use std::collections::{BTreeMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use tenure::customer::Value;
use tenure::schema::{DateFormat, Negative, NumberFormat};

use super::dates::{Dated, Dates, dated};
use super::levels::{Ends, Level, estimated, levels};
use super::numbers::{Numerals, Values, written};
use super::seen::Seen;
use super::text::{is_compact_date, is_missing_token};
use crate::words::grouped;

/// Different texts that are counted one by one.
pub(crate) const MAXIMUM_VALUES: usize = 4096;
/// The longest text that can be a category.
pub(crate) const MAXIMUM_TEXT: usize = 256;
const MAXIMUM_HASHES: usize = 16_384;
/// Texts of a column that stand for all of them, where there are too many to count each.
const SAMPLE: usize = 1024;
const LONGEST_SAMPLED: usize = 64;
/// Different words among numbers or dates that are counted one by one.
const MAXIMUM_WORDS: usize = 8;

/// Counts of one column. A row is either blank, a missing token, a number, a date, a time, a word, or
/// another text.
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
    /// Plain numbers with a decimal point.
    pub(crate) numbers: Numbers,
    /// Numbers in any notation, the plain ones among them.
    pub(crate) numerals: Numerals,
    pub(crate) dates: Dates,
    pub(crate) times: Seen,
    pub(crate) hours: Ends,
    /// Texts without a digit, such as "Error", that are no missing token.
    pub(crate) words: Words,
    /// Texts that are nothing of the above.
    pub(crate) texts: Seen,
    pub(crate) characters: u64,
    /// Whether the table holds numbers, not texts.
    pub(crate) typed: bool,
    /// How a person says that its numbers are written.
    given: Option<NumberFormat>,
    sample: Sample,
}

/// The class of a text, determined once for each distinct text.
#[derive(Clone, Copy, Debug)]
enum Class {
    /// A number in some notation: what it is in each, what makes it negative, its currency or unit,
    /// and whether it is plain.
    Number(Values, Negative, u8, bool),
    Token,
    Date(Dated),
    /// Hours.
    Time(f64),
    Word,
    Text,
}

/// A text's rows.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Counted {
    pub(crate) rows: u64,
    class: Class,
}

/// Texts without a digit.
#[derive(Clone, Debug, Default)]
pub(crate) struct Words {
    pub(crate) seen: Seen,
    /// Each with its rows, as long as they are few.
    counts: BTreeMap<String, u64>,
    more: bool,
}

impl Words {
    fn observe(&mut self, text: &str, line: u64) {
        self.seen.add(text, line);
        if let Some(rows) = self.counts.get_mut(text) {
            *rows += 1;
        } else if self.counts.len() < MAXIMUM_WORDS && text.len() <= MAXIMUM_TEXT {
            self.counts.insert(text.into(), 1);
        } else {
            self.more = true;
        }
    }

    /// Each word with its rows; `None` if there are many.
    pub(crate) fn counts(&self) -> Option<&BTreeMap<String, u64>> {
        Some(&self.counts).filter(|_| !self.more)
    }
}

/// Texts that stand for a column: every row is as likely to be among them (Vitter's algorithm R, with
/// numbers that are the same in every run).
#[derive(Clone, Debug, Default)]
struct Sample {
    texts: Vec<String>,
    rows: u64,
}

impl Sample {
    fn observe(&mut self, text: &str) {
        self.rows += 1;
        // A longer text is no number and no date, and need not be kept.
        let text = if text.len() > LONGEST_SAMPLED { "" } else { text };
        if self.texts.len() < SAMPLE {
            return self.texts.push(text.into());
        }
        // SplitMix64 of the row's number.
        let mut random = self.rows.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        random = (random ^ random >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        random = (random ^ random >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        random ^= random >> 31;
        let place = ((u128::from(random) * u128::from(self.rows)) >> 64) as usize;
        if let Some(taken) = self.texts.get_mut(place) {
            taken.clear();
            taken.push_str(text);
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

    /// A profile of a column whose numbers are written in this notation.
    pub(crate) fn of_numbers(name: &str, notation: NumberFormat) -> Profile {
        Profile { given: Some(notation), ..Profile::new(name) }
    }

    /// A profile of a column whose dates have this format.
    pub(crate) fn of_dates(name: &str, format: DateFormat) -> Profile {
        Profile { dates: Dates::of(format), ..Profile::new(name) }
    }

    /// Counts one value.
    pub(crate) fn observe_value(&mut self, value: Value, line: u64) {
        match value {
            Value::Absent | Value::Missing | Value::Unfit(_) => self.observe("", line),
            Value::Text(text) => self.observe(text.trim(), line),
            Value::Flag(flag) => self.observe(if flag { "true" } else { "false" }, line),
            Value::Number(number) => {
                self.typed = true;
                self.observe(&number.to_string(), line);
            }
        }
    }

    /// Counts one trimmed text.
    pub(crate) fn observe(&mut self, text: &str, line: u64) {
        self.rows += 1;
        if text.is_empty() {
            self.blank += 1;
            return;
        }
        self.characters += text.chars().count() as u64;
        self.sample.observe(text);
        let class = match self.values.as_mut().and_then(|values| values.get_mut(text)) {
            Some(counted) => {
                counted.rows += 1;
                counted.class
            }
            None => self.meet(text),
        };
        match class {
            Class::Number(values, negative, dress, plain) => {
                self.numerals.observe(text, line, values, negative, dress);
                if plain {
                    self.numbers.observe(values.point());
                }
            }
            Class::Token => {
                self.token_rows += 1;
                match self.tokens.get_mut(text) {
                    Some(rows) => *rows += 1,
                    None => _ = self.tokens.insert(text.into(), 1),
                }
            }
            Class::Date(dated) => self.dates.observe(text, line, dated),
            Class::Time(hours) => {
                self.times.add(text, line);
                self.hours.observe(hours, text);
            }
            Class::Word => self.words.observe(text, line),
            Class::Text => self.texts.add(text, line),
        }
    }

    /// A text that is not among the counted ones: new, or one of too many.
    fn meet(&mut self, text: &str) -> Class {
        self.distinct.insert(text);
        let class = self.classify(text);
        if let Some(values) = &mut self.values {
            if values.len() < MAXIMUM_VALUES && text.len() <= MAXIMUM_TEXT {
                values.insert(text.into(), Counted { rows: 1, class });
            } else {
                self.values = None;
            }
        }
        class
    }

    fn classify(&mut self, text: &str) -> Class {
        if let Some(format) = self.dates.given() {
            return match format.read(text) {
                Some(_) => Class::Date(Dated::Ordered),
                None if is_missing_token(text) => Class::Token,
                None => match dated(text) {
                    Some(Dated::Never) => Class::Date(Dated::Never),
                    _ if is_word(text) => Class::Word,
                    _ => Class::Text,
                },
            };
        }
        // Most texts of a column have the order of those before.
        if self.dates.reads(text) {
            return Class::Date(Dated::Ordered);
        }
        let written = written(text).filter(|written| written.plain || dated(text).is_none());
        if let Some(written) = written {
            let values = self.given.as_ref().map_or(written.values, |notation| written.values.only(notation));
            let dress = self.numerals.dress(&written).filter(|_| values.is_number());
            return match dress {
                Some(dress) => Class::Number(values, written.negative, dress, written.plain),
                None => Class::Text,
            };
        }
        if is_missing_token(text) {
            Class::Token
        } else if let Some(hours) = hours(text) {
            Class::Time(hours)
        } else if let Some(dated) = dated(text) {
            Class::Date(dated)
        } else if is_word(text) {
            Class::Word
        } else {
            Class::Text
        }
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

    /// Whether most known values are numbers, dates or times, however they are written.
    pub(crate) fn is_mostly_measured(&self) -> bool {
        let dates = self.dates.rows + self.dates.never_rows + self.dates.other.rows;
        let numbers = if self.numerals.have_letters() { self.numbers.rows } else { self.numerals.rows };
        (numbers + dates + self.times.rows) * 2 >= self.known().max(1)
    }

    /// Share of the rows with a value whose value stands once; near 1 for identifiers.
    pub(crate) fn distinctness(&self) -> f64 {
        self.distinct.count() as f64 / self.present().max(1) as f64
    }

    /// The numbers that `read` finds in the texts, with their rows: all of them where the column has
    /// few different texts, otherwise those at the ends and a sample.
    pub(crate) fn levels(&self, ends: &Ends, read: impl Fn(&str) -> Option<f64>) -> Vec<Level> {
        let level = |text: &str, rows| Some(Level { value: read(text)?, rows, text: text.into() });
        if let Some(values) = &self.values {
            return levels(values.iter().filter_map(|(text, counted)| level(text, counted.rows)).collect());
        }
        let sample: Vec<Level> = self.sample.texts.iter().filter_map(|text| level(text, 1)).collect();
        let reread = |level: &Level| Some(Level { value: read(&level.text)?, ..level.clone() });
        let ends = Ends {
            lowest: ends.lowest.iter().filter_map(reread).collect(),
            highest: ends.highest.iter().filter_map(reread).collect(),
        };
        let rows = self.present() * sample.len() as u64 / self.sample.texts.len().max(1) as u64;
        estimated(&ends, sample, rows)
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

/// The plain number that the core reads in a text.
pub(crate) fn number(text: &str) -> Option<f64> {
    NumberFormat::default().read(text).filter(|number| number.is_finite())
}

/// The hours of a time of day or a duration.
fn hours(text: &str) -> Option<f64> {
    NumberFormat { time: true, ..NumberFormat::default() }.read(text)
}

fn is_word(text: &str) -> bool {
    !text.bytes().any(|byte| byte.is_ascii_digit())
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
            [profile.blank, profile.token_rows, profile.numbers.rows, profile.dates.rows, profile.numerals.rows];
        assert_eq!((counted, profile.words.seen.rows, profile.rows), ([1, 2, 2, 1, 3], 1, 8));
        assert_eq!((profile.numbers.minimum, profile.numbers.whole, profile.numbers.increasing), (-1.5, 1, false));
        assert_eq!((profile.words.seen.first.as_str(), profile.words.seen.first_line), ("abc", 8));
        assert_eq!((profile.known(), profile.present()), (5, 7));
    }

    #[test]
    fn memory_is_bounded() {
        let mut profile = Profile::new("x");
        (0..100_000).for_each(|row| profile.observe(&format!("v{row}"), row));
        assert!(profile.values.is_none() && profile.distinct.hashes.len() <= MAXIMUM_HASHES);
        assert_eq!((profile.sample.texts.len(), profile.words.counts().is_none()), (SAMPLE, false));
    }

    #[test]
    fn levels_of_many_numbers_are_close() {
        let mut profile = Profile::new("x");
        for row in 0..100_000u64 {
            let text = if row % 10 == 0 { "-7000".into() } else { format!("{}.5", row * 7919 % 50_021) };
            profile.observe(&text, row);
        }
        let levels = profile.levels(profile.numerals.ends(&NumberFormat::default()), number);
        assert_eq!((levels[0].value, levels[0].rows, levels[0].text.as_str()), (-7000.0, 10_000, "-7000"));
        let rows: u64 = levels.iter().map(|level| level.rows).sum();
        assert!((95_000..=100_000).contains(&rows), "{rows}");
        let below: u64 = levels.iter().filter(|level| level.value < 25_000.0).map(|level| level.rows).sum();
        assert!((50_000..60_000).contains(&below), "{below}");
    }
}
