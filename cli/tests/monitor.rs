//! `tenure score --profile` and `tenure monitor` as a user runs them, and what `tenure retrain` does
//! before it trains.

mod small_model;

use std::path::Path;

use serde_json::Value;
use small_model::{SmallModel, assert_code, read_csv, words};
use tenure::artifact::{Artifact, Document, with_policy, write};
use tenure_table::Source;
use tenure_training::cohort::Cohort;
use tenure_training::reference::measure;

/// A small model with a reference of 4,000 rows.
fn watched() -> SmallModel {
    let model = SmallModel::new();
    let path = model.table("reference.csv", &model.rows(4000));
    let Artifact { document, network, .. } = model.scorer.artifact().clone();
    let cohort = Cohort::read(Source::open(&path).unwrap(), &document.schema).unwrap();
    let rows: Vec<u32> = (0..cohort.rows() as u32).collect();
    let mut card = document.card().unwrap();
    let reference = measure(model.scorer.artifact(), &cohort, &rows, card.metrics.threshold);
    card.reference = Some(serde_json::from_str(&reference.write()).unwrap());
    let artifact = Artifact::new(Document { card: card.write(), ..document }, network).unwrap();
    assert_eq!(artifact.reference, Some(reference));
    std::fs::write(model.path("model.safetensors"), write(&artifact).unwrap()).unwrap();
    model.table("march.csv", &model.rows(2500));
    model
}

/// The rows of a table with a column changed.
fn changed(text: &str, column: usize, change: impl Fn(&str) -> String) -> String {
    let mut lines = text.lines();
    let mut changed = lines.next().unwrap().to_owned() + "\n";
    for line in lines {
        // The contract, in which there may be a comma, stands behind the columns that are changed.
        let mut cells: Vec<String> = line.splitn(4, ',').map(Into::into).collect();
        cells[column] = change(&cells[column]);
        changed += &(cells.join(",") + "\n");
    }
    changed
}

fn profile(model: &SmallModel, table: &str, name: &str, days: [&str; 2]) {
    let [from, until] = days;
    let arguments = ["score", "model.safetensors", "--data", table, "--out", "scored.csv", "--force"];
    let output = model.run(&[&arguments[..], &["--profile", name, "--from", from, "--until", until]].concat());
    assert_code(&output, 0);
}

fn monitor(model: &SmallModel, arguments: &[&str], code: i32) -> (String, String) {
    let output = model.run(&[&["monitor", "model.safetensors"], arguments].concat());
    assert_code(&output, code);
    (String::from_utf8(output.stdout.clone()).unwrap(), words(&output))
}

