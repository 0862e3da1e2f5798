//! Writes `tests/artifacts/v1.safetensors` and `tests/vectors/telco.json`: records with the scores
//! and explanations that every engine must give. `cargo run --release --package tenure-training
//! --example vectors` makes them again. With `-- --kept` it leaves the artifact as it is and writes
//! what the core answers today, for a change that moves the last bits on purpose.
//!
//! The artifact is trained on the embedded sample with the default parameters and seed. Logits of
//! the packed network are stored bit for bit; beside them stands the burn module's logit wherever
//! the record uses what training saw.

use std::error::Error;
use std::path::Path;

use serde_json::{Map, Value as Json, json};
use tenure::customer::{Problem, Value, check};
use tenure::encoding::{DenseLayout, Features};
use tenure::schema::Field;
use tenure::scorer::{ExplainOptions, Scorer};
use tenure_table::Source;
use tenure_training::checks::DataChecks;
use tenure_training::cohort::Cohort;
use tenure_training::evaluation::CardSource;
use tenure_training::fit::{Control, DenseRows, FitOptions};
use tenure_training::history::History;
use tenure_training::schema_file::SchemaFile;
use tenure_training::split::{Shares, Split, SplitBy};
use tenure_training::train::{TrainParams, Trained, TrainingRows, train};
use tenure_training::{preset, sample};

/// One record's dense columns.
struct One(Vec<f32>);

impl DenseRows for One {
    fn labels(&self) -> &[bool] {
        &[false]
    }

    fn columns(&self) -> usize {
        self.0.len()
    }

    fn write(&self, _: &[usize], out: &mut [f32]) {
        out.copy_from_slice(&self.0);
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests");
    if std::env::args().any(|argument| argument == "--kept") {
        return answer_again(&tests);
    }
    let folder = tempfile::tempdir()?;
    let table = folder.path().join("sample.csv");
    let mut text = Vec::new();
    sample::write(sample::DEFAULT_ROWS, sample::DEFAULT_SEED, &mut text)?;
    std::fs::write(&table, &text)?;
    let SchemaFile { schema, policy } = SchemaFile::read(preset::preset("ibm_telco").ok_or("no preset")?)?;
    let cohort = Cohort::read(Source::open(&table)?, &schema)?;
    let params = TrainParams::default();
    let split = Split::stratified(cohort.labels(), &Shares::default(), params.seed)?;
    let rows = TrainingRows { fit: &split.train, validation: &split.validation, calibration: &split.calibration };
    let trained = train(&params, &cohort, rows, &FitOptions::default(), &mut |_, _| Control::Continue)?;
    let source = CardSource {
        params: &params,
        cohort: &cohort,
        schema: &schema,
        split: &split,
        split_words: SplitBy::Target.words(&split.test),
        checks: &DataChecks::run(&cohort, &schema, std::slice::from_ref(&split))?,
        history: &History::default(),
    };
    let artifact = trained.artifact(&params, &cohort, &policy, &split.train, source.card(&trained)?)?;
    let bytes = tenure::artifact::write(&artifact)?;
    std::fs::create_dir_all(tests.join("artifacts"))?;
    std::fs::write(tests.join("artifacts/v1.safetensors"), &bytes)?;

    let scorer = Scorer::from_bytes(&bytes)?;
    let header = std::str::from_utf8(&text)?.lines().next().unwrap_or_default().split(',');
    let header: Vec<&str> = header.collect();
    let lines: Vec<&str> = std::str::from_utf8(&text)?.lines().skip(1).collect();
    let mut cases = Vec::new();
    for &row in split.test.iter().step_by(split.test.len() / 20) {
        let values = header.iter().zip(lines[row as usize].split(','));
        let record = schema.fields.iter().map(|field| (field.name.clone(), json_value(field, values.clone())));
        cases.push(case(&scorer, Some(&trained), record.collect()));
    }
    for (field, value, seen) in [
        ("TotalCharges", Json::Null, true),
        ("TotalCharges", json!(" "), true),
        ("tenure", json!("12"), true),
        ("MonthlyCharges", json!(1e6), true),
        ("Contract", json!("Ten year"), false),
        ("gender", Json::Null, false),
        ("Partner", json!(true), true),
    ] {
        let mut record: Map<String, Json> = cases[0]["record"].as_object().cloned().ok_or("a record")?;
        record.insert(field.into(), value);
        cases.push(case(&scorer, Some(&trained).filter(|_| seen), record));
    }
    for (field, value) in [
        ("tenure", json!(-1)),
        ("tenure", json!("one year")),
        ("MonthlyCharges", json!("1,070.5")),
        ("TotalCharges", json!(true)),
    ] {
        let mut record: Map<String, Json> = cases[0]["record"].as_object().cloned().ok_or("a record")?;
        record.insert(field.into(), value);
        record.remove("Dependents");
        cases.push(case(&scorer, None, record));
    }
    write_cases(&tests, cases)
}

/// Writes what the kept artifact answers to the recorded records. The logits of burn stay.
fn answer_again(tests: &Path) -> Result<(), Box<dyn Error>> {
    let scorer = Scorer::from_bytes(&std::fs::read(tests.join("artifacts/v1.safetensors"))?)?;
    let recorded: Json = serde_json::from_slice(&std::fs::read(tests.join("vectors/telco.json"))?)?;
    let mut cases = Vec::new();
    for before in recorded["cases"].as_array().ok_or("cases must be a list")? {
        let record = before["record"].as_object().ok_or("a record must be an object")?;
        let mut again = case(&scorer, None, record.clone());
        if let (Some(again), Some(logit)) = (again.as_object_mut(), before.get("burn_logit")) {
            again.insert("burn_logit".into(), logit.clone());
        }
        cases.push(again);
    }
    write_cases(tests, cases)
}

fn write_cases(tests: &Path, cases: Vec<Json>) -> Result<(), Box<dyn Error>> {
    let document = json!({ "artifact": "tests/artifacts/v1.safetensors", "cases": cases });
    std::fs::write(tests.join("vectors/telco.json"), format!("{document:#}\n"))?;
    Ok(())
}

fn json_value<'a>(field: &Field, mut values: impl Iterator<Item = (&'a &'a str, &'a str)>) -> Json {
    let text = values.find(|(name, _)| **name == field.name).map_or("", |(_, text)| text);
    match text.trim().parse::<f64>() {
        Ok(number) if field.is_number() => json!(number),
        _ if text.trim().is_empty() => Json::Null,
        _ => json!(text),
    }
}

