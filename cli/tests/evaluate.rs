//! `tenure evaluate` as a user runs it: figures, intervals, the warning about training data,
//! refusals.

mod small_model;

use small_model::{SmallModel, assert_code, churned, words};
use tenure_training::metrics::{Bootstrap, measure};

const ROWS: usize = 5000;

fn probabilities(model: &SmallModel, rows: usize) -> (Vec<f64>, Vec<bool>) {
    let mut workspace = model.scorer.workspace();
    let probability = |row| model.scorer.score(&model.customer(row), &mut workspace).probability;
    ((0..rows).map(probability).collect(), (0..rows).map(churned).collect())
}

/// The same keys with the same numbers, but for the last digit, which serde_json may read wrong.
fn assert_close(seen: &serde_json::Value, expected: &serde_json::Value) {
    match (seen, expected) {
        (serde_json::Value::Object(seen), serde_json::Value::Object(expected)) => {
            assert!(seen.keys().eq(expected.keys()));
            seen.values().zip(expected.values()).for_each(|(seen, expected)| assert_close(seen, expected));
        }
        _ => assert!((seen.as_f64().unwrap() - expected.as_f64().unwrap()).abs() < 1e-12, "{seen} {expected}"),
    }
}

#[test]
fn figures_are_those_of_the_metrics_on_the_scorers_probabilities() {
    let model = SmallModel::new();
    // One row breaks a rule, one has no target.
    model.table("in.csv", &(model.rows(ROWS) + "C-1,x,1,Month,Yes,No\nC-2,1,1,Month,Yes,\n"));
    let arguments = [
        "evaluate",
        "model.safetensors",
        "--data",
        "in.csv",
        "--threshold",
        "0.3",
        "--resamples",
        "50",
        "--json",
        "out.json",
    ];
    let output = model.run(&arguments);
    assert_code(&output, 0);
    let document: serde_json::Value = serde_json::from_slice(&std::fs::read(model.path("out.json")).unwrap()).unwrap();
    let (probabilities, labels) = probabilities(&model, ROWS);
    let metrics = measure(&probabilities, &labels, 0.3).unwrap();
    let bootstrap = Bootstrap { resamples: 50, ..Bootstrap::default() };
    let intervals = bootstrap.intervals(&probabilities, &labels, 0.3).unwrap();
    assert_close(&document["metrics"], &serde_json::to_value(metrics).unwrap());
    assert_close(&document["intervals"], &serde_json::to_value(intervals).unwrap());
    let positives = labels.iter().filter(|&&label| label).count();
    assert_eq!((&document["rows"], &document["positives"]), (&ROWS.into(), &positives.into()));
    assert_eq!((&document["left_out"], &document["threshold"]), (&2.into(), &0.3.into()));
    assert_eq!(document["training_data"], false);
    for hash in ["data_sha256", "model_sha256"] {
        assert_eq!(document[hash].as_str().unwrap().len(), 64);
    }

    let table = String::from_utf8(output.stdout.clone()).unwrap();
    let lines: Vec<&str> = table.lines().collect();
    assert!(lines[0].starts_with("5,000 rows, ") && lines[0].ends_with("threshold 0.3"), "{table}");
    assert_eq!((lines[1], lines.len()), ("2 rows left out", 14));
    let accuracy = format!("{:<16} {:>8.4}   {:.4} to", "accuracy", metrics.accuracy, intervals.accuracy.low);
    assert!(lines[3].starts_with(&accuracy), "{table}");
    assert!(lines[7].starts_with("ROC-AUC "), "{table}");
    // The problems are said, with their lines.
    assert!(words(&output).contains("line 5002: Months with us") || words(&output).contains("line 5002: tenure"));
    assert!(!words(&output).contains("warning"));
}

#[test]
fn figures_on_the_training_data_come_with_a_warning() {
    let model = SmallModel::new();
    model.table("in.csv", &model.rows(500));
    let arguments = ["evaluate", "model.safetensors", "--data", "in.csv", "--resamples", "0", "--json", "-", "--quiet"];
    let output = model.run(&arguments);
    assert_code(&output, 0);
    assert!(output.stderr.is_empty());
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(document["intervals"].is_null());

    let card = serde_json::json!({ "data_sha256": document["data_sha256"], "rows": { "test": 50 } });
    let trained = SmallModel::with_flags(0, &card);
    trained.table("in.csv", &model.rows(500));
    let output = trained.run(&["evaluate", "model.safetensors", "--data", "in.csv", "--resamples", "0"]);
    assert_code(&output, 0);
    assert!(words(&output).contains("warning: the model was trained on this very file"), "{}", words(&output));
    assert!(words(&output).contains("50 test rows"), "{}", words(&output));
    assert!(!String::from_utf8(output.stdout).unwrap().contains("interval"));
}

#[test]
fn what_cannot_be_measured_is_refused() {
    let model = SmallModel::new();
    model.table("in.csv", &model.rows(60));
    let rows = model.rows(60);
    model.table("one_class.csv", &rows.replace(",Yes\n", ",No\n"));
    let without = |line: &str| line.rsplit_once(',').unwrap().0.to_owned() + "\n";
    model.table("no_target.csv", &rows.lines().map(without).collect::<String>());
    model.table("there.json", "kept");
    let before = model.files();
    for (data, more, code, part) in [
        ("one_class.csv", &[][..], 1, "target `Churn` has one class"),
        ("no_target.csv", &[], 1, "no column `Churn`"),
        ("in.csv", &["--threshold", "1.5"], 2, "must be within 0 to 1"),
        ("in.csv", &["--json", "there.json"], 2, "there.json is there already; --force"),
        ("no.csv", &[], 3, "no.csv: "),
    ] {
        let output = model.run(&[&["evaluate", "model.safetensors", "--data", data], more].concat());
        assert_code(&output, code);
        assert!(words(&output).contains(part), "{part} in {}", words(&output));
    }
    assert_eq!(model.files(), before);
}
