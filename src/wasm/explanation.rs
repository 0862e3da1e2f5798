//! Explanations at the boundary: options as numbers in, JSON out.

use wasm_bindgen::prelude::*;

use super::engine::Engine;
use super::failure::failure;
use crate::customer::Customer;
use crate::explanation::BudgetTooSmall;
use crate::json::{decimal, quoted};
use crate::scorer::{ExplainOptions, Explanation, Interaction, Scale, Score, Scorer};
use crate::sentence::Messages;

#[wasm_bindgen]
impl Engine {
    /// Explains the row buffer, as JSON: contributions sorted by size, of the logit or of the
    /// `probability`. `budget` and `tolerance` are 0 where not given; the package has checked what
    /// is.
    pub fn explain_row(
        &mut self,
        budget: f64,
        tolerance: f64,
        seed: f64,
        interactions: bool,
        probability: bool,
    ) -> Result<String, JsValue> {
        if !self.check_row() {
            return Err(failure("record_invalid", "the row cannot be scored", &[]));
        }
        let scale = if probability { Scale::Probability } else { Scale::LogOdds };
        let options = ExplainOptions { scale, interactions, ..options(budget, tolerance, seed) };
        let explanation = self.scorer.explain(&self.customer, &options, &mut self.workspace).map_err(refusal)?;
        self.score = explanation.score;
        Ok(json(&self.scorer, &self.customer, &explanation))
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

pub(super) fn refusal(error: BudgetTooSmall) -> JsValue {
    failure("argument_invalid", &error.to_string(), &[])
}

/// All numbers are finite: the weights are bounded.
pub(super) fn json(scorer: &Scorer, customer: &Customer, explanation: &Explanation) -> String {
    let fields = &scorer.document().schema.fields;
    let Explanation { scale, base, score, contributions, standard_errors, evaluations, exact, interactions } =
        explanation;
    // Insertion, because fields are few and a sort adds code to the download.
    let mut order: Vec<usize> = Vec::with_capacity(fields.len());
    for (index, contribution) in contributions.iter().enumerate() {
        let at = order.partition_point(|&other| contributions[other].abs() >= contribution.abs());
        order.insert(at, index);
    }
    let Score { logit, probability, tier } = score;
    let [base, logit, probability, error] =
        [*base, *logit, *probability, explanation.standard_error()].map(decimal::text);
    let is_probability = *scale == Scale::Probability;
    let mut json = format!(
        "{{\"base\":{base},\"logit\":{logit},\"probability\":{probability},\"tier\":{tier},\"exact\":{exact},\
         \"evaluations\":{evaluations},\"standardError\":{error},\"contributions\":["
    );
    for (position, index) in order.into_iter().enumerate() {
        let comma = if position > 0 { "," } else { "" };
        let (field, cell, messages) = (&fields[index], customer.cells()[index], scorer.messages());
        let text = quoted(&messages.value(field, cell));
        let in_words = if is_probability { Messages::points } else { Messages::contribution };
        let sentence = quoted(&in_words(messages, field, cell, contributions[index]));
        let [field, label] = [&field.name, messages.label(field)].map(quoted);
        let [contribution, error] = [contributions[index], standard_errors[index]].map(decimal::text);
        json += &format!(
            "{comma}{{\"field\":{field},\"label\":{label},\"text\":{text},\"contribution\":{contribution},\
             \"standardError\":{error},\"sentence\":{sentence}}}"
        );
    }
    json += "]";
    if let Some(pairs) = interactions {
        json += ",\"interactions\":[";
        for (position, Interaction { first, second, value }) in pairs.iter().enumerate() {
            let comma = if position > 0 { "," } else { "" };
            let [first, second] = [first, second].map(|&field| quoted(&fields[field].name));
            let value = decimal::text(*value);
            json += &format!("{comma}{{\"first\":{first},\"second\":{second},\"value\":{value}}}");
        }
        json += "]";
    }
    json + "}"
}
