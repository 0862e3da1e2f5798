//! `cargo xtask bench train --end-to-end`: whole trainings beside CatBoost, LightGBM and the
//! reference TabM, into target/bench/train_end_to_end.json.
//!
//! Ours is `tenure train` without a flag that changes what is learned, by the schema that `tenure
//! init` drafts: its CPU time and peak memory are those of the whole process, from the file to the
//! artifact. Quality is that of `tenure crossval` on the folds that the peers are measured on
//! (tests/bench/train/whole.py). Two threads each.

use std::ffi::OsString;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use super::peers::THREADS;
use super::quality::{self, TABLES, Table};
use crate::command::{self, Outcome, step};
use crate::venv::Python;
use crate::{demo, figures, project};

pub(super) fn run(names: &[String], peers: &Python, python: &Path) -> Result<()> {
    let table = |name: &String| {
        let found = TABLES.iter().find(|table| table.name == name);
        found.with_context(|| format!("there is no table `{name}`, only {}", TABLES.map(|table| table.name).join(", ")))
    };
    let tables = names.iter().map(table).collect::<Result<Vec<&Table>>>()?;
    demo::build_command()?;
    let folder = project::output("bench/whole");
    fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let shared = project::path("../shared/data");
    let output = figures::file("train_end_to_end.json")?;
    let environment = figures::environment();
    let mut measured = serde_json::Map::new();
    for table in tables {
        ensure!(!table.shared || shared.is_dir(), "{} is not there: {}", table.name, shared.display());
        let place = if table.shared { shared.as_path() } else { folder.as_path() };
        step(table.name, || {
            if !table.shared {
                let writer = Python::in_folder("bench/python-quality");
                writer.install(python, &project::path("tests/bench/quality/requirements.txt"))?;
                quality::write_table(table, &folder, &writer)?;
            }
            measured.insert(table.name.into(), measure(table, place, &folder, peers)?);
            Ok(Outcome::Done)
        })?;
        // Written after every table, because all of them take hours.
        figures::write(&output, &json!({ "threads": 2, "environment": environment, "tables": measured }))?;
    }
    println!("{}", lines(&measured)?);
    figures::busy(&environment).iter().for_each(|warning| println!("{warning}"));
    figures::say_written(&output);
    Ok(())
}

fn measure(table: &Table, place: &Path, folder: &Path, peers: &Python) -> Result<Value> {
    let schema = quality::draft_schema(table, place, folder)?;
    let data = table.file(place, "csv");
    let script = |arguments: &[OsString]| -> Result<Value> {
        let mut script = peers.command();
        script.env("OMP_NUM_THREADS", THREADS).env("MKL_NUM_THREADS", THREADS).env("RAYON_NUM_THREADS", THREADS);
        script.args(["-W", "ignore"]).arg(project::path("tests/bench/train/whole.py")).args(arguments);
        let text = command::read(&mut script)?;
        serde_json::from_str(&text).with_context(|| format!("whole.py printed `{text}`"))
    };
    let model = folder.join(table.name).with_extension("safetensors");
    let mut train: Vec<OsString> = vec!["command".into(), project::tenure_command().into()];
    train.extend(["train", "--quiet", "--force", "--data"].map(OsString::from));
    train.extend([data.clone().into(), "--schema".into(), schema.clone().into(), "--out".into(), model.into()]);
    let whole = script(&train)?;
    let ours = quality::crossval(table, place, folder, &schema, &[])?;
    let [folds, inner] = ["folds.csv", "inner.csv"].map(|ending| table.file(place, ending));
    let mut arguments: Vec<OsString> = vec!["peers".into(), data.into(), folds.into(), inner.into()];
    arguments.extend([table.target, table.positive].iter().chain(table.identifiers).map(OsString::from));
    let sides = script(&arguments)?;
    figures_of(&whole, &ours, &sides)
}

