//! `cargo xtask`: the project's own commands. CI runs the same ones.

use std::process::ExitCode;

use clap::{Parser, Subcommand};

mod bench;
mod browser;
mod command;
mod debian;
mod demo;
mod engines;
mod figures;
mod finished;
mod fuzz;
mod gpu;
mod mlflow;
mod npm;
mod parity;
mod prerequisites;
mod project;
mod python;
mod size;
mod soak;
mod spark;
mod supply;
mod test;
mod text;
mod types;
mod venv;
mod wasm;

#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", about = "Tenure's own commands, the same that CI runs")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Build the WebAssembly modules, the npm package and the page
    Build,
    /// Build everything, train on a table (the embedded sample unless one is named) and serve the
    /// page
    Demo(demo::Options),
    /// Write TypeScript's types of the core: pkg/src/generated.ts
    Types,
    /// Run every check, cheapest first
    Test(test::Options),
    /// Build and run an app of every framework and runtime with the packed npm package (minutes)
    Consumers,
    /// Hold every engine that scores against the command, on one set of records, and print a table: burn,
    /// WebAssembly, graphics device, Python, SQL, ONNX; and test the kernels through Vulkan (minutes)
    Parity(parity::Options),
    /// Hold the SQL of a model against the scorer on Spark, and the Python package on a cluster of Spark
    /// that loses a worker (minutes)
    Spark(spark::Options),
    /// Measure what a browser downloads: target/bench/size.json
    Size,
    /// Measure speed and quality beside the peers
    #[command(subcommand)]
    Bench(bench::Benchmark),
    /// Run under load for long
    #[command(subcommand)]
    Soak(soak::Soak),
    /// Feed changed input to everything that reads what others wrote: libFuzzer, on stable Rust
    Fuzz(fuzz::Options),
    /// Check what the product is made of: licences, vulnerabilities, lists of parts, the same bytes from
    /// two builds (minutes)
    Supply(supply::Options),
}

fn main() -> ExitCode {
    let done = match Arguments::parse().task {
        Task::Build => demo::build_all().and_then(|()| gpu::build()),
        Task::Demo(options) => demo::run(&options),
        Task::Test(options) => return test::run(&options),
        Task::Consumers => test::consumers(),
        Task::Parity(options) => parity::run(&options),
        Task::Spark(options) => spark::run(&options),
        Task::Size => size::run(),
        Task::Types => types::write(),
        Task::Bench(benchmark) => bench::run(&benchmark),
        Task::Soak(soak) => soak::run(&soak),
        Task::Fuzz(options) => fuzz::run(&options),
        Task::Supply(options) => supply::run(&options),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
