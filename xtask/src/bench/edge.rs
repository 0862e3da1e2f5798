//! `cargo xtask bench edge`: the handler in workerd beside a worker that answers "hello", a score with three
//! reasons, and requests a second on Node and Bun beside FastAPI, uvicorn and PyTorch, into target/bench/edge.json.
//!
//! The scripts in tests/bench/edge measure.

use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::Args;
use serde_json::Value;

use crate::command::{self, program, step};
use crate::figures::{self, number, verdict};
use crate::venv::Python;
use crate::{demo, npm, prerequisites, project};

#[derive(Args)]
pub struct Options {
    /// The Python (3.11 or newer) that FastAPI and PyTorch are installed for
    #[arg(long, default_value = "python3")]
    python: PathBuf,
    /// Measure without the peer in Python
    #[arg(long)]
    alone: bool,
}

/// What must be at most, by key.
const AT_MOST: [(&str, f64); 3] = [("start_ratio", 1.2), ("reasons_p50_ms", 2.0), ("reasons_p99_ms", 10.0)];
/// What must be at least, where the peer was measured. The second is that of the fastest runtime.
const RATIOS: [(&str, f64); 2] = [("requests_ratio_node", 3.0), ("requests_ratio", 5.0)];

pub fn run(options: &Options) -> Result<()> {
    prerequisites::check()?;
    demo::build_package()?;
    demo::prepare_sample()?;
    npm::install_in("tests/edge")?;
    let output = figures::file("edge.json")?;
    let mut node = program("node");
    node.arg(project::path("tests/bench/edge/bench.js")).arg("--data").arg(project::output("demo/sample.csv"));
    node.arg("--model").arg(demo::model()).arg("--out").arg(&output);
    if !options.alone {
        let environment = Python::in_folder("bench/python-edge");
        let requirements = project::path("tests/bench/edge/requirements.txt");
        step("FastAPI and PyTorch", || environment.install(&options.python, &requirements))
            .context("the peer cannot be installed: `--alone` measures without it")?;
        node.arg("--python").arg(environment.path());
    }
    command::run(&mut node)?;
    let measured = figures::read(&output)?;
    println!("{}", bars(&measured).join("\n"));
    if let Some(warning) = figures::busy(&measured["environment"]) {
        println!("{warning}");
    }
    figures::say_written(&output);
    Ok(())
}

fn bars(measured: &Value) -> Vec<String> {
    let line = |is_met: bool, key: &str, bound: &str, limit: f64| {
        format!("{} {key:<20} {:.2}  ({bound} {limit})", verdict(is_met), number(&measured[key]))
    };
    let mut lines: Vec<String> =
        AT_MOST.iter().map(|&(key, limit)| line(number(&measured[key]) <= limit, key, "at most", limit)).collect();
    let ratios = RATIOS.iter().filter(|(key, _)| !measured[*key].is_null());
    lines.extend(ratios.map(|&(key, limit)| line(number(&measured[key]) >= limit, key, "at least", limit)));
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_figure_is_compared_with_its_bar() {
        let measured = serde_json::json!({
            "start_ratio": 1.1, "reasons_p50_ms": 2.5, "reasons_p99_ms": 9.0, "requests_ratio_node": 2.0,
            "requests_ratio": 5.1,
        });
        let met: Vec<bool> = bars(&measured).iter().map(|line| line.starts_with("met")).collect();
        assert_eq!(met, [true, false, true, false, true]);
        let alone = serde_json::json!({ "start_ratio": 1.1, "reasons_p50_ms": 1.0, "reasons_p99_ms": 9.0 });
        assert_eq!(bars(&alone).len(), 3);
    }
}
