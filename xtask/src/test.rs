//! `cargo xtask test`: every check, cheapest first. A failure does not stop the rest.

use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use clap::Args;

use crate::command::{self, seconds};
use crate::prerequisites::{self, WASM_TARGET};
use crate::venv::Python;
use crate::{browser, demo, engines, gpu, mlflow, npm, project, python, text, types, wasm};

#[derive(Args)]
pub struct Options {
    /// Run these checks only
    #[arg(long, value_name = "CHECK", num_args = 1.., value_parser = CHECKS.map(|check| check.name))]
    only: Vec<String>,
    /// List the checks
    #[arg(long)]
    list: bool,
}

struct Check {
    name: &'static str,
    about: &'static str,
    run: fn() -> Result<()>,
}

/// In the order they run. Each builds what it needs, so it can run alone; what is built already is
/// not built again.
const CHECKS: [Check; 19] = [
    Check { name: "format", about: "rustfmt changes nothing", run: format },
    Check { name: "lint", about: "Biome finds nothing in TypeScript and JavaScript", run: lint },
    Check { name: "text", about: "no path of a machine, no registry host", run: text::check_sources },
    Check { name: "clippy", about: "no warning, natively and for wasm", run: clippy },
    Check { name: "arrows", about: "imports follow the map of ARCHITECTURE.md, without a circle", run: arrows },
    Check { name: "scorer", about: "the core alone compiles, with few dependencies", run: scorer },
    Check { name: "docs", about: "cargo doc and TypeDoc build without a warning", run: docs },
    Check { name: "rust", about: "every Rust test, release profile", run: rust },
    Check { name: "examples", about: "the Rust programs of examples/ run", run: examples },
    Check { name: "export", about: "SQL on DuckDB, SQLite and PostgreSQL, ONNX on onnxruntime", run: engines::check },
    Check {
        name: "python",
        about: "the wheel in an empty environment, its tests, mypy and pyright",
        run: python::check,
    },
    Check { name: "tracking", about: "runs on a real MLflow server with SQLite", run: tracking },
    Check { name: "wasm", about: "the modules without a device build and name no path", run: wasm_modules },
    Check {
        name: "typescript",
        about: "the core's types are up to date, strict types of package and page",
        run: typescript,
    },
    Check { name: "package", about: "the package's tests in Node, vectors among them", run: package },
    Check {
        name: "packed",
        about: "npm pack, installed into apps of a dozen tools, run in Node and Chromium",
        run: packed,
    },
    Check {
        name: "edge",
        about: "the package in workerd, Deno, Bun and others, behind nginx, and asked by foreign clients",
        run: edge,
    },
    Check { name: "browser", about: "package and page in headless Chromium", run: in_browser },
    Check { name: "gpu", about: "the module for graphics devices in headless Chromium", run: graphics },
];

