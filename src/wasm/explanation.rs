//! Explanations at the boundary: options as numbers in, an object out.

use wasm_bindgen::prelude::*;

use super::engine::Engine;
use super::failure::failure;
use super::wire::{self, to_js};
use crate::customer::Customer;
use crate::scorer::{ExplainError, ExplainOptions, Explanation, Interaction, Scale, Scorer};
use crate::sentence::Messages;

#[wasm_bindgen]
impl Engine {
    /// Explains the row buffer: an object with contributions sorted by size, of the logit or of the
    /// `probability`. `budget` and `tolerance` are 0 where not given; the package has checked what
    /// is.
    pub fn explain_row(
        &mut self,
        budget: f64,
        tolerance: f64,
        seed: f64,
        interactions: bool,
        probability: bool,
    ) -> Result<JsValue, JsValue> {
        if !self.check_row() {
            return Err(failure("record_invalid", "the row cannot be scored", &[]));
        }
        let scale = if probability { Scale::Probability } else { Scale::LogOdds };
        let options = ExplainOptions { scale, interactions, ..options(budget, tolerance, seed) };
        let explanation = self.scorer.explain(&self.customer, &options, &mut self.workspace).map_err(refusal)?;
        self.score = explanation.score;
        Ok(to_js(&wire(&self.scorer, &self.customer, &explanation)))
    }
}

/// The package's options, 0 where not given.
pub(super) fn options(budget: f64, tolerance: f64, seed: f64) -> ExplainOptions {
    ExplainOptions {
        scale: Scale::LogOdds,
        budget: Some(budget as u64).filter(|&budget| budget > 0),
        tolerance: Some(tolerance).filter(|&tolerance| tolerance > 0.0),
        seed: seed as u64,
        interactions: false,
    }
}

pub(super) fn refusal(error: ExplainError) -> JsValue {
    failure("argument_invalid", &error.to_string(), &[])
}

pub(super) fn wire<'a>(scorer: &'a Scorer, customer: &Customer, explained: &'a Explanation) -> wire::Explanation<'a> {
    let fields = &scorer.document().schema.fields;
    let Explanation { scale, base, score, contributions, standard_errors, evaluations, exact, interactions } =
        explained;
    // Insertion, because fields are few and a sort adds code to the download.
    let mut order: Vec<usize> = Vec::with_capacity(fields.len());
    for (index, contribution) in contributions.iter().enumerate() {
        let at = order.partition_point(|&other| contributions[other].abs() >= contribution.abs());
        order.insert(at, index);
    }
    let in_words = if *scale == Scale::Probability { Messages::points } else { Messages::contribution };
    let contribution = |index: usize| {
        let (field, cell, messages) = (&fields[index], customer.cells()[index], scorer.messages());
        wire::Contribution {
            field: &field.name,
            label: messages.label(field),
            text: messages.value(field, cell),
            contribution: contributions[index],
            standard_error: standard_errors[index],
            sentence: in_words(messages, field, cell, contributions[index]),
        }
    };
    let interaction = |&Interaction { first, second, value }: &Interaction| {
        let [first, second] = [first, second].map(|field| &*fields[field].name);
        wire::Interaction { first, second, value }
    };
    wire::Explanation {
        base: *base,
        logit: score.logit,
        probability: score.probability,
        tier: score.tier as f64,
        exact: *exact,
        evaluations: *evaluations as f64,
        standard_error: explained.standard_error(),
        contributions: order.into_iter().map(contribution).collect(),
        interactions: interactions.as_ref().map(|pairs| pairs.iter().map(interaction).collect()),
    }
}
