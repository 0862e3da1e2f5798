//! Identifiers whose values repeat because customers do, each looked at by itself: a unique row
//! number beside them must not hide that.

use std::collections::HashMap;

use serde::Serialize;
use tenure_table::TableError;

use super::across::{elsewhere, hash};
use crate::cohort::{Cohort, Column, MISSING_CODE};
use crate::profile::{Naming, Profile, is_certain_missing_token, naming, row_position};
use crate::split::Split;
use crate::words::{percent, quoted_for_shell};

/// Rows that are enough to see what a column holds.
const PROFILED_ROWS: usize = 100_000;
/// Pairs of rows that are compared, at most.
const COMPARED_PAIRS: usize = 20_000;
/// Fewer pairs say nothing about whether they are the same people.
const FEWEST_PAIRS: usize = 10;

/// A column whose repeated values are repeated customers.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RepeatedIdentifier {
    pub column: String,
    /// Rows with the value of an earlier row.
    pub rows: usize,
    /// Those among them that equal the first such row in every field.
    pub equal_rows: usize,
    /// The first such pair: what it counts ("line" or "row"), and where the two stand.
    pub first: (&'static str, u64, u64),
    /// Test rows whose value is in another part as well, over all splits.
    pub test_rows_elsewhere: usize,
    /// Whether a value is in two parts of a split.
    pub across_parts: bool,
}

impl RepeatedIdentifier {
    pub(super) fn message(&self, rows: usize, test_rows: usize) -> String {
        let RepeatedIdentifier { column, rows: repeated, first: (word, first, second), .. } = self;
        let mut text = format!(
            "`{column}`: {repeated} of {rows} rows have the value of an earlier row, first in {word}s {first} and {second}"
        );
        match self.test_rows_elsewhere {
            _ if test_rows == 0 => {}
            0 if !self.across_parts => text += "; no value is in two parts of the split",
            0 => text += "; no test row is among them",
            count => {
                let share = percent(count, test_rows);
                text +=
                    &format!("; {count} of {test_rows} test rows ({share}) are of a customer who is also in training");
            }
        }
        if self.equal_rows * 2 > *repeated {
            text += &format!(". {} of them equal it in every field: remove those", self.equal_rows);
        }
        if self.across_parts || test_rows == 0 {
            text += &format!(". Keep a customer's rows in one part with --group {}", quoted_for_shell(column));
        }
        text
    }
}

/// A column that identifies somebody.
struct Identifier {
    name: String,
    naming: Naming,
    /// A hash of every row's value; [`NO_VALUE`] where it has none.
    keys: Vec<u64>,
    /// Each row with the value of an earlier row, and the first such row.
    pairs: Vec<[u32; 2]>,
}

const NO_VALUE: u64 = 0;

/// The identifiers of the table, and those whose repeated values are repeated customers. `rows` has
/// a hash of every row's fields.
///
/// Reads the table once more: no cohort keeps identifiers. Columns that the schema ignores count
/// where their name says that they identify a customer.
pub(super) fn repeated_identifiers(
    cohort: &Cohort,
    rows: &[u64],
    splits: &[Split],
) -> Result<(Vec<String>, Vec<RepeatedIdentifier>), TableError> {
    let source = cohort.report().reopen()?;
    let schema = cohort.schema();
    let ignored = schema.ignored.iter().filter(|name| naming(name) == Some(Naming::Customer));
    let find = |name: &String| source.columns().iter().position(|column| column == name);
    let names: Vec<String> = schema.identifiers.iter().filter(|name| find(name).is_some()).cloned().collect();
    let places: Vec<usize> = names.iter().chain(ignored).filter_map(find).collect();
    if places.is_empty() {
        return Ok((names, Vec::new()));
    }
    let line_word = source.line_word();
    let mut profiles: Vec<Profile> = places.iter().map(|&place| Profile::new(&source.columns()[place])).collect();
    let mut with_digits = vec![0u64; places.len()];
    let mut keys = vec![Vec::with_capacity(cohort.rows()); places.len()];
    let mut lines = Vec::with_capacity(cohort.rows());
    cohort.reread::<TableError>(source, &mut |batch, row| {
        for (index, &place) in places.iter().enumerate() {
            let text = batch.text(row, place);
            let known = !text.is_empty() && !is_certain_missing_token(&text);
            keys[index].push(if known { hash(&text).max(1) } else { NO_VALUE });
            if lines.len() < PROFILED_ROWS {
                profiles[index].observe(&text, 0);
                with_digits[index] += u64::from(text.bytes().any(|byte| byte.is_ascii_digit()));
            }
        }
        lines.push(batch.line(row));
        Ok(())
    })?;
    // A table that changed since it was read is noticed elsewhere.
    if lines.len() != cohort.rows() {
        return Ok((names, Vec::new()));
    }
    let mut identifiers: Vec<Identifier> = Vec::new();
    for ((profile, keys), digits) in profiles.into_iter().zip(keys).zip(with_digits) {
        if row_position(&profile).is_some() {
            continue;
        }
        // Codes have digits, and names of people have none.
        let shape = if digits * 5 >= profile.present() * 4 { Naming::Key } else { Naming::Name };
        let naming = naming(&profile.name).unwrap_or(shape);
        identifiers.push(Identifier { name: profile.name, naming, pairs: pairs(&keys), keys });
    }
    identifiers.sort_by_key(|identifier| identifier.naming);
    let mut found: Vec<&Identifier> = Vec::new();
    for (index, identifier) in identifiers.iter().enumerate() {
        let customers = identifiers[..index].iter().filter(|other| other.naming == Naming::Customer);
        let is_covered = found.iter().any(|other| identifier.agrees_with(other) > 0.5);
        let says_so = match identifier.naming {
            Naming::Customer => true,
            // People share a phone, and yet have identifiers of their own.
            Naming::Key if customers.count() == 0 => true,
            Naming::Key | Naming::Name => same_people(cohort, identifier),
        };
        if !identifier.pairs.is_empty() && !is_covered && says_so {
            found.push(identifier);
        }
    }
    let repeated = found.into_iter().map(|identifier| {
        let (first, second) = (identifier.pairs[0][0] as usize, identifier.pairs[0][1] as usize);
        RepeatedIdentifier {
            column: identifier.name.clone(),
            rows: identifier.pairs.len(),
            equal_rows: identifier.pairs.iter().filter(|pair| rows[pair[0] as usize] == rows[pair[1] as usize]).count(),
            first: (line_word, lines[first], lines[second]),
            test_rows_elsewhere: splits.iter().map(|split| identifier.test_rows_elsewhere(split)).sum(),
            across_parts: splits.iter().any(|split| identifier.is_across(split)),
        }
    });
    Ok((names, repeated.collect()))
}

