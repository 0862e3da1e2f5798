//! The types of the JSON that this surface writes by hand, for TypeScript. The module that ships
//! does not use them; a test reads what is written into them.

#![expect(dead_code, reason = "TypeScript reads the fields")]

use serde::Deserialize;
use ts_rs::TS;

use crate::customer::Rule;

/// The explanation of one score. `base` plus all contributions is `logit`, or `probability` on that
/// scale.
#[derive(Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(rename = "CoreExplanation")]
pub(super) struct ExplanationJson {
    /// Mean of the reference customers in the artifact: of their logits, or of their probabilities.
    base: f64,
    /// The network's output before calibration, in log-odds.
    logit: f64,
    /// Calibrated probability of leaving, 0 to 1.
    probability: f64,
    /// Position in `policy.tiers`.
    tier: usize,
    /// Whether the contributions are exact Shapley values, not estimates.
    exact: bool,
    /// Number of evaluations of the network. Each is one coalition of fields with one reference
    /// customer.
    evaluations: u64,
    /// Largest standard error of a contribution, on its scale; 0 if all are exact.
    #[serde(rename = "standardError")]
    standard_error: f64,
    /// One for each field, largest absolute contribution first.
    contributions: Vec<ContributionJson>,
    /// All pairs of fields, largest absolute value first; absent unless asked for, and unless
    /// `exact` is true.
    #[ts(optional)]
    interactions: Option<Vec<InteractionJson>>,
}

/// The contribution of one field to a score.
#[derive(Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(rename = "CoreContribution")]
pub(super) struct ContributionJson {
    /// The field's name.
    field: String,
    /// The field's label, in the language of the scorer.
    label: String,
    /// The value as text, with its unit.
    text: String,
    /// Shapley value: what this value adds to the logit or the probability, compared with the
    /// reference customers.
    contribution: f64,
    /// Standard error of the contribution; 0 if it is exact. Two standard errors cover about 95%.
    #[serde(rename = "standardError")]
    standard_error: f64,
    /// The contribution as a sentence, in the language of the scorer.
    sentence: String,
}

/// The interaction of two fields.
#[derive(Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(rename = "Interaction")]
pub(super) struct InteractionJson {
    /// Name of the field that comes first in the schema.
    first: String,
    /// Name of the other field.
    second: String,
    /// Shapley interaction index of order two (Grabisch and Roubens 1999), on the scale: what both
    /// values add together beyond what each adds alone, averaged over the coalitions of the other
    /// fields. Above 0 the values strengthen each other, below 0 they overlap.
    value: f64,
}

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

/// The rows of a batch in which the value of one field breaks one rule.
#[derive(Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(rename = "CoreValueSummary")]
pub(super) struct ValueSummaryJson {
    /// The field's name; `record` for rows that are no record.
    field: String,
    /// The rule that the values break.
    rule: Rule,
    /// Number of rows, listed in `problems` or not.
    rows: u64,
    /// Up to three of the values, as in [`Problem::value`].
    examples: Vec<String>,
    /// All of this as a sentence.
    message: String,
}

/// A field that is missing, or has a text that is no category, in more of the rows than in training:
/// by a tenth of all rows, and by more than chance explains.
#[derive(Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(rename = "Shift")]
pub(super) struct ShiftJson {
    /// The field's name.
    field: String,
    /// What it is: without a value, or with a text that is no category.
    #[ts(type = "\"missing\" | \"unseen_category\"")]
    rule: String,
    /// Number of rows in which it is.
    rows: u64,
    /// Up to three of the texts that are no category, in quotes; empty if the field is missing.
    examples: Vec<String>,
    /// All of this as a sentence, with the share in training.
    message: String,
}

#[cfg(test)]
mod tests {
    use serde::de::DeserializeOwned;

    use super::*;
    use crate::artifact::Document;
    use crate::customer::{Customer, Problem, Spellings, Value, check};
    use crate::scorer::tests::{customers, deciding_scorer};
    use crate::scorer::{ColumnBlock, DecideOptions, ExplainOptions, Scale, Scorer, Tally};
    use crate::wasm::{explanation, summary, values};

