//! `cargo xtask soak`: long runs under load, which fail for a wrong answer, a failed request, or memory that
//! grows.

use anyhow::{Result, ensure};
use clap::{Args, Subcommand};

use crate::command::{self, program};
use crate::{demo, figures, prerequisites, project};

#[derive(Subcommand)]
pub enum Soak {
    /// The HTTP handler on Node: 64 connections, bad bodies, callers who leave, and another model every second
    Edge(Options),
}

#[derive(Args)]
pub struct Options {
    /// Number of requests
    #[arg(long, default_value_t = 200_000)]
    requests: u64,
}

pub fn run(soak: &Soak) -> Result<()> {
    let Soak::Edge(Options { requests }) = soak;
    ensure!(*requests >= 1000, "--requests must be at least 1000");
    prerequisites::check()?;
    demo::build_package()?;
    demo::prepare_sample()?;
    let output = figures::file("soak-edge.json")?;
    let mut node = program("node");
    node.arg(project::path("tests/bench/edge/soak.js")).arg("--data").arg(project::output("demo/sample.csv"));
    node.arg("--model").arg(demo::model()).arg("--requests").arg(requests.to_string()).arg("--out").arg(&output);
    let done = command::run(&mut node);
    figures::say_written(&output);
    done
}
