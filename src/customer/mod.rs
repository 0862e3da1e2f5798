//! The one door from a record to a customer. Every value is checked against its field, and all
//! problems are reported at once.

#[cfg(feature = "serde")]
use serde::Serialize;

use crate::json::decimal::{self, Decimal};
use crate::json::quoted;
use crate::schema::{DateFormat, Field, Kind, NumberFormat, Schema, folded};

mod spellings;
mod summary;

pub use spellings::Spellings;
pub use summary::{Shift, ValueSummary, shifts};

/// What a caller sends for one field, unchecked.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value<'a> {
    /// The record has no such key.
    Absent,
    /// The record says that the value is not known.
    Missing,
    /// A number; for a date, the days before its reference, or what its format counts.
    Number(f64),
    /// A text, as a table or a form has it.
    Text(&'a str),
    /// True or false; for a flag.
    Flag(bool),
    /// Something that is no value, such as a list; in words, as in "an array".
    Unfit(&'a str),
}

/// The code of a missing category or flag in a column of codes. The number of categories stands for
/// OTHER.
pub const MISSING_CODE: u16 = u16::MAX;

/// One checked value. `Category(n)` with n = the field's number of categories is OTHER.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Cell {
    /// The value is not known.
    Missing,
    /// A finite number within the bounds of its field; for a date, the days before its reference.
    Number(f64),
    /// The code of a category: its position in the list. A flag is 0 (negative) or 1 (positive).
    Category(u32),
}

/// A checked record: one cell per field of the schema, of the field's kind, numbers finite and
/// within the bounds.
#[derive(Clone, Debug, PartialEq)]
pub struct Customer {
    cells: Vec<Cell>,
}

/// The rules that a value of a record can break. The texts are stable: callers match on them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(rename = "CoreRule", rename_all = "snake_case"))]
pub enum Rule {
    /// The record does not have the field.
    Absent,
    /// The value is of another kind than the field.
    Type,
    /// The number is not finite.
    Finite,
    /// The number is outside the schema's minimum and maximum.
    Bounds,
    /// Warning: the category is not in the schema and counts as OTHER.
    UnseenCategory,
    /// Warning: the number is outside the fitted quantiles and counts as the nearer one.
    Clipped,
}

impl Rule {
    /// Whether the record cannot be scored. The other rules are warnings that say how a value was
    /// treated.
    pub fn is_error(self) -> bool {
        !matches!(self, Rule::UnseenCategory | Rule::Clipped)
    }

    /// The stable text, as it is serialised.
    pub fn name(self) -> &'static str {
        match self {
            Rule::Absent => "absent",
            Rule::Type => "type",
            Rule::Finite => "finite",
            Rule::Bounds => "bounds",
            Rule::UnseenCategory => "unseen_category",
            Rule::Clipped => "clipped",
        }
    }
}

#[cfg(feature = "serde")]
impl Serialize for Rule {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// A value of a record that breaks a rule.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[cfg_attr(feature = "serde", derive(Serialize))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(rename = "CoreProblem"))]
#[error("{field}: {message} (got {value})")]
pub struct Problem {
    /// What the problem is about: the name of a field.
    pub field: String,
    /// The rule that the value breaks.
    pub rule: Rule,
    /// The value, as text; a text is in quotes.
    pub value: String,
    /// What the rule demands.
    pub message: String,
}

/// A value is quoted in problems up to this many characters.
const QUOTED_CHARACTERS: usize = 64;

impl Customer {
    /// One cell per field, in schema order.
    pub fn cells(&self) -> &[Cell] {
        &self.cells
    }

    /// Takes cells that were checked before, one by one, and checks again what makes a customer:
    /// length, kinds, codes, bounds.
    pub fn from_cells(schema: &Schema, cells: &[Cell]) -> Result<Customer, Vec<Problem>> {
        let mut customer = Customer { cells: Vec::with_capacity(cells.len()) };
        customer.assign(schema, cells.iter().copied())?;
        Ok(customer)
    }