fn read(path: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

#[test]
fn rows_as_in_training_are_fine_and_others_are_named() {
    let model = watched();
    profile(&model, "march.csv", "march.json", ["2026-03-01", "2026-03-31"]);
    assert!(std::fs::metadata(model.path("march.json")).unwrap().len() < 4000);
    let days = ["--today", "2026-06-01"];
    let (text, _) = monitor(&model, &[&["march.json"][..], &days].concat(), 0);
    assert!(text.starts_with("fine: 2,500 rows, 2026-03-01 to 2026-03-31"), "{text}");

    // The same rows have the same identity.
    profile(&model, "march.csv", "again.json", ["2026-03-01", "2026-03-31"]);
    let (_, words) = monitor(&model, &[&["march.json", "again.json"][..], &days].concat(), 4);
    assert!(words.contains("profile_twice"), "{words}");
    let (_, words) = monitor(&model, &["march.json", "--today", "2026-03-30"], 4);
    assert!(words.contains("profile_future"), "{words}");

    // Charges rise.
    let raised = |cell: &str| format!("{}", cell.parse::<f64>().unwrap() * 1.3);
    model.table("april.csv", &changed(&model.rows(2500), 2, raised));
    profile(&model, "april.csv", "april.json", ["2026-04-01", "2026-04-30"]);
    let html = ["--html", "drift.html", "--json", "drift.json"];
    let (text, words) = monitor(&model, &[&["march.json", "april.json"][..], &days, &html].concat(), 3);
    assert!(words.contains("drift: ") && words.contains("`charges`"), "{words}");
    assert!(!words.contains("`contract`") && text.contains("march.json: 2026-03-01 to 2026-03-31"), "{text}");
    let figures = read(&model.path("drift.json"));
    assert_eq!(figures["verdict"], "drift");
    let verdicts: Vec<&Value> =
        figures["profiles"].as_array().unwrap().iter().map(|one| &one["comparison"]["verdict"]).collect();
    assert_eq!(verdicts, ["fine", "drift"]);
    let page = std::fs::read_to_string(model.path("drift.html")).unwrap();
    assert!(page.contains("Over time") && page.contains("charges") && !page.contains("http"), "{page}");

    // A column is not filled any more.
    model.table("may.csv", &changed(&model.rows(2500), 1, |_| String::new()));
    profile(&model, "may.csv", "may.json", ["2026-05-01", "2026-05-31"]);
    let (_, words) = monitor(&model, &[&["may.json"][..], &days].concat(), 4);
    assert!(words.contains("broken data: `tenure` is missing in 100.0%"), "{words}");
}

#[test]
fn a_profile_of_another_model_or_of_nothing_is_refused() {
    let (model, other) = (watched(), SmallModel::new());
    let arguments = ["score", "model.safetensors", "--data", "in.csv", "--out", "out.csv", "--profile", "p.json"];
    other.table("in.csv", &other.rows(50));
    let output = other.run(&arguments);
    assert_code(&output, 1);
    assert!(words(&output).contains("no reference profile"), "{}", words(&output));

    profile(&model, "march.csv", "march.json", ["2026-03-01", "2026-03-31"]);
    let text = std::fs::read_to_string(model.path("march.json")).unwrap();
    let at = text.find("\"model\":\"").unwrap() + 9;
    let mut foreign = text.clone();
    foreign.replace_range(at..at + 2, if &text[at..at + 2] == "00" { "11" } else { "00" });
    model.table("foreign.json", &foreign);
    model.table("later.json", &text.replace("\"version\":1", "\"version\":9"));
    model.table("broken.json", "{");
    let header = model.rows(0);
    model.table("none.csv", &header);
    let (_, words) = monitor(&model, &["foreign.json", "later.json", "broken.json"], 4);
    for code in ["3 of 3 profiles", "profile_model", "profile_version", "profile_format"] {
        assert!(words.contains(code), "{code} in {words}");
    }
}

#[test]
fn decisions_are_counted_by_offer() {
    let model = watched();
    let file = std::fs::read(model.path("model.safetensors")).unwrap();
    let tiers = serde_json::to_value(&model.scorer.document().policy.tiers).unwrap();
    let policy = serde_json::json!({ "tiers": tiers, "value": "10 * charges", "offers": [
        { "name": "discount", "cost": "0.5 * charges", "effect": 0.4, "eligible": "tenure >= 6" },
        { "name": "gift", "cost": 20, "effect": 0.4 },
    ] });
    std::fs::write(model.path("model.safetensors"), with_policy(&file, &policy.to_string()).unwrap()).unwrap();
    // The last row has an error: it is seen, and nothing is decided.
    model.table("march.csv", &(model.rows(2500) + "C-2500,-1,x,Month,Yes,No\n"));
    let decide = ["decide", "model.safetensors", "--data", "march.csv"];
    let output = model.run(&[&decide[..], &["--out", "out.csv", "--json", "--profile", "p.json"]].concat());
    assert_code(&output, 0);
    let said: Value = serde_json::from_slice(&output.stdout).unwrap();
    let [discount, gift] = ["discount", "gift"].map(|name| said["offers"][name].as_u64().unwrap());
    assert!(discount >= 20 && gift >= 20 && 2500 - discount - gift >= 20, "{said}");
    let seen = read(&model.path("p.json"));
    assert_eq!(seen["offers"], serde_json::json!([discount, gift, 2500 - discount - gift]));
    assert_eq!((&seen["rows"], &seen["scored"]), (&2501.into(), &2500.into()));
    // What is scored is counted as `tenure score` counts it.
    let score = ["score", "model.safetensors", "--data", "march.csv", "--out", "scored.csv", "--profile", "s.json"];
    assert_code(&model.run(&score), 0);
    let scored = read(&model.path("s.json"));
    for key in ["rows", "scored", "fields", "rules", "scores"] {
        assert_eq!(seen[key], scored[key], "{key}");
    }
    let (text, _) = monitor(&model, &["p.json", "--json", "-"], 0);
    let figures: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(figures["comparison"]["offers"][1], serde_json::json!({ "offer": "gift", "decisions": gift }));
    let output = model.run(&[&decide[..], &["--profile", "q.json"]].concat());
    assert_code(&output, 2);
    assert!(words(&output).contains("--profile needs --out"), "{}", words(&output));
}

#[test]
fn labels_that_come_late_are_measured() {
    let model = watched();
    profile(&model, "march.csv", "march.json", ["2026-03-01", "2026-03-31"]);
    let labels = ["--labels", "scored.csv", "--left", "Churn", "--positive", "Yes"];
    let output = model.run(&[&["monitor", "model.safetensors", "march.json", "--json", "-"][..], &labels].concat());
    // The weights of the small model are not learned, so its probabilities are wrong: in the reference,
    // too, and therefore that is no drift.
    assert_code(&output, 0);
    let figures: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&figures["concept"]["rows"], &figures["concept"]["drifted"]), (&2500.into(), &false.into()));
    // All leave.
    let text = std::fs::read_to_string(model.path("scored.csv")).unwrap();
    model.table("scored.csv", &text.replace(",No,", ",Yes,"));
    let (text, words) = monitor(&model, &[&["march.json"][..], &labels].concat(), 3);
    assert!(words.contains("customers leave otherwise") && text.contains("concept drift"), "{words} {text}");
}

