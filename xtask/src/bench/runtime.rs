//! `cargo xtask bench runtime`: scoring and explaining beside the peers, into
//! target/bench/runtime.json.
//!
//! The scripts in tests/bench measure, in the runtimes themselves. This file prepares what they
//! need, calls them, and compares the results with the bars.

use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use clap::Args;
use serde_json::Value;

use super::peers;
use crate::command::{self, Outcome, program, step};
use crate::{browser, demo, figures, prerequisites, project};

#[derive(Args)]
pub struct Options {
    /// Records to score instead of the sample's; the model must know their fields
    #[arg(long, value_name = "FILE")]
    data: Option<PathBuf>,
    /// Another model than the demo's
    #[arg(long, value_name = "FILE", requires = "data")]
    model: Option<PathBuf>,
    /// Repetitions of each measurement, taken in turn by all engines
    #[arg(long, default_value_t = 7)]
    repetitions: u32,
}

pub fn run(options: &Options) -> Result<()> {
    let absolute = |file: &PathBuf| file.canonicalize().with_context(|| format!("there is no file {}", file.display()));
    let (data, model) = (options.data.as_ref().map(absolute), options.model.as_ref().map(absolute));
    prerequisites::check()?;
    demo::build_package()?;
    demo::prepare_sample()?;
    let data = data.transpose()?.unwrap_or_else(|| project::output("demo/sample.csv"));
    let model = model.transpose()?.unwrap_or_else(demo::model);
    let chromium = browser::find_or_install()?;
    step("peers", peers::install_npm)?;
    step("columns in memory", build_columns)?;
    let output = figures::file("runtime.json")?;
    step("measuring", || {
        let mut node = program("node");
        node.arg(project::path("tests/bench/runtime.js")).arg("--data").arg(&data).arg("--model").arg(&model);
        node.arg("--tenure").arg(project::tenure_command()).arg("--chromium").arg(&chromium);
        node.arg("--columns").arg(columns());
        node.arg("--repetitions").arg(options.repetitions.to_string()).arg("--out").arg(&output);
        command::run(&mut node).map(|()| Outcome::Done)
    })?;
    let measured = figures::read(&output)?;
    println!("{}", table(&measured));
    println!("{}", bars(&measured)?);
    figures::say_written(&output);
    Ok(())
}

/// The native program that scores columns in memory; it lies beside the scripts.
fn columns() -> PathBuf {
    project::cargo_target().join("release/examples").join(format!("columns{}", std::env::consts::EXE_SUFFIX))
}

fn build_columns() -> Result<Outcome> {
    // The whole workspace, so that nothing is compiled with other features.
    command::run(command::cargo().args(["build", "--release", "--workspace", "--example", "columns"]))?;
    Ok(Outcome::Done)
}

const RUNTIMES: [&str; 2] = ["node", "chromium"];
const ENGINES: [&str; 4] = ["tenure", "onnxruntime_web", "tfjs_wasm", "plain_js"];
const KEYS: [(&str, usize); 5] = [
    ("record_p50_us", 2),
    ("row_p50_us", 2),
    ("batch_100k_rows_per_s", 0),
    ("cold_ms", 1),
    ("explain_exact_p50_ms", 2),
];

/// Every figure, one line per runtime and engine.
fn table(measured: &Value) -> String {
    let mut lines = vec![format!("{:<28}", "")];
    for (key, _) in KEYS {
        lines[0] += &format!(" {key:>22}");
    }
    for runtime in RUNTIMES {
        for engine in ENGINES {
            let mut line = format!("{:<28}", format!("{runtime} {engine}"));
            for (key, digits) in KEYS {
                let text =
                    measured[runtime][engine][key].as_f64().map_or("–".to_string(), |x| format!("{x:.digits$}"));
                line += &format!(" {text:>22}");
            }
            lines.push(line);
        }
    }
    let native = |engine: &str| measured["native"][engine]["rows_per_s"].as_f64().unwrap_or(f64::NAN);
    lines.push(format!(
        "native, 2 threads: tenure score {:.0} rows/s with reading and writing CSV, {:.0} rows/s from columns in memory; onnxruntime-node {:.0} rows/s of the network alone",
        native("tenure"),
        native("tenure_columns"),
        native("onnxruntime_node")
    ));
    lines.extend(figures::busy(&measured["environment"]));
    lines.join("\n")
}

