//! The types of the JSON of a decision ([`crate::scorer::Scorer::decision_json`]), for TypeScript. No
//! module that ships has them; a test reads what is written into them.

#![expect(dead_code, reason = "TypeScript reads the fields")]

use serde::Deserialize;
use ts_rs::TS;

/// What to do about a customer.
#[derive(Deserialize, TS)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[ts(rename = "CoreDecision", rename_all = "camelCase")]
pub(super) struct DecisionJson {
    /// Calibrated probability of leaving, 0 to 1.
    probability: f64,
    /// The network's output before calibration, in log-odds.
    logit: f64,
    /// Position in `policy.profit_tiers`, or in `policy.tiers` where there are none.
    tier: usize,
    /// What people do with customers of the tier; empty for a customer who is held out.
    action: String,
    /// What the customer is worth; `null` if the policy does not say, or a value is missing.
    value: Option<f64>,
    /// Expected profit of the first action; 0 without an action.
    expected_profit: f64,
    /// Whether the customer is held out and gets no offer; `null` if that needs an identifier.
    holdout: Option<bool>,
    /// Offers that are worth their cost, best first. A customer gets one of them.
    actions: Vec<ActionJson>,
    /// The other offers, in the order of the policy.
    refused: Vec<RefusedOfferJson>,
    /// The fields that raise the probability most, largest first.
    reasons: Vec<ReasonJson>,
    /// Whether the reasons come from exact Shapley values, not estimates.
    exact: bool,
    /// Largest standard error of a reason, as a probability; 0 if all are exact.
    standard_error: f64,
}

/// An offer that is worth its cost.
#[derive(Deserialize, TS)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[ts(rename = "OfferAction", rename_all = "camelCase")]
pub(super) struct ActionJson {
    /// The offer's name.
    offer: String,
    /// The offer's name for people.
    label: String,
    /// P(leave) × effect × value − cost.
    expected_profit: f64,
    /// Cost of the offer and of the contact.
    cost: f64,
    /// Probability that the offer keeps the customer if the customer would leave.
    effect: f64,
    /// The reason that it answers; `null` if none of its reasons raises the probability.
    reason: Option<ReasonJson>,
}

/// An offer that is not made.
#[derive(Deserialize, TS)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[ts(rename = "RefusedOffer", rename_all = "camelCase")]
pub(super) struct RefusedOfferJson {
    /// The offer's name.
    offer: String,
    /// The offer's name for people.
    label: String,
    /// The rule that stopped it.
    #[ts(
        type = "\"eligibility\" | \"value\" | \"effect\" | \"cost\" | \"cooldown\" | \"capacity\" | \"profit\" | \"holdout\""
    )]
    rule: String,
    /// Its expected profit; `null` if it is not known.
    expected_profit: Option<f64>,
}

/// A field, or a group of fields, that raises the probability.
#[derive(Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(rename = "Reason")]
pub(super) struct ReasonJson {
    /// The field's name; of a group, its largest field.
    field: String,
    /// The field's label, in the language of the scorer.
    label: String,
    /// The value as text, with its unit.
    text: String,
    /// The group's label; `null` if the field is in none.
    group: Option<String>,
    /// What it adds to the probability; of a group that an offer answers, all of its fields together.
    contribution: f64,
    /// What the field adds, in percentage points, as a sentence in the language of the scorer.
    sentence: String,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scorer::DecideOptions;
    use crate::scorer::tests::{customers, deciding_scorer};

    #[test]
    fn decisions_are_written_as_their_types_say() {
        let scorer = deciding_scorer(None);
        let options = DecideOptions { days_since_offer: Some(3.0), reasons: 3, ..DecideOptions::default() };
        let (mut actions, mut answered, mut refused, mut reasons) = (0, 0, 0, 0);
        for customer in customers() {
            let decision = scorer.decide(&customer, &options, &mut scorer.workspace()).unwrap();
            let read: DecisionJson = serde_json::from_str(&scorer.decision_json(&customer, &decision)).unwrap();
            actions += read.actions.len();
            answered += read.actions.iter().filter(|action| action.reason.is_some()).count();
            refused += read.refused.len();
            reasons += read.reasons.len();
            assert_eq!(read.holdout, Some(false));
        }
        assert!(actions > 0 && answered > 0 && refused > 0 && reasons > 0);
    }
}
