//! The different values of a column, each with its spellings: texts whose canonical forms are equal
//! are one value, as they are when a record is checked.

use std::collections::BTreeMap;

use tenure::schema::{composed, folded};

use super::column::Profile;

/// One value of a column.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Spelled<'a> {
    /// The most frequent spelling.
    pub(crate) text: &'a str,
    /// The rows of all spellings.
    pub(crate) rows: u64,
    /// The other spellings with their rows, most frequent first.
    pub(crate) others: Vec<(&'a str, u64)>,
}

impl Profile {
    /// The values among the texts for which `keep` is true, in the order of their texts; `None`
    /// where there were too many to count.
    pub(crate) fn spelled(&self, keep: impl Fn(&str) -> bool) -> Option<Vec<Spelled<'_>>> {
        let mut groups: BTreeMap<String, Vec<(&str, u64)>> = BTreeMap::new();
        for (text, counted) in self.values.as_ref()?.iter().filter(|(text, _)| keep(text)) {
            groups.entry(folded(text)).or_default().push((text, counted.rows));
        }
        let mut values: Vec<Spelled> = Vec::new();
        for group in groups.into_values() {
            if group.len() > 1 && group.iter().any(|(text, _)| is_code(text)) {
                // Letter case tells codes apart.
                let mut apart: BTreeMap<String, Vec<(&str, u64)>> = BTreeMap::new();
                group.iter().for_each(|entry| apart.entry(composed(entry.0).into()).or_default().push(*entry));
                values.extend(apart.into_values().map(Spelled::of));
            } else {
                values.push(Spelled::of(group));
            }
        }
        values.sort_by_key(|value| value.text);
        Some(values)
    }
}

impl<'a> Spelled<'a> {
    fn of(mut spellings: Vec<(&'a str, u64)>) -> Spelled<'a> {
        // The sort is stable: of equally frequent ones the first in order comes first.
        spellings.sort_by_key(|&(_, rows)| std::cmp::Reverse(rows));
        let rows = spellings.iter().map(|(_, rows)| rows).sum();
        let (text, _) = spellings.remove(0);
        Spelled { text, rows, others: spellings }
    }

    /// This value and another as spellings of one.
    pub(crate) fn join(self, other: Spelled<'a>) -> Spelled<'a> {
        let spellings = |value: Spelled<'a>| {
            let main = value.rows - value.others.iter().map(|(_, rows)| rows).sum::<u64>();
            [(value.text, main)].into_iter().chain(value.others).collect::<Vec<_>>()
        };
        Spelled::of([spellings(self), spellings(other)].concat())
    }
}

/// Whether letter case is part of a text: a word of it is short or has a digit, and is written
/// neither in one case nor with a capital first.
fn is_code(text: &str) -> bool {
    text.split(|c: char| !c.is_alphanumeric()).any(|word| {
        let letters: Vec<char> = word.chars().filter(|c| c.is_alphabetic()).collect();
        let Some((first, rest)) = letters.split_first() else { return false };
        let rest_is_lower = rest.iter().all(|c| !c.is_uppercase());
        let is_upper = !first.is_lowercase() && rest.iter().all(|c| !c.is_lowercase());
        !rest_is_lower && !is_upper && (word.chars().count() <= 3 || word.chars().any(|c| c.is_ascii_digit()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(texts: &[(&str, usize)]) -> Vec<(String, u64, usize)> {
        let mut profile = Profile::new("x");
        texts
            .iter()
            .flat_map(|(text, rows)| std::iter::repeat_n(text, *rows))
            .for_each(|text| profile.observe(text, 1));
        let values = profile.spelled(|_| true).unwrap();
        values.iter().map(|value| (value.text.to_owned(), value.rows, value.others.len())).collect()
    }

    fn value(text: &str, rows: u64, others: usize) -> (String, u64, usize) {
        (text.into(), rows, others)
    }

    #[test]
    fn spellings_of_a_value_are_counted_together_under_the_most_frequent_one() {
        let texts = [("YES", 2), ("Yes", 5), ("yes", 2), ("No", 1), ("no", 1)];
        assert_eq!(values(&texts), [value("No", 2, 1), value("Yes", 9, 2)]);
        assert_eq!(values(&[("2", 1), ("2.0", 3), ("02", 1)]), [value("02", 1, 0), value("2.0", 4, 1)]);
        assert_eq!(values(&[("Cafe\u{301}", 1), ("Café", 3), ("CAFÉ", 1)]), [value("Café", 5, 2)]);
        assert_eq!(values(&[("McDonald", 1), ("MCDONALD", 2)]), [value("MCDONALD", 3, 1)]);
        assert_eq!(values(&[("Fiber optic", 1), ("Fiber Optic", 2)]), [value("Fiber Optic", 3, 1)]);
        assert_eq!(values(&[("plan A1", 1), ("Plan A1", 2), ("PLAN A1", 1)]), [value("Plan A1", 4, 2)]);
    }

    #[test]
    fn codes_that_differ_by_letter_case_stay_apart() {
        assert_eq!(values(&[("aB", 2), ("Ab", 3)]), [value("Ab", 3, 0), value("aB", 2, 0)]);
        assert_eq!(values(&[("xK3f", 1), ("XK3F", 1)]).len(), 2);
        assert_eq!(values(&[("5G", 1), ("5g", 1), ("m", 2), ("M", 3)]), [value("5G", 2, 1), value("M", 5, 1)]);
    }
}
