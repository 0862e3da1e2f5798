//! The results that cross to JavaScript as objects. TypeScript's types are made from these. Counts are
//! f64, JavaScript's own numbers: integers of 64 bits would add their conversion to the download.

use serde::Serialize;
#[cfg(feature = "typescript")]
use ts_rs::TS;
use wasm_bindgen::JsValue;

use crate::customer::Problem;

/// The explanation of one score. `base` plus all contributions is `logit`, or `probability` on that
/// scale.
#[derive(Serialize)]
#[cfg_attr(feature = "typescript", derive(TS), ts(rename = "CoreExplanation"))]
pub(super) struct Explanation<'a> {
    /// Mean of the reference customers in the artifact: of their logits, or of their probabilities.
    pub(super) base: f64,
    /// The network's output before calibration, in log-odds.
    pub(super) logit: f64,
    /// Calibrated probability of leaving, 0 to 1.
    pub(super) probability: f64,
    /// Position in `policy.tiers`.
    pub(super) tier: f64,
    /// Whether the contributions are exact Shapley values, not estimates.
    pub(super) exact: bool,
    /// Number of evaluations of the network. Each is one coalition of fields with one reference
    /// customer.
    pub(super) evaluations: f64,
    /// Largest standard error of a contribution, on its scale; 0 if all are exact.
    #[serde(rename = "standardError")]
    pub(super) standard_error: f64,
    /// One for each field, largest absolute contribution first.
    pub(super) contributions: Vec<Contribution<'a>>,
    /// All pairs of fields, largest absolute value first; absent unless asked for, and unless
    /// `exact` is true.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", ts(optional))]
    pub(super) interactions: Option<Vec<Interaction<'a>>>,
}

/// The contribution of one field to a score.
#[derive(Serialize)]
#[cfg_attr(feature = "typescript", derive(TS), ts(rename = "CoreContribution"))]
pub(super) struct Contribution<'a> {
    /// The field's name.
    pub(super) field: &'a str,
    /// The field's label, in the language of the scorer.
    pub(super) label: &'a str,
    /// The value as text, with its unit.
    pub(super) text: String,
    /// Shapley value: what this value adds to the logit or the probability, compared with the
    /// reference customers.
    pub(super) contribution: f64,
    /// Standard error of the contribution; 0 if it is exact. Two standard errors cover about 95%.
    #[serde(rename = "standardError")]
    pub(super) standard_error: f64,
    /// The contribution as a sentence, in the language of the scorer.
    pub(super) sentence: String,
}

/// The interaction of two fields.
#[derive(Serialize)]
#[cfg_attr(feature = "typescript", derive(TS), ts(rename = "Interaction"))]
pub(super) struct Interaction<'a> {
    /// Name of the field that comes first in the schema.
    pub(super) first: &'a str,
    /// Name of the other field.
    pub(super) second: &'a str,
    /// Shapley interaction index of order two (Grabisch and Roubens 1999), on the scale: what both
    /// values add together beyond what each adds alone, averaged over the coalitions of the other
    /// fields. Above 0 the values strengthen each other, below 0 they overlap.
    pub(super) value: f64,
}

/// Rows of a batch in which something is wrong with one field: its value breaks a rule, or it is not
/// what training saw.
#[derive(Serialize)]
#[cfg_attr(feature = "typescript", derive(TS), ts(rename = "CoreFinding"))]
pub(super) struct Finding<'a> {
    /// The field's name; `record` for rows that are no record.
    pub(super) field: &'a str,
    /// The rule that the values break, or what the field is.
    pub(super) rule: &'a str,
    /// Number of rows, listed in `problems` or not.
    pub(super) rows: f64,
    /// Up to three of the values, as in [`Problem::value`].
    pub(super) examples: &'a [String],
    /// All of this as a sentence.
    pub(super) message: &'a str,
}

/// What to do about a customer.
#[cfg(feature = "decide")]
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "typescript", derive(TS), ts(rename = "CoreDecision"))]
pub(super) struct Decision<'a> {
    /// Calibrated probability of leaving, 0 to 1.
    pub(super) probability: f64,
    /// The network's output before calibration, in log-odds.
    pub(super) logit: f64,
    /// Position in `policy.profit_tiers`, or in `policy.tiers` where there are none.
    pub(super) tier: f64,
    /// What people do with customers of the tier; empty for a customer who is held out.
    pub(super) action: &'a str,
    /// What the customer is worth; `null` if the policy does not say, or a value is missing.
    pub(super) value: Option<f64>,
    /// Expected profit of the first action; 0 without an action.
    pub(super) expected_profit: f64,
    /// Whether the customer is held out and gets no offer; `null` if that needs an identifier.
    pub(super) holdout: Option<bool>,
    /// Offers that are worth their cost, best first. A customer gets one of them.
    pub(super) actions: Vec<OfferAction<'a>>,
    /// The other offers, in the order of the policy.
    pub(super) refused: Vec<RefusedOffer<'a>>,
    /// The fields that raise the probability most, largest first.
    pub(super) reasons: Vec<Reason<'a>>,
    /// Whether the reasons come from exact Shapley values, not estimates.
    pub(super) exact: bool,
    /// Largest standard error of a reason, as a probability; 0 if all are exact.
    pub(super) standard_error: f64,
}

