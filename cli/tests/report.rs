//! `tenure report` as a user runs it: a page that stands alone, the same figures as JSON, two
//! models side by side.

mod small_model;

use serde_json::Value;
use small_model::{SmallModel, assert_code, churned, words};
use tenure_training::metrics::measure;

const ROWS: usize = 1500;

fn json(model: &SmallModel, name: &str) -> Value {
    serde_json::from_slice(&std::fs::read(model.path(name)).unwrap()).unwrap()
}

fn close(seen: &Value, expected: f64) {
    assert!((seen.as_f64().unwrap() - expected).abs() < 1e-9, "{seen} {expected}");
}

#[test]
fn the_page_stands_alone_and_the_json_has_its_figures() {
    let model = SmallModel::new();
    model.table("in.csv", &(model.rows(ROWS) + "C-1,x,1,Month,Yes,No\n"));
    let arguments = [
        "report",
        "model.safetensors",
        "--data",
        "in.csv",
        "--json",
        "figures.json",
        "--resamples",
        "40",
        "--explain",
        "30",
        "--threshold",
        "0.3",
        "--customer-value",
        "500",
    ];
    assert_code(&model.run(&arguments), 0);
    let page = std::fs::read_to_string(model.path("report.html")).unwrap();
    for section in ["quality", "calibration", "use", "fields", "segments", "data", "model"] {
        assert!(page.contains(&format!("<section id=\"{section}\"")), "{section}");
    }
    assert!(!page.contains("id=\"compared\""));
    for outside in ["http:", "https:", "src=", "url(", "@import", "<link", "<img", "NaN", "inf%"] {
        assert!(!page.contains(outside), "{outside} in the page");
    }
    assert!(!page.contains(model.folder.path().to_str().unwrap()), "the page names a folder of this machine");
    // Every drawing has words for those who do not see it, and no coordinate is missing.
    assert_eq!(page.matches("<svg ").count(), page.matches("role=\"img\" aria-label=\"").count());
    assert!(page.matches("<svg ").count() >= 9);

    let figures = json(&model, "figures.json");
    let mut workspace = model.scorer.workspace();
    let probability = |row| model.scorer.score(&model.customer(row), &mut workspace).probability;
    let probabilities: Vec<f64> = (0..ROWS).map(probability).collect();
    let labels: Vec<bool> = (0..ROWS).map(churned).collect();
    let metrics = measure(&probabilities, &labels, 0.3).unwrap();
    let first = &figures["models"][0];
    close(&first["metrics"]["roc_auc"], metrics.roc_auc);
    close(&first["metrics"]["f1"], metrics.f1);
    assert_eq!((&figures["data"]["rows"], &figures["data"]["left_out"]), (&ROWS.into(), &1.into()));
    // The cells at the threshold, counted here.
    let called =
        |label: bool| probabilities.iter().zip(&labels).filter(|(p, left)| **p >= 0.3 && **left == label).count();
    assert_eq!(first["confusions"][30]["true_positives"], called(true));
    assert_eq!(first["confusions"][30]["false_positives"], called(false));
    let binned =
        |key: &str| -> u64 { first["histogram"][key].as_array().unwrap().iter().filter_map(Value::as_u64).sum() };
    assert_eq!(binned("left") + binned("stayed"), ROWS as u64);
    // Calling everybody earns the terms of the two outcomes; the defaults stand but for the value.
    let left = labels.iter().filter(|left| **left).count() as f64 / ROWS as f64;
    close(&first["curves"]["profit"]["value"][100], left * (0.3 * 490.0 - 1.0) - (1.0 - left) * 11.0);
    // What the fields add makes the logit.
    let influence = &figures["influence"];
    let row = influence["rows"][7].as_u64().unwrap() as usize;
    let fields = influence["fields"].as_array().unwrap();
    let sum: f64 = fields.iter().map(|field| field["contributions"][7].as_f64().unwrap()).sum();
    let logit = model.scorer.score(&model.customer(row), &mut workspace).logit;
    assert!((influence["base"].as_f64().unwrap() + sum - logit).abs() < 1e-4);
    let means: Vec<f64> = fields.iter().map(|field| field["mean"].as_f64().unwrap()).collect();
    assert!(means.is_sorted_by(|a, b| a >= b) && means.len() == 4);
    let segments = figures["segments"]["segments"].as_array().unwrap();
    let month = segments.iter().find(|segment| segment["label"] == "Contract: Month").unwrap();
    assert_eq!(month["rows"], ROWS / 3);

    // The same files and flags give the same bytes; what is there is not overwritten.
    let again = [&arguments[..], &["--out", "again.html", "--force"]].concat();
    assert_code(&model.run(&again), 0);
    assert!(std::fs::read_to_string(model.path("again.html")).unwrap() == page);
    let refused = model.run(&arguments);
    assert_code(&refused, 2);
    assert!(words(&refused).contains("report.html is there already"));
}

