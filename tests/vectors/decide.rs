//! Writes decide.json beside this file: the decisions of the kept artifact with a policy, as JSON.
//! Every later version must give the same texts (tests/vectors/main.rs).
//!
//! `cargo run --release --example decide_vectors` writes it. The policy and the records are the
//! input: they are read from the file, and only the decisions are replaced.

use std::error::Error;
use std::path::Path;

use serde_json::{Value as Json, json};
use tenure::artifact::{Artifact, Document};
use tenure::customer::{Customer, Value, check};
use tenure::decision::Policy;
use tenure::json::{Problems, Reader};
use tenure::scorer::{DecideOptions, Scorer};

fn main() -> Result<(), Box<dyn Error>> {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let path = tests.join("vectors/decide.json");
    let mut document: Json = serde_json::from_slice(&std::fs::read(&path)?)?;
    let scorer = scorer(&tests, &document["policy"])?;
    for case in document["cases"].as_array_mut().ok_or("no cases")? {
        case["decision"] = json!(decision(&scorer, case)?);
    }
    std::fs::write(path, serde_json::to_string_pretty(&document)? + "\n")?;
    Ok(())
}

/// The kept artifact with a policy.
pub(crate) fn scorer(tests: &Path, policy: &Json) -> Result<Scorer, Box<dyn Error>> {
    let kept = Scorer::from_bytes(&std::fs::read(tests.join("artifacts/v1.safetensors"))?)?;
    let Artifact { document, network, .. } = kept.artifact().clone();
    let (policy, problems) = (policy.clone().into(), Problems::default());
    let read = Policy::read(Reader::new("policy", &policy, &problems));
    let policy = problems.or(read).map_err(|problems| problems[0].to_string())?;
    Ok(Scorer::new(Artifact::new(Document { policy, ..document }, network)?))
}

/// The decision on the record of a case, as JSON.
pub(crate) fn decision(scorer: &Scorer, case: &Json) -> Result<String, Box<dyn Error>> {
    let schema = &scorer.document().schema;
    let value = |name: &str| match &case["record"][name] {
        Json::Number(number) => Value::Number(number.as_f64().unwrap_or(f64::NAN)),
        Json::String(text) => Value::Text(text),
        _ => Value::Missing,
    };
    let values: Vec<Value> = schema.fields.iter().map(|field| value(&field.name)).collect();
    let (customer, _): (Customer, _) = check(schema, &values).map_err(|problems| problems[0].to_string())?;
    let exhausted: Vec<bool> = scorer
        .document()
        .policy
        .offers
        .iter()
        .map(|offer| case["exhausted"].as_array().is_some_and(|names| names.contains(&offer.name.clone().into())))
        .collect();
    let options = DecideOptions {
        identifier: case["record"]["customerID"].as_str(),
        days_since_offer: case["days"].as_f64(),
        exhausted: &exhausted,
        reasons: 3,
        ..DecideOptions::default()
    };
    let decision = scorer.decide(&customer, &options, &mut scorer.workspace())?;
    Ok(scorer.decision_json(&customer, &decision))
}
