//! `cargo xtask bench python`: what the Python package costs, into target/bench/python.json.

use anyhow::Result;
use clap::Args;

use crate::command::{self, Outcome, program, step};
use crate::figures::{self, number};
use crate::{project, python};

#[derive(Args)]
pub struct Options {
    /// Rows of the table, from the sample's generator
    #[arg(long, default_value_t = 500_000)]
    rows: u64,
}

const THREADS: &str = "2";

pub fn run(options: &Options) -> Result<()> {
    let tools = python::tools()?;
    python::install(&tools, &python::wheel(&tools)?)?;
    let (output, sample) = (figures::file("python.json")?, project::output("bench/python.csv"));
    let mut write = program(project::tenure_command());
    command::run(write.args(["sample", "--force", "--rows", &options.rows.to_string(), "--out"]).arg(&sample))?;
    step("measuring", || {
        let mut ours = tools.command();
        ours.arg(project::path("tests/bench/python/ours.py")).arg(project::path("tests/artifacts/v1.safetensors"));
        command::run(ours.arg(&sample).arg(&output).env("RAYON_NUM_THREADS", THREADS)).map(|()| Outcome::Done)
    })?;
    let measured = figures::read(&output)?;
    for (key, words) in [
        ("import_ms", "ms: import tenure, in a fresh process"),
        ("record_us", "µs: one record to its score"),
        ("table_rows_per_s", "rows/s: a table of pyarrow to scores, two threads"),
        ("explain_rows_per_s", "rows/s: exact explanations, two threads"),
    ] {
        println!("{:>12.1} {words}", number(&measured[key]));
    }
    figures::say_written(&output);
    Ok(())
}
