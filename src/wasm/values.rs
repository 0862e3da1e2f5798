//! Conversions at the boundary: JavaScript values and row-buffer numbers to the core's types,
//! problems to JSON.

use js_sys::Array;
use wasm_bindgen::{JsCast, JsValue};

use crate::customer::{Cell, Problem, Value};
use crate::json::{list, object, quoted};
use crate::schema::Field;

/// A JavaScript value as the core's; its text is kept in `text`. A list has a text in which the
/// package says what it has instead of a value.
pub(super) fn value<'a>(input: &JsValue, text: &'a mut String) -> Value<'a> {
    let given = input.as_string().or_else(|| input.dyn_ref::<Array>()?.get(0).as_string());
    *text = given.unwrap_or_default();
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
        Value::Unfit(text)
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

/// Problems as a JSON list.
pub(super) fn problems_json(problems: &[Problem]) -> String {
    let objects = problems.iter().map(|Problem { field, rule, value, message }| {
        let [field, rule, value, message] = [field, rule.name(), value, message].map(quoted);
        object(&[("field", &field), ("rule", &rule), ("value", &value), ("message", &message)])
    });
    list(&objects.collect::<Vec<_>>())
}
