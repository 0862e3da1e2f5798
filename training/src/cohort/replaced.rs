//! Values that were replaced when a table was read or scored, counted by field; and fields whose
//! values are no longer what training saw.

use std::collections::BTreeMap;

use serde::Serialize;
use tenure::customer::{Problem, Rule};
use tenure::schema::Schema;

use crate::words::{grouped, percent};

/// Examples that are kept of a field.
const EXAMPLES: usize = 5;
/// A larger share of the rows than in training is worth a warning of its own.
const SHIFTED: f64 = 0.1;
/// Standard errors that chance explains.
const CHANCE: f64 = 3.0;

/// Rows of one field whose value counts as another: as OTHER, or as the nearer end of the fitted
/// range.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ReplacedValues {
    pub field: String,
    pub rule: Rule,
    pub rows: u64,
    /// The first that were seen; texts are quoted.
    pub examples: Vec<String>,
    /// What was said of the first.
    #[serde(skip)]
    message: String,
}

impl ReplacedValues {
    /// Counts a warning.
    pub fn count(list: &mut Vec<ReplacedValues>, problem: &Problem) {
        ReplacedValues::place(list, problem).add(1, std::slice::from_ref(&problem.value));
    }

    /// Adds the counts of the rows that follow.
    pub fn append(list: &mut Vec<ReplacedValues>, more: Vec<ReplacedValues>) {
        for ReplacedValues { field, rule, rows, examples, message } in more {
            let problem = Problem { field, rule, value: String::new(), message };
            ReplacedValues::place(list, &problem).add(rows, &examples);
        }
    }

    /// The entry of a problem's field and rule.
    fn place<'a>(list: &'a mut Vec<ReplacedValues>, problem: &Problem) -> &'a mut ReplacedValues {
        let found = list.iter().position(|entry| entry.rule == problem.rule && entry.field == problem.field);
        let index = found.unwrap_or_else(|| {
            let (field, message) = (problem.field.clone(), problem.message.clone());
            list.push(ReplacedValues { field, rule: problem.rule, rows: 0, examples: Vec::new(), message });
            list.len() - 1
        });
        &mut list[index]
    }

    fn add(&mut self, rows: u64, examples: &[String]) {
        self.rows += rows;
        for example in examples {
            if self.examples.len() < EXAMPLES && !self.examples.contains(example) {
                self.examples.push(example.clone());
            }
        }
    }

    /// In words, given the number of rows.
    pub fn line(&self, rows: u64) -> String {
        let what = match self.rule {
            Rule::UnseenCategory => "have a text that is no category and counts as OTHER".into(),
            _ => format!("have a value that {}", self.message),
        };
        let (some, all, examples) = (grouped(self.rows), grouped(rows), self.examples.join(", "));
        format!("{}: {some} of {all} rows {what}, such as {examples}", self.field)
    }
}

/// Shares of the training rows, by field; a field that is not listed has none.
#[derive(Clone, Copy, Debug)]
pub struct TrainingShares<'a> {
    /// Rows without a value; unknown of models whose card does not say so.
    pub missing: Option<&'a BTreeMap<String, f64>>,
    /// Rows whose value counts as OTHER.
    pub other: &'a BTreeMap<String, f64>,
}