/// A bar: a figure of ours, alone or as a share of a peer's.
struct Bar {
    key: &'static str,
    peer: Option<&'static str>,
    limit: Limit,
}

enum Limit {
    AtMost(f64),
    AtLeast(f64),
}

const BARS: [Bar; 6] = [
    Bar { key: "record_p50_us", peer: None, limit: Limit::AtMost(4.0) },
    Bar { key: "row_p50_us", peer: None, limit: Limit::AtMost(1.0) },
    Bar { key: "batch_100k_rows_per_s", peer: Some("tfjs_wasm"), limit: Limit::AtLeast(1.0) },
    Bar { key: "batch_100k_rows_per_s", peer: Some("onnxruntime_web"), limit: Limit::AtLeast(1.5) },
    Bar { key: "cold_ms", peer: Some("onnxruntime_web"), limit: Limit::AtMost(0.1) },
    Bar { key: "explain_exact_p50_ms", peer: None, limit: Limit::AtMost(100.0) },
];

/// The most that counting a profile may add to scoring a row.
const PROFILE_RATIO: f64 = 0.1;

/// Compares our figures with the bars, one line each.
fn bars(measured: &Value) -> Result<String> {
    let mut lines = Vec::new();
    for runtime in RUNTIMES {
        for bar in &BARS {
            let figure = |engine: &str| measured[runtime][engine][bar.key].as_f64();
            let ours = figure("tenure").with_context(|| format!("{runtime} has no tenure.{}", bar.key))?;
            let (value, about) = match bar.peer {
                None => (ours, String::new()),
                Some(peer) => {
                    let theirs = figure(peer).with_context(|| format!("{runtime} has no {peer}.{}", bar.key))?;
                    ensure!(theirs > 0.0, "{runtime}: {peer}.{} is {theirs}", bar.key);
                    (ours / theirs, format!(" × {peer}"))
                }
            };
            let (met, limit) = match bar.limit {
                Limit::AtMost(limit) => (value <= limit, format!("at most {limit}")),
                Limit::AtLeast(limit) => (value >= limit, format!("at least {limit}")),
            };
            lines.push(format!(
                "{} {runtime:<9} {:<22} {value:>8.3}{about}  ({limit})",
                figures::verdict(met),
                bar.key
            ));
        }
    }
    if let Some(ratio) = measured["native"]["tenure_columns"]["profile_ratio"].as_f64() {
        let verdict = figures::verdict(ratio <= PROFILE_RATIO);
        lines.push(format!("{verdict} native    profile_ratio          {ratio:>8.3}  (at most {PROFILE_RATIO})"));
    }
    Ok(lines.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_compared_with_the_bars() {
        let engine = |batch: f64, cold: f64| serde_json::json!({ "row_p50_us": 5.0, "batch_100k_rows_per_s": batch, "cold_ms": cold });
        let ours = serde_json::json!({
            "record_p50_us": 3.0, "row_p50_us": 1.5, "batch_100k_rows_per_s": 300.0, "cold_ms": 10.0, "explain_exact_p50_ms": 100.0
        });
        let runtime = serde_json::json!({ "tenure": ours, "onnxruntime_web": engine(200.0, 99.0), "tfjs_wasm": engine(310.0, 1.0) });
        let measured = serde_json::json!({ "node": runtime, "chromium": runtime });
        let text = bars(&measured).unwrap();
        let words: Vec<&str> = text.lines().take(6).map(|line| line.split(' ').next().unwrap()).collect();
        assert_eq!(words, ["met", "MISSED", "MISSED", "met", "MISSED", "met"], "{text}");
        assert_eq!(text.lines().count(), 12);
        assert!(bars(&serde_json::json!({})).is_err());
        assert!(table(&measured).contains("node tenure"), "{}", table(&measured));
    }
}
