//! Finds the cheapest changes that bring one customer into a lower tier:
//! `cargo run --example counterfactuals [model.safetensors]`.

use std::error::Error;
use std::{env, fs};

use tenure::customer::{Value, check};
use tenure::scorer::{CounterfactualRequest, Scorer};

/// What is known of one customer; every other field of the model is missing.
const RECORD: [(&str, Value); 5] = [
    ("tenure", Value::Number(2.0)),
    ("Contract", Value::Text("Month-to-month")),
    ("InternetService", Value::Text("Fiber optic")),
    ("MonthlyCharges", Value::Number(94.5)),
    ("PaperlessBilling", Value::Flag(true)),
];

fn main() -> Result<(), Box<dyn Error>> {
    let kept = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/artifacts/v1.safetensors");
    let scorer = Scorer::from_bytes(&fs::read(env::args().nth(1).unwrap_or(kept.into()))?)?;
    let schema = &scorer.document().schema;
    let value =
        |name: &str| RECORD.iter().find(|(field, _)| *field == name).map_or(Value::Missing, |(_, value)| *value);
    let values: Vec<Value> = schema.fields.iter().map(|field| value(&field.name)).collect();
    let (customer, _) = check(schema, &values).map_err(|mut problems| problems.swap_remove(0))?;

    let mut workspace = scorer.workspace();
    let score = scorer.score(&customer, &mut workspace);
    let threshold = scorer.threshold(score.tier).ok_or("the model has one tier only")?;
    let request = CounterfactualRequest { threshold, count: 3, fields: scorer.changeable() };
    let found = scorer.counterfactuals(&customer, &request, &mut workspace)?;
    println!("{:.1}% as they are, wanted below {:.1}%", 100.0 * score.probability, 100.0 * threshold);
    for answer in &found.answers {
        let change = |change: &tenure::scorer::FieldChange| {
            let [from, to] = [change.from, change.to].map(|cell| scorer.text(change.field, cell));
            format!("{}: {from} -> {to}", schema.fields[change.field].label())
        };
        let changes: Vec<String> = answer.changes.iter().map(change).collect();
        println!("{:.1}%  {}", 100.0 * answer.score.probability, changes.join(", "));
    }
    if let Some(reason) = found.none {
        println!("no answer: {}", reason.name());
    }
    Ok(())
}
