//! `cargo xtask bench memory`: whether the memory of the npm package stays flat over millions of
//! calls in one process, into target/bench/memory.json. It fails if memory grows.
//!
//! The script tests/bench/memory.js does the work, measures and prints the table.

use anyhow::{Result, ensure};
use clap::Args;

use crate::command::{self, program};
use crate::{demo, figures, prerequisites, project};

#[derive(Args)]
pub struct Options {
    /// Part of the work to do: 1 is 10 million scores, 1,000 batches of 100,000 rows, 10,000 loaded
    /// models and 10 million streamed rows
    #[arg(long, default_value_t = 1.0)]
    share: f64,
}

pub fn run(options: &Options) -> Result<()> {
    ensure!(options.share > 0.0 && options.share.is_finite(), "--share must be a number above 0");
    prerequisites::check()?;
    demo::build_package()?;
    demo::prepare_sample()?;
    let output = figures::file("memory.json")?;
    let mut node = program("node");
    node.arg("--expose-gc").arg(project::path("tests/bench/memory.js")).arg("--model").arg(demo::model());
    node.arg("--share").arg(options.share.to_string()).arg("--output").arg(&output);
    let measured = command::run(&mut node);
    figures::say_written(&output);
    measured
}
