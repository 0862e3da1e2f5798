//! The summary of a batch at the boundary: counted block by block, an object at the end.

use js_sys::Array;
use wasm_bindgen::prelude::*;

use super::engine::Engine;
use super::values::value;
use super::wire::{self, to_js};
use crate::customer::{Shift, Value, ValueSummary};
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
            #[cfg(feature = "decide")]
            if let Some(observed) = self.observed.get_mut() {
                scorer.observe(observed, block, rows);
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

    /// The summary: a list of two lists, values that break rules and fields that are not as in training. `shares` has two numbers for each field: the shares of the training
    /// rows in which it is missing and is OTHER, NaN if they are not known.
    pub fn findings(&self, summary: Summary, shares: &[f64]) -> Array {
        let (rows, values, shifts) = summary.tally.finish(&self.scorer, shares.as_chunks().0);
        #[cfg(feature = "decide")]
        if let Some(observed) = &mut *self.observed.borrow_mut() {
            values.iter().for_each(|value| observed.rule(value.rule, value.rows));
        }
        let lines: Vec<String> = values.iter().map(|value| value.line(rows)).collect();
        let (values, shifts) = wire(&lines, &values, &shifts);
        Array::of2(&to_js(&values), &to_js(&shifts))
    }
}

pub(super) fn wire<'a>(
    lines: &'a [String],
    values: &'a [ValueSummary],
    shifts: &'a [Shift],
) -> (Vec<wire::Finding<'a>>, Vec<wire::Finding<'a>>) {
    let value = |(value, line): (&'a ValueSummary, &'a String)| wire::Finding {
        field: &value.field,
        rule: value.rule.name(),
        rows: value.rows as f64,
        examples: &value.examples,
        message: line,
    };
    let shift = |shift: &'a Shift| wire::Finding {
        field: &shift.field,
        rule: shift.rule(),
        rows: shift.rows as f64,
        examples: &shift.examples,
        message: &shift.message,
    };
    (values.iter().zip(lines).map(value).collect(), shifts.iter().map(shift).collect())
}
