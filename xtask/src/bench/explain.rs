//! `cargo xtask bench explain`: exact explanations in Node and Chromium beside Python's shap and a
//! JavaScript KernelSHAP, and the errors of sampled ones by evaluations, into
//! target/bench/explain.json.
//!
//! The network is the one that `tenure train` ships for IBM Telco. It is trained on the real table
//! if ../shared/data has it, otherwise on the embedded sample; the output says which. The scripts
//! in tests/bench/explain measure.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::Args;
use serde_json::Value;

use super::peers;
use crate::command::{self, Outcome, program, step};
use crate::figures::{self, number, verdict};
use crate::finished::{Inputs, unless_finished};
use crate::venv::Python;
use crate::{browser, demo, prerequisites, project};

#[derive(Args)]
pub struct Options {
    /// The Python (3.11 or newer) that shap is installed for
    #[arg(long, default_value = "python3")]
    python: PathBuf,
    /// Customers in the tables of sampled errors and of the slow peers
    #[arg(long, default_value_t = 24, value_parser = clap::value_parser!(u32).range(1..=200))]
    customers: u32,
}

/// Milliseconds that one exact explanation may take, by key, in Chromium.
const BARS: [(&str, f64); 2] = [("exact_p50_ms", 25.0), ("exact_p90_ms", 75.0)];
/// The most of KernelSHAP's error that ours may be.
const SHARE_OF_KERNEL: f64 = 0.5;

pub fn run(options: &Options) -> Result<()> {
    prerequisites::check()?;
    demo::build_package()?;
    demo::prepare_sample()?;
    let chromium = browser::find_or_install()?;
    step("peers", peers::install_npm)?;
    let environment = Python::in_folder("bench/python-explain");
    let requirements = project::path("tests/bench/explain/requirements.txt");
    step("shap", || environment.install(&options.python, &requirements))?;

    step("sampled errors, natively", build_sampled)?;

    let real = project::path("../shared/data/ibm_telco.csv");
    let is_real = real.is_file();
    let data = if is_real { real } else { project::output("demo/sample.csv") };
    let mut node = program("node");
    node.arg(project::path("tests/bench/explain/explain.js")).arg("--data").arg(&data);
    node.arg("--model").arg(trained("telco", "ibm_telco", &data)?).arg("--real").arg(is_real.to_string());
    let second = project::path("../shared/data/churn5000.csv");
    if second.is_file() {
        node.arg("--second-data").arg(&second).arg("--second-model").arg(trained("churn5000", "churn5000", &second)?);
    }
    let output = figures::file("explain.json")?;
    node.arg("--customers").arg(options.customers.to_string()).arg("--sampled").arg(sampled_errors());
    node.arg("--python").arg(environment.path()).arg("--chromium").arg(&chromium).arg("--out").arg(&output);
    step("measuring", || command::run(&mut node).map(|()| Outcome::Done))?;
    let measured = figures::read(&output)?;
    println!("{}\n{}", exact(&measured), sampled(&measured));
    println!("{}", bars(&measured)?);
    figures::say_written(&output);
    Ok(())
}

/// The native program that measures sampled explanations; it lies beside the scripts.
fn sampled_errors() -> PathBuf {
    project::cargo_target().join("release/examples").join(format!("explain_sampled{}", std::env::consts::EXE_SUFFIX))
}

fn build_sampled() -> Result<Outcome> {
    let mut cargo = command::cargo();
    // The whole workspace, so that burn is compiled with the features that the other steps compiled
    // it with.
    command::run(cargo.args(["build", "--release", "--workspace", "--example", "explain_sampled"]))?;
    Ok(Outcome::Done)
}

/// The artifact that `tenure train` makes of a table with the schema of a preset.
fn trained(name: &str, schema: &str, data: &Path) -> Result<PathBuf> {
    let model = project::output(&format!("bench/explain/{name}.safetensors"));
    let sources = ["src", "table", "export", "training", "cli", "Cargo.lock"].map(project::path);
    let inputs = sources.iter().try_fold(Inputs::of("train"), |inputs, source| inputs.path(source))?.path(data)?;
    let label = format!("training on {}", data.file_name().unwrap_or_default().to_string_lossy());
    step(&label, || {
        unless_finished(&format!("bench-explain-{name}"), inputs, std::slice::from_ref(&model), || {
            fs::create_dir_all(project::output("bench/explain"))?;
            let mut tenure = program(project::tenure_command());
            tenure.args(["train", "--quiet", "--force", "--schema", schema]).arg("--data").arg(data);
            command::run(tenure.arg("--out").arg(&model))
        })
    })?;
    Ok(model)
}

