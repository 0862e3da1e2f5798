//! Explanations of rows of the column buffers, as numbers: nothing is made into text for a cohort.

use wasm_bindgen::prelude::*;

use super::{Engine, failure};

#[wasm_bindgen]
impl Engine {
    /// Explains a row of the column buffers into the contributions buffer; returns the largest standard error.
    pub fn explain_block_row(&mut self, row: usize) -> Result<f64, JsValue> {
        self.block();
        let Engine { scorer, block, customer, workspace, contributions, .. } = self;
        let sound = block.as_ref().is_some_and(|block| block.take(scorer, row, customer));
        if !sound {
            return Err(failure("record_invalid", "the row cannot be scored", &[]));
        }
        let explanation = scorer.explain(customer, workspace);
        let explanation = explanation.map_err(|error| failure("explanation_too_large", &error.to_string(), &[]))?;
        for (place, &contribution) in contributions.iter_mut().zip(&explanation.contributions) {
            *place = contribution as f32;
        }
        Ok(0.0)
    }

    /// Address of the contributions buffer, `field_count` f32.
    pub fn contributions_pointer(&self) -> *const f32 {
        self.contributions.as_ptr()
    }
}