pub fn run(options: &Options) -> ExitCode {
    if options.list {
        for check in &CHECKS {
            println!("{:<12} {}", check.name, check.about);
        }
        return ExitCode::SUCCESS;
    }
    if let Err(error) = prerequisites::check() {
        eprintln!("error: {error:#}");
        return ExitCode::FAILURE;
    }
    let chosen = |check: &&Check| options.only.is_empty() || options.only.iter().any(|name| name == check.name);
    let results: Vec<Finished> = CHECKS.iter().filter(chosen).map(once).collect();
    println!("\n{}", summary(&results));
    if results.iter().all(|result| result.error.is_none()) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

struct Finished {
    name: &'static str,
    time: Duration,
    error: Option<String>,
}

fn once(check: &Check) -> Finished {
    eprintln!("\n━━ {}: {}", check.name, check.about);
    let start = Instant::now();
    let error = (check.run)().err().map(|error| format!("{error:#}"));
    let time = start.elapsed();
    match &error {
        None => eprintln!("━━ {} passed in {}", check.name, seconds(time)),
        Some(error) => eprintln!("━━ {} FAILED in {}: {error}", check.name, seconds(time)),
    }
    Finished { name: check.name, time, error }
}

/// One line for each check, and last a line for scripts: `N passed, N failed`.
fn summary(results: &[Finished]) -> String {
    let mut text = String::new();
    for result in results {
        let (word, reason) = match &result.error {
            None => ("passed", ""),
            Some(error) => ("FAILED", error.lines().next().unwrap_or_default()),
        };
        text += format!("{:<12} {word} {:>12}  {reason}", result.name, seconds(result.time)).trim_end();
        text.push('\n');
    }
    let failed = results.iter().filter(|result| result.error.is_some()).count();
    text + &format!("{} passed, {failed} failed", results.len() - failed)
}

fn format() -> Result<()> {
    let check = ["--", "--check", "--files-with-diff"];
    command::run(command::cargo().args(["fmt", "--all"]).args(check))?;
    command::run(command::cargo().args(["fmt", "--manifest-path", "fuzz/Cargo.toml"]).args(check))
}

fn lint() -> Result<()> {
    npm::install()?;
    command::run(npm::installed_program("biome").args(["check", "."]))
}

fn clippy() -> Result<()> {
    let deny = ["--", "--deny", "warnings"];
    command::run(command::cargo().args(["clippy", "--release", "--workspace", "--all-targets"]).args(deny))?;
    prerequisites::add_wasm_target()?;
    for surface in [
        &["--package", "tenure", "--features", "wasm"][..],
        &["--package", "tenure-table", "--no-default-features", "--features", wasm::READER_FEATURES],
    ] {
        let mut clippy = command::cargo();
        clippy.args(["clippy", "--release", "--lib", "--target", WASM_TARGET]).args(surface);
        command::run(clippy.args(deny))?;
    }
    Ok(())
}

fn arrows() -> Result<()> {
    // Without optimisation: it compiles in seconds and runs in a few.
    command::run(command::cargo().args(["test", "--quiet", "--package", "arrows"]))
}

/// The most direct dependencies that the core without features may have.
const SCORER_DEPENDENCIES: usize = 5;

fn scorer() -> Result<()> {
    let features = ["--package", "tenure", "--no-default-features"];
    command::run(command::cargo().args(["check", "--release", "--lib"]).args(features))?;
    let mut tree = command::cargo();
    tree.args(["tree", "--edges", "normal", "--depth", "1", "--prefix", "none"]).args(features);
    let listed = command::read(&mut tree)?;
    let names: Vec<&str> = listed.lines().skip(1).filter_map(|line| line.split(' ').next()).collect();
    ensure!(
        names.len() <= SCORER_DEPENDENCIES,
        "the scorer alone has {} direct dependencies, more than {SCORER_DEPENDENCIES}: {}",
        names.len(),
        names.join(", ")
    );
    Ok(())
}

fn docs() -> Result<()> {
    let mut doc = command::cargo();
    doc.args(["doc", "--release", "--no-deps", "--lib"]).env("RUSTDOCFLAGS", "--deny warnings");
    for package in ["tenure", "tenure-table", "tenure-rows", "tenure-export", "tenure-training", "tenure-cli"] {
        doc.args(["--package", package]);
    }
    command::run(&mut doc)?;
    build_package()?;
    npm::script("pkg", "docs")
}

fn examples() -> Result<()> {
    let names = ["score", "explain", "counterfactuals", "train"];
    // Built with the whole workspace, as the tests are: alone, a package has other features of burn.
    let mut build = command::cargo();
    build.args(["build", "--release", "--workspace"]);
    names.iter().for_each(|name| _ = build.args(["--example", name]));
    command::run(&mut build)?;
    let folder = project::cargo_target().join("release/examples");
    names.iter().try_for_each(|name| command::run(&mut command::program(folder.join(name))))
}

fn rust() -> Result<()> {
    let tests = ["test", "--release", "--workspace", "--exclude", "arrows", "--no-fail-fast"];
    // Without these flags cargo would link every example, which clippy has compiled.
    command::run(command::cargo().args(tests).args(["--lib", "--bins", "--tests"]))?;
    command::run(command::cargo().args(tests).arg("--doc"))
}

fn tracking() -> Result<()> {
    let mlflow = mlflow::find_or_install()?;
    let tests = ["test", "--release", "--workspace", "--test", "tracking"];
    command::run(command::cargo().args(tests).env("TENURE_MLFLOW", mlflow))
}

fn build_wasm() -> Result<()> {
    npm::install()?;
    wasm::build()?;
    wasm::build_decider()?;
    text::check_shipped(&project::path("pkg/wasm"))
}

fn wasm_modules() -> Result<()> {
    build_wasm()?;
    wasm::build_reader()?;
    text::check_shipped(&project::path("www/wasm"))
}

/// The npm package with the modules that it ships without a device.
pub fn build_package() -> Result<()> {
    build_wasm()?;
    npm::build_package().map(drop)
}

fn typescript() -> Result<()> {
    types::check()?;
    build_package()?;
    wasm::build_reader()?;
    npm::script("pkg", "check")?;
    npm::script("www", "check")
}

/// The package, and the demo's model for the tests that load one.
fn build_package_and_model() -> Result<()> {
    build_package()?;
    demo::prepare_sample()
}

fn package() -> Result<()> {
    build_package_and_model()?;
    npm::script("pkg", "test")
}

fn packed() -> Result<()> {
    packed_script("test:packed")
}

/// The check `packed`, and the frameworks and runtimes that take minutes: Next.js, Angular, Deno and
/// others.
pub fn consumers() -> Result<()> {
    prerequisites::check()?;
    npm::install_in("tests/consumer/frameworks")?;
    packed_script("test:packed")?;
    packed_script("test:frameworks")
}

/// Runs a script of the package on its tarball, with the bundlers and the frameworks of the elements.
fn packed_script(name: &str) -> Result<()> {
    let chromium = browser::find_or_install()?;
    build_package_and_model()?;
    npm::install_in("examples/elements")?;
    npm::install_in("tests/consumer/bundlers")?;
    let mut tests = npm::script_command("pkg", name);
    command::run(tests.env("TENURE_CHROMIUM", chromium).env("TENURE_COMMAND", project::tenure_command()))
}

fn edge() -> Result<()> {
    build_package_and_model()?;
    npm::install_in("tests/edge")?;
    let mut tests = npm::script_command("pkg", "test:edge");
    let clients = Python::in_folder("python-edge-clients");
    match clients.install(Path::new("python3"), &project::path("tests/edge/requirements.txt")) {
        Ok(_) => _ = tests.env("TENURE_PYTHON", clients.path()),
        Err(error) => eprintln!("  the clients in Python are left out: {error:#}"),
    }
    command::run(&mut tests)
}

fn in_browser() -> Result<()> {
    let chromium = browser::find_or_install()?;
    build_package_and_model()?;
    demo::build_page()?;
    text::check_shipped(&project::path("www/dist"))?;
    command::run(npm::script_command("www", "test:browser").env("TENURE_CHROMIUM", chromium))
}

fn graphics() -> Result<()> {
    let chromium = browser::find_or_install()?;
    build_package_and_model()?;
    gpu::build()?;
    gpu::clippy_module()?;
    npm::install_in("tests/consumer/bundlers")?;
    command::run(npm::script_command("pkg", "test:gpu").env("TENURE_CHROMIUM", chromium))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_summary_ends_with_the_counts() {
        let time = Duration::from_secs(2);
        let results = [
            Finished { name: "format", time, error: None },
            Finished { name: "clippy", time, error: Some("`cargo clippy` failed\nmore".to_string()) },
        ];
        let text = summary(&results);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 3);
        assert!(lines[0].starts_with("format       passed") && lines[1].ends_with("`cargo clippy` failed"), "{text}");
        assert_eq!(lines[2], "1 passed, 1 failed");
    }

    #[test]
    fn names_are_unique_and_cheapest_comes_first() {
        let mut names: Vec<&str> = CHECKS.iter().map(|check| check.name).collect();
        assert_eq!((names[0], names[names.len() - 1]), ("format", "gpu"));
        names.sort();
        names.dedup();
        assert_eq!(names.len(), CHECKS.len());
    }
}