    fn scorer() -> Scorer {
        let file = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/artifacts/v1.safetensors"));
        Scorer::from_bytes(file).unwrap()
    }

    /// Reads JSON whose keys must all be the type's, and which must have all keys of the type.
    #[track_caller]
    fn read<T: DeserializeOwned>(json: &str) -> T {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn explanations_are_written_as_their_types_say() {
        let scorer = scorer();
        let Document { schema, background, .. } = scorer.document();
        // Few fields of a reference customer differ from the others: it is explained exactly.
        let customer = Customer::from_cells(schema, &background.rows[0].cells).unwrap();
        for (interactions, scale) in [(false, Scale::LogOdds), (true, Scale::LogOdds), (true, Scale::Probability)] {
            let options = ExplainOptions { scale, interactions, ..ExplainOptions::default() };
            let explained = scorer.explain(&customer, &options, &mut scorer.workspace()).unwrap();
            let read: ExplanationJson = read(&explanation::json(&scorer, &customer, &explained));
            assert_eq!((read.contributions.len(), read.exact), (schema.fields.len(), true));
            assert_eq!(read.interactions.is_some_and(|pairs| !pairs.is_empty()), interactions);
        }
    }

    #[test]
    fn decisions_are_written_as_their_types_say() {
        let scorer = deciding_scorer(None);
        let options = DecideOptions { days_since_offer: Some(3.0), reasons: 3, ..DecideOptions::default() };
        let (mut actions, mut answered, mut refused, mut reasons) = (0, 0, 0, 0);
        for customer in customers() {
            let decision = scorer.decide(&customer, &options, &mut scorer.workspace()).unwrap();
            let read: DecisionJson = read(&scorer.decision_json(&customer, &decision));
            actions += read.actions.len();
            answered += read.actions.iter().filter(|action| action.reason.is_some()).count();
            refused += read.refused.len();
            reasons += read.reasons.len();
            assert_eq!(read.holdout, Some(false));
        }
        assert!(actions > 0 && answered > 0 && refused > 0 && reasons > 0);
    }

    #[test]
    fn summaries_are_written_as_their_types_say() {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Summary {
            summary: Vec<ValueSummaryJson>,
            shifts: Vec<ShiftJson>,
        }
        let scorer = scorer();
        let fields = &scorer.document().schema.fields;
        let mut block = ColumnBlock::new(&scorer, 8);
        for (field, (numbers, codes)) in fields.iter().zip(block.numbers.iter_mut().zip(&mut block.codes)) {
            numbers.fill(f64::NAN);
            codes.fill(field.category_count() as u16);
        }
        block.score(&scorer, 8);
        let mut tally = Tally::default();
        let spellings = vec![Spellings::default(); fields.len()];
        for (field, _) in tally.block(&scorer, &block, 8) {
            tally.value(&scorer, &spellings, field, Value::Text("\"unseen\""), 1);
        }
        tally.no_record("null");
        let shares = vec![[0.0; 2]; fields.len()];
        let (rows, values, shifts) = tally.finish(&scorer, &shares);
        let written = summary::json(rows, &values, &shifts);
        let Summary { summary, shifts } = read(&written);
        let categories = fields.iter().filter(|field| !field.is_number()).count();
        assert_eq!((summary.len(), shifts.len()), (categories + 1, fields.len()));
        assert_eq!((summary[0].rows, &summary[0].examples[..]), (8, &[r#""\"unseen\"""#.to_owned()][..]));
    }

    #[test]
    fn problems_are_written_as_their_types_say() {
        let scorer = scorer();
        let schema = &scorer.document().schema;
        let unseen = vec![Value::Text("\"unseen\""); schema.fields.len()];
        let absent = vec![Value::Absent; schema.fields.len()];
        for values in [unseen, absent] {
            let problems = check(schema, &values).unwrap_err();
            assert!(!problems.is_empty());
            assert_eq!(read::<Vec<Problem>>(&values::problems_json(&problems)), problems);
        }
    }
}
