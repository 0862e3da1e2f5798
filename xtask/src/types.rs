//! TypeScript's types of the core: `pkg/src/generated.ts`, from the core's Rust types.

use std::fs;
use std::io::Write;
use std::process::Stdio;

use anyhow::{Context, Result, ensure};

use crate::{command, npm, project};

const FILE: &str = "pkg/src/generated.ts";

const HEADER: &str = "/**
 * The types of what the core hands over, generated from its Rust types. Change those, then run
 * `cargo xtask types`.
 */

";

/// Writes the file.
pub fn write() -> Result<()> {
    npm::install()?;
    let file = project::path(FILE);
    fs::write(&file, generate()?).with_context(|| format!("cannot write {FILE}"))
}

/// Checks that the file is what the core's types say, and tests what the core hands over.
pub fn check() -> Result<()> {
    npm::install()?;
    let written = fs::read_to_string(project::path(FILE)).with_context(|| format!("cannot read {FILE}"))?;
    ensure!(written == generate()?, "{FILE} is stale: run `cargo xtask types`");
    let tests = ["test", "--quiet", "--release", "--package", "tenure", "--features", "typescript", "--lib", "--"];
    command::run(command::cargo().args(tests).args(["wasm::", "schema::serde"]))
}

fn generate() -> Result<String> {
    let example = ["run", "--quiet", "--release", "--package", "tenure", "--features", "typescript"];
    let declarations = command::read(command::cargo().args(example).args(["--example", "typescript"]))?;
    let mut biome = npm::installed_program("biome");
    biome.args(["format", "--stdin-file-path", FILE]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut running = biome.spawn().context("Biome does not start")?;
    // Dropped at the end of the statement, which closes it. Biome reads all before it writes.
    running.stdin.take().context("Biome has no input")?.write_all(format!("{HEADER}{declarations}\n").as_bytes())?;
    let output = running.wait_with_output()?;
    ensure!(output.status.success(), "Biome cannot format {FILE}: {}", output.status);
    String::from_utf8(output.stdout).context("Biome printed no UTF-8")
}
