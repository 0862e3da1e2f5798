//! Writes profile.json beside this file: what the kept artifact sees in rows, as a profile, and the
//! comparison with a reference of other rows. Every engine must give the same (tests/vectors/main.rs,
//! pkg/tests/profile.test.js).
//!
//! `cargo run --release --example profile_vectors` writes it. How the rows are made is the input: it is
//! read from the file, and the reference, the profile and the comparison are replaced. Policy and
//! records are those of decide.json.

use std::error::Error;
use std::path::Path;

use serde_json::{Map, Value as Json};
use tenure::artifact::{Artifact, Document};
use tenure::customer::{Value, check, check_value};
use tenure::encoding::Scale;
use tenure::monitoring::{Cells, Comparison, Observed, Outcomes, Profile, Reference, Stakes};
use tenure::schema::Kind;
use tenure::scorer::{DecideOptions, Scorer};

#[path = "decide.rs"]
#[expect(dead_code, reason = "the generator's own main")]
pub(crate) mod decide;

/// Bins of the scores of the reference.
const BINS: usize = 32;

fn main() -> Result<(), Box<dyn Error>> {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let path = tests.join("vectors/profile.json");
    let mut document: Json = serde_json::from_slice(&std::fs::read(&path)?)?;
    let made = make(&tests, &document)?;
    for (key, value) in ["reference", "profile", "comparison"].into_iter().zip(made) {
        document[key] = value;
    }
    std::fs::write(path, serde_json::to_string(&document)? + "\n")?;
    Ok(())
}

/// The reference, the profile and the comparison.
pub(crate) fn make(tests: &Path, document: &Json) -> Result<[Json; 3], Box<dyn Error>> {
    let decisions: Json = serde_json::from_slice(&std::fs::read(tests.join("vectors/decide.json"))?)?;
    let scorer = decide::scorer(tests, &decisions["policy"])?;
    let records = decisions["cases"].as_array().ok_or("no cases")?;
    let rows = |part: &str| rows(records, &document["rows"][part]);
    let reference = reference(&scorer, &rows("reference"))?;
    let reference_text = reference.write();
    // The scorer with the reference in its card.
    let Artifact { document: whole, network, .. } = scorer.artifact().clone();
    let mut card: Map<String, Json> = serde_json::from_str(&whole.card)?;
    card.insert("reference".into(), serde_json::from_str(&reference_text)?);
    let card = serde_json::to_string(&card)?;
    let scorer = Scorer::new(Artifact::new(Document { card, ..whole }, network)?);
    let mut observed = scorer.observed().ok_or("no reference")?;
    let decided = document["rows"]["decided"].as_u64().unwrap_or(0) as usize;
    for (row, record) in rows("profile").iter().enumerate() {
        observe(&scorer, &mut observed, record, row < decided)?;
    }
    let day = |at: usize| document["days"][at].as_str().and_then(tenure::schema::date::read).map(|day| day as i32);
    let days = day(0).zip(day(1)).map(|(first, last)| [first, last]);
    let mut profile = observed.profile(&"0".repeat(64), days);
    profile.identify(1);
    profile.check(&reference, &"0".repeat(64), days.map(|[_, last]| last))?;
    let comparison = Comparison::of(&reference, &profile, &Stakes::default());
    let Document { schema, policy, .. } = scorer.document();
    let texts = [reference_text, profile.write()?, comparison.json(schema, policy)];
    let [reference, profile, comparison] = texts.map(|text| serde_json::from_str(&text));
    Ok([reference?, profile?, comparison?])
}

