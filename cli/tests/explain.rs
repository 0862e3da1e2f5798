//! `tenure explain`: sentences for one row, the same numbers as the scorer's, and what is refused.

mod small_model;

use small_model::{SmallModel, assert_code, words};
use tenure::scorer::{ExplainOptions, Scale};

/// The small model, whose contract may change.
fn model() -> SmallModel {
    let model = SmallModel::new();
    let mut artifact = model.scorer.artifact().clone();
    artifact.document.schema.fields[2].changeable = true;
    let artifact = tenure::artifact::Artifact::new(artifact.document, artifact.network).unwrap();
    std::fs::write(model.path("model.safetensors"), tenure::artifact::write(&artifact).unwrap()).unwrap();
    model.table("in.csv", &(model.rows(5000) + "C-5000,-1,x,Month,Yes,No\n"));
    model
}

#[test]
fn a_row_in_sentences_and_as_json() {
    let model = model();
    let mut workspace = model.scorer.workspace();
    // In the second batch too, and on both scales.
    for (row, scale, name) in [(1usize, Scale::Probability, "points"), (4200, Scale::LogOdds, "log-odds")] {
        let customer = model.customer(row - 1);
        let options = ExplainOptions { scale, ..ExplainOptions::default() };
        let explanation = model.scorer.explain(&customer, &options, &mut workspace).unwrap();
        let threshold = (explanation.score.probability * 0.98).to_string();
        let arguments =
            ["explain", "model.safetensors", "--data", "in.csv", "--row", &row.to_string(), "--threshold", &threshold];
        let flags: &[&str] = if scale == Scale::LogOdds { &["--scale", "log-odds"] } else { &[] };
        let arguments = [&arguments[..], flags].concat();
        let output = model.run(&[&arguments[..], &["--json"]].concat());
        assert_code(&output, 0);
        let document: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        // serde_json may be a bit off in a float of many digits.
        let same = |seen: &serde_json::Value, number: f64| (seen.as_f64().unwrap() - number).abs() < 1e-12;
        assert!(same(&document["probability"], explanation.score.probability));
        let contributions = document["contributions"].as_array().unwrap();
        assert_eq!(contributions.len(), 4);
        let text = String::from_utf8(model.run(&arguments).stdout).unwrap();
        let unit = if name == "points" { "percentage points" } else { "on the log-odds" };
        assert!(text.lines().skip(1).any(|line| line.contains(unit)), "{text}");
        for contribution in contributions {
            let field = contribution["field"].as_str().unwrap();
            let index = model.scorer.document().schema.field_index(field).unwrap();
            assert!(same(&contribution["contribution"], explanation.contributions[index]));
            assert!(text.contains(contribution["sentence"].as_str().unwrap()), "{text}");
        }
        let found = &document["counterfactuals"];
        let answers = found["answers"].as_array().unwrap();
        assert_eq!(answers.is_empty(), found["reason"].is_string());
        for answer in answers {
            assert!(answer["probability"].as_f64().unwrap() < threshold.parse().unwrap());
            assert_eq!(answer["changes"][0]["field"], "contract");
            assert!(text.contains(answer["sentence"].as_str().unwrap()), "{text}");
        }
        let german =
            String::from_utf8(model.run(&[&arguments[..], &["--language", "german"]].concat()).stdout).unwrap();
        assert!(german.contains("Risiko") || german.contains("risiko"), "{german}");
    }
}

#[test]
fn what_cannot_be_explained_is_refused() {
    let model = model();
    model.table("words.json", "{}");
    for (more, code, part) in [
        (&["--row", "5002"][..], 2, "--row must be at most 5001"),
        (&["--row", "5001"], 1, "tenure: must be at least 0 months (got -1)"),
        (&["--row", "5001"], 1, "charges: must be a number"),
        (&["--row", "1", "--threshold", "1.5"], 2, "--threshold must be a number from 0 to 1 (got 1.5)"),
        (&["--row", "1", "--language", "klingon"], 2, "give english, german or a JSON file"),
        (&["--row", "1", "--language", "words.json"], 2, "decimal: is missing"),
    ] {
        let output = model.run(&[&["explain", "model.safetensors", "--data", "in.csv"], more].concat());
        assert_code(&output, code);
        assert!(words(&output).contains(part), "{part} in {}", words(&output));
    }
    let fixed = SmallModel::new();
    fixed.table("in.csv", &fixed.rows(10));
    let arguments = ["explain", "model.safetensors", "--data", "in.csv", "--row", "1"];
    let output = fixed.run(&arguments);
    // Without a changeable field there is an explanation, and a word on advice.
    assert_code(&output, 0);
    assert_eq!(words(&output).lines().count(), 1);
    assert!(words(&output).starts_with("advice needs `changeable`"), "{}", words(&output));
    let quiet = fixed.run(&[&arguments[..], &["--counterfactuals", "0"]].concat());
    assert_eq!((quiet.stdout == output.stdout, words(&quiet).as_str()), (true, ""));
    let document = fixed.run(&[&arguments[..], &["--json"]].concat());
    let document: serde_json::Value = serde_json::from_slice(&document.stdout).unwrap();
    assert_eq!(
        (document["contributions"].as_array().unwrap().len(), &document["counterfactuals"]),
        (4, &serde_json::Value::Null)
    );
}
