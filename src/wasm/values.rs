//! Conversions at the boundary: JavaScript values and row-buffer numbers to the core's types, explanations to JSON.

use serde::Serialize;
use wasm_bindgen::JsValue;

use super::json;
use crate::customer::{Cell, Customer, Value};
use crate::schema::Field;
use crate::scorer::{Explanation, Scorer};

/// A JavaScript value as the core's; a text is kept in `text`.
pub(super) fn value<'a>(input: &JsValue, text: &'a mut String) -> Value<'a> {
    *text = input.as_string().unwrap_or_default();
    borrowed(input, text)
}

/// A JavaScript value as the core's, given its text where it is one.
pub(super) fn borrowed<'a>(input: &JsValue, text: &'a str) -> Value<'a> {
    if input.is_undefined() {
        Value::Absent
    } else if input.is_null() {
        Value::Missing
    } else if let Some(number) = input.as_f64() {
        Value::Number(number)
    } else if let Some(flag) = input.as_bool() {
        Value::Flag(flag)
    } else if input.is_string() {
        Value::Text(text)
    } else {
        // An object, an array, a date: no field takes one, and a number field says so best.
        Value::Text("[object]")
    }
}

/// A cell as the row buffer holds it.
pub(super) fn number_from_cell(cell: Cell) -> f64 {
    match cell {
        Cell::Missing => f64::NAN,
        Cell::Number(number) => number,
        Cell::Category(code) => f64::from(code),
    }
}

/// The cell that a number in the row buffer means.
pub(super) fn cell_from_number(field: &Field, number: f64) -> Cell {
    if number.is_nan() {
        Cell::Missing
    } else if field.is_number() {
        Cell::Number(number)
    } else if number >= 0.0 && number <= field.category_count() as f64 && number as u32 as f64 == number {
        Cell::Category(number as u32)
    } else {
        // No code: a number in a category is refused by the check of the customer.
        Cell::Number(number)
    }
}

/// An explanation as JSON, contributions sorted by size, largest first.
pub(super) fn explanation_json(scorer: &Scorer, customer: &Customer, explanation: &Explanation) -> String {
    #[derive(Serialize)]
    struct Contribution<'a> {
        field: &'a str,
        label: &'a str,
        text: String,
        contribution: f64,
    }
    #[derive(Serialize)]
    struct Answer<'a> {
        base: f64,
        logit: f64,
        probability: f64,
        tier: usize,
        exact: bool,
        evaluations: u64,
        contributions: Vec<Contribution<'a>>,
    }
    let fields = &scorer.document().schema.fields;
    let contribution = |(index, &contribution): (usize, &f64)| Contribution {
        field: &fields[index].name,
        label: fields[index].label(),
        text: scorer.text(index, customer.cells()[index]),
        contribution,
    };
    let mut contributions: Vec<_> = explanation.contributions.iter().enumerate().map(contribution).collect();
    contributions.sort_by(|a, b| b.contribution.abs().total_cmp(&a.contribution.abs()));
    let Explanation { base, score, evaluations, .. } = *explanation;
    json(&Answer {
        base,
        logit: score.logit,
        probability: score.probability,
        tier: score.tier,
        exact: true,
        evaluations,
        contributions,
    })
}