/// The figures of one table.
fn figures_of(whole: &Value, ours: &Value, sides: &Value) -> Result<Value> {
    let number = |value: &Value, name: &str| value.as_f64().with_context(|| format!("there is no {name}"));
    let mean = |side: &str, key: &str| -> Result<f64> {
        let values = sides[side][key].as_array().with_context(|| format!("there is no {side}.{key}"))?;
        let sum = values.iter().map(|value| number(value, key)).sum::<Result<f64>>()?;
        Ok(sum / values.len() as f64)
    };
    let own = |key: &str| number(&ours["shipped"][key]["mean"], key);
    Ok(json!({
        "rows": ours["rows"],
        "tenure_cpu_s": number(&whole["cpu_s"], "cpu_s")?,
        "catboost_cpu_s": mean("catboost", "cpu_s")?,
        "lightgbm_cpu_s": mean("lightgbm", "cpu_s")?,
        "tabm_cpu_s": mean("tabm", "cpu_s")?,
        "tenure_peak_mb": number(&whole["peak_mb"], "peak_mb")?,
        "tenure_log_loss": own("log_loss")?,
        "catboost_log_loss": mean("catboost", "log_loss")?,
        "lightgbm_log_loss": mean("lightgbm", "log_loss")?,
        "tenure_roc_auc": own("roc_auc")?,
        "catboost_roc_auc": mean("catboost", "roc_auc")?,
        "lightgbm_roc_auc": mean("lightgbm", "roc_auc")?,
        "tenure_multiply_adds": ours["multiply_adds"],
        "folds": { "tenure": ours["shipped"]["log_loss"]["folds"], "catboost": sides["catboost"]["log_loss"] },
    }))
}

/// One line a table.
fn lines(measured: &serde_json::Map<String, Value>) -> Result<String> {
    let mut lines = vec![format!(
        "{:<12} {:>9} {:>9} {:>9} {:>9} {:>8} {:>9} {:>9} {:>8} {:>8}",
        "CPU seconds:",
        "Tenure",
        "CatBoost",
        "LightGBM",
        "TabM",
        "peak MB",
        "log-loss",
        "CatBoost",
        "ROC-AUC",
        "CatBoost"
    )];
    for (table, figures) in measured {
        let number = |key: &str| figures[key].as_f64().with_context(|| format!("{table} has no {key}"));
        lines.push(format!(
            "{table:<12} {:>9.1} {:>9.1} {:>9.1} {:>9.1} {:>8.0} {:>9.4} {:>9.4} {:>8.4} {:>8.4}",
            number("tenure_cpu_s")?,
            number("catboost_cpu_s")?,
            number("lightgbm_cpu_s")?,
            number("tabm_cpu_s")?,
            number("tenure_peak_mb")?,
            number("tenure_log_loss")?,
            number("catboost_log_loss")?,
            number("tenure_roc_auc")?,
            number("catboost_roc_auc")?
        ));
    }
    Ok(lines.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_figure_is_there_or_is_missed_by_name() {
        let whole = json!({ "cpu_s": 8.0, "peak_mb": 200.0 });
        let figure = |mean: f64| json!({ "mean": mean, "folds": [mean] });
        let ours = json!({ "rows": 10, "multiply_adds": 659, "shipped": { "log_loss": figure(0.41), "roc_auc": figure(0.85) } });
        let side = json!({ "cpu_s": [1.0, 3.0], "log_loss": [0.4, 0.5], "roc_auc": [0.8, 0.9] });
        let sides = json!({ "catboost": side, "lightgbm": side, "tabm": side });
        let seen = figures_of(&whole, &ours, &sides).unwrap();
        assert_eq!((seen["catboost_cpu_s"].as_f64(), seen["tenure_cpu_s"].as_f64()), (Some(2.0), Some(8.0)));
        let measured = [("credit".to_owned(), seen)].into_iter().collect();
        assert_eq!(lines(&measured).unwrap().lines().count(), 2);
        let error = figures_of(&whole, &ours, &json!({ "catboost": {} })).unwrap_err();
        assert_eq!(error.to_string(), "there is no catboost.cpu_s");
    }
}
