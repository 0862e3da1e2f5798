//! `cargo xtask parity`: one set of records through every engine that scores, held against the command.
//!
//! `export_rows` (tests/export/rows.rs) writes three models, and for each the same hostile records on
//! every machine: values that are missing, unseen, extreme or refused, and knots with their
//! neighbours. Each runner makes logits of them and writes a line for each record into
//! `target/parity/logits/RUNNER/MODEL.KIND`: the logit, `refused`, or `beyond` for a record with a number
//! that the engine cannot compute with (docs/export.md). For a runner that this machine cannot run,
//! `missing` holds the reason instead.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use clap::Args;

use crate::venv::Python;
use crate::{browser, command, demo, engines, gpu, prerequisites, project, python, spark, test, wasm};

/// Records of each kind for each model.
const ROWS: &str = "1000";

#[derive(Args)]
pub struct Options {
    /// Fail if a runner is missing, even for a stated reason
    #[arg(long)]
    all: bool,
    /// Runners to hold against the command; without it all of them, and the tests of the kernels
    #[arg(long, num_args = 1.., value_name = "NAME", value_parser = runner_names())]
    only: Vec<String>,
}

fn runner_names() -> clap::builder::PossibleValuesParser {
    RUNNERS.iter().map(|runner| runner.name).collect::<Vec<_>>().into()
}

impl Options {
    fn wants(&self, runner: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|name| name == runner)
    }
}

/// An engine, and how far its logits may be from the command's.
struct Runner {
    /// The folder of its logits.
    name: &'static str,
    about: &'static str,
    /// What is given to it.
    start: &'static str,
    /// The largest difference on the logit; 0 asks for the same bits.
    bound: f64,
    /// The kinds of records that it takes.
    kinds: &'static [&'static str],
}

const KINDS: &[&str] = &["texts", "typed"];
const RECORDS: &str = "raw records";
/// What every other runner is held against.
const COMMAND: &str = "command";

const RUNNERS: [Runner; 11] = [
    Runner { name: COMMAND, about: "tenure score, packed", start: RECORDS, bound: 0.0, kinds: KINDS },
    Runner { name: "burn", about: "burn Module on the CPU", start: RECORDS, bound: 1e-4, kinds: KINDS },
    Runner { name: "burn-webgpu", about: "burn Module in Chromium", start: "checked cells", bound: 1e-4, kinds: KINDS },
    Runner { name: "wasm", about: "npm package in Node", start: RECORDS, bound: 0.0, kinds: KINDS },
    Runner { name: "webgpu", about: "npm package in Chromium", start: RECORDS, bound: 1e-4, kinds: KINDS },
    Runner { name: "python", about: "wheel", start: RECORDS, bound: 0.0, kinds: KINDS },
    Runner { name: "duckdb", about: "exported SQL on DuckDB", start: RECORDS, bound: 1e-5, kinds: KINDS },
    Runner { name: "sqlite", about: "exported SQL on SQLite", start: RECORDS, bound: 1e-5, kinds: KINDS },
    Runner { name: "postgres", about: "exported SQL on PostgreSQL", start: RECORDS, bound: 1e-5, kinds: KINDS },
    Runner { name: "spark", about: "exported SQL on Spark", start: RECORDS, bound: 1e-5, kinds: KINDS },
    // An input of the graph is a number or a text; a number as a text does not fit it.
    Runner { name: "onnx", about: "exported graph on onnxruntime", start: RECORDS, bound: 1e-5, kinds: &["typed"] },
];

/// Runs the runners and prints the table; where all run, tests the kernels through Vulkan too.
pub fn run(options: &Options) -> Result<()> {
    prerequisites::check()?;
    let folder = project::output("parity");
    if folder.exists() {
        fs::remove_dir_all(&folder).with_context(|| format!("cannot empty {}", folder.display()))?;
    }
    engines::write_rows(&folder, ROWS)?;
    in_python(&folder, options)?;
    if options.wants("spark") {
        on_spark(&folder)?;
    }
    if options.wants("burn") {
        burn(&folder)?;
    }
    in_javascript(&folder, options)?;
    let (table, is_met) = compare(&folder, options)?;
    println!("{table}");
    ensure!(is_met, "the engines do not agree within their bounds");
    if options.only.is_empty() {
        gpu::test_kernels()?;
        gpu::clippy_kernels()?;
    }
    Ok(())
}