#[test]
fn two_models_side_by_side() {
    let model = SmallModel::new();
    let other = SmallModel::with_flags(0, &serde_json::json!({ "name": "small", "metrics": { "threshold": 0.4 } }));
    std::fs::copy(other.path("model.safetensors"), model.path("other.safetensors")).unwrap();
    model.table("in.csv", &model.rows(400));
    let arguments = [
        "report",
        "model.safetensors",
        "--compare",
        "other.safetensors",
        "--data",
        "in.csv",
        "--json",
        "figures.json",
        "--resamples",
        "20",
        "--explain",
        "0",
    ];
    assert_code(&model.run(&arguments), 0);
    let figures = json(&model, "figures.json");
    // The same network: what does not hang on the threshold is equal, and its interval is nothing.
    let difference = &figures["differences"]["roc_auc"];
    assert_eq!((&difference["difference"], &difference["interval"]["high"]), (&0.0.into(), &0.0.into()));
    assert_eq!(figures["models"][1]["metrics"]["threshold"], 0.4);
    assert!(figures["influence"].is_null());
    let page = std::fs::read_to_string(model.path("report.html")).unwrap();
    assert!(page.contains("id=\"compared\"") && page.contains("no clear difference"));
}

#[test]
fn what_cannot_be_reported_is_refused_with_every_reason() {
    let model = SmallModel::new();
    model.table("in.csv", &model.rows(60));
    model.table("one_class.csv", &model.rows(60).replace(",Yes\n", ",No\n"));
    let before = model.files();
    for (data, more, code, parts) in [
        (
            "in.csv",
            &["--success-rate", "1.5", "--resamples", "0"][..],
            2,
            &["--success-rate must be", "--resamples must be"][..],
        ),
        ("one_class.csv", &[], 1, &["one class"]),
        ("in.csv", &["--compare", "no.safetensors"], 3, &["no.safetensors"]),
    ] {
        let output = model.run(&[&["report", "model.safetensors", "--data", data], more].concat());
        assert_code(&output, code);
        parts.iter().for_each(|part| assert!(words(&output).contains(part), "{part} in {}", words(&output)));
    }
    assert_eq!(model.files(), before);
}

/// The lines of the card's front matter as YAML has them, and the Markdown below.
#[test]
fn the_card_is_markdown_with_front_matter() {
    let card = serde_json::json!({
        "name": "small",
        "rows": { "train": 700, "validation": 100, "calibration": 100, "test": 100 },
        "metrics": { "roc_auc": 0.8123, "threshold": 0.4 },
        "intervals": { "level": 0.95, "roc_auc": { "low": 0.75, "high": 0.86 } },
        "teacher": { "model": "tabm", "penalty": { "chosen": "L2 0.4", "tried": { "decay 0.0003": 0.13, "L2 0.4": 0.125 } } },
        "segments": {
            "measured": 9, "worse": 1, "smallest": 30, "false_discovery_rate": 0.05,
            "most_doubtful": [{
                "label": "Contract: a|b", "rows": 40, "rate": 0.5, "mean_probability": 0.3, "gap": [0.05, 0.3],
                "log_loss": 0.7, "worse": true
            }]
        },
    });
    let model = SmallModel::with_flags(0, &card);
    assert_code(&model.run(&["card", "model.safetensors", "--license", "apache-2.0"]), 0);
    let text = std::fs::read_to_string(model.path("MODEL_CARD.md")).unwrap();
    let (front, body) = text.strip_prefix("---\n").unwrap().split_once("\n---\n").unwrap();
    for part in ["license: \"apache-2.0\"", "pipeline_tag: tabular-classification", "- type: roc_auc", "value: 0.8123"]
    {
        assert!(front.contains(part), "{part} in {front}");
    }
    for part in [
        "# small",
        "| ROC-AUC | 0.8123 (0.7500 to 0.8600) |",
        "| Contract: a\\|b | 40 | 50.0% | 30.0% | 5.0% to 30.0% | yes |",
        "| learning-rate | 0.01 |",
        "| hidden | 12 |",
        "k: 20.",
        "- Penalty of TabM: L2 0.4 (validation log-loss 0.1250; decay 0.0003 had 0.1300)",
        "Background rows: 4, made of such numbers",
        "smallest group has 30 customers",
        "Identifiers: 1 dropped before training (`id`)",
        "## Known limitations",
    ] {
        assert!(body.contains(part), "{part} in {body}");
    }
    assert_code(&model.run(&["card", "model.safetensors"]), 2);
    let printed = model.run(&["card", "model.safetensors", "--json"]);
    let whole: Value = serde_json::from_str(&model.scorer.document().card).unwrap();
    assert_eq!(serde_json::from_slice::<Value>(&printed.stdout).unwrap(), whole);
}