/// Records in turn, with columns of numbers and with values changed in every so many rows.
fn rows(records: &[Json], how: &Json) -> Vec<Map<String, Json>> {
    let count = how["count"].as_u64().unwrap_or(0);
    let row = |row: u64| {
        let mut record = records[row as usize % records.len()]["record"].as_object().cloned().unwrap_or_default();
        for column in how["numbers"].as_array().into_iter().flatten() {
            let number = |key: &str| column[key].as_u64().unwrap_or(0);
            let value = number("first") + row * number("step") % number("modulo");
            record.insert(column["field"].as_str().unwrap_or_default().into(), value.into());
        }
        for change in how["changes"].as_array().into_iter().flatten() {
            if row.is_multiple_of(change["every"].as_u64().unwrap_or(1)) {
                let name = change["field"].as_str().unwrap_or_default();
                match change.get("value") {
                    Some(value) => record.insert(name.into(), value.clone()),
                    None => record.remove(name),
                };
            }
        }
        record
    };
    (0..count).map(row).collect()
}

fn values<'a>(scorer: &Scorer, record: &'a Map<String, Json>) -> Vec<Value<'a>> {
    let value = |name: &str| match record.get(name) {
        None => Value::Absent,
        Some(Json::Number(number)) => Value::Number(number.as_f64().unwrap_or(f64::NAN)),
        Some(Json::String(text)) => Value::Text(text),
        Some(_) => Value::Missing,
    };
    scorer.document().schema.fields.iter().map(|field| value(&field.name)).collect()
}

fn observe(
    scorer: &Scorer,
    observed: &mut Observed,
    record: &Map<String, Json>,
    decides: bool,
) -> Result<(), Box<dyn Error>> {
    let schema = &scorer.document().schema;
    let values = values(scorer, record);
    match check(schema, &values) {
        Ok((customer, mut warnings)) => {
            let score = scorer.score(&customer, &mut scorer.workspace());
            scorer.observe_customer(observed, &customer, &score);
            warnings.extend(scorer.artifact().encoder.clipped(schema, &customer));
            warnings.iter().for_each(|warning| observed.rule(warning.rule, 1));
            if decides {
                let identifier = record.get("customerID").and_then(Json::as_str);
                let options = DecideOptions { identifier, ..DecideOptions::default() };
                let decision = scorer.decide(&customer, &options, &mut scorer.workspace())?;
                observed.decision(decision.actions.first().map(|action| action.offer));
            }
        }
        Err(_) => {
            let checked: Vec<_> =
                schema.fields.iter().zip(&values).map(|(field, value)| check_value(field, *value)).collect();
            scorer.observe_refused(observed, checked.iter().map(|(cell, _)| cell.clone().ok()));
            let problems = checked.iter().filter_map(|(cell, warning)| cell.as_ref().err().or(warning.as_ref()));
            problems.for_each(|problem| observed.rule(problem.rule, 1));
        }
    }
    Ok(())
}

/// The reference over some rows, with the bins of the encoder.
fn reference(scorer: &Scorer, rows: &[Map<String, Json>]) -> Result<Reference, Box<dyn Error>> {
    let schema = &scorer.document().schema;
    let knots = |name: &str| {
        scorer.artifact().encoder.inputs().iter().find_map(|input| match &input.scale {
            Scale::Number { knots } if input.name == name => Some(knots.clone()),
            _ => None,
        })
    };
    let cells = schema.fields.iter().map(|field| match &field.kind {
        Kind::Category { .. } | Kind::Flag { .. } => {
            let count = field.category_count() as u16;
            Cells::Category { codes: (0..count).collect(), count }
        }
        _ => knots(&field.name).map_or(Cells::None, |edges| Cells::Number { edges }),
    });
    let cells: Vec<Cells> = cells.collect();
    let mut logits = Vec::new();
    for record in rows {
        let (customer, _) = check(schema, &values(scorer, record)).map_err(|problems| problems[0].to_string())?;
        logits.push(scorer.score(&customer, &mut scorer.workspace()).logit as f32);
    }
    logits.sort_by(f32::total_cmp);
    let mut edges: Vec<f32> = (1..BINS).map(|bin| logits[bin * logits.len() / BINS]).collect();
    edges.dedup();
    let mut observed = Observed::new(&cells, &edges, 0.5, 0);
    for record in rows {
        observe(scorer, &mut observed, record, false)?;
    }
    let profile: Profile = observed.reference_profile();
    Ok(Reference { cells, score_edges: edges, threshold: 0.5, outcomes: Outcomes::default(), profile })
}
