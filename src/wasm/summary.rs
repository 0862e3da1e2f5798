//! The summary of a batch at the boundary: counted block by block, JSON at the end.

use wasm_bindgen::prelude::*;

use super::engine::Engine;
use super::values::value;
use crate::customer::{Shift, Value, ValueSummary};
use crate::json::{list, object, quoted};
use crate::scorer::Tally;

/// What was counted of one batch.
#[wasm_bindgen]
#[derive(Default)]
pub struct Summary {
    tally: Tally,
}

#[wasm_bindgen]
impl Engine {
    /// The summary of a batch, without rows.
    pub fn summary(&self) -> Summary {
        Summary::default()
    }

    /// Counts the first rows of the column buffers after they were scored. Returns the cells whose
    /// values [`Engine::summary_value`] must see: field, row, field, row, …
    pub fn summary_block(&mut self, summary: &mut Summary, rows: usize) -> Vec<f64> {
        self.block();
        let Engine { scorer, block, .. } = self;
        let mut list = Vec::new();
        if let Some(block) = block {
            for (field, row) in summary.tally.block(scorer, block, rows) {
                list.extend_from_slice(&[field as f64, row as f64]);
            }
        }
        list
    }

    /// Counts a value that `rows` rows have; of a field that does not exist, what a row is instead of
    /// a record.
    pub fn summary_value(&self, summary: &mut Summary, field: usize, input: &JsValue, rows: f64) {
        let mut text = String::new();
        match value(input, &mut text) {
            Value::Unfit(what) if field >= self.spellings.len() => summary.tally.no_record(what),
            value => summary.tally.value(&self.scorer, &self.spellings, field, value, rows as u64),
        }
    }

    /// The summary as JSON. `shares` has two numbers for each field: the shares of the training rows
    /// in which it is missing and is OTHER, NaN if they are not known.
    pub fn summary_json(&self, summary: Summary, shares: &[f64]) -> String {
        let (rows, values, shifts) = summary.tally.finish(&self.scorer, shares.as_chunks().0);
        json(rows, &values, &shifts)
    }
}

pub(super) fn json(rows: u64, values: &[ValueSummary], shifts: &[Shift]) -> String {
    let [mut listed, mut shifted] = [Vec::new(), Vec::new()];
    for value in values {
        listed.push(entry(&value.field, value.rule.name(), value.rows, &value.line(rows), &value.examples));
    }
    for shift in shifts {
        shifted.push(entry(&shift.field, shift.rule(), shift.rows, &shift.message, &shift.examples));
    }
    object(&[("summary", &list(&listed)), ("shifts", &list(&shifted))])
}

#[inline(never)]
fn entry(field: &str, rule: &str, rows: u64, message: &str, examples: &[String]) -> String {
    let [field, rule, message] = [field, rule, message].map(quoted);
    let examples: Vec<String> = examples.iter().map(|example| quoted(example)).collect();
    let (rows, examples) = (rows.to_string(), list(&examples));
    object(&[("field", &field), ("rule", &rule), ("rows", &rows), ("examples", &examples), ("message", &message)])
}