/// An offer that is worth its cost.
#[cfg(feature = "decide")]
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "typescript", derive(TS), ts(rename = "OfferAction"))]
pub(super) struct OfferAction<'a> {
    /// The offer's name.
    pub(super) offer: &'a str,
    /// The offer's name for people.
    pub(super) label: &'a str,
    /// P(leave) × effect × value − cost.
    pub(super) expected_profit: f64,
    /// Cost of the offer and of the contact.
    pub(super) cost: f64,
    /// Probability that the offer keeps the customer if the customer would leave.
    pub(super) effect: f64,
    /// The reason that it answers; `null` if none of its reasons raises the probability.
    pub(super) reason: Option<Reason<'a>>,
}

/// An offer that is not made.
#[cfg(feature = "decide")]
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "typescript", derive(TS), ts(rename = "RefusedOffer"))]
pub(super) struct RefusedOffer<'a> {
    /// The offer's name.
    pub(super) offer: &'a str,
    /// The offer's name for people.
    pub(super) label: &'a str,
    /// The rule that stopped it.
    #[cfg_attr(
        feature = "typescript",
        ts(
            type = "\"eligibility\" | \"cooldown\" | \"value\" | \"effect\" | \"cost\" | \"profit\" | \"capacity\" | \"holdout\""
        )
    )]
    pub(super) rule: &'static str,
    /// Its expected profit; `null` if it is not known.
    pub(super) expected_profit: Option<f64>,
}

/// A field, or a group of fields, that raises the probability.
#[cfg(feature = "decide")]
#[derive(Serialize)]
#[cfg_attr(feature = "typescript", derive(TS), ts(rename = "Reason"))]
pub(super) struct Reason<'a> {
    /// The field's name; of a group, its largest field.
    pub(super) field: &'a str,
    /// The field's label, in the language of the scorer.
    pub(super) label: &'a str,
    /// The value as text, with its unit.
    pub(super) text: String,
    /// The group's label; `null` if the field is in none.
    pub(super) group: Option<&'a str>,
    /// What it adds to the probability; of a group that an offer answers, all of its fields together.
    pub(super) contribution: f64,
    /// What the field adds, in percentage points, as a sentence in the language of the scorer.
    pub(super) sentence: String,
}

/// The figures of a plan.
#[cfg(feature = "decide")]
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "typescript", derive(TS), ts(rename = "CorePlan"))]
pub(super) struct Plan<'a> {
    /// Expected profit of all offers together.
    pub(super) expected_profit: f64,
    /// What the offers cost, contacts included.
    pub(super) cost: f64,
    /// No plan within the limits has more expected profit.
    pub(super) bound: f64,
    /// What contacting a share of the cohort brings, without limits.
    pub(super) curve: ProfitCurve<'a>,
    /// One for each offer of the policy, in its order.
    pub(super) offers: Vec<PlannedOffer<'a>>,
}

/// Expected profit by the share of the cohort that is contacted, each customer with the offer that is
/// best for the customer.
#[cfg(feature = "decide")]
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "typescript", derive(TS), ts(rename = "CoreProfitCurve"))]
pub(super) struct ProfitCurve<'a> {
    /// `[101]`: shares of the cohort: 0, 0.01, …, 1.
    pub(super) fractions: &'a [f64],
    /// `[101]`: profit where those of the largest expected profit are contacted first.
    pub(super) by_profit: &'a [f64],
    /// `[101]`: profit where those of the highest probability are contacted first.
    pub(super) by_risk: &'a [f64],
    /// The best share if the largest expected profit comes first, and its profit.
    pub(super) best_by_profit: MostProfit,
    /// The best share if the highest probability comes first, and its profit.
    pub(super) best_by_risk: MostProfit,
}

/// The largest profit, and the share of the customers to contact for it.
#[cfg(feature = "decide")]
#[derive(Serialize)]
#[cfg_attr(feature = "typescript", derive(TS), ts(rename = "MostProfit"))]
pub(super) struct MostProfit {
    /// Share of the customers who are contacted, 0 to 1.
    pub(super) fraction: f64,
    /// The profit: of a curve in total, of a campaign for each customer.
    pub(super) profit: f64,
}

