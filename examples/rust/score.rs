//! Scores one customer: `cargo run --example score [model.safetensors]`.

use std::error::Error;
use std::{env, fs};

use tenure::customer::{Value, check};
use tenure::scorer::Scorer;

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
    let (customer, mut warnings) = match check(schema, &values) {
        Ok(checked) => checked,
        Err(problems) => {
            problems.iter().for_each(|problem| eprintln!("{problem}"));
            return Err("the record cannot be scored".into());
        }
    };
    // Numbers outside of what training saw count as the nearest value that it saw.
    warnings.extend(scorer.artifact().encoder.clipped(schema, &customer));
    warnings.iter().for_each(|warning| eprintln!("warning: {warning}"));

    let score = scorer.score(&customer, &mut scorer.workspace());
    let tier = &scorer.document().policy.tiers[score.tier];
    println!("{:.1}% ({})", 100.0 * score.probability, tier.label);
    Ok(())
}
