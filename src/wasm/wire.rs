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

/// Problems as JavaScript has them; one function, because each type of list would add its own.
#[inline(never)]
pub(super) fn problems_to_js(problems: &[Problem]) -> JsValue {
    to_js(&problems)
}

/// A result as JavaScript has it: objects, lists, texts and numbers.
pub(super) fn to_js(result: &impl Serialize) -> JsValue {
    // The types of this room hold numbers and texts, whose conversion does not fail.
    serde_wasm_bindgen::to_value(result).unwrap_or(JsValue::UNDEFINED)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use crate::artifact::Document;
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
