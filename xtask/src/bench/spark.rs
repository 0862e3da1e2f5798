//! `cargo xtask bench spark`: rows a second through Spark, frame by frame and file by file, beside the bare
//! wheel over the same Parquet files and Spark's own logistic regression, into target/bench/spark.json.

use std::fs;

use anyhow::Result;
use clap::Args;

use crate::command::{self, Outcome, program, step};
use crate::figures::{self, number, verdict};
use crate::{project, python, spark};

#[derive(Args)]
pub struct Options {
    /// Rows of the table, from the sample's generator
    #[arg(long, default_value_t = 10_000_000)]
    rows: u64,
    /// Parquet files that they are written to
    #[arg(long, default_value_t = 20)]
    files: u64,
    /// Runs of each side, taken in turn
    #[arg(long, default_value_t = 3)]
    repetitions: usize,
}

/// Cores of Spark, and threads of the wheel.
const THREADS: &str = "2";

/// The least that Spark's rows a second may be of the bare wheel's.
const LEAST_OF_THE_WHEEL: f64 = 0.5;

pub fn run(options: &Options) -> Result<()> {
    let spark = spark::environment()?;
    let wheel = python::wheel(&python::tools()?)?;
    python::install(&spark, &wheel)?;
    let folder = project::output("bench/spark");
    step("the table", || table(&spark, &folder, options))?;
    let output = figures::file("spark.json")?;
    step("measuring", || {
        let mut ours = spark.command();
        ours.arg(project::path("tests/bench/spark/ours.py")).arg(project::path("tests/artifacts/v1.safetensors"));
        ours.arg(folder.join("table")).args([THREADS, &options.repetitions.to_string()]).arg(&output);
        command::run(&mut ours).map(|()| Outcome::Done)
    })?;
    let measured = figures::read(&output)?;
    let rate = |side: &str| number(&measured[format!("{side}_rows_per_s")]);
    for side in ["spark", "identity", "files", "files_whole", "wheel", "spark_ml", "explained"] {
        println!("{side:<11} {:>12.0} rows/s", rate(side));
    }
    for side in ["spark", "files"] {
        for (peer, least) in [("wheel", LEAST_OF_THE_WHEEL), ("spark_ml", 1.0)] {
            let share = rate(side) / rate(peer);
            println!("{} {side} / {peer} {share:.2}, at least {least}", verdict(share >= least));
        }
    }
    figures::say_written(&output);
    Ok(())
}

/// Writes the table as Parquet files, once for each size.
fn table(spark: &crate::venv::Python, folder: &std::path::Path, options: &Options) -> Result<Outcome> {
    let about = format!("{} {}", options.rows, options.files);
    let note = folder.join("finished");
    if fs::read_to_string(&note).is_ok_and(|found| found == about) {
        return Ok(Outcome::Unchanged);
    }
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    fs::create_dir_all(folder.join("table"))?;
    let sample = folder.join("sample.csv");
    let mut write = program(project::tenure_command());
    command::run(write.args(["sample", "--rows", &options.rows.to_string(), "--out"]).arg(&sample))?;
    let mut split = spark.command();
    split.arg(project::path("tests/bench/spark/table.py")).arg(&sample).arg(folder.join("table"));
    command::run(split.arg(options.files.to_string()))?;
    fs::remove_file(&sample)?;
    fs::write(&note, about)?;
    Ok(Outcome::Done)
}
