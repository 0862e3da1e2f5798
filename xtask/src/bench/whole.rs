//! `cargo xtask bench train --end-to-end`: whole trainings beside CatBoost, LightGBM and the
//! reference TabM, into target/bench/train_end_to_end.json.
//!
//! Ours is `tenure train` without a flag that changes what is learned, by the schema that `tenure
//! init` drafts: its CPU time and peak memory are those of the whole process, from the file to the
//! artifact. Quality is that of `tenure crossval` on the folds that the peers are measured on
//! (tests/bench/train/whole.py), the mean over some seeds. Two threads each.

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

pub(super) fn run(names: &[String], seeds: usize, peers: &Python, python: &Path) -> Result<()> {
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
            measured.insert(table.name.into(), measure(table, seeds, place, &folder, peers)?);
            Ok(Outcome::Done)
        })?;
        // Written after every table, because all of them take long.
        figures::write(
            &output,
            &json!({ "threads": 2, "seeds": seeds, "environment": environment, "tables": measured }),
        )?;
    }
    println!("{}", lines(&measured)?);
    figures::busy(&environment).iter().for_each(|warning| println!("{warning}"));
    figures::say_written(&output);
    Ok(())
}

fn measure(table: &Table, seeds: usize, place: &Path, folder: &Path, peers: &Python) -> Result<Value> {
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
    let of_seed = |seed: usize| quality::crossval(table, place, folder, &schema, &["--seed", &seed.to_string()]);
    let ours = (0..seeds).map(of_seed).collect::<Result<Vec<Value>>>()?;
    let [folds, inner] = ["folds.csv", "inner.csv"].map(|ending| table.file(place, ending));
    let mut arguments: Vec<OsString> =
        vec!["peers".into(), seeds.to_string().into(), data.into(), folds.into(), inner.into()];
    arguments.extend([table.target, table.positive].iter().chain(table.identifiers).map(OsString::from));
    let sides = script(&arguments)?;
    figures_of(&whole, &ours, &sides)
}