/// What the engines must answer to a record.
fn case(scorer: &Scorer, trained: Option<&Trained>, record: Map<String, Json>) -> Json {
    let schema = &scorer.document().schema;
    let value = |field: &Field| match record.get(&field.name) {
        None => Value::Absent,
        Some(Json::Number(number)) => Value::Number(number.as_f64().unwrap_or(f64::NAN)),
        Some(Json::String(text)) => Value::Text(text),
        Some(Json::Bool(flag)) => Value::Flag(*flag),
        Some(_) => Value::Missing,
    };
    let values: Vec<Value> = schema.fields.iter().map(value).collect();
    let rules = |problems: &[Problem]| -> Vec<Json> {
        problems.iter().map(|problem| json!({ "field": problem.field, "rule": problem.rule })).collect()
    };
    let (customer, mut problems) = match check(schema, &values) {
        Ok(checked) => checked,
        Err(problems) => return json!({ "record": record, "problems": rules(&problems) }),
    };
    let encoder = &scorer.artifact().encoder;
    problems.extend(encoder.clipped(schema, &customer));
    let mut workspace = scorer.workspace();
    let explanation =
        scorer.explain(&customer, &ExplainOptions::default(), &mut workspace).expect("the default budget is enough");
    let burn_logit = trained.map(|trained| {
        let layout = DenseLayout::new(encoder);
        let mut features = Features::new(encoder.inputs().len(), 1);
        encoder.encode(&customer, 0, &mut features);
        let mut dense = One(vec![0.0; layout.size()]);
        layout.expand(encoder, &features, 0, &mut dense.0);
        trained.burn_logits(&dense)[0]
    });
    let contributions = schema.fields.iter().zip(&explanation.contributions);
    let contributions: Map<String, Json> =
        contributions.map(|(field, contribution)| (field.name.clone(), json!(contribution))).collect();
    json!({
        "record": record,
        "problems": rules(&problems),
        "logit": explanation.score.logit,
        "burn_logit": burn_logit,
        "probability": explanation.score.probability,
        "tier": scorer.document().policy.tiers[explanation.score.tier].name,
        "base": explanation.base,
        "evaluations": explanation.evaluations,
        "contributions": contributions,
    })
}
