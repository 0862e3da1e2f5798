//! Decisions at the boundary: options as numbers in, JSON out.

use wasm_bindgen::prelude::*;

use super::engine::Engine;
use super::explanation::{options, refusal};
use super::failure::failure;
use crate::scorer::DecideOptions;

#[wasm_bindgen]
impl Engine {
    /// Decides on the row buffer, as JSON. `days` are NaN where there was no offer; `exhausted` has a
    /// number for each offer, 0 where it has capacity; the other options are those of `explain_row`.
    #[expect(clippy::too_many_arguments, reason = "the package passes all of its options")]
    pub fn decide_row(
        &mut self,
        identifier: Option<String>,
        days: f64,
        exhausted: &[u8],
        reasons: usize,
        budget: f64,
        tolerance: f64,
        seed: f64,
    ) -> Result<String, JsValue> {
        if !self.check_row() {
            return Err(failure("record_invalid", "the row cannot be scored", &[]));
        }
        let exhausted: Vec<bool> = exhausted.iter().map(|exhausted| *exhausted != 0).collect();
        let options = DecideOptions {
            identifier: identifier.as_deref(),
            days_since_offer: Some(days).filter(|days| !days.is_nan()),
            exhausted: &exhausted,
            reasons,
            explain: options(budget, tolerance, seed),
        };
        let Engine { scorer, customer, workspace, .. } = self;
        let decision = scorer.decide(customer, &options, workspace).map_err(refusal)?;
        let json = scorer.decision_json(customer, &decision);
        self.score = decision.score;
        Ok(json)
    }
}