/// The figures of one table. `ours` has the figures of each seed.
fn figures_of(whole: &Value, ours: &[Value], sides: &Value) -> Result<Value> {
    let number = |value: &Value, name: &str| value.as_f64().with_context(|| format!("there is no {name}"));
    let numbers = |values: &Value, name: &str| -> Result<Vec<f64>> {
        let values = values.as_array().with_context(|| format!("there is no {name}"))?;
        values.iter().map(|value| number(value, name)).collect()
    };
    let of_peer = |side: &str, key: &str| numbers(&sides[side][key], &format!("{side}.{key}"));
    let peer = |side: &str, key: &str| of_peer(side, key).map(|values| mean(&values));
    let own_folds = |key: &str| -> Result<Vec<f64>> {
        let seeds = ours.iter().map(|seed| numbers(&seed["shipped"][key]["folds"], key));
        let seeds = seeds.collect::<Result<Vec<_>>>()?;
        let folds = seeds.first().map_or(0, Vec::len);
        ensure!(seeds.iter().all(|seed| seed.len() == folds), "the seeds differ in their number of folds");
        Ok((0..folds).map(|fold| mean(&seeds.iter().map(|seed| seed[fold]).collect::<Vec<f64>>())).collect())
    };
    let own = |key: &str| own_folds(key).map(|values| mean(&values));
    let (tenure, catboost) = (own_folds("log_loss")?, of_peer("catboost", "log_loss")?);
    ensure!(tenure.len() == catboost.len(), "the sides differ in their number of folds");
    let differences: Vec<f64> = tenure.iter().zip(&catboost).map(|(tenure, catboost)| tenure - catboost).collect();
    let first = ours.first().context("there is no seed")?;
    Ok(json!({
        "rows": first["rows"],
        "tenure_cpu_s": number(&whole["cpu_s"], "cpu_s")?,
        "catboost_cpu_s": peer("catboost", "cpu_s")?,
        "lightgbm_cpu_s": peer("lightgbm", "cpu_s")?,
        "tabm_cpu_s": peer("tabm", "cpu_s")?,
        "tenure_peak_mb": number(&whole["peak_mb"], "peak_mb")?,
        "tenure_log_loss": mean(&tenure),
        "catboost_log_loss": mean(&catboost),
        "lightgbm_log_loss": peer("lightgbm", "log_loss")?,
        "log_loss_difference": mean(&differences),
        "log_loss_difference_error": standard_error(&differences),
        "tenure_roc_auc": own("roc_auc")?,
        "catboost_roc_auc": peer("catboost", "roc_auc")?,
        "lightgbm_roc_auc": peer("lightgbm", "roc_auc")?,
        "tenure_multiply_adds": first["multiply_adds"],
        "folds": { "tenure": tenure, "catboost": catboost },
    }))
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// Of the mean. Zero for a single value, which says nothing about its error.
fn standard_error(values: &[f64]) -> f64 {
    let count = values.len() as f64;
    let middle = mean(values);
    let squares: f64 = values.iter().map(|value| (value - middle).powi(2)).sum();
    if values.len() < 2 { 0.0 } else { (squares / (count - 1.0) / count).sqrt() }
}

/// The most of a figure: what it is, and whether it is met by a table's `[CPU seconds of ours, of
/// CatBoost, of TabM, peak MB, difference from CatBoost in log-loss, its standard error]`.
type Bar = (&'static str, fn([f64; 6]) -> bool);

const BARS: [Bar; 4] = [
    ("CPU time at most 10 × CatBoost's", |[ours, catboost, ..]| ours <= 10.0 * catboost),
    ("CPU time at most .5 × TabM's", |[ours, _, tabm, ..]| ours <= 0.5 * tabm),
    ("peak memory at most 300 MB", |[_, _, _, peak, ..]| peak <= 300.0),
    ("log-loss within one standard error of CatBoost's, or lower", |[.., difference, error]| difference <= error),
];

/// One line a table, and one a bar with the tables that miss it.
fn lines(measured: &serde_json::Map<String, Value>) -> Result<String> {
    let mut lines = vec![format!(
        "{:<12} {:>9} {:>9} {:>9} {:>9} {:>8} {:>9} {:>9} {:>18} {:>8} {:>8}",
        "CPU seconds:",
        "Tenure",
        "CatBoost",
        "LightGBM",
        "TabM",
        "peak MB",
        "log-loss",
        "CatBoost",
        "difference",
        "ROC-AUC",
        "CatBoost"
    )];
    let mut missed = BARS.map(|_| Vec::new());
    for (table, figures) in measured {
        let number = |key: &str| figures[key].as_f64().with_context(|| format!("{table} has no {key}"));
        let (ours, catboost, tabm) = (number("tenure_cpu_s")?, number("catboost_cpu_s")?, number("tabm_cpu_s")?);
        let (difference, error) = (number("log_loss_difference")?, number("log_loss_difference_error")?);
        let peak = number("tenure_peak_mb")?;
        for (missed, (_, is_met)) in missed.iter_mut().zip(BARS) {
            if !is_met([ours, catboost, tabm, peak, difference, error]) {
                missed.push(table.as_str());
            }
        }
        lines.push(format!(
            "{table:<12} {ours:>9.1} {catboost:>9.1} {:>9.1} {tabm:>9.1} {peak:>8.0} {:>9.4} {:>9.4} {:>18} {:>8.4} {:>8.4}",
            number("lightgbm_cpu_s")?,
            number("tenure_log_loss")?,
            number("catboost_log_loss")?,
            format!("{difference:+.4} ± {error:.4}"),
            number("tenure_roc_auc")?,
            number("catboost_roc_auc")?
        ));
    }
    for ((words, _), missed) in BARS.iter().zip(missed) {
        let by = if missed.is_empty() { String::new() } else { format!(": {}", missed.join(", ")) };
        lines.push(format!("{} {words}{by}", figures::verdict(by.is_empty())));
    }
    Ok(lines.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_figure_is_there_or_is_missed_by_name() {
        let whole = json!({ "cpu_s": 8.0, "peak_mb": 200.0 });
        let figure = |first: f64, last: f64| json!({ "folds": [first, last] });
        let seed = |by: f64| {
            json!({
                "rows": 10, "multiply_adds": 659,
                "shipped": { "log_loss": figure(0.40 + by, 0.44 + by), "roc_auc": figure(0.85, 0.85) },
            })
        };
        let ours = [seed(0.0), seed(0.02)];
        let side = json!({ "cpu_s": [1.0, 3.0], "log_loss": [0.4, 0.5], "roc_auc": [0.8, 0.9] });
        let sides = json!({ "catboost": side, "lightgbm": side, "tabm": side });
        let seen = figures_of(&whole, &ours, &sides).unwrap();
        let number = |key: &str| seen[key].as_f64().unwrap();
        assert_eq!([number("catboost_cpu_s"), number("tenure_cpu_s")], [2.0, 8.0]);
        // The folds' means over the seeds are .41 and .45, so the differences are .01 and -.05.
        assert!((number("tenure_log_loss") - 0.43).abs() < 1e-12);
        assert!((number("log_loss_difference") + 0.02).abs() < 1e-12);
        assert!((number("log_loss_difference_error") - 0.03).abs() < 1e-12);
        let measured = [("credit".to_owned(), seen)].into_iter().collect();
        let text = lines(&measured).unwrap();
        let last: Vec<&str> = text.lines().skip(2).collect();
        assert_eq!(text.lines().count(), 6, "{text}");
        assert!(last[0].starts_with("met    CPU time at most 10"), "{text}");
        assert_eq!(last[1], "MISSED CPU time at most .5 × TabM's: credit");
        let error = figures_of(&whole, &ours, &json!({ "catboost": {} })).unwrap_err();
        assert_eq!(error.to_string(), "there is no catboost.log_loss");
    }
}