/// An offer in a plan.
#[cfg(feature = "decide")]
#[derive(Serialize)]
#[cfg_attr(feature = "typescript", derive(TS), ts(rename = "PlannedOffer"))]
pub(super) struct PlannedOffer<'a> {
    /// The offer's name.
    pub(super) offer: &'a str,
    /// The offer's name for people.
    pub(super) label: &'a str,
    /// How many customers get it.
    pub(super) count: f64,
    /// The most that a campaign with this offer alone can expect, among the customers who can get it:
    /// the expected maximum profit (EMP) if the effect is a beta distribution. `null` if nobody can.
    pub(super) campaign: Option<MostProfit>,
}

/// What is wrong with a policy.
#[cfg(feature = "decide")]
#[derive(Serialize)]
#[cfg_attr(feature = "typescript", derive(TS), ts(rename = "PolicyProblem"))]
pub(super) struct PolicyProblem {
    /// The key, such as `policy.offers[0].cost`.
    pub(super) place: String,
    /// The rule that it breaks, with the value.
    pub(super) message: String,
}

/// What is wrong with a profile, as a [`Problem`] of the package.
#[cfg(feature = "decide")]
#[derive(Serialize)]
pub(super) struct ProfileProblem {
    pub(super) field: String,
    pub(super) rule: &'static str,
    pub(super) value: String,
    pub(super) message: String,
}

/// Problems as JavaScript has them; one function, because each type of list would add its own.
#[inline(never)]
pub(super) fn problems_to_js(problems: &[Problem]) -> JsValue {
    to_js(&problems)
}

/// A result as JavaScript has it: objects, lists, texts, numbers, and null for what is not known.
pub(super) fn to_js(result: &impl Serialize) -> JsValue {
    let serializer = serde_wasm_bindgen::Serializer::new().serialize_missing_as_null(true);
    // The types of this room hold numbers and texts, whose conversion does not fail.
    result.serialize(&serializer).unwrap_or(JsValue::UNDEFINED)
}

#[cfg(test)]
pub(super) mod tests {
    use serde_json::{Value as Json, json};

    use crate::artifact::Document;
    #[cfg(feature = "decide")]
    use crate::customer::{Cell, MISSING_CODE};
    use crate::customer::{Customer, Spellings, Value, check};
    use crate::scorer::{ColumnBlock, ExplainOptions, Scale, Scorer, Tally};
    use crate::wasm::{explanation, summary};

    fn scorer() -> Scorer {
        let file = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/artifacts/v1.safetensors"));
        Scorer::from_bytes(file).unwrap()
    }

    #[test]
    fn explanations_have_what_they_should_largest_first() {
        let scorer = scorer();
        let Document { schema, background, .. } = scorer.document();
        // Few fields of a reference customer differ from the others: it is explained exactly.
        let customer = Customer::from_cells(schema, &background.rows[0].cells).unwrap();
        for (interactions, scale) in [(false, Scale::LogOdds), (true, Scale::LogOdds), (true, Scale::Probability)] {
            let options = ExplainOptions { scale, interactions, ..ExplainOptions::default() };
            let explained = scorer.explain(&customer, &options, &mut scorer.workspace()).unwrap();
            let written = serde_json::to_value(explanation::wire(&scorer, &customer, &explained)).unwrap();
            assert_eq!((&written["exact"], &written["standardError"]), (&json!(true), &json!(0.0)));
            assert_eq!(written["logit"], json!(explained.score.logit));
            assert_eq!(written.get("interactions").is_some(), interactions);
            let contributions = written["contributions"].as_array().unwrap();
            let sizes: Vec<f64> = contributions.iter().map(|one| one["contribution"].as_f64().unwrap().abs()).collect();
            assert!(sizes.is_sorted_by(|a, b| a >= b), "{sizes:?}");
            for (index, field) in schema.fields.iter().enumerate() {
                let of = contributions.iter().find(|one| one["field"] == field.name).unwrap();
                assert_eq!(of["contribution"], json!(explained.contributions[index]));
                assert_eq!(of["label"], json!(scorer.messages().label(field)));
                assert!(of["sentence"].as_str().unwrap().len() > of["text"].as_str().unwrap().len());
            }
        }
    }