/// Runs runners of tests/parity/runners.py.
fn runners(python: &Python, folder: &Path, names: &[&str]) -> Result<()> {
    if names.is_empty() {
        return Ok(());
    }
    let mut script = python.command();
    script.arg(project::path("tests/parity/runners.py")).arg(folder).args(names);
    command::run(script.env("TENURE_COMMAND", project::tenure_command()))
}

/// The command, the wheel, and the exports.
fn in_python(folder: &Path, options: &Options) -> Result<()> {
    let tools = python::tools()?;
    let mut own = vec![COMMAND];
    if options.wants("python") {
        python::install(&tools, &python::wheel(&tools)?)?;
        own.push("python");
    } else {
        demo::build_command()?;
    }
    runners(&tools, folder, &own)?;
    let wanted: Vec<&str> =
        ["duckdb", "sqlite", "postgres", "onnx"].into_iter().filter(|name| options.wants(name)).collect();
    if wanted.is_empty() { Ok(()) } else { runners(&engines::python()?, folder, &wanted) }
}

/// The exports on Spark, where Java is, and PySpark installs.
fn on_spark(folder: &Path) -> Result<()> {
    match spark::environment() {
        Ok(python) => runners(&python, folder, &["spark"]),
        Err(error) => {
            let place = folder.join("logits/spark");
            fs::create_dir_all(&place)?;
            Ok(fs::write(place.join("missing"), format!("{error:#}"))?)
        }
    }
}

/// The burn Module natively.
fn burn(folder: &Path) -> Result<()> {
    // With the whole workspace the features, and so the compiled crates, are those of the tests.
    let build = ["build", "--release", "--workspace", "--example", "parity_burn"];
    command::run(command::cargo().args(build))?;
    command::run(command::program(project::cargo_target().join("release/examples/parity_burn")).arg(folder))
}

/// Node, and headless Chromium with a graphics device.
fn in_javascript(folder: &Path, options: &Options) -> Result<()> {
    let wanted: Vec<&str> = ["wasm", "webgpu", "burn-webgpu"].into_iter().filter(|name| options.wants(name)).collect();
    if wanted.is_empty() {
        return Ok(());
    }
    let chromium = browser::find_or_install()?;
    test::build_package()?;
    gpu::build()?;
    for name in wanted {
        let mut script = command::program("node");
        script.arg(project::path(&format!("tests/parity/{name}.js"))).arg(folder).env("TENURE_CHROMIUM", &chromium);
        if name == "burn-webgpu" {
            script.env("TENURE_BURN", wasm::build_burn()?);
        }
        command::run(&mut script)?;
    }
    Ok(())
}

/// What a runner makes of a record.
#[derive(Clone, Copy)]
enum Made {
    Logit(f64),
    Refused,
    /// The engine cannot compute with one of its numbers.
    Beyond,
}

impl std::fmt::Display for Made {
    fn fmt(&self, formatter: &mut std::fmt::Formatter) -> std::fmt::Result {
        match self {
            Made::Logit(logit) => write!(formatter, "{logit}"),
            Made::Refused => formatter.write_str("refused"),
            Made::Beyond => formatter.write_str("beyond"),
        }
    }
}

/// The logits of a runner by table, and of each record.
type Logits = BTreeMap<String, Vec<Made>>;

/// What a runner wrote: its logits, or why there are none.
enum Written {
    Logits(Logits),
    Missing(String),
}

fn read(folder: &Path, runner: &str) -> Result<Written> {
    let place = folder.join("logits").join(runner);
    if let Ok(reason) = fs::read_to_string(place.join("missing")) {
        return Ok(Written::Missing(reason));
    }
    let mut logits = Logits::new();
    let entries = fs::read_dir(&place).with_context(|| format!("the runner `{runner}` wrote nothing"))?;
    for entry in entries {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let text = fs::read_to_string(&path)?;
        let line = |(at, line): (usize, &str)| match line {
            "refused" => Ok(Made::Refused),
            "beyond" => Ok(Made::Beyond),
            _ => line.parse().map(Made::Logit).with_context(|| format!("{runner}/{name}: line {}: `{line}`", at + 1)),
        };
        logits.insert(name.clone(), text.lines().enumerate().map(line).collect::<Result<_>>()?);
    }
    Ok(Written::Logits(logits))
}

