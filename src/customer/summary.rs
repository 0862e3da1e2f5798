//! The problems of many records in a few lines: rows by field and rule, and fields whose values are
//! no longer what training saw.

#[cfg(feature = "write")]
use serde::Serialize;

use super::{Problem, Rule};
use crate::json::decimal;
use crate::schema::Schema;

/// Examples that are kept of a field and a rule.
const EXAMPLES: usize = 3;
/// Rows of one field and rule whose values are looked at for examples.
const LOOKED_AT: u64 = 100;
/// A larger share of the rows than in training is worth a warning of its own.
const SHIFTED: f64 = 0.1;
/// Standard errors that chance explains.
const CHANCE: f64 = 3.0;

/// Rows in which the value of one field breaks one rule.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "write", derive(Serialize))]
pub struct ValueSummary {
    /// The field's name.
    pub field: String,
    /// The rule that the values break.
    pub rule: Rule,
    /// Number of rows.
    pub rows: u64,
    /// The first values that were seen; texts are quoted.
    pub examples: Vec<String>,
    /// What was said of the first.
    #[cfg_attr(feature = "write", serde(skip))]
    message: String,
}

impl ValueSummary {
    /// Counts a problem of `rows` rows.
    pub fn add(list: &mut Vec<ValueSummary>, problem: Problem, rows: u64) {
        let Problem { field, rule, message, value } = problem;
        ValueSummary { field, rule, rows, examples: vec![value], message }.merge(list);
    }

    /// Adds this count to those of the rows before.
    pub fn merge(self, list: &mut Vec<ValueSummary>) {
        let Some(known) = list.iter_mut().find(|known| known.rule == self.rule && known.field == self.field) else {
            return list.push(self);
        };
        known.rows += self.rows;
        for example in self.examples {
            if known.examples.len() < EXAMPLES && !known.examples.contains(&example) {
                known.examples.push(example);
            }
        }
    }

    /// The place of a field's entry of such a rule, if no more of its values need be looked at.
    pub(crate) fn complete(list: &[ValueSummary], field: &str, is_such: impl Fn(Rule) -> bool) -> Option<usize> {
        let is_complete = |entry: &ValueSummary| entry.examples.len() == EXAMPLES || entry.rows >= LOOKED_AT;
        list.iter().position(|entry| is_complete(entry) && is_such(entry.rule) && entry.field == field)
    }

    /// In words, given the number of all rows.
    pub fn line(&self, rows: u64) -> String {
        let examples = self.examples.join(", ");
        let message = &*self.message;
        let what: &[&str] = match self.rule {
            Rule::UnseenCategory => &["have a text that is no category and counts as OTHER, such as ", &examples],
            Rule::Absent => &["are not scored, because the value ", message],
            rule if rule.is_error() => &["are not scored, because of a value such as ", &examples, ": it ", message],
            _ => &["have a value that ", message, ", such as ", &examples],
        };
        [&self.field, ": ", &of(self.rows, rows), &what.concat()].concat()
    }
}

/// A field that is missing, or has an unseen text, in a tenth of the rows more than in training, and
/// more than chance explains.
#[derive(Clone, Debug, PartialEq)]
pub struct Shift {
    /// The field's name.
    pub field: String,
    /// Number of rows in which it is.
    pub rows: u64,
    /// The first texts that are no category; empty if the field is missing.
    pub examples: Vec<String>,
    /// In words, with a question to ask of the table.
    pub message: String,
}

impl Shift {
    /// `missing`, or the rule of texts that are no category.
    pub fn rule(&self) -> &'static str {
        if self.examples.is_empty() { "missing" } else { Rule::UnseenCategory.name() }
    }
}

/// Fields that are not as they were in training. By field of the schema, `missing` counts rows, and
/// `training` has the shares of the training rows that were missing and that were OTHER; NaN if that
/// is not known.
pub fn shifts(
    schema: &Schema,
    rows: u64,
    missing: &[u64],
    summary: &[ValueSummary],
    training: &[[f64; 2]],
) -> Vec<Shift> {
    let mut list = Vec::new();
    for ((field, &count), shares) in schema.fields.iter().zip(missing).zip(training) {
        let unseen = summary.iter().find(|entry| entry.rule == Rule::UnseenCategory && entry.field == field.name);
        let examples = unseen.map_or(&[][..], |entry| &entry.examples);
        for (count, share, examples) in
            [(count, shares[0], &[][..]), (unseen.map_or(0, |entry| entry.rows), shares[1], examples)]
        {
            let all = rows as f64;
            let excess = count as f64 - share * all;
            // False if the share is not known.
            if excess > SHIFTED * all && excess > CHANCE * (all * share * (1.0 - share)).sqrt() {
                let (what, question) = match examples.is_empty() {
                    true => ("is missing", "is the column filled in this table?"),
                    false => ("has a text that is no category", "is it written as in the table of the training?"),
                };
                let before = if share > 0.0 { decimal::fixed(100.0 * share, 1) + "%" } else { "none".into() };
                let such_as = if examples.is_empty() { "" } else { ", such as " };
                let message = [
                    "`",
                    &field.name,
                    "` ",
                    what,
                    " in ",
                    &of(count, rows),
                    "and in ",
                    &before,
                    " of the training rows",
                    such_as,
                    &examples.join(", "),
                    ": ",
                    question,
                ];
                let (field, examples) = (field.name.clone(), examples.to_vec());
                list.push(Shift { field, rows: count, examples, message: message.concat() });
            }
        }
    }
    list
}