#[test]
fn a_page_that_is_shared_has_no_figure_of_a_few_customers() {
    let model = SmallModel::new();
    // One customer has charges that nobody else has.
    model.table("in.csv", &(model.rows(400) + "C-x,3,98765.43,Month,Yes,No\n"));
    let arguments =
        ["report", "model.safetensors", "--data", "in.csv", "--json", "f.json", "--resamples", "20", "--force"];
    assert_code(&model.run(&arguments), 0);
    let page = std::fs::read_to_string(model.path("report.html")).unwrap();
    // The first screen ends with the first section.
    let first = |page: &str| page.split("<nav").next().unwrap().to_owned();
    assert!(first(&page).contains("Holds figures of single customers.") && page.contains("98765"));
    assert!(json(&model, "f.json")["data"]["fields"][1]["quantiles"][4] == 98765.43);

    assert_code(&model.run(&[&arguments[..], &["--share"]].concat()), 0);
    let page = std::fs::read_to_string(model.path("report.html")).unwrap();
    assert!(first(&page).contains("Made to be shared.") && !page.contains("98765") && !page.contains("Lowest"));
    let figures = json(&model, "f.json");
    assert!(!figures.to_string().contains("98765.43"));
    let few = |count: &Value| (1..20).contains(&count.as_u64().unwrap());
    for field in figures["data"]["fields"].as_array().unwrap() {
        assert!(field["missing"].is_null() || !few(&field["missing"]), "{field}");
        assert!(field["categories"].as_array().unwrap().iter().all(|category| !few(&category["rows"])), "{field}");
    }
    // Five customers have no tenure.
    assert!(figures["data"]["fields"][0]["missing"].is_null());
    let shown = &figures["models"][0];
    let bins =
        shown["histogram"]["left"].as_array().unwrap().iter().zip(shown["histogram"]["stayed"].as_array().unwrap());
    assert!(
        bins.clone().count() == 20
            && bins.clone().all(|(left, stayed)| {
                let rows = left.as_u64().unwrap() + stayed.as_u64().unwrap();
                rows == 0 || rows >= 20
            })
    );
    assert!(shown["tiers"].as_array().unwrap().iter().all(|tier| !few(&tier["rows"])));
    let confusions = shown["confusions"].as_array().unwrap();
    assert!(confusions[0].is_object() && confusions.len() == 101);
    for cells in confusions.iter().filter(|cells| cells.is_object()) {
        let contacted = cells["true_positives"].as_u64().unwrap() + cells["false_positives"].as_u64().unwrap();
        assert!(!(1..20).contains(&contacted), "{cells}");
    }
    let influence = &figures["influence"];
    assert_eq!((&influence["explained"], &influence["rows"]), (&300.into(), &serde_json::json!([])));
    assert!(
        influence["fields"]
            .as_array()
            .unwrap()
            .iter()
            .all(|field| field["contributions"].as_array().unwrap().is_empty())
    );
}
