//! Counterfactuals of the row buffer, as a list of numbers. The package makes objects of it, with
//! less code than JSON needs.

use wasm_bindgen::prelude::*;

use super::engine::Engine;
use super::failure::failure;
use super::values::{cell_from_number, number_from_cell};
use crate::scorer::{CounterfactualRequest, Score};

#[wasm_bindgen]
impl Engine {
    /// At most `count` counterfactuals of the row buffer below a threshold (NaN: the next lower
    /// tier's), changing only these fields: reason (see `NoCounterfactual`, 0 for none), threshold,
    /// score (probability, logit, tier), lowest, exhaustive, longest, evaluations; then for each
    /// answer its score, cost, number of changes, and for each of them field, value before, value
    /// after (as in the row buffer), and whether it follows.
    pub fn counterfactuals_row(&mut self, threshold: f64, count: usize, fields: &[u32]) -> Result<Vec<f64>, JsValue> {
        if !self.check_row() {
            return Err(failure("record_invalid", "the row cannot be scored", &[]));
        }
        let Engine { scorer, customer, workspace, .. } = self;
        let tier = scorer.score(customer, workspace).tier;
        let threshold = if threshold.is_nan() { scorer.threshold(tier).unwrap_or(0.0) } else { threshold };
        let fields = fields.iter().map(|&field| field as usize).collect();
        let request = CounterfactualRequest { threshold, count, fields };
        let found = scorer.counterfactuals(customer, &request, workspace);
        let found = found.map_err(|stopped| failure("aborted", &stopped.to_string(), &[]))?;
        let reason = found.none.map_or(0, |none| none as u8);
        let score = |Score { probability, logit, tier }| [probability, logit, tier as f64];
        let mut numbers = vec![f64::from(reason), threshold];
        numbers.extend(score(found.score));
        numbers.push(found.lowest);
        numbers.extend([found.exhaustive, found.longest, found.evaluations].map(|count| count as f64));
        for answer in &found.answers {
            numbers.extend(score(answer.score));
            numbers.extend([answer.cost, answer.changes.len() as f64]);
            for change in &answer.changes {
                let [from, to] = [change.from, change.to].map(number_from_cell);
                numbers.extend([change.field as f64, from, to, f64::from(u8::from(change.follows))]);
            }
        }
        Ok(numbers)
    }

    /// A value in words, given as in the row buffer.
    pub fn text(&self, field: usize, number: f64) -> String {
        let fields = &self.scorer.document().schema.fields;
        fields.get(field).map_or_else(String::new, |schema| self.scorer.text(field, cell_from_number(schema, number)))
    }
}