/// What exact explanations take, and their peers.
fn exact(measured: &Value) -> String {
    let is_real = measured["environment"]["real_table"] == true;
    let table = if is_real { "IBM Telco" } else { "the embedded sample (../shared/data is not there)" };
    let load = number(&measured["environment"]["load"]);
    let mut lines =
        vec![format!("exact explanations, the network that ships, {table}, one thread (load {load:.1} when it began)")];
    for runtime in ["node", "chromium"] {
        let figures = &measured[runtime];
        lines.push(format!(
            "{runtime:<9} p50 {:.2} ms, p90 {:.2} ms over {} customers; {:.0} evaluations on average, {:.2} G multiply-adds/s of {:.1} G at simd128's limit ({:.0}%)",
            number(&figures["exact_p50_ms"]),
            number(&figures["exact_p90_ms"]),
            figures["customers"],
            number(&figures["evaluations_mean"]),
            number(&figures["multiply_adds_per_s"]) / 1e9,
            number(&figures["simd128_limit_multiply_adds_per_s"]) / 1e9,
            100.0 * number(&figures["share_of_limit"]),
        ));
    }
    let peers = &measured["peers"];
    let kernel = &peers["kernel_shap_js"];
    for (name, figures) in [
        ("KernelSHAP in JavaScript, Node", &kernel["node"]),
        ("KernelSHAP in JavaScript, Chromium", &kernel["chromium"]),
        ("shap PermutationExplainer, default", &peers["shap_permutation"]),
        ("shap ExactExplainer", &peers["shap_exact"]),
    ] {
        lines.push(match figures["refused"].as_str() {
            Some(reason) => format!("{name}: cannot ({reason})"),
            None => format!(
                "{name}: p50 {:.1} ms over {} customers, mean absolute error {:.5} on the logit",
                number(&figures["p50_ms"]),
                figures["customers"],
                number(&figures["mean_absolute_error"]),
            ),
        });
    }
    lines.join("\n")
}

/// The sizes of a table of errors, ascending.
fn sizes(table: &Value) -> Vec<u64> {
    let keys = table.as_object().into_iter().flat_map(|table| table.keys());
    let mut sizes: Vec<u64> = keys.filter_map(|key| key.parse().ok()).collect();
    sizes.sort_unstable();
    sizes
}

/// Mean absolute errors by coalitions a reference customer.
fn sampled(measured: &Value) -> String {
    let mut lines = vec!["mean absolute error on the logit by evaluations (coalitions, each against every reference customer): tenure / shap Kernel / shap Permutation".to_string()];
    for (name, table) in measured["sampled"].as_object().into_iter().flatten() {
        let reference = &table["reference"];
        let against = if reference["exact"] == true {
            "exact values".to_string()
        } else {
            let error = number(&reference["largest_standard_error"]);
            format!("{:.0} evaluations, standard error at most {error:.1e}", number(&reference["evaluations"]))
        };
        lines.push(format!("{name}: {} fields, {} customers, against {against}", table["fields"], table["customers"]));
        for size in sizes(table) {
            let row = &table[size.to_string()];
            let error = |key: &str| row[key].as_f64().map_or("–".to_string(), |error| format!("{error:.6}"));
            lines.push(format!("  {size:>5}  {}  {}  {}", error("tenure"), error("kernel"), error("permutation")));
        }
    }
    lines.join("\n")
}

fn bars(measured: &Value) -> Result<String> {
    let mut lines = Vec::new();
    for (key, limit) in BARS {
        let value = measured["chromium"][key].as_f64().with_context(|| format!("chromium has no {key}"))?;
        lines.push(format!("{} chromium  {key} {value:.2}  (at most {limit})", verdict(value <= limit)));
    }
    for (name, table) in measured["sampled"].as_object().context("there is no sampled table")? {
        for size in sizes(table) {
            let row = &table[size.to_string()];
            let Some(kernel) = row["kernel"].as_f64() else { continue };
            let share = row["tenure"].as_f64().context("a row without our error")? / kernel;
            let met = verdict(share <= SHARE_OF_KERNEL);
            lines.push(format!(
                "{met} sampled   {name} at {size}: {share:.3} × shap Kernel  (at most {SHARE_OF_KERNEL})"
            ));
        }
    }
    Ok(lines.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_are_compared_with_kernel_shap_at_every_size() {
        let measured = serde_json::json!({
            "chromium": { "exact_p50_ms": 24.0, "exact_p90_ms": 76.0 },
            "sampled": { "telco": {
                "fields": 19,
                "128": { "tenure": 0.001, "kernel": 0.003, "permutation": null },
                "64": { "tenure": 0.002, "kernel": 0.003, "permutation": 0.1 },
                "256": { "tenure": 0.002, "kernel": null },
            } },
        });
        let text = bars(&measured).unwrap();
        let words: Vec<&str> = text.lines().map(|line| line.split(' ').next().unwrap()).collect();
        assert_eq!(words, ["met", "MISSED", "MISSED", "met"], "{text}");
        assert!(sampled(&measured).contains("   64  0.002000  0.003000  0.100000"), "{}", sampled(&measured));
        assert!(bars(&serde_json::json!({})).is_err());
    }
}
