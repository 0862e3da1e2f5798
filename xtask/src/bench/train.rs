//! `cargo xtask bench train`: time to train beside PyTorch and the reference TabM, into
//! target/bench/train.json.
//!
//! One process a fit, ours and the peer's in turn, two threads each; the ratio is that of the
//! medians. Both sides get the same rows, network, mini-batches and epochs (tests/bench/train).
//!
//! `--end-to-end` measures whole trainings instead (`whole.rs`).

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use clap::Args;
use serde_json::{Value, json};

use super::peers::THREADS;
use super::whole;
use crate::command::{self, Outcome, cargo, program, step};
use crate::venv::Python;
use crate::{figures, project};

#[derive(Args)]
pub struct Options {
    /// Fits of each side, taken in turn
    #[arg(long, default_value_t = 3)]
    repetitions: usize,
    /// Epochs of a fit; the small networks take ten times as many
    #[arg(long, default_value_t = 4)]
    epochs: usize,
    /// The Python (3.10 or newer) that the peers are installed for
    #[arg(long, default_value = "python3")]
    python: PathBuf,
    /// Measure whole trainings beside CatBoost, LightGBM and the reference TabM instead:
    /// target/bench/train_end_to_end.json
    #[arg(long)]
    end_to_end: bool,
    /// Tables of --end-to-end
    #[arg(long, value_delimiter = ',', default_value = "ibm_telco,churn5000,credit,health,lending")]
    tables: Vec<String>,
    /// Seeds of --end-to-end that quality is the mean of
    #[arg(long, default_value_t = 3)]
    seeds: usize,
}

/// A network's name, its description, the factor on the epochs, and the most that our time may be
/// of the peer's.
const NETWORKS: [(&str, &str, usize, Option<f64>); 4] = [
    ("mlp", "batch-norm MLP 128-64", 10, Some(0.8)),
    ("shipped", "the network that ships, 32 units and the direct share", 10, Some(0.8)),
    ("tabm", "TabM, k 16, width 128", 1, Some(1.5)),
    ("tabm_wide", "TabM, k 32, width 256", 1, Some(1.5)),
];

pub fn run(options: &Options) -> Result<()> {
    let counts = [options.repetitions, options.epochs, options.seeds];
    ensure!(counts.iter().all(|&count| count > 0), "--repetitions, --epochs and --seeds must be at least 1");
    let requirements = project::path("tests/bench/train/requirements.txt");
    let peers = Python::in_folder("bench/python");
    if options.end_to_end {
        step("peers", || peers.install(&options.python, &requirements))?;
        return whole::run(&options.tables, options.seeds, &peers, &options.python);
    }
    step("our side", || {
        let mut build = cargo();
        build.args(["build", "--release", "--workspace", "--example", "train_speed"]);
        command::run(&mut build).map(|()| Outcome::Done)
    })?;
    step("peers", || peers.install(&options.python, &requirements))?;
    let folder = project::output("bench/train");
    command::run(ours().arg("prepare").arg(&folder))?;
    let environment = figures::environment();
    let mut networks = serde_json::Map::new();
    step("measuring", || {
        for (name, _, factor, _) in NETWORKS {
            networks.insert(name.into(), measure(name, options.epochs * factor, options.repetitions, &folder, &peers)?);
        }
        Ok(Outcome::Done)
    })?;
    let measured = json!({
        "threads": 2, "repetitions": options.repetitions, "environment": environment, "networks": networks,
    });
    let output = figures::file("train.json")?;
    figures::write(&output, &measured)?;
    println!("{}", table(&measured)?);
    figures::say_written(&output);
    Ok(())
}

fn ours() -> Command {
    let name = format!("train_speed{}", std::env::consts::EXE_SUFFIX);
    let mut command = program(project::cargo_target().join("release/examples").join(name));
    command.env("RAYON_NUM_THREADS", THREADS);
    command
}

fn measure(network: &str, epochs: usize, repetitions: usize, folder: &Path, peers: &Python) -> Result<Value> {
    let (mut tenure, mut peer) = (Vec::new(), Vec::new());
    for _ in 0..repetitions {
        let arguments = [folder.as_os_str(), network.as_ref(), epochs.to_string().as_ref()].map(ToOwned::to_owned);
        let fit = |command: &mut Command| -> Result<Value> {
            let text = command::read(command.args(&arguments))?;
            serde_json::from_str(&text).with_context(|| format!("a fit printed `{text}`"))
        };
        tenure.push(fit(ours().arg("measure"))?);
        let mut script = peers.command();
        script.env("OMP_NUM_THREADS", THREADS).env("MKL_NUM_THREADS", THREADS);
        peer.push(fit(script.arg(project::path("tests/bench/train/peer.py")))?);
    }
    let side = |fits: &[Value]| -> Result<Value> {
        let seconds = fits.iter().map(|fit| fit["seconds"].as_f64().context("a fit without seconds"));
        let seconds = seconds.collect::<Result<Vec<f64>>>()?;
        let steps = fits[0]["steps"].as_f64().context("a fit without steps")?;
        let median = figures::median(seconds.clone());
        let milliseconds = 1000.0 * median / steps;
        let mut side = json!({ "seconds": seconds, "median_s": median, "step_ms": milliseconds, "steps": steps });
        for key in ["validation_loss", "torch", "python"] {
            side[key] = fits[0][key].clone();
        }
        Ok(side)
    };
    let (tenure, peer) = (side(&tenure)?, side(&peer)?);
    let ratio = tenure["median_s"].as_f64().unwrap_or(f64::NAN) / peer["median_s"].as_f64().unwrap_or(f64::NAN);
    Ok(json!({ "tenure": tenure, "peer": peer, "epochs": epochs, "ratio": ratio }))
}

/// One line a network, with its bar.
fn table(measured: &Value) -> Result<String> {
    let mut lines = Vec::new();
    for (name, words, _, bar) in NETWORKS {
        let network = &measured["networks"][name];
        let step =
            |side: &str| network[side]["step_ms"].as_f64().with_context(|| format!("{name} has no {side}.step_ms"));
        let ratio = network["ratio"].as_f64().with_context(|| format!("{name} has no ratio"))?;
        let (word, limit) = match bar {
            Some(bar) => (figures::verdict(ratio <= bar), format!("  (at most {bar})")),
            None => ("      ", String::new()),
        };
        let (tenure, peer) = (step("tenure")?, step("peer")?);
        lines.push(format!("{word} {words:<54} {tenure:>7.2} ms a step, peer {peer:>7.2}: {ratio:.3} ×{limit}"));
    }
    lines.extend(figures::busy(&measured["environment"]));
    Ok(lines.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratios_are_compared_with_the_bars() {
        let network = |ratio: f64| json!({ "tenure": { "step_ms": 2.0 }, "peer": { "step_ms": 4.0 }, "ratio": ratio });
        let networks =
            json!({ "mlp": network(0.8), "shipped": network(0.81), "tabm": network(1.5), "tabm_wide": network(1.6) });
        let text = table(&json!({ "networks": networks.clone() })).unwrap();
        let words: Vec<&str> = text.lines().map(|line| line.split(' ').next().unwrap()).collect();
        assert_eq!(words, ["met", "MISSED", "met", "MISSED"], "{text}");
        assert!(table(&json!({})).is_err());
        let busy = json!({ "networks": networks, "environment": { "load": 3.5, "cores": 2 } });
        assert!(table(&busy).unwrap().ends_with("these figures are not reliable"));
    }
}
