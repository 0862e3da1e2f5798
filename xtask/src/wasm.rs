//! The WebAssembly module: cargo, then wasm-bindgen (as a library), then wasm-opt (from npm), into `pkg/wasm/`.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use wasm_bindgen_cli_support::Bindgen;

use crate::command::{self, Outcome, program};
use crate::finished::{Inputs, unless_finished};
use crate::prerequisites::{self, WASM_TARGET};
use crate::{npm, project};

/// What rustc may emit for this target, and no more: `wasm-opt --all-features` writes modules that browsers refuse.
/// simd128 is ours (the kernels need it; every browser since 2023 has it), the rest is the target's own default.
const FEATURES: [&str; 9] = [
    "simd",
    "bulk-memory",
    "bulk-memory-opt",
    "call-indirect-overlong",
    "multivalue",
    "mutable-globals",
    "nontrapping-float-to-int",
    "reference-types",
    "sign-ext",
];

/// The stem of the files in `pkg/wasm/`.
const NAME: &str = "tenure";

/// Builds `pkg/wasm/tenure.js`, its types and `tenure_bg.wasm`.
pub fn build() -> Result<Outcome> {
    prerequisites::add_wasm_target()?;
    let output = project::path("pkg/wasm");
    let inputs = Inputs::of("wasm")
        .path(&project::path("src"))?
        .path(&project::path("Cargo.toml"))?
        .path(&project::path("Cargo.lock"))?
        .path(&project::path("xtask/src/wasm.rs"))?
        .text(&command::read(program("rustc").arg("--version").arg("--verbose"))?)
        .text(&npm::installed_version("binaryen")?);
    unless_finished("wasm", inputs, std::slice::from_ref(&output), || {
        let module = compile()?;
        bind(&module, &output)?;
        optimise(&output.join(format!("{NAME}_bg.wasm")))
    })
}

/// Compiles the core with its wasm-bindgen surface; returns the module's path.
fn compile() -> Result<std::path::PathBuf> {
    let mut cargo = command::cargo();
    cargo.args(["rustc", "--lib", "--package", "tenure", "--profile", "wasm", "--target", WASM_TARGET]);
    cargo.args(["--features", "wasm", "--crate-type", "cdylib"]);
    cargo.env("CARGO_ENCODED_RUSTFLAGS", rust_flags()?.join("\u{1f}"));
    command::run(&mut cargo)?;
    Ok(project::cargo_target().join(WASM_TARGET).join("wasm").join(format!("{NAME}.wasm")))
}

/// Flags for every crate in the module, dependencies too (an inlined kernel needs the feature where it is compiled).
/// Panic messages name source files: the folders of this machine are written out of them, for privacy and so that two
/// machines build the same bytes.
fn rust_flags() -> Result<Vec<String>> {
    let home = std::env::home_dir().context("the home folder is not known")?;
    let cargo_home = std::env::var("CARGO_HOME").unwrap_or_else(|_| home.join(".cargo").display().to_string());
    Ok(vec![
        "-Ctarget-feature=+simd128".to_string(),
        format!("--remap-path-prefix={}=", project::root().display()),
        format!("--remap-path-prefix={cargo_home}=cargo"),
    ])
}

/// Writes the JavaScript around the module.
fn bind(module: &Path, output: &Path) -> Result<()> {
    // The module and the generator speak a private format: another version of either would fail at run time.
    let (library, generator) =
        (prerequisites::locked_version("wasm-bindgen")?, prerequisites::locked_version("wasm-bindgen-cli-support")?);
    ensure!(library == generator, "Cargo.lock has wasm-bindgen {library} and wasm-bindgen-cli-support {generator}");
    if output.exists() {
        fs::remove_dir_all(output).with_context(|| format!("cannot empty {}", output.display()))?;
    }
    Bindgen::new()
        .input_path(module)
        .out_name(NAME)
        .web(true)?
        .typescript(true)
        .remove_name_section(true)
        .remove_producers_section(true)
        .generate(output)
}

fn optimise(module: &Path) -> Result<()> {
    let before = fs::metadata(module)?.len();
    let mut optimiser = npm::installed_program("wasm-opt");
    optimiser.arg("--mvp-features").args(FEATURES.map(|feature| format!("--enable-{feature}")));
    optimiser.args(["-O3", "--converge", "--strip-debug", "--strip-producers", "--strip-target-features"]);
    optimiser.arg(module).arg("--output").arg(module);
    command::run(&mut optimiser)?;
    eprintln!("  wasm-opt: {before} -> {} bytes", fs::metadata(module)?.len());
    Ok(())
}
