//! The packed network, natively, against the vectors that every engine is held against
//! (tests/vectors/telco.json); `pkg/tests/vectors.test.js` holds the wasm module against the same.

#[path = "profile.rs"]
#[expect(dead_code, reason = "the generator's own main")]
mod profile;

use std::path::Path;

use profile::decide;
use serde_json::{Map, Value as Json};
use tenure::customer::{Problem, Value, check};
use tenure::schema::Schema;
use tenure::scorer::{ExplainOptions, Scorer};

#[test]
fn the_kept_artifact_answers_as_recorded() {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let text = std::fs::read_to_string(tests.join("vectors/telco.json")).unwrap();
    let document: Json = serde_json::from_str(&text).unwrap();
    let scorer = Scorer::from_bytes(&std::fs::read(tests.join("artifacts/v1.safetensors")).unwrap()).unwrap();
    let schema = &scorer.document().schema;
    let mut workspace = scorer.workspace();
    let (mut scored, mut refused, mut with_burn) = (0, 0, 0);
    for case in document["cases"].as_array().unwrap() {
        let record = case["record"].as_object().unwrap();
        let values = values(schema, record);
        let compare = |problems: &[Problem]| {
            let seen: Vec<_> = problems.iter().map(|problem| (problem.field.as_str(), problem.rule.name())).collect();
            let expected = case["problems"].as_array().unwrap().iter();
            let expected: Vec<_> = expected
                .map(|problem| (problem["field"].as_str().unwrap(), problem["rule"].as_str().unwrap()))
                .collect();
            assert_eq!(seen, expected, "{record:?}");
        };
        let (customer, mut problems) = match check(schema, &values) {
            Ok(checked) => checked,
            Err(problems) => {
                compare(&problems);
                assert!(case["logit"].is_null());
                refused += 1;
                continue;
            }
        };
        problems.extend(scorer.artifact().encoder.clipped(&scorer.document().schema, &customer));
        compare(&problems);
        let explanation = scorer.explain(&customer, &ExplainOptions::default(), &mut workspace).unwrap();
        let number = |key: &str| case[key].as_f64().unwrap();
        // The network's logit is f32; as f64, serde_json may miss its last digit.
        assert_eq!((explanation.score.logit as f32).to_bits(), (number("logit") as f32).to_bits());
        assert!((explanation.score.probability - number("probability")).abs() < 1e-15);
        assert!((explanation.base - number("base")).abs() < 1e-12);
        assert_eq!(scorer.document().policy.tiers[explanation.score.tier].name, case["tier"]);
        for (field, contribution) in schema.fields.iter().zip(&explanation.contributions) {
            let expected = case["contributions"][&field.name].as_f64().unwrap();
            assert!((contribution - expected).abs() < 1e-12, "{}: {contribution} {expected}", field.name);
        }
        let sum = explanation.base + explanation.contributions.iter().sum::<f64>();
        assert!((sum - explanation.score.logit).abs() < 1e-4);
        if let Some(burn) = case["burn_logit"].as_f64() {
            assert!((explanation.score.logit - burn).abs() < 1e-5 * burn.abs().max(1.0));
            with_burn += 1;
        }
        scored += 1;
    }
    assert!(scored >= 20 && refused >= 4 && with_burn >= 20, "{scored} {refused} {with_burn}");
}

/// A file of vectors, and the model that they are of.
fn vectors(name: &str) -> (Json, Scorer) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(root.join(format!("tests/vectors/{name}.json"))).unwrap();
    let document: Json = serde_json::from_str(&text).unwrap();
    let artifact = std::fs::read(root.join(document["artifact"].as_str().unwrap())).unwrap();
    let scorer = Scorer::from_bytes(&artifact).unwrap();
    (document, scorer)
}

/// Tolerance 1e-4 on the logit: shap's values are f64 over the same f32 network.
#[test]
fn exact_explanations_are_those_of_shaps_exact_explainer() {
    let (document, scorer) = vectors("shapley");
    let schema = &scorer.document().schema;
    let mut workspace = scorer.workspace();
    let cases = document["cases"].as_array().unwrap();
    assert_eq!(cases.len(), 100);
    for case in cases {
        let (customer, _) = check(schema, &values(schema, case["record"].as_object().unwrap())).unwrap();
        let explanation = scorer.explain(&customer, &ExplainOptions::default(), &mut workspace).unwrap();
        assert!(explanation.exact);
        assert!((explanation.score.logit - case["logit"].as_f64().unwrap()).abs() < 1e-4);
        assert!((explanation.base - case["base"].as_f64().unwrap()).abs() < 1e-4);
        for (field, contribution) in schema.fields.iter().zip(&explanation.contributions) {
            let expected = case["contributions"][&field.name].as_f64().unwrap();
            assert!((contribution - expected).abs() < 1e-4, "{}: {contribution} {expected}", field.name);
        }
    }
}

