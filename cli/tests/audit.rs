//! `tenure audit` as a user runs it: on a model that keeps its promise, on one that breaks it, and
//! on tables and splits that are not the training's.

mod small_model;

use serde_json::{Value, json};
use small_model::{SmallModel, assert_code, read_csv, words};
use tenure_table::Source;
use tenure_training::cohort::Cohort;
use tenure_training::split::{Shares, Split};
use tenure_training::stored::check;

const ROWS: usize = 1500;

fn audit(model: &SmallModel, more: &[&str]) -> std::process::Output {
    model.run(&[&["audit", "model.safetensors", "--data", "in.csv", "--shadow-models", "0"], more].concat())
}

/// A model whose background is of real customers; its card says that it was trained on `in.csv`.
fn careless() -> SmallModel {
    let rows = SmallModel::new().rows(400);
    let labels: Vec<bool> = rows.lines().skip(1).map(|line| line.ends_with(",Yes")).collect();
    let Split { train, validation, calibration, test } = Split::stratified(&labels, &Shares::default(), 0).unwrap();
    let [train, validation, calibration, test] = [train, validation, calibration, test].map(|rows| rows.len());
    let card = json!({
        "data_sha256": small_model::sha256(rows.as_bytes()), "split": "stratified by the target",
        "rows": { "train": train, "validation": validation, "calibration": calibration, "test": test },
    });
    let model = SmallModel::with_flags(0, &card);
    model.table("in.csv", &rows);
    model
}

#[test]
fn a_trained_model_keeps_nothing_of_a_few_customers() {
    let model = SmallModel::new();
    model.table("in.csv", &model.rows(ROWS));
    model.table("schema.toml", &small_model::schema(0));
    let train =
        ["train", "--data", "in.csv", "--schema", "schema.toml", "--model", "linear", "--out", "model.safetensors"];
    let trained = model.run(&[&train[..], &["--force"]].concat());
    assert_code(&trained, 0);
    assert!(words(&trained).contains("an attack by loss tells training rows from test rows with ROC-AUC 0."));
    let output = model.run(&[
        "audit",
        "model.safetensors",
        "--data",
        "in.csv",
        "--schema",
        "schema.toml",
        "--shadow-models",
        "4",
        "--json",
    ]);
    assert_code(&output, 0);
    let found: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&found["customers"], &found["breaches"]), (&ROWS.into(), &json!([])));
    // Each number, counted here.
    let (names, rows) = read_csv(&model.path("in.csv"));
    let numbers = found["numbers"].as_array().unwrap();
    for field in ["tenure", "charges"] {
        let column = names.iter().position(|name| name == field).unwrap();
        let values: Vec<f32> = rows.iter().filter_map(|row| row[column].parse().ok()).collect();
        let own: Vec<&Value> = numbers.iter().filter(|number| number["field"] == field).collect();
        assert!(own.len() > 8 && own.iter().any(|one| one["place"] == "background"), "{own:?}");
        for one in own {
            let number = one["number"].as_f64().unwrap() as f32;
            let count = |is: &dyn Fn(f32) -> bool| values.iter().filter(|value| is(**value)).count();
            let (sharing, below, above) =
                (count(&|value| value == number), count(&|value| value <= number), count(&|value| value >= number));
            assert_eq!((&one["sharing"], &one["at_or_below"]), (&sharing.into(), &below.into()), "{one}");
            assert!((sharing == 0 || sharing >= 20) && below.min(above) >= 20, "{one}");
        }
    }
    assert_eq!(found["categories"].as_array().unwrap().len(), 3);
    assert!(found["background"].as_array().unwrap().iter().all(|row| row["nearest"].as_f64().unwrap() > 0.0));
    for attack in ["by_loss", "likelihood_ratio"] {
        let area = found["membership"][attack]["roc_auc"].as_f64().unwrap();
        assert!((0.3..0.8).contains(&area), "{attack}: {area}");
    }
    assert_eq!(found["report"].as_array().unwrap().len(), 2);
    // For people.
    let output = audit(&model, &[]);
    assert_code(&output, 0);
    let text = String::from_utf8(output.stdout).unwrap();
    for part in [
        "Numbers",
        "Categories",
        "Background",
        "customers with it",
        "by loss: ROC-AUC",
        "No entry stands for too few customers.",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
}

#[test]
fn a_broken_promise_is_named_with_exit_code_3() {
    let model = careless();
    let output = audit(&model, &[]);
    assert_code(&output, 3);
    let words = words(&output);
    assert!(
        words.contains("`charges`: the background's number") && words.contains("is the value of one customer"),
        "{words}"
    );
    assert!(words.contains("`background row 0`: it is equal to one customer"), "{words}");
    // Training writes no such model.
    let schema = &model.scorer.document().schema;
    let cohort = Cohort::read(Source::open(model.path("in.csv")).unwrap(), schema).unwrap();
    let breach = check(model.scorer.artifact(), &cohort).unwrap_err();
    // It names the first.
    assert!(
        breach.to_string().starts_with("`tenure`: the background's number 0 is the value of 6 customers"),
        "{breach}"
    );
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("✗") && text.contains("marked ✗"), "{text}");
}

#[test]
fn another_table_another_split_and_flags_that_cannot_be_are_refused() {
    let model = careless();
    model.table("schema.toml", &small_model::schema(0));
    for (more, code, part) in [
        (&["--shadow-models", "5"][..], 2, "an even number of at least 4"),
        (&["--schema", "schema.toml"], 2, "another schema"),
        (&["--group", "id"], 2, "pass --group, --time"),
    ] {
        let output = model.run(&[&["audit", "model.safetensors", "--data", "in.csv"], more].concat());
        assert_code(&output, code);
        assert!(words(&output).contains(part), "{}", words(&output));
    }
    model.table("in.csv", &model.rows(401));
    let output = audit(&model, &[]);
    assert_code(&output, 1);
    assert!(words(&output).contains("was trained on another table"), "{}", words(&output));
}
