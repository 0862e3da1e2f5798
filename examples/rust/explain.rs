//! Explains the score of one customer, field by field:
//! `cargo run --example explain [model.safetensors]`.

use std::error::Error;
use std::{env, fs};

use tenure::customer::{Value, check};
use tenure::scorer::{ExplainOptions, Scorer};

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

    let explanation = scorer.explain(&customer, &ExplainOptions::default(), &mut scorer.workspace())?;
    println!("{:+.3}  average customer, on the logit", explanation.base);
    let mut order: Vec<usize> = (0..schema.fields.len()).collect();
    order.sort_by(|&a, &b| explanation.contributions[b].abs().total_cmp(&explanation.contributions[a].abs()));
    for field in order {
        let contribution = explanation.contributions[field];
        let text = scorer.text(field, customer.cells()[field]);
        println!("{contribution:+.3}  {}: {text}", schema.fields[field].label());
    }
    println!(
        "{:+.3}  = logit, a probability of {:.1}%",
        explanation.score.logit,
        100.0 * explanation.score.probability
    );
    Ok(())
}
