//! `cargo xtask bench`: speed and quality beside the peers.

mod drift;
mod edge;
mod explain;
mod intake;
mod memory;
mod page;
pub mod peers;
mod python;
mod quality;
mod runtime;
mod spark;
mod train;
mod whole;

use anyhow::Result;
use clap::Subcommand;

use crate::gpu;

#[derive(Subcommand)]
pub enum Benchmark {
    /// Scoring and explaining in Node and headless Chromium, and natively, beside onnxruntime, tfjs
    /// and plain JavaScript
    Runtime(runtime::Options),
    /// Fitting the networks beside PyTorch and the reference TabM: target/bench/train.json; with
    /// --end-to-end, whole trainings beside CatBoost, LightGBM and TabM
    Train(train::Options),
    /// The defaults on real tables beside LightGBM and CatBoost: target/bench/quality.json; with
    /// --check, against bars
    Quality(quality::Options),
    /// Batches and explanations on a graphics device beside one CPU thread: target/bench/gpu.json
    Gpu(gpu::Options),
    /// `tenure score` from table to table beside DuckDB and Polars: target/bench/intake.json
    Intake(intake::Options),
    /// Whether memory stays flat over millions of calls of the npm package: target/bench/memory.json
    Memory(memory::Options),
    /// Reading and scoring a table in the page, beside the page of another build: target/bench/page.json
    Page(page::Options),
    /// The HTTP handler beside FastAPI and PyTorch, and its start in workerd: target/bench/edge.json
    Edge(edge::Options),
    /// How often drift is seen on samples of a real table, and the label-free ROC-AUC beside NannyML:
    /// target/bench/drift.json
    Drift(drift::Options),
    /// The Python package: its import, a record, a table, explanations: target/bench/python.json
    Python(python::Options),
    /// Rows a second through Spark, beside the bare wheel and Spark's own logistic regression (Java 17):
    /// target/bench/spark.json
    Spark(spark::Options),
    /// Explanations beside shap and KernelSHAP, exact and sampled: target/bench/explain.json
    Explain(explain::Options),
}

pub fn run(benchmark: &Benchmark) -> Result<()> {
    match benchmark {
        Benchmark::Runtime(options) => runtime::run(options),
        Benchmark::Train(options) => train::run(options),
        Benchmark::Quality(options) => quality::run(options),
        Benchmark::Gpu(options) => gpu::bench(options),
        Benchmark::Intake(options) => intake::run(options),
        Benchmark::Memory(options) => memory::run(options),
        Benchmark::Page(options) => page::run(options),
        Benchmark::Drift(options) => drift::run(options),
        Benchmark::Edge(options) => edge::run(options),
        Benchmark::Python(options) => python::run(options),
        Benchmark::Spark(options) => spark::run(options),
        Benchmark::Explain(options) => explain::run(options),
    }
}
