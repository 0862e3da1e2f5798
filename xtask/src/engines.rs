//! The exported statements and graphs on real engines: tests/export.

use std::path::Path;

use anyhow::Result;

use crate::command;
use crate::project;
use crate::venv::Python;

/// Hostile rows for each model.
const ROWS: &str = "20000";

/// The environment of DuckDB, onnxruntime and the others.
pub fn python() -> Result<Python> {
    let python = Python::in_folder("python-export");
    python.install(Path::new("python3"), &project::path("tests/export/requirements.txt"))?;
    Ok(python)
}

/// Writes models, their exports and `rows` hostile records of each kind into a folder.
pub fn write_rows(folder: &Path, rows: &str) -> Result<()> {
    let build = ["build", "--release", "--package", "tenure-export", "--example", "export_rows"];
    command::run(command::cargo().args(build))?;
    let example = project::cargo_target().join("release/examples/export_rows");
    command::run(command::program(example).arg(folder).arg(rows))
}

/// Runs engines of tests/export/engines.py on what `export_rows` writes.
fn run(rows: &str, python: &Python, engines: &[&str]) -> Result<()> {
    let folder = project::output("export");
    write_rows(&folder, rows)?;
    let mut script = python.command();
    script.arg(project::path("tests/export/engines.py")).arg(&folder).args(engines);
    command::run(&mut script)
}

/// DuckDB, SQLite, onnxruntime, PostgreSQL where it is installed, and the text of the others.
pub fn check() -> Result<()> {
    let engines = ["duckdb", "sqlite", "onnx", "parse", "postgres-if-installed"];
    run(ROWS, &python()?, &engines)
}

/// Spark SQL: minutes to run.
pub fn check_spark(python: &Python) -> Result<()> {
    run(ROWS, python, &["spark"])
}
