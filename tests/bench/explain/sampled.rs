//! The errors of sampled explanations of `cargo xtask bench explain`: `explain_sampled JOB.json`
//! prints them as JSON.
//!
//! Natively and on all processors, because references of millions of evaluations would take the
//! wasm module minutes; both give the same numbers. A job names the artifact, the records, the
//! coalitions of each background row to be tried, and the evaluations of the reference, which is
//! exact where those are enough.

use std::error::Error;
use std::path::Path;

use rayon::prelude::*;
use serde::Deserialize;
use serde_json::{Map, Value as Json, json};
use tenure::customer::{Customer, Value, check};
use tenure::schema::Schema;
use tenure::scorer::{ExplainOptions, Explanation, Scorer};

#[derive(Deserialize)]
struct Job {
    model: String,
    records: Vec<Map<String, Json>>,
    sizes: Vec<u64>,
    reference_evaluations: u64,
}

/// Of the reference: no seed of what is held against it.
const REFERENCE_SEED: u64 = 1_000_003;

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args().nth(1).ok_or("a job is needed")?;
    let job: Job = serde_json::from_slice(&std::fs::read(Path::new(&path))?)?;
    let scorer = Scorer::from_bytes(&std::fs::read(&job.model)?)?;
    let schema = &scorer.document().schema;
    let customers: Vec<Customer> =
        job.records.iter().map(|record| customer(schema, record)).collect::<Result<_, _>>()?;
    let explain = |budget: u64, seed: Option<u64>| {
        let one = |(at, customer): (usize, &Customer)| {
            let options =
                ExplainOptions { budget: Some(budget), seed: seed.unwrap_or(at as u64), ..ExplainOptions::default() };
            scorer.explain(customer, &options, &mut scorer.workspace())
        };
        customers.par_iter().enumerate().map(one).collect::<Result<Vec<Explanation>, _>>()
    };
    let references = explain(job.reference_evaluations, Some(REFERENCE_SEED))?;
    let rows = scorer.artifact().background.len() as u64;
    let mut sizes = Map::new();
    for size in job.sizes {
        let explanations = explain(size * rows, None)?;
        sizes.insert(size.to_string(), errors(&explanations, &references));
    }
    let names = || schema.fields.iter().map(|field| field.name.clone());
    let shares = |reference: &Explanation| -> Map<String, Json> {
        names().zip(reference.contributions.iter().map(|share| json!(share))).collect()
    };
    let evaluations = references.iter().map(|reference| reference.evaluations as f64);
    let largest = references.iter().map(Explanation::standard_error).fold(0.0, f64::max);
    let out = json!({
        "fields": schema.fields.len(),
        "customers": customers.len(),
        "background_rows": rows,
        "reference": {
            "exact": references.iter().all(|reference| reference.exact),
            "evaluations": mean(evaluations),
            "largest_standard_error": largest,
        },
        "mean_absolute_contribution": mean(references.iter().flat_map(|one| one.contributions.iter().map(|x| x.abs()))),
        "shares": references.iter().map(shares).collect::<Vec<_>>(),
        "sizes": sizes,
    });
    println!("{out}");
    Ok(())
}

/// Errors of contributions, what the explanations claim them to be, and how often two standard
/// errors cover.
fn errors(explanations: &[Explanation], references: &[Explanation]) -> Json {
    let (mut found, mut claimed, mut covered) = (Vec::new(), Vec::new(), 0.0);
    for (explanation, reference) in explanations.iter().zip(references) {
        for (field, share) in explanation.contributions.iter().enumerate() {
            let error = (share - reference.contributions[field]).abs();
            let standard_error = explanation.standard_errors[field];
            covered += if error <= 2.0 * standard_error + 1e-6 { 1.0 } else { 0.0 };
            found.push(error);
            claimed.push(standard_error);
        }
    }
    let covered = covered / found.len() as f64;
    json!({
        "tenure": mean(found.into_iter()),
        "mean_standard_error": mean(claimed.into_iter()),
        "within_two_standard_errors": covered,
    })
}

fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let (sum, count) = values.fold((0.0, 0), |(sum, count), value| (sum + value, count + 1));
    sum / f64::from(count)
}

fn customer(schema: &Schema, record: &Map<String, Json>) -> Result<Customer, String> {
    let value = |name: &str| match record.get(name) {
        Some(Json::Number(number)) => Value::Number(number.as_f64().unwrap_or(f64::NAN)),
        Some(Json::String(text)) => Value::Text(text),
        Some(Json::Bool(flag)) => Value::Flag(*flag),
        Some(_) => Value::Missing,
        None => Value::Absent,
    };
    let values: Vec<Value> = schema.fields.iter().map(|field| value(&field.name)).collect();
    let customer = check(schema, &values).map_err(|problems| problems[0].to_string())?;
    Ok(customer.0)
}