/// Holds every runner against the command: the table, and whether all bounds are met. A runner that is
/// missing for a stated reason breaks none, unless `all` are asked for.
fn compare(folder: &Path, options: &Options) -> Result<(String, bool)> {
    let all = options.all;
    let Written::Logits(expected) = read(folder, COMMAND)? else { bail!("the command is missing") };
    let mut table = format!(
        "{:<12} {:<30} {:<14} {:>6} {:>8} {:>11} {:>7}\n",
        "runner", "", "starts from", "rows", "refused", "difference", "bound"
    );
    let mut is_met = true;
    for runner in RUNNERS.iter().filter(|runner| runner.name == COMMAND || options.wants(runner.name)) {
        let Runner { name, about, start, bound, .. } = runner;
        write!(table, "{name:<12} {about:<30} {start:<14} ")?;
        let found = match read(folder, name)? {
            Written::Logits(found) => found,
            Written::Missing(reason) => {
                is_met &= !all;
                writeln!(table, "not run{}: {}", if all { " (FAILED)" } else { "" }, reason.trim())?;
                continue;
            }
        };
        let compared = difference(runner, &expected, &found)?;
        let agrees = compared.faults.is_empty();
        is_met &= agrees;
        let bound = if *bound == 0.0 { "0 bits".to_owned() } else { format!("{bound:.0e}") };
        let word = if agrees { "ok" } else { "FAILED" };
        let Compared { rows, refused, beyond, largest, faults } = compared;
        let beyond = if beyond > 0 { format!(", {beyond} beyond its numbers") } else { String::new() };
        writeln!(table, "{rows:>6} {refused:>8} {largest:>11.1e} {bound:>7}  {word}{beyond}")?;
        faults.iter().take(3).try_for_each(|fault| writeln!(table, "    {fault}"))?;
    }
    Ok((table, is_met))
}

#[derive(Default)]
struct Compared {
    rows: usize,
    refused: usize,
    /// Records that it cannot compute.
    beyond: usize,
    /// The largest difference on the logit.
    largest: f64,
    /// Records beyond the bound, or refused by one of the two alone.
    faults: Vec<String>,
}

