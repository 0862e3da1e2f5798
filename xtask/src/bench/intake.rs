//! `cargo xtask bench intake`: rows a second of `tenure score` from table to table, beside the time
//! that DuckDB and Polars take to read and write the same files with one computed column, into
//! target/bench/intake.json.
//!
//! One process a run, the sides in turn, two threads each; the figures are medians.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use clap::Args;
use serde_json::{Map, Value, json};

use crate::command::{self, Outcome, program, step};
use crate::venv::Python;
use crate::{demo, figures, project};

#[derive(Args)]
pub struct Options {
    /// Rows of the table, from the sample's generator
    #[arg(long, default_value_t = 2_000_000)]
    rows: u64,
    /// Runs of each side, taken in turn
    #[arg(long, default_value_t = 3)]
    repetitions: usize,
    /// The Python (3.10 or newer) that the peers are installed for
    #[arg(long, default_value = "python3")]
    python: PathBuf,
    /// The command to measure, instead of building it
    #[arg(long, value_name = "FILE", requires = "model")]
    tenure: Option<PathBuf>,
    /// The artifact to score with, instead of training the demo's
    #[arg(long, value_name = "FILE", requires = "tenure")]
    model: Option<PathBuf>,
}

const THREADS: &str = "2";

/// Keys in the JSON, and the ending of the files that are read and written.
const FORMATS: [(&str, &str); 2] = [("csv_csv", "csv"), ("parquet_parquet", "parquet")];

/// Keys in the JSON, and names for people; ours is the first.
const SIDES: [(&str, &str); 3] = [("tenure", "Tenure"), ("duckdb", "DuckDB"), ("polars", "Polars")];

/// The least that our rows a second may be of DuckDB's.
const BAR: f64 = 1.0;

pub fn run(options: &Options) -> Result<()> {
    ensure!(options.repetitions > 0 && options.rows > 0, "--repetitions and --rows must be at least 1");
    let (tenure, model) = match (&options.tenure, &options.model) {
        (Some(tenure), Some(model)) => (tenure.clone(), model.clone()),
        _ => {
            demo::prepare_sample()?;
            (project::tenure_command(), demo::model())
        }
    };
    let peers = Python::in_folder("bench/python-intake");
    step("peers", || peers.install(&options.python, &project::path("tests/bench/intake/requirements.txt")))?;
    let folder = project::output("bench/intake");
    fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    step("tables", || tables(&tenure, options.rows, &folder, &peers))?;
    let environment = figures::environment();
    let mut measured = json!({
        "rows": options.rows, "threads": 2, "repetitions": options.repetitions, "environment": environment,
    });
    step("measuring", || {
        for (key, ending) in FORMATS {
            measured[key] = measure(ending, options, &tenure, &model, &folder, &peers)?;
        }
        Ok(Outcome::Done)
    })?;
    let output = figures::file("intake.json")?;
    figures::write(&output, &measured)?;
    println!("{}", table(&measured)?);
    figures::say_written(&output);
    Ok(())
}

/// The script of the peers.
fn script(peers: &Python) -> std::process::Command {
    let mut script = peers.command();
    script.arg(project::path("tests/bench/intake/measure.py"));
    script
}

/// Writes the table as CSV, and as Parquet with the types that DuckDB sees.
fn tables(tenure: &Path, rows: u64, folder: &Path, peers: &Python) -> Result<Outcome> {
    let (csv, parquet) = (folder.join("in.csv"), folder.join("in.parquet"));
    let mut sample = program(tenure);
    command::run(sample.args(["sample", "--quiet", "--force", "--rows", &rows.to_string(), "--out"]).arg(&csv))?;
    let written = command::read(script(peers).arg("prepare").args([&csv, &parquet]))?;
    ensure!(written == rows.to_string(), "the Parquet file has {written} rows, but {rows} were asked for");
    Ok(Outcome::Done)
}

