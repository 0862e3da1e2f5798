//! `cargo xtask bench page`: the time that the page takes to read and score a table in headless
//! Chromium and to scroll through it, beside the page of another build if one is named, into
//! target/bench/page.json.
//!
//! The pages take turns, each run in a fresh browser; the figures are medians.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use clap::Args;
use serde_json::{Value, json};

use crate::command::{self, Outcome, program, step};
use crate::{browser, demo, figures, project};

#[derive(Args)]
pub struct Options {
    /// Rows of the table, from the sample's generator; the default has 100 MB
    #[arg(long, default_value_t = 730_000)]
    rows: u64,
    /// Runs of each page, taken in turn
    #[arg(long, default_value_t = 3)]
    repetitions: usize,
    /// The folder `www/dist` of another build to measure in the same run
    #[arg(long, value_name = "FOLDER")]
    beside: Option<PathBuf>,
}

/// The least that our speed may be of the other page's.
const BAR: f64 = 0.8;

pub fn run(options: &Options) -> Result<()> {
    ensure!(options.repetitions > 0 && options.rows > 0, "--repetitions and --rows must be at least 1");
    let chromium = browser::find_or_install()?;
    demo::build_all()?;
    let folder = project::output("bench/page");
    fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let table = folder.join("table.csv");
    step("table", || {
        let mut sample = program(project::tenure_command());
        sample.args(["sample", "--quiet", "--force", "--rows", &options.rows.to_string(), "--out"]).arg(&table);
        command::run(&mut sample).map(|()| Outcome::Done)
    })?;
    let mut pages = vec![format!("page={}", project::path("www/dist").display())];
    if let Some(beside) = &options.beside {
        ensure!(beside.join("index.html").is_file(), "{} is no built page", beside.display());
        pages.push(format!("beside={}", beside.canonicalize()?.display()));
    }
    let environment = figures::environment();
    let mut measured = Value::Null;
    step("measuring", || {
        let mut script = program("node");
        script.arg(project::path("tests/bench/page-table.js")).arg(&chromium).arg(&table);
        script.arg(options.repetitions.to_string()).args(&pages);
        measured = serde_json::from_str(&command::read(&mut script)?).context("the script's figures")?;
        Ok(Outcome::Done)
    })?;
    measured["environment"] = environment;
    measured["bytes"] = json!(fs::metadata(&table)?.len());
    let output = figures::file("page.json")?;
    figures::write(&output, &measured)?;
    println!("{}", text(&measured)?);
    figures::say_written(&output);
    Ok(())
}

/// One line a page, and the comparison.
fn text(measured: &Value) -> Result<String> {
    let median = |page: &str, of: &str| -> Result<f64> {
        let seconds = measured[page][of].as_array().with_context(|| format!("{page} has no {of}"))?;
        Ok(figures::median(seconds.iter().filter_map(Value::as_f64).collect()))
    };
    let megabytes = measured["bytes"].as_f64().context("no bytes")? / 1e6;
    let mut lines = Vec::new();
    for page in ["page", "beside"].into_iter().filter(|page| !measured[*page].is_null()) {
        let (worker, whole, frame) = (median(page, "worker")?, median(page, "page")?, median(page, "frame")?);
        lines.push(format!(
            "{page:<7} {megabytes:.0} MB: read and scored in {worker:.2} s ({:.1} MB/s), shown after {whole:.2} s, {frame:.1} ms a \
             frame of scrolling",
            megabytes / worker
        ));
    }
    if !measured["beside"].is_null() {
        let ratio = median("beside", "worker")? / median("page", "worker")?;
        lines.push(format!("{} {ratio:.2} × the other page (at least {BAR})", figures::verdict(ratio >= BAR)));
    }
    lines.extend(figures::busy(&measured["environment"]));
    Ok(lines.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_compared_by_the_median_of_their_workers() {
        let runs = |seconds: [f64; 3]| json!({ "worker": seconds, "page": seconds, "frame": seconds, "rows": 10 });
        let mut measured = json!({ "bytes": 100_000_000, "page": runs([2.0, 9.0, 1.0]) });
        assert_eq!(
            text(&measured).unwrap(),
            "page    100 MB: read and scored in 2.00 s (50.0 MB/s), shown after 2.00 s, 2.0 ms a frame of scrolling"
        );
        measured["beside"] = runs([1.0, 1.0, 5.0]);
        assert!(text(&measured).unwrap().ends_with("MISSED 0.50 × the other page (at least 0.8)"));
        assert!(text(&json!({ "bytes": 1, "page": {} })).is_err());
    }
}
