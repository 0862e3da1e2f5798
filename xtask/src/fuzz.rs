//! `cargo xtask fuzz`: runs libFuzzer on everything that reads hostile input, with stable Rust.
//!
//! The compiler gets the flags that cargo-fuzz passes to it, without the address sanitizer, which
//! needs a nightly toolchain and finds little where no code is `unsafe`. A target fails if it panics,
//! overflows, takes longer than ten seconds for one input, or takes 2 GB of memory.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use clap::Args;

use crate::command::{self, program};
use crate::{demo, prerequisites, project};

/// Count branches and comparisons, as cargo-fuzz does.
const COUNTERS: &str = "-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares -Cllvm-args=-simplifycfg-branch-fold-threshold=0 \
    -Ccodegen-units=1 --cfg fuzzing";
/// Limits of one input: seconds, and megabytes.
const LIMITS: [&str; 2] = ["-timeout=10", "-rss_limit_mb=2048"];
/// The target that is a program for Node.
const IN_NODE: &str = "body";

#[derive(Args)]
pub struct Options {
    /// Minutes for each target
    #[arg(long, default_value_t = 1.0, value_parser = minutes)]
    minutes: f64,
    /// Run this target only; without it all run, one after the other
    #[arg(long, value_name = "NAME")]
    target: Option<String>,
    /// Run each target over its seeds once, instead of for minutes
    #[arg(long, conflicts_with = "minutes")]
    seeds: bool,
}

fn minutes(text: &str) -> Result<f64, String> {
    let minutes = text.parse().ok().filter(|minutes: &f64| *minutes > 0.0 && minutes.is_finite());
    minutes.ok_or_else(|| "must be a number above 0".into())
}

pub fn run(options: &Options) -> Result<()> {
    let targets = chosen(options.target.as_deref())?;
    let seconds = (60.0 * options.minutes).ceil() as u64;
    let end = if options.seeds { "-runs=0".into() } else { format!("-max_total_time={seconds}") };
    let programs = if targets.iter().any(|target| target != IN_NODE) { Some(build()?) } else { None };
    let mut failed = Vec::new();
    for target in &targets {
        let done = match &programs {
            Some(programs) if target != IN_NODE => fuzz(programs, target, &end),
            // It makes its bodies itself.
            _ if options.seeds => Ok(()),
            _ => fuzz_in_node(seconds),
        };
        if let Err(error) = done {
            eprintln!("{target}: {error:#}");
            failed.push(target.as_str());
        }
    }
    ensure!(failed.is_empty(), "{} of {} targets failed: {}", failed.len(), targets.len(), failed.join(", "));
    Ok(())
}

/// The targets of fuzz/fuzz_targets, by name.
fn targets() -> Result<Vec<String>> {
    let mut targets = vec![IN_NODE.to_string()];
    for file in fs::read_dir(project::path("fuzz/fuzz_targets"))? {
        targets.extend(file?.path().file_stem().map(|name| name.to_string_lossy().into_owned()));
    }
    targets.sort();
    Ok(targets)
}

fn chosen(target: Option<&str>) -> Result<Vec<String>> {
    let all = targets()?;
    let Some(target) = target else { return Ok(all) };
    ensure!(all.iter().any(|name| name == target), "there is no target {target}; the targets are {}", all.join(", "));
    Ok(vec![target.to_string()])
}

/// Builds all targets, and returns the folder of the programs.
fn build() -> Result<PathBuf> {
    if !cfg!(unix) {
        bail!("libFuzzer runs on Linux and macOS");
    }
    let compiler = std::env::var("CXX").unwrap_or_else(|_| "c++".into());
    command::read(program(&compiler).arg("--version")).with_context(|| {
        format!("libFuzzer is compiled by a C++ compiler, and `{compiler}` is missing (Debian: `apt-get install g++`)")
    })?;
    let version = command::read(program("rustc").arg("-vV"))?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: ")).context("`rustc -vV` names no host")?;
    let folder = project::cargo_target().join("fuzz");
    let flags = [std::env::var("RUSTFLAGS").unwrap_or_default(), COUNTERS.into()].join(" ");
    let mut build = command::cargo();
    build.args(["build", "--release", "--bins", "--manifest-path", "fuzz/Cargo.toml", "--target", host]);
    // With a target named, build scripts and macros have no counters.
    command::run(build.arg("--target-dir").arg(&folder).env("RUSTFLAGS", flags.trim()))?;
    Ok(folder.join(host).join("release"))
}

/// Runs one target until `end`. What it prints goes to a file.
fn fuzz(programs: &Path, target: &str, end: &str) -> Result<()> {
    let work = project::output("fuzz").join(target);
    let (found, failures, log) = (work.join("corpus"), work.join("failures"), work.join("log"));
    fs::create_dir_all(&found)?;
    fs::create_dir_all(&failures)?;
    let mut fuzzer = program(programs.join(target));
    fuzzer.arg(&found).arg(project::path("fuzz/seeds").join(target)).args(LIMITS).arg(end);
    fuzzer.arg(format!("-artifact_prefix={}/", failures.display())).stderr(File::create(&log)?);
    let done = command::run(&mut fuzzer);
    let said = String::from_utf8_lossy(&fs::read(&log)?).into_owned();
    let last = said.lines().rev().find(|line| line.contains("DONE")).map(|line| line.replace('\t', " "));
    match (done, last) {
        (Ok(()), Some(last)) => println!("{target:<12} {last}"),
        (Ok(()), None) => bail!("it ended without a word; {} has what it printed", project::shown(&log)),
        (Err(error), _) => {
            let lines: Vec<&str> = said.lines().collect();
            let tail = lines[lines.len().saturating_sub(30)..].join("\n");
            return Err(error.context(format!(
                "{tail}\nThe input is in {}. Make it a test beside the code that fails",
                project::shown(&failures)
            )));
        }
    }
    Ok(())
}

/// Sends changed bodies to the handler for HTTP.
fn fuzz_in_node(seconds: u64) -> Result<()> {
    prerequisites::check()?;
    demo::build_package()?;
    let failures = project::output("fuzz").join(IN_NODE).join("failures");
    fs::create_dir_all(&failures)?;
    let mut node = program("node");
    node.arg(project::path("fuzz/body.js")).arg("--seconds").arg(seconds.to_string());
    command::run(node.arg("--failures").arg(failures))
}