/// Fields that are missing, or have an unseen text, in a tenth of the rows more than in training,
/// and more than chance explains. `missing` counts rows by field of the schema.
pub fn shifts(
    schema: &Schema,
    rows: u64,
    missing: &[u64],
    replaced: &[ReplacedValues],
    training: &TrainingShares,
) -> Vec<String> {
    let is_new = |count: u64, share: f64| {
        let (rows, excess) = (rows as f64, count as f64 - share * rows as f64);
        excess > SHIFTED * rows && excess > CHANCE * (rows * share * (1.0 - share)).sqrt()
    };
    let share = |shares: &BTreeMap<String, f64>, field: &str| shares.get(field).copied().unwrap_or(0.0);
    let of_training = |share: f64| match share {
        0.0 => "in none of the training rows".to_owned(),
        share => format!("in {:.1}% of the training rows", 100.0 * share),
    };
    let counted = |count: u64| {
        format!("{} of {} rows ({})", grouped(count), grouped(rows), percent(count as usize, rows as usize))
    };
    let mut lines = Vec::new();
    for (field, &count) in schema.fields.iter().map(|field| &field.name).zip(missing) {
        if let Some(before) =
            training.missing.map(|shares| share(shares, field)).filter(|&before| is_new(count, before))
        {
            lines.push(format!(
                "`{field}` is missing in {}, and {}: is the column filled in this table?",
                counted(count),
                of_training(before)
            ));
        }
        let unseen = replaced.iter().find(|entry| entry.rule == Rule::UnseenCategory && entry.field == *field);
        let before = share(training.other, field);
        if let Some(entry) = unseen.filter(|entry| is_new(entry.rows, before)) {
            lines.push(format!(
                "`{field}` has a text that is no category in {}, and {}, such as {}: is it written as in the table of the training?",
                counted(entry.rows),
                of_training(before),
                entry.examples.join(", ")
            ));
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(field: &str, rule: Rule, value: &str) -> Problem {
        let message = "is outside 3 to 99, where the training data lies, and counts as the nearer end".into();
        Problem { field: field.into(), rule, value: value.into(), message }
    }

    #[test]
    fn replaced_values_are_counted_by_field() {
        let mut list = Vec::new();
        for row in 0..1200 {
            let text = format!("\"Gold {}\"", row % 7);
            ReplacedValues::count(&mut list, &problem("plan", Rule::UnseenCategory, &text));
        }
        ReplacedValues::count(&mut list, &problem("spend", Rule::Clipped, "400"));
        let mut both = list.clone();
        ReplacedValues::append(&mut both, list);
        let lines: Vec<String> = both.iter().map(|entry| entry.line(5000)).collect();
        assert_eq!(
            lines,
            [
                "plan: 2,400 of 5,000 rows have a text that is no category and counts as OTHER, such as \"Gold 0\", \"Gold 1\", \"Gold 2\", \"Gold 3\", \"Gold 4\"",
                "spend: 2 of 5,000 rows have a value that is outside 3 to 99, where the training data lies, and counts as the nearer end, such as 400"
            ]
        );
    }

    #[test]
    fn a_tenth_more_than_in_training_is_a_shift() {
        let schema: Schema = toml::from_str(
            "schema_version = 1\nname = \"s\"\ntarget = { field = \"Churn\", positive = \"Yes\" }\nfields = [\n\
             { name = \"spend\", kind = \"number\" }, { name = \"plan\", kind = \"category\", categories = [\"A\"] }]",
        )
        .unwrap();
        let shares = |share: f64, field: &str| BTreeMap::from([(field.to_owned(), share)]);
        let lines = |rows, missing: [u64; 2], unseen: u64, before: f64| {
            let mut list = Vec::new();
            (0..unseen).for_each(|_| ReplacedValues::count(&mut list, &problem("plan", Rule::UnseenCategory, "\"B\"")));
            let (missing_before, other) = (shares(before, "spend"), shares(before, "plan"));
            let training = TrainingShares { missing: Some(&missing_before), other: &other };
            shifts(&schema, rows, &missing, &list, &training)
        };
        assert_eq!(
            lines(40, [40, 0], 40, 0.0),
            [
                "`spend` is missing in 40 of 40 rows (100.0%), and in none of the training rows: is the column filled in this table?",
                "`plan` has a text that is no category in 40 of 40 rows (100.0%), and in none of the training rows, such as \"B\": is it written as in the table of the training?"
            ]
        );
        assert_eq!(lines(1000, [100, 0], 100, 0.0), Vec::<String>::new());
        assert_eq!(lines(1000, [101, 0], 101, 0.0).len(), 2);
        // Not more than in training, or than chance explains.
        assert_eq!(lines(1000, [350, 0], 350, 0.3), Vec::<String>::new());
        assert_eq!(lines(1000, [450, 0], 450, 0.3).len(), 2);
        assert_eq!(lines(10, [5, 0], 5, 0.3), Vec::<String>::new());
        // A card that does not know.
        let training = TrainingShares { missing: None, other: &BTreeMap::new() };
        assert_eq!(shifts(&schema, 40, &[40, 0], &[], &training), Vec::<String>::new());
    }
}