    /// As [`Customer::from_cells`], into this customer's memory. After an error the customer has no
    /// cells.
    pub fn assign(&mut self, schema: &Schema, cells: impl Iterator<Item = Cell>) -> Result<(), Vec<Problem>> {
        self.cells.clear();
        self.cells.extend(cells);
        let sound = self.cells.len() == schema.fields.len()
            && schema.fields.iter().zip(&self.cells).all(|(field, &cell)| cell_fits(field, cell));
        if sound {
            return Ok(());
        }
        let problems = cell_problems(schema, &self.cells);
        self.cells.clear();
        Err(problems)
    }
}

/// Whether a cell is of its field's kind and within its bounds.
#[inline(always)]
pub(crate) fn cell_fits(field: &Field, cell: Cell) -> bool {
    match (cell, field.bounds()) {
        (Cell::Missing, _) => true,
        // What is not finite is within no bounds.
        (Cell::Number(number), Some((minimum, maximum))) => (minimum..=maximum).contains(&number),
        (Cell::Category(code), None) => code as usize <= field.category_count(),
        _ => false,
    }
}

fn cell_problems(schema: &Schema, cells: &[Cell]) -> Vec<Problem> {
    let cell = |index: usize| cells.get(index).copied();
    let problems = schema.fields.iter().enumerate().filter_map(|(index, field)| match cell(index) {
        None => Some(problem(field, Rule::Absent, "nothing".into(), "the record does not have it".into())),
        Some(cell) if cell_fits(field, cell) => None,
        Some(Cell::Number(number)) => check_number(field, number).err(),
        Some(Cell::Category(code)) => {
            Some(problem(field, Rule::Type, format!("category {code}"), "the cell is of another kind".into()))
        }
        Some(Cell::Missing) => None,
    });
    problems.collect()
}

/// Checks a record: one value per field, in schema order. Returns the customer and the warnings, or
/// every problem.
pub fn check(schema: &Schema, values: &[Value]) -> Result<(Customer, Vec<Problem>), Vec<Problem>> {
    check_spelled(schema, &vec![Spellings::default(); schema.fields.len()], values)
}

/// As [`check`], with one [`Spellings`] per field that are kept from record to record.
pub fn check_spelled(
    schema: &Schema,
    spellings: &[Spellings],
    values: &[Value],
) -> Result<(Customer, Vec<Problem>), Vec<Problem>> {
    let mut problems = Vec::new();
    let mut cells = Vec::with_capacity(schema.fields.len());
    for (index, (field, spellings)) in schema.fields.iter().zip(spellings).enumerate() {
        let value = values.get(index).copied().unwrap_or(Value::Absent);
        let (cell, warning) = check_value_spelled(field, spellings, value);
        problems.extend(warning);
        match cell {
            Ok(cell) => cells.push(cell),
            Err(problem) => problems.push(problem),
        }
    }
    if problems.iter().any(|problem| problem.rule.is_error()) {
        return Err(problems);
    }
    Ok((Customer { cells }, problems))
}

/// Checks one value. Returns its cell or the rule it breaks, and a warning if the value is replaced
/// by another.
pub fn check_value(field: &Field, value: Value) -> (Result<Cell, Problem>, Option<Problem>) {
    check_value_spelled(field, &Spellings::default(), value)
}

/// As [`check_value`], with the field's [`Spellings`], which are kept from value to value.
pub fn check_value_spelled(
    field: &Field,
    spellings: &Spellings,
    value: Value,
) -> (Result<Cell, Problem>, Option<Problem>) {
    let cell = match value {
        Value::Absent => Err(problem(
            field,
            Rule::Absent,
            "nothing".into(),
            "must be in the record; use null if it is not known".into(),
        )),
        Value::Missing => Ok(Cell::Missing),
        Value::Unfit(kind) => Err(problem(field, Rule::Type, kind.into(), demand(field, ""))),
        Value::Text(text) if is_missing(field, text) => Ok(Cell::Missing),
        Value::Flag(flag) if field.is_number() => Err(problem(field, Rule::Type, flag.to_string(), demand(field, ""))),
        Value::Number(_) | Value::Text(_) if field.is_number() => match read_number(field, value) {
            Some(number) if is_missing_number(field, Some(number)) => Ok(Cell::Missing),
            Some(number) => check_number(field, number),
            None => {
                let text = if let Value::Text(text) = value { text } else { "" };
                missing_or(field, text, |text| problem(field, Rule::Type, quote(text), demand(field, text)))
            }
        },
        Value::Number(number) if !number.is_finite() => {
            Err(problem(field, Rule::Finite, decimal::text(number), "must be a finite number or a text".into()))
        }
        Value::Text(text) => return category(field, spellings, text.trim()),
        Value::Number(_) | Value::Flag(_) => {
            let text = match value {
                Value::Number(number) => decimal::text(number),
                Value::Flag(true) => "true".into(),
                _ => "false".into(),
            };
            if !is_missing(field, &text) {
                return category(field, spellings, &text);
            }
            Ok(Cell::Missing)
        }
    };
    (cell, None)
}

/// Whether a text is blank, or one of the texts in `missing` as it stands.
fn is_missing(field: &Field, text: &str) -> bool {
    let text = text.trim();
    text.is_empty() || field.missing.iter().any(|token| token.trim() == text)
}

/// Whether a text is one of the texts in `missing` in another spelling. It takes longer than
/// [`is_missing`], so it comes after whatever else a text may be.
fn means_missing(field: &Field, text: &str) -> bool {
    let form = if field.missing.is_empty() { return false } else { folded(text.trim()) };
    field.missing.iter().any(|token| folded(token.trim()) == form)
}

fn missing_or<'a>(field: &Field, text: &'a str, problem: impl FnOnce(&'a str) -> Problem) -> Result<Cell, Problem> {
    if means_missing(field, text) { Ok(Cell::Missing) } else { Err(problem(text)) }
}

/// The number of a number or date field that a value means; a date's is days before the reference.
fn read_number(field: &Field, value: Value) -> Option<f64> {
    match (&field.kind, value) {
        (Kind::Date { reference, format }, Value::Number(number)) => {
            Some(format.count(number).map_or(number, |days| reference - days))
        }
        (Kind::Date { reference, format }, Value::Text(text)) => Some(reference - format.read(text)?),
        (Kind::Number { .. }, Value::Number(number)) => Some(number),
        (Kind::Number { format, .. }, Value::Text(text)) => format.read(text),
        _ => None,
    }
}

/// Whether a finite number is its own cell in a field. It is not where the field's format counts
/// seconds or spreadsheet days, or where a text in `missing` is a number.
pub fn keeps_numbers(field: &Field) -> bool {
    let counts = matches!(&field.kind, Kind::Date { format, .. } if format.count(0.0).is_some());
    field.is_number() && !counts && !is_missing_number(field, None)
}

/// Whether one of the texts in `missing` says this number, however it is written, or any number.
#[inline(never)]
fn is_missing_number(field: &Field, number: Option<f64>) -> bool {
    field.missing.iter().any(|token| {
        // Words are compared as texts, before.
        let read = token.bytes().any(|byte| byte.is_ascii_digit()).then(|| read_number(field, Value::Text(token)));
        read.flatten().is_some_and(|read| number.is_none_or(|number| read == number))
    })
}

/// The cell of a number, or what is wrong with it.
pub(crate) fn check_number(field: &Field, number: f64) -> Result<Cell, Problem> {
    if field.is_number() && !number.is_finite() {
        return Err(problem(field, Rule::Finite, decimal::text(number), "must be a finite number".into()));
    }
    if cell_fits(field, Cell::Number(number)) {
        return Ok(Cell::Number(number));
    }
    let Kind::Number { minimum, maximum, unit, .. } = &field.kind else {
        let message = if field.is_number() { demand(field, "") } else { "must not be a number".into() };
        return Err(problem(field, Rule::Type, decimal::text(number), message));
    };
    let unit = if unit.is_empty() { String::new() } else { format!(" {unit}") };
    let bound = match (minimum, maximum) {
        (Some(minimum), _) if number < *minimum => format!("must be at least {}{unit}", Decimal(*minimum)),
        (_, Some(maximum)) => format!("must be at most {}{unit}", Decimal(*maximum)),
        _ => return Ok(Cell::Number(number)),
    };
    Err(problem(field, Rule::Bounds, decimal::text(number), bound))
}

/// What a field takes instead of a value of another kind or of a text, and what to state if the table
/// writes it otherwise.
fn demand(field: &Field, text: &str) -> String {
    let (what, format) = match &field.kind {
        Kind::Date { format: DateFormat::Iso, .. } => (
            "must be a date, year first, as in 2024-01-31 or 2024-01-31T10:00Z; for another order, state the field's `format`, \
             and list a text that means \"not known\" under `missing`",
            String::new(),
        ),
        Kind::Date { format, .. } => {
            ("must be a date, year first, as in 2024-01-31, or in the field's format ", format.name().into())
        }
        Kind::Number { format, .. } if *format != NumberFormat::default() => {
            ("must be a number in the field's format, as in ", format.example())
        }
        _ if !field.is_number() => ("must be a text, a number, true or false", String::new()),
        _ if text.bytes().any(|byte| byte.is_ascii_digit()) => (
            "must be a number without thousands separators and with a decimal point; if the table writes it otherwise, state \
             the field's `decimal`, `grouping`, `prefix`, `suffix`, `negative` or `format`; a date is a field of kind date",
            String::new(),
        ),
        _ => ("must be a number; list a text that means \"not known\" under `missing`", String::new()),
    };
    what.to_string() + &format
}

/// The cell of a category or flag from a trimmed text that is not missing as it stands.
fn category(field: &Field, spellings: &Spellings, text: &str) -> (Result<Cell, Problem>, Option<Problem>) {
    if let Some(code) = spellings.position(field, text) {
        return (Ok(Cell::Category(code as u32)), None);
    }
    if means_missing(field, text) {
        return (Ok(Cell::Missing), None);
    }
    let message = match &field.kind {
        Kind::Flag { positive, negative } => {
            format!("is neither {} nor {} and counts as OTHER", quoted(positive), quoted(negative))
        }
        _ => "is not among the categories of the schema and counts as OTHER".into(),
    };
    let warning = problem(field, Rule::UnseenCategory, quote(text), message);
    (Ok(Cell::Category(field.category_count() as u32)), Some(warning))
}

fn problem(field: &Field, rule: Rule, value: String, message: String) -> Problem {
    Problem { field: field.name.clone(), rule, value, message }
}

/// The warning for a number outside the fitted quantiles.
pub(crate) fn clipped(field: &Field, number: f64, low: f32, high: f32) -> Problem {
    let message = format!(
        "is outside {} to {}, where the training data lies, and counts as the nearer end",
        decimal::text_f32(low),
        decimal::text_f32(high)
    );
    problem(field, Rule::Clipped, decimal::text(number), message)
}

fn quote(text: &str) -> String {
    let mut start: String = text.chars().take(QUOTED_CHARACTERS).collect();
    if start.len() < text.len() {
        start.push('…');
    }
    quoted(&start)
}

#[cfg(test)]
mod tests;
