//! Decisions at the boundary: options as numbers in, an object out.

use wasm_bindgen::prelude::*;

use super::engine::Engine;
use super::explanation::{options, refusal};
use super::failure::failure;
use super::wire::{self, to_js};
use crate::customer::Customer;
use crate::decision::Policy;
use crate::scorer::{Action, DecideOptions, Decision, Reason, Refused, Scorer};

#[wasm_bindgen]
impl Engine {
    /// Decides what to do about the customer of the row buffer. `days` are those since the last offer,
    /// NaN where there was none; `exhausted` has a number for each offer, 0 where it has capacity; the
    /// other options are those of `explain_row`.
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
    ) -> Result<JsValue, JsValue> {
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
        let decision = self.scorer.decide(&self.customer, &options, &mut self.workspace).map_err(refusal)?;
        self.score = decision.score;
        if let Some(observed) = self.observed.get_mut() {
            self.scorer.observe_customer(observed, &self.customer, &decision.score);
            observed.decision(decision.actions.first().map(|action| action.offer));
        }
        Ok(to_js(&wire(&self.scorer, &self.customer, &decision)))
    }

    /// Whether the customer with this identifier is held out.
    pub fn holds_out(&self, identifier: &str) -> bool {
        let holdout = &self.scorer.document().policy.holdout;
        holdout.as_ref().is_some_and(|holdout| holdout.holds_out(identifier))
    }
}

pub(super) fn wire<'a>(scorer: &'a Scorer, customer: &Customer, decision: &'a Decision) -> wire::Decision<'a> {
    let Policy { offers, reasons: groups, .. } = &scorer.document().policy;
    let reason = |reason: &Reason| {
        let (field, cell) = (&scorer.document().schema.fields[reason.field], customer.cells()[reason.field]);
        let messages = scorer.messages();
        wire::Reason {
            field: &field.name,
            label: messages.label(field),
            text: messages.value(field, cell),
            group: reason.group.and_then(|group| groups.get(group)).map(|group| group.label()),
            contribution: reason.contribution,
            sentence: messages.points(field, cell, decision.explanation.contributions[reason.field]),
        }
    };
    let action = |action: &Action| wire::OfferAction {
        offer: &offers[action.offer].name,
        label: offers[action.offer].label(),
        expected_profit: action.judgement.profit,
        cost: action.judgement.cost,
        effect: action.judgement.effect,
        reason: action.reason.as_ref().map(reason),
    };
    let refused = |refused: &Refused| wire::RefusedOffer {
        offer: &offers[refused.offer].name,
        label: offers[refused.offer].label(),
        rule: refused.rule.name(),
        expected_profit: refused.profit,
    };
    let tier = scorer.document().policy.decision_tiers().get(decision.tier);
    wire::Decision {
        probability: decision.score.probability,
        logit: decision.score.logit,
        tier: decision.tier as f64,
        action: tier.filter(|_| decision.holdout != Some(true)).map_or("", |tier| tier.action.as_str()),
        value: decision.value,
        expected_profit: decision.expected_profit,
        holdout: decision.holdout,
        actions: decision.actions.iter().map(action).collect(),
        refused: decision.refused.iter().map(refused).collect(),
        reasons: decision.reasons.iter().map(reason).collect(),
        exact: decision.explanation.exact,
        standard_error: decision.explanation.standard_error(),
    }
}