    #[cfg(feature = "decide")]
    #[test]
    fn decisions_are_what_the_command_prints() {
        use crate::scorer::DecideOptions;
        use crate::scorer::tests::{customers, deciding_scorer};
        use crate::wasm::decision;

        let scorer = deciding_scorer(None);
        let options = DecideOptions { days_since_offer: Some(3.0), reasons: 3, ..DecideOptions::default() };
        let (mut actions, mut answered, mut refused) = (0, 0, 0);
        for customer in customers() {
            let decision = scorer.decide(&customer, &options, &mut scorer.workspace()).unwrap();
            // Both are read from text, which rounds the last bit.
            let read = |text: &str| as_floats(&serde_json::from_str(text).unwrap());
            let written = serde_json::to_string(&decision::wire(&scorer, &customer, &decision)).unwrap();
            assert_eq!(read(&written), read(&scorer.decision_json(&customer, &decision)));
            actions += decision.actions.len();
            answered += decision.actions.iter().filter(|action| action.reason.is_some()).count();
            refused += decision.refused.len();
        }
        assert!(actions > 0 && answered > 0 && refused > 0, "{actions} {answered} {refused}");
    }

    /// The same with `2` as `2.0`.
    #[cfg(feature = "decide")]
    pub(in crate::wasm) fn as_floats(json: &Json) -> Json {
        match json {
            Json::Number(number) => json!(number.as_f64()),
            Json::Array(list) => list.iter().map(as_floats).collect(),
            Json::Object(object) => object.iter().map(|(key, value)| (key.clone(), as_floats(value))).collect(),
            other => other.clone(),
        }
    }

    #[cfg(feature = "decide")]
    #[test]
    fn plans_have_figures_for_every_offer() {
        use crate::scorer::tests::{customers, deciding_scorer};
        use crate::scorer::{PlanCohort, PlanRequest};
        use crate::wasm::plan;

        let scorer = deciding_scorer(None);
        let customers = customers();
        let mut block = ColumnBlock::new(&scorer, customers.len());
        for (row, customer) in customers.iter().enumerate() {
            for (field, cell) in customer.cells().iter().enumerate() {
                match (block.numbers[field].get_mut(row), cell) {
                    (Some(place), Cell::Number(number)) => *place = *number,
                    (Some(place), _) => *place = f64::NAN,
                    (None, Cell::Category(code)) => block.codes[field][row] = *code as u16,
                    (None, _) => block.codes[field][row] = MISSING_CODE,
                }
            }
        }
        block.score(&scorer, customers.len());
        let mut cohort = PlanCohort::new(&scorer);
        cohort.push(&scorer, &block, customers.len(), &[], &[]);
        let plan = scorer.plan(&cohort, &PlanRequest::default()).unwrap();
        let written = serde_json::to_value(plan::wire(&scorer, &plan)).unwrap();
        assert_eq!(written["expectedProfit"], json!(plan.allocation.profit));
        let offers = written["offers"].as_array().unwrap();
        let policy = &scorer.document().policy;
        assert_eq!(offers.len(), policy.offers.len());
        for (at, offer) in offers.iter().enumerate() {
            assert_eq!(
                (&offer["offer"], &offer["count"]),
                (&json!(policy.offers[at].name), &json!(plan.allocation.counts[at] as f64))
            );
            assert_eq!(offer["campaign"]["profit"].as_f64(), plan.campaigns[at].map(|campaign| campaign.profit));
        }
        assert_eq!(written["curve"]["byRisk"].as_array().unwrap().len(), 101);
        assert_eq!(written["curve"]["bestByProfit"]["fraction"], json!(plan.curve.best_by_profit.0));
    }

    #[test]
    fn findings_have_fields_rules_rows_and_examples() {
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
            tally.value(&scorer, &spellings, field, Value::Text("unseen"), 1);
        }
        tally.no_record("null");
        let shares = vec![[0.0; 2]; fields.len()];
        let (rows, values, shifts) = tally.finish(&scorer, &shares);
        let lines: Vec<String> = values.iter().map(|value| value.line(rows)).collect();
        let (values, shifts) = summary::wire(&lines, &values, &shifts);
        let categories = fields.iter().filter(|field| !field.is_number()).count();
        assert_eq!((values.len(), shifts.len()), (categories + 1, fields.len()));
        let first: Json = serde_json::to_value(&values[0]).unwrap();
        assert_eq!((&first["rows"], &first["rule"]), (&json!(8.0), &json!("unseen_category")));
        assert_eq!(first["examples"], json!(["\"unseen\""]));
    }

    #[test]
    fn problems_have_field_rule_value_and_message() {
        let scorer = scorer();
        let schema = &scorer.document().schema;
        let absent = vec![Value::Absent; schema.fields.len()];
        let problems = check(schema, &absent).unwrap_err();
        let written = serde_json::to_value(&problems).unwrap();
        let first = &written[0];
        assert_eq!((first["field"].as_str(), first["rule"].as_str()), (Some(&*schema.fields[0].name), Some("absent")));
        assert_eq!(first["message"].as_str(), Some(&*problems[0].message));
    }
}