/// Tolerance 1e-4 on the logit, as above.
#[test]
fn interactions_are_those_of_shapiqs_exact_computer() {
    let (document, scorer) = vectors("interactions");
    let schema = &scorer.document().schema;
    let options = ExplainOptions { interactions: true, ..ExplainOptions::default() };
    let cases = document["cases"].as_array().unwrap();
    assert_eq!(cases.len(), 10);
    let mut largest = 0.0f64;
    for case in cases {
        let (customer, _) = check(schema, &values(schema, case["record"].as_object().unwrap())).unwrap();
        let pairs = scorer.explain(&customer, &options, &mut scorer.workspace()).unwrap().interactions.unwrap();
        let expected = case["interactions"].as_array().unwrap();
        assert_eq!((pairs.len(), expected.len()), (55, 55));
        for pair in pairs {
            let [first, second] = [pair.first, pair.second].map(|field| schema.fields[field].name.as_str());
            let is_pair = |one: &&Json| one["first"] == first && one["second"] == second;
            let expected = expected.iter().find(is_pair).unwrap()["value"].as_f64().unwrap();
            assert!((pair.value - expected).abs() < 1e-4, "{first}, {second}: {} {expected}", pair.value);
            largest = largest.max(expected.abs());
        }
    }
    assert!(largest > 0.05, "there is nothing to agree on: {largest}");
}

/// As JSON, byte by byte.
#[test]
fn decisions_are_those_that_were_recorded() {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let text = std::fs::read_to_string(tests.join("vectors/decide.json")).unwrap();
    let document: Json = serde_json::from_str(&text).unwrap();
    let scorer = decide::scorer(&tests, &document["policy"]).unwrap();
    let cases = document["cases"].as_array().unwrap();
    let (mut offers, mut held_out, mut rules) = (0, 0, std::collections::BTreeSet::new());
    for case in cases {
        let decision = decide::decision(&scorer, case).unwrap();
        assert_eq!(decision, case["decision"].as_str().unwrap());
        let read: Json = serde_json::from_str(&decision).unwrap();
        offers += read["actions"].as_array().unwrap().len();
        held_out += u8::from(read["holdout"] == true);
        rules.extend(read["refused"].as_array().unwrap().iter().map(|refused| refused["rule"].to_string()));
    }
    assert!(cases.len() >= 12 && offers > 5 && held_out > 0 && rules.len() >= 4, "{offers} {held_out} {rules:?}");
}

/// A record as a caller hands it over, by field.
fn values<'a>(schema: &Schema, record: &'a Map<String, Json>) -> Vec<Value<'a>> {
    let value = |name: &str| match record.get(name) {
        None => Value::Absent,
        Some(Json::Number(number)) => Value::Number(number.as_f64().unwrap()),
        Some(Json::String(text)) => Value::Text(text),
        Some(Json::Bool(flag)) => Value::Flag(*flag),
        Some(_) => Value::Missing,
    };
    schema.fields.iter().map(|field| value(&field.name)).collect()
}

#[test]
fn a_profile_and_its_comparison_are_as_recorded() {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let text = std::fs::read_to_string(tests.join("vectors/profile.json")).unwrap();
    let document: Json = serde_json::from_str(&text).unwrap();
    let made = profile::make(&tests, &document).unwrap();
    for (key, value) in ["reference", "profile", "comparison"].into_iter().zip(made) {
        close_to(&value, &document[key], key);
    }
    let comparison = &document["comparison"];
    assert_eq!(comparison["verdict"], "drift");
    assert!(comparison["offers"].as_array().unwrap().iter().any(|offer| offer["decisions"].as_u64() > Some(0)));
}

/// The same texts, and numbers to 1e-9: serde_json may miss the last digit.
fn close_to(actual: &Json, expected: &Json, place: &str) {
    match (actual, expected) {
        (Json::Number(actual), Json::Number(expected)) => {
            let (actual, expected) = (actual.as_f64().unwrap(), expected.as_f64().unwrap());
            assert!((actual - expected).abs() <= 1e-9 * expected.abs().max(1.0), "{place}: {actual} {expected}");
        }
        (Json::Array(actual), Json::Array(expected)) => {
            assert_eq!(actual.len(), expected.len(), "{place}");
            actual.iter().zip(expected).for_each(|(actual, expected)| close_to(actual, expected, place));
        }
        (Json::Object(actual), Json::Object(expected)) => {
            assert!(actual.keys().eq(expected.keys()), "{place}");
            actual.iter().for_each(|(key, value)| close_to(value, &expected[key], &format!("{place}.{key}")));
        }
        _ => assert_eq!(actual, expected, "{place}"),
    }
}