/// The figures of one format.
fn measure(
    ending: &str,
    options: &Options,
    tenure: &Path,
    model: &Path,
    folder: &Path,
    peers: &Python,
) -> Result<Value> {
    let (input, out) = (folder.join(format!("in.{ending}")), folder.join(format!("out.{ending}")));
    let mut runs: Map<String, Value> = SIDES.iter().map(|(side, _)| ((*side).into(), json!([]))).collect();
    for _ in 0..options.repetitions {
        for (side, _) in SIDES {
            let _ = fs::remove_file(&out);
            let mut run = script(peers);
            if side == "tenure" {
                run.env("RAYON_NUM_THREADS", THREADS).arg("command").arg(tenure).arg("score").arg(model);
                run.arg("--quiet").arg("--data").arg(&input).arg("--out").arg(&out);
            } else {
                run.arg(side).args([&input, &out]).arg(THREADS);
            }
            let text = command::read(&mut run)?;
            let run: Value = serde_json::from_str(&text).with_context(|| format!("a run printed `{text}`"))?;
            ensure!(out.exists(), "{side} wrote no {}", out.display());
            runs[side].as_array_mut().expect("made above").push(run);
        }
    }
    let _ = fs::remove_file(&out);
    figures_of(&runs, options.rows)
}

/// Medians of the runs of each side.
fn figures_of(runs: &Map<String, Value>, rows: u64) -> Result<Value> {
    let mut figures = json!({});
    for (side, _) in SIDES {
        let of = |key: &str| -> Result<Vec<f64>> {
            let runs = runs[side].as_array().into_iter().flatten();
            runs.map(|run| run[key].as_f64().with_context(|| format!("a run of {side} without {key}"))).collect()
        };
        let seconds = of("seconds")?;
        figures[format!("{side}_rows_per_s")] = (rows as f64 / figures::median(seconds.clone())).into();
        figures[format!("{side}_peak_mb")] = figures::median(of("peak_mb")?).into();
        figures[format!("{side}_seconds")] = seconds.into();
    }
    Ok(figures)
}

/// One line a format and side.
fn table(measured: &Value) -> Result<String> {
    let mut lines = Vec::new();
    for (key, _) in FORMATS {
        let figure = |side: &str, of: &str| {
            let name = format!("{side}_{of}");
            measured[key][&name].as_f64().with_context(|| format!("{key} has no {name}"))
        };
        let ratio = figure("tenure", "rows_per_s")? / figure("duckdb", "rows_per_s")?;
        lines.push(format!("{} {key}: {ratio:.2} × DuckDB (at least {BAR})", figures::verdict(ratio >= BAR)));
        for (side, name) in SIDES {
            let (rows, peak) = (figure(side, "rows_per_s")? / 1e6, figure(side, "peak_mb")?);
            lines.push(format!("       {name:<8} {rows:>6.2} M rows/s, peak {peak:>6.0} MB"));
        }
    }
    lines.extend(figures::busy(&measured["environment"]));
    Ok(lines.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_medians_and_compared_with_the_bar() {
        let runs = |seconds: [f64; 3]| -> Value {
            seconds.iter().map(|seconds| json!({ "seconds": seconds, "peak_mb": 10.0 * seconds })).collect()
        };
        let mut sides = Map::new();
        sides.insert("tenure".into(), runs([2.0, 1.0, 9.0]));
        sides.insert("duckdb".into(), runs([2.5, 2.5, 1.0]));
        sides.insert("polars".into(), runs([1.0, 1.0, 1.0]));
        let figures = figures_of(&sides, 2_000_000).unwrap();
        assert_eq!(figures["tenure_rows_per_s"], 1e6);
        assert_eq!((&figures["duckdb_rows_per_s"], &figures["tenure_peak_mb"]), (&json!(800_000.0), &json!(20.0)));
        let text = table(&json!({ "csv_csv": figures, "parquet_parquet": figures })).unwrap();
        assert!(text.starts_with("met    csv_csv: 1.25 × DuckDB (at least 1)"), "{text}");
        assert!(text.contains("Polars     2.00 M rows/s, peak     10 MB"), "{text}");
        assert!(table(&json!({})).is_err());
    }
}
