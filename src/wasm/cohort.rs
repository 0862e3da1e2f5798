//! Explanations of rows of the column buffers, as numbers without text.

use wasm_bindgen::prelude::*;

use super::engine::Engine;
use super::explanation::{options, refusal};
use super::failure::failure;

#[wasm_bindgen]
impl Engine {
    /// Explains a row of the column buffers into the contributions buffer; returns the largest
    /// standard error. Options as in `explain_row`.
    pub fn explain_block_row(&mut self, row: usize, budget: f64, tolerance: f64, seed: f64) -> Result<f64, JsValue> {
        self.block();
        let Engine { scorer, block, customer, workspace, contributions, .. } = self;
        let sound = block.as_ref().is_some_and(|block| block.take(scorer, row, customer));
        if !sound {
            return Err(failure("record_invalid", "the row cannot be scored", &[]));
        }
        let explanation = scorer.explain(customer, &options(budget, tolerance, seed), workspace).map_err(refusal)?;
        for (place, &contribution) in contributions.iter_mut().zip(&explanation.contributions) {
            *place = contribution as f32;
        }
        Ok(explanation.standard_error())
    }
}