fn difference(runner: &Runner, expected: &Logits, found: &Logits) -> Result<Compared> {
    let mut compared = Compared::default();
    let tables = expected.iter().filter(|(name, _)| runner.kinds.iter().any(|kind| name.ends_with(kind)));
    for (name, expected) in tables {
        let found = found.get(name).with_context(|| format!("the runner `{}` wrote no {name}", runner.name))?;
        ensure!(
            found.len() == expected.len(),
            "{}/{name} has {} records, not {}",
            runner.name,
            found.len(),
            expected.len()
        );
        for (row, (found, expected)) in found.iter().zip(expected).enumerate() {
            compared.rows += 1;
            let is_within = match (found, expected) {
                (Made::Refused, Made::Refused) => {
                    compared.refused += 1;
                    true
                }
                (Made::Beyond, Made::Logit(_)) => {
                    compared.beyond += 1;
                    true
                }
                (Made::Logit(found), Made::Logit(expected)) => {
                    let off = (found - expected).abs();
                    compared.largest = compared.largest.max(off);
                    // A logit that is no number is within no bound.
                    if runner.bound == 0.0 { found.to_bits() == expected.to_bits() } else { off <= runner.bound }
                }
                _ => false,
            };
            if !is_within {
                compared.faults.push(format!("{name}, record {row}: {found}, not {expected}"));
            }
        }
    }
    ensure!(compared.rows > 0, "the command scored no records that `{}` takes", runner.name);
    ensure!(2 * compared.refused.max(compared.beyond) < compared.rows, "`{}` refuses most records", runner.name);
    Ok(compared)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder where every runner wrote these logits.
    fn written(lines: &str) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for runner in &RUNNERS {
            let place = folder.path().join("logits").join(runner.name);
            fs::create_dir_all(&place).unwrap();
            runner.kinds.iter().for_each(|kind| fs::write(place.join(format!("v1.{kind}")), lines).unwrap());
        }
        folder
    }

    const ALL: Options = Options { all: false, only: Vec::new() };
    const LINES: &str = "0.25\nrefused\n-1.5\n";

    /// The table after one runner wrote other logits of the typed records.
    fn after(runner: &str, lines: &str) -> Result<(String, bool)> {
        let folder = written(LINES);
        fs::write(folder.path().join("logits").join(runner).join("v1.typed"), lines).unwrap();
        compare(folder.path(), &ALL)
    }

    #[test]
    fn engines_that_agree_are_listed_with_their_rows() {
        let (table, is_met) = compare(written(LINES).path(), &ALL).unwrap();
        assert!(is_met, "{table}");
        let lines: Vec<&str> = table.lines().collect();
        assert_eq!(lines.len(), 1 + RUNNERS.len());
        for (line, runner) in lines[1..].iter().zip(&RUNNERS) {
            assert!(line.starts_with(runner.name) && line.ends_with("ok"), "{line}");
            assert!(line.contains(if runner.name == "onnx" { "     3        1" } else { "     6        2" }), "{line}");
        }
    }

    #[test]
    fn a_wrong_logit_fails_in_every_engine_and_is_named() {
        for runner in RUNNERS.iter().filter(|runner| runner.name != COMMAND) {
            let beyond = if runner.bound == 0.0 { f64::EPSILON } else { runner.bound * 1.01 };
            for wrong in [format!("{}\nrefused\n-1.5\n", 0.25 + beyond), "NaN\nrefused\n-1.5\n".into()] {
                let (table, is_met) = after(runner.name, &wrong).unwrap();
                assert!(!is_met, "{}: {table}", runner.name);
                assert_eq!(table.matches("FAILED").count(), 1, "{table}");
                assert!(table.contains("v1.typed, record 0: ") && table.contains(", not 0.25"), "{table}");
            }
            let within = format!("{}\nrefused\n-1.5\n", 0.25 + runner.bound * 0.99);
            assert!(after(runner.name, &within).unwrap().1, "{}", runner.name);
        }
    }

    #[test]
    fn a_refusal_of_one_engine_alone_fails() {
        for wrong in ["refused\nrefused\n-1.5\n", "0.25\n0\n-1.5\n"] {
            let (table, is_met) = after("duckdb", wrong).unwrap();
            assert!(!is_met && table.contains("refused"), "{table}");
        }
    }

    #[test]
    fn records_beyond_an_engine_are_counted_and_those_that_the_command_refuses_are_not_among_them() {
        let (table, is_met) = after("postgres", "beyond\nrefused\n-1.5\n").unwrap();
        assert!(is_met && table.contains("ok, 1 beyond its numbers"), "{table}");
        let (table, is_met) = after("postgres", "0.25\nbeyond\n-1.5\n").unwrap();
        assert!(!is_met && table.contains("record 1: beyond, not refused"), "{table}");
    }

    #[test]
    fn runners_that_are_not_asked_for_are_not_compared() {
        let folder = written(LINES);
        fs::remove_dir_all(folder.path().join("logits/wasm")).unwrap();
        let options = Options { only: vec!["spark".into(), "onnx".into()], ..ALL };
        let (table, is_met) = compare(folder.path(), &options).unwrap();
        let names: Vec<&str> = table.lines().skip(1).filter_map(|line| line.split(' ').next()).collect();
        assert!(is_met && names == [COMMAND, "spark", "onnx"], "{table}");
    }

    #[test]
    fn what_is_not_there_or_is_too_short_is_an_error() {
        assert!(after("python", "0.25\nrefused\n").unwrap_err().to_string().contains("has 2 records, not 3"));
        assert!(after("python", "0.25\nrefused\nx\n").unwrap_err().to_string().contains("python/v1.typed: line 3"));
        let folder = written(LINES);
        fs::remove_file(folder.path().join("logits/wasm/v1.texts")).unwrap();
        assert!(compare(folder.path(), &ALL).is_err_and(|error| error.to_string().contains("wasm")));
        fs::remove_dir_all(folder.path().join("logits/wasm")).unwrap();
        assert!(compare(folder.path(), &ALL).is_err_and(|error| error.to_string().contains("wrote nothing")));
    }

    #[test]
    fn a_missing_engine_says_why_and_fails_where_all_are_asked_for() {
        let folder = written(LINES);
        fs::write(folder.path().join("logits/webgpu/missing"), "there is no adapter\n").unwrap();
        let (table, is_met) = compare(folder.path(), &ALL).unwrap();
        assert!(is_met && table.contains("not run: there is no adapter"), "{table}");
        let (table, is_met) = compare(folder.path(), &Options { all: true, ..ALL }).unwrap();
        assert!(!is_met && table.contains("not run (FAILED): there is no adapter"), "{table}");
    }
}