/// Each row with the key of an earlier row, behind the first such row.
fn pairs(keys: &[u64]) -> Vec<[u32; 2]> {
    let mut first: HashMap<u64, u32> = HashMap::with_capacity(keys.len());
    let mut pairs = Vec::new();
    for (row, &key) in (0..).zip(keys).filter(|(_, key)| **key != NO_VALUE) {
        match first.get(&key) {
            Some(&first) => pairs.push([first, row]),
            None => _ = first.insert(key, row),
        }
    }
    pairs
}

impl Identifier {
    /// Share of the pairs that are pairs of another identifier as well.
    fn agrees_with(&self, other: &Identifier) -> f64 {
        let of = |row: u32| other.keys[row as usize];
        let same = self.pairs.iter().filter(|pair| of(pair[0]) == of(pair[1]) && of(pair[0]) != NO_VALUE).count();
        same as f64 / self.pairs.len().max(1) as f64
    }

    fn test_rows_elsewhere(&self, split: &Split) -> usize {
        // Rows without a value are all different.
        let own = |(row, &key): (u64, &u64)| if key == NO_VALUE { hash(&("row", row)) } else { key };
        elsewhere(&(0..).zip(&self.keys).map(own).collect::<Vec<_>>(), split)
    }

    fn is_across(&self, split: &Split) -> bool {
        let mut part_of_row = vec![0u8; self.keys.len()];
        for (part, rows) in (1..).zip([&split.train, &split.validation, &split.calibration, &split.test]) {
            rows.iter().for_each(|&row| part_of_row[row as usize] = part);
        }
        let part = |row: u32| part_of_row[row as usize];
        self.pairs.iter().any(|&[a, b]| part(a) != part(b) && part(a) > 0 && part(b) > 0)
    }
}

/// Whether rows of one value are of the same people: a field that differs among customers is nearly
/// constant within the pairs, as the year of birth is.
fn same_people(cohort: &Cohort, identifier: &Identifier) -> bool {
    let step = identifier.pairs.len().div_ceil(COMPARED_PAIRS).max(1);
    let pairs: Vec<[u32; 2]> = identifier.pairs.iter().copied().step_by(step).collect();
    if pairs.len() < FEWEST_PAIRS {
        return false;
    }
    let key = |row: u32| identifier.keys[row as usize];
    let half = pairs.len() / 2;
    let strangers = (0..pairs.len()).map(|at| [pairs[at][0], pairs[(at + half) % pairs.len()][1]]);
    let strangers: Vec<[u32; 2]> = strangers.filter(|pair| key(pair[0]) != key(pair[1])).collect();
    (0..cohort.schema().fields.len()).any(|field| {
        let near = nearness(cohort.column(field));
        let agreement = |pairs: &[[u32; 2]]| {
            let compared: Vec<bool> = pairs.iter().filter_map(|pair| near(pair[0], pair[1])).collect();
            let enough = compared.len() >= FEWEST_PAIRS && compared.len() * 2 >= pairs.len();
            enough.then(|| compared.iter().filter(|near| **near).count() as f64 / compared.len() as f64)
        };
        // Two people are of one sex in a half of all cases, and of one of three countries in a
        // third.
        matches!((agreement(&pairs), agreement(&strangers)), (Some(same), Some(chance)) if same >= 0.9 && chance <= 0.3)
    })
}

/// Whether two rows have nearly the same cell: the same category, or numbers that are neighbours
/// among all; nothing where one is missing.
fn nearness(column: &Column) -> Box<dyn Fn(u32, u32) -> Option<bool> + '_> {
    match column {
        Column::Numbers(numbers) => {
            let mut sorted: Vec<f64> = numbers.iter().copied().filter(|number| !number.is_nan()).collect();
            sorted.sort_unstable_by(f64::total_cmp);
            Box::new(move |a, b| {
                let (a, b) = (numbers[a as usize], numbers[b as usize]);
                let below = |number: f64| sorted.partition_point(|other| *other < number);
                let known = !a.is_nan() && !b.is_nan();
                known.then(|| below(a).abs_diff(below(b)) * 100 <= sorted.len())
            })
        }
        Column::Codes(codes) => Box::new(move |a, b| {
            let (a, b) = (codes[a as usize], codes[b as usize]);
            (a != MISSING_CODE && b != MISSING_CODE).then_some(a == b)
        }),
    }
}