/// "2,400 of 5,000 rows ".
fn of(some: u64, all: u64) -> String {
    let [some, all] = [some, all].map(|rows| decimal::grouped(&rows.to_string(), ","));
    [&some, " of ", &all, " rows "].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::tests::small_schema;

    fn problem(field: &str, rule: Rule, value: &str) -> Problem {
        let message = match rule {
            Rule::Bounds => "must be at most 99",
            Rule::Absent => "must be in the record; use null if it is not known",
            _ => "is outside 3 to 99, where the training data lies, and counts as the nearer end",
        };
        Problem { field: field.into(), rule, value: value.into(), message: message.into() }
    }

    #[test]
    fn problems_are_counted_by_field_and_rule() {
        let mut list = Vec::new();
        for row in 0..1200 {
            let text = format!("\"Gold {}\"", row % 7);
            ValueSummary::add(&mut list, problem("plan", Rule::UnseenCategory, &text), 1);
        }
        ValueSummary::add(&mut list, problem("spend", Rule::Clipped, "400"), 1);
        ValueSummary::add(&mut list, problem("spend", Rule::Bounds, "1000"), 1);
        ValueSummary::add(&mut list, problem("spend", Rule::Absent, "nothing"), 1);
        let mut both = list.clone();
        list.into_iter().for_each(|entry| entry.merge(&mut both));
        let lines: Vec<String> = both.iter().map(|entry| entry.line(5000)).collect();
        assert_eq!(
            lines,
            [
                "plan: 2,400 of 5,000 rows have a text that is no category and counts as OTHER, such as \"Gold 0\", \"Gold 1\", \"Gold 2\"",
                "spend: 2 of 5,000 rows have a value that is outside 3 to 99, where the training data lies, and counts as the nearer end, such as 400",
                "spend: 2 of 5,000 rows are not scored, because of a value such as 1000: it must be at most 99",
                "spend: 2 of 5,000 rows are not scored, because the value must be in the record; use null if it is not known",
            ]
        );
    }

    #[test]
    fn a_tenth_more_than_in_training_is_a_shift() {
        let mut schema = small_schema();
        schema.fields.truncate(2);
        schema.fields[0].name = "spend".into();
        schema.fields[1].name = "plan".into();
        let lines = |rows, missing: [u64; 2], unseen: u64, before: f64| {
            let mut list = Vec::new();
            if unseen > 0 {
                ValueSummary::add(&mut list, problem("plan", Rule::UnseenCategory, "\"B\""), unseen);
            }
            let shifts = shifts(&schema, rows, &missing, &list, &[[before, 0.0], [0.0, before]]);
            shifts.into_iter().map(|shift| shift.message).collect::<Vec<String>>()
        };
        assert_eq!(
            lines(40, [40, 0], 40, 0.0),
            [
                "`spend` is missing in 40 of 40 rows and in none of the training rows: is the column filled in this table?",
                "`plan` has a text that is no category in 40 of 40 rows and in none of the training rows, such as \"B\": is it written as in the table of the training?"
            ]
        );
        assert_eq!(lines(1000, [100, 0], 100, 0.0), Vec::<String>::new());
        assert_eq!(lines(1000, [101, 0], 101, 0.0).len(), 2);
        // Not more than in training, or than chance explains.
        assert_eq!(lines(1000, [350, 0], 350, 0.3), Vec::<String>::new());
        assert_eq!(lines(1000, [450, 0], 450, 0.3).len(), 2);
        assert_eq!(lines(10, [5, 0], 5, 0.3), Vec::<String>::new());
        // A card that does not know.
        assert_eq!(shifts(&schema, 40, &[40, 0], &[], &[[f64::NAN, 0.0]; 2]), Vec::new());
    }
}