#[test]
fn a_review_names_nobody() {
    let model = watched();
    profile(&model, "march.csv", "march.json", ["2026-03-01", "2026-03-31"]);
    let review = ["--review", "review.csv", "--data", "march.csv", "--count", "5"];
    let arguments = |key| [&["march.json"][..], &review, &["--force", "--pseudonym-key", key]].concat();
    monitor(&model, &arguments("short"), 2);
    monitor(&model, &arguments("a long secret"), 0);
    let (names, rows) = read_csv(&model.path("review.csv"));
    assert_eq!(names, ["pseudonym", "why", "probability", "unlikeness", "field"]);
    assert_eq!(rows.iter().filter(|row| row[1] == "uncertain").count(), 5);
    assert_eq!(rows.iter().filter(|row| row[1] == "unlike").count(), 5);
    let text = std::fs::read_to_string(model.path("review.csv")).unwrap();
    assert!(!text.contains("C-"), "{text}");
    monitor(&model, &arguments("another secret"), 0);
    let (_, others) = read_csv(&model.path("review.csv"));
    assert!(rows.iter().zip(&others).all(|(a, b)| a[0] != b[0] && a[2..] == b[2..]));
}

#[test]
fn nothing_is_trained_where_nothing_moved() {
    let model = watched();
    profile(&model, "march.csv", "march.json", ["2026-03-01", "2026-03-31"]);
    let before = std::fs::read(model.path("model.safetensors")).unwrap();
    model.table("schema.toml", &small_model::schema(0));
    let table = ["--data", "march.csv", "--schema", "schema.toml"];
    let output = model.run(&[&["retrain", "model.safetensors"][..], &table, &["--if-drifted", "march.json"]].concat());
    assert_code(&output, 0);
    assert!(words(&output).contains("nothing has moved"), "{}", words(&output));
    assert_eq!(std::fs::read(model.path("model.safetensors")).unwrap(), before);
    assert!(!model.path("verdict.json").exists());
    // No challenger waits.
    assert_code(&model.run(&["approve", "model.safetensors"]), 3);
}
