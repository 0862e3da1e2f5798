//! A statement as steps: columns that are computed once, under a name, from those of the steps before.
//!
//! A dialect without functions repeats an expression wherever it is read. Here what is read more than
//! once is bound to a name, and its step is the one after the latest of what it reads.

use std::collections::HashMap;

use super::dialect::{Dialect, one_line};

/// Columns of all steps.
pub(super) struct Query {
    pub(super) dialect: Dialect,
    columns: Vec<Column>,
    /// Position in `columns`.
    places: HashMap<String, usize>,
    joins: Vec<Join>,
}

struct Column {
    name: String,
    expression: String,
    step: usize,
    /// Stands above it.
    comment: String,
}

struct Join {
    step: usize,
    text: String,
}

/// The step at which the raw columns are read.
const SOURCE: usize = 0;

impl Query {
    pub(super) fn new(dialect: Dialect) -> Query {
        Query { dialect, columns: Vec::new(), places: HashMap::new(), joins: Vec::new() }
    }

    /// A column of the raw table; the expression reads nothing else.
    pub(super) fn source(&mut self, name: &str, expression: String, comment: &str) -> String {
        self.push(name, expression, SOURCE, comment)
    }

    /// A column that reads others, in the step after them.
    pub(super) fn bind(&mut self, name: &str, expression: String, comment: &str) -> String {
        let step = self.step_after(&expression);
        self.push(name, expression, step, comment)
    }

    /// A column of a step that is not before the given one.
    pub(super) fn bind_at(&mut self, least: usize, name: &str, expression: String, comment: &str) -> String {
        let step = self.step_after(&expression).max(least);
        self.push(name, expression, step, comment)
    }

    /// The step in which an expression can be computed.
    pub(super) fn step_after(&self, expression: &str) -> usize {
        words(expression)
            .filter_map(|word| self.places.get(word))
            .map(|&at| self.columns[at].step + 1)
            .max()
            .unwrap_or(1)
    }

    /// Joins a table in a step.
    pub(super) fn join(&mut self, step: usize, text: String) {
        self.joins.push(Join { step, text });
    }

    fn push(&mut self, name: &str, expression: String, step: usize, comment: &str) -> String {
        let mut unique = name.to_owned();
        let mut count = 1;
        while self.places.contains_key(&unique) {
            count += 1;
            unique = format!("{name}_{count}");
        }
        self.places.insert(unique.clone(), self.columns.len());
        let column = Column { name: unique.clone(), expression, step, comment: comment.into() };
        self.columns.push(column);
        unique
    }

    /// The parts of a field or feature: columns whose names begin with `base`.
    pub(super) fn part<'q>(&'q mut self, base: &'q str) -> Part<'q> {
        Part { query: self, base }
    }

    /// The most columns that a step has, with those that it hands on.
    pub(super) fn widest(&self, results: &[String]) -> usize {
        let last = self.last();
        let carried = self.carried(results);
        (0..=last).map(|step| carried[step].len() + self.columns_of(step).count()).max().unwrap_or(0)
    }

    fn last(&self) -> usize {
        self.columns.iter().map(|column| column.step).max().unwrap_or(SOURCE)
    }

    fn columns_of(&self, step: usize) -> impl Iterator<Item = &Column> {
        self.columns.iter().filter(move |column| column.step == step)
    }

    /// For each step, the columns of earlier steps that it hands on, because a later one reads them.
    fn carried(&self, results: &[String]) -> Vec<Vec<&Column>> {
        let last = self.last();
        // The last step that reads a column. The result reads after all of them.
        let mut reads = vec![0; self.columns.len()];
        let mut read = |text: &str, step: usize| {
            for at in words(text).filter_map(|word| self.places.get(word)) {
                reads[*at] = reads[*at].max(step);
            }
        };
        self.columns.iter().for_each(|column| read(&column.expression, column.step));
        self.joins.iter().for_each(|join| read(&join.text, join.step));
        results.iter().for_each(|result| read(result, last + 1));
        let of = |step: usize| {
            let is_carried = |(at, column): &(usize, &Column)| column.step < step && reads[*at] > step;
            self.columns.iter().enumerate().filter(is_carried).map(|(_, column)| column).collect()
        };
        (0..=last).map(of).collect()
    }

    /// The steps as common table expressions, each reading the one before. `results` are the
    /// expressions of the end; `table` is the raw table.
    pub(super) fn steps(&self, table: &str, results: &[String]) -> Vec<String> {
        let carried = self.carried(results);
        let written = |(step, carried): (usize, Vec<&Column>)| {
            let from = if step == SOURCE { table.to_owned() } else { format!("step_{}", step - 1) };
            let mut lines: Vec<(String, &str)> = Vec::new();
            // Handed on as they are, many to a line.
            let names: Vec<&str> = carried.iter().map(|column| column.name.as_str()).collect();
            lines.extend(names.chunks(8).map(|names| (names.join(", "), "")));
            let own = self.columns_of(step);
            lines.extend(
                own.map(|column| (format!("{} AS {}", column.expression, column.name), column.comment.as_str())),
            );
            let mut text = format!("step_{step} AS {}(\n  SELECT\n", self.dialect.materialized());
            for (at, (line, comment)) in lines.iter().enumerate() {
                if !comment.is_empty() {
                    text += &format!("    -- {}\n", one_line(comment));
                }
                text += &format!("    {line}{}\n", if at + 1 < lines.len() { "," } else { "" });
            }
            text += &format!("  FROM {from}");
            for join in self.joins.iter().filter(|join| join.step == step) {
                text += &format!("\n  LEFT JOIN {}", join.text);
            }
            text + "\n)"
        };
        carried.into_iter().enumerate().map(written).collect()
    }

    /// The name of the last step.
    pub(super) fn result(&self) -> String {
        format!("step_{}", self.last())
    }
}

/// The columns of one field or feature.
pub(super) struct Part<'q> {
    pub(super) query: &'q mut Query,
    base: &'q str,
}

impl Part<'_> {
    /// Binds an expression to a name of this part.
    pub(super) fn bind(&mut self, name: &str, expression: String) -> String {
        self.query.bind(&format!("{}_{name}", self.base), expression, "")
    }

    /// As [`Part::bind`], with a comment above.
    pub(super) fn bind_with(&mut self, name: &str, expression: String, comment: &str) -> String {
        self.query.bind(&format!("{}_{name}", self.base), expression, comment)
    }

    /// Binds what is not a name already.
    pub(super) fn named(&mut self, expression: String) -> String {
        if is_simple(&expression) { expression } else { self.bind("part", expression) }
    }

    pub(super) fn dialect(&self) -> Dialect {
        self.query.dialect
    }
}

/// Whether an expression is a name or a number.
fn is_simple(expression: &str) -> bool {
    let of_word = |character: char| character.is_ascii_alphanumeric() || matches!(character, '_' | '.' | '-' | '+');
    expression.chars().all(of_word) || expression == "NULL"
}

/// The words of an expression, which may be names.
fn words(expression: &str) -> impl Iterator<Item = &str> {
    expression.split(|character: char| !(character.is_ascii_alphanumeric() || character == '_'))
}
