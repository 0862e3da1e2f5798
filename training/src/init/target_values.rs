//! The values of a target's column with their rows, as questions and comments list them.

use std::cmp::Reverse;

use tenure::schema::{Outcome, Target, folded};

use crate::profile::{Profile, Spelled, is_certain_missing_token};
use crate::words::{grouped, percent};

/// Values that are listed.
const LISTED: usize = 8;

/// The values of a target's column. Spellings of one value are one, and so are words that say the
/// same, such as "Yes" and "Y".
pub(super) struct TargetValues<'a> {
    pub(super) profile: &'a Profile,
    /// The most frequent first; none where there were too many to count.
    pub(super) each: Vec<Spelled<'a>>,
    /// Whether there were too many to count.
    pub(super) is_countless: bool,
    /// Texts that mean that the value is not known.
    pub(super) missing: Vec<String>,
    /// Rows that have a value.
    pub(super) known: u64,
}

impl<'a> TargetValues<'a> {
    /// `named` are the values that a person named: these are values, whatever they are.
    pub(super) fn of(profile: &'a Profile, named: &[&str]) -> TargetValues<'a> {
        let is_named = |text: &str| named.iter().any(|value| folded(value.trim()) == folded(text));
        let is_missing = |text: &str| is_certain_missing_token(text) && !is_named(text);
        let tokens = profile.tokens.iter().filter(|(text, _)| is_missing(text));
        let (missing, rows): (Vec<String>, Vec<u64>) = tokens.map(|(text, rows)| (text.clone(), rows)).unzip();
        let each = profile.spelled(|text| !is_missing(text));
        TargetValues {
            profile,
            is_countless: each.is_none(),
            each: joined(each.unwrap_or_default()),
            missing,
            known: profile.present() - rows.iter().sum::<u64>(),
        }
    }

    /// Rows without a value.
    pub(super) fn absent(&self) -> u64 {
        self.profile.rows - self.known
    }

    /// The most frequent spelling of a value that a person named.
    pub(super) fn spelling(&self, given: &str) -> Option<String> {
        let given = given.trim();
        let find = |equals: &dyn Fn(&str) -> bool| {
            self.each.iter().find(|value| equals(value.text) || value.others.iter().any(|(text, _)| equals(text)))
        };
        let found = find(&|text| text == given).or_else(|| find(&|text| folded(text) == folded(given)));
        found.map(|value| value.text.to_owned())
    }

    /// Rows as a share of those that have a value.
    pub(super) fn share(&self, rows: u64) -> String {
        percent(rows as usize, self.known as usize)
    }

    /// One value with its rows.
    pub(super) fn line(&self, value: &Spelled) -> String {
        let others: Vec<String> = value.others.iter().map(|(text, _)| format!("{text:?}")).collect();
        let others = if others.is_empty() { String::new() } else { format!(" (also {})", others.join(", ")) };
        format!("{:?}{others}: {} rows, {}", value.text, grouped(value.rows), self.share(value.rows))
    }

    /// The values with their rows, and the rows without one.
    pub(super) fn lines(&self) -> Vec<String> {
        let shown = if self.each.len() > LISTED + 1 { LISTED } else { self.each.len() };
        let mut lines: Vec<String> = self.each.iter().take(shown).map(|value| self.line(value)).collect();
        if self.is_countless {
            let about = if self.profile.distinct.is_exact() { "" } else { "about " };
            lines.push(format!("{about}{} different values", grouped(self.profile.distinct.count())));
        } else if shown < self.each.len() {
            lines.push(format!("and {} more", self.each.len() - shown));
        }
        if self.absent() > 0 {
            lines.push(format!("no value: {} rows", grouped(self.absent())));
        }
        lines
    }

    /// As [`TargetValues::lines`], on one line.
    pub(super) fn list(&self) -> String {
        self.lines().join("; ")
    }
}

/// Joins values that are words for the same answer, the most frequent first.
fn joined(values: Vec<Spelled<'_>>) -> Vec<Spelled<'_>> {
    let mut joined: Vec<Spelled> = Vec::new();
    for value in values {
        let says_the_same = |other: &Spelled| {
            let target = Target { positive: vec![other.text.into()], ..Target::default() };
            // Codes that letter case tells apart stay apart.
            folded(other.text) != folded(value.text) && target.outcome(value.text) == Outcome::Left
        };
        match joined.iter().position(says_the_same) {
            None => joined.push(value),
            Some(at) => {
                let other = joined.swap_remove(at);
                joined.push(other.join(value));
            }
        }
    }
    joined.sort_by_key(|value| Reverse(value.rows));
    joined
}
