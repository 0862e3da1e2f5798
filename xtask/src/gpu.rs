//! The graphics device: its module, and the checks of its kernels, natively and in a browser.
//!
//! CubeCL and wgpu take minutes to compile. Only `build`, `size`, `bench gpu`, `parity` and the check
//! `gpu` wait for them; the last compiles them for WebAssembly alone.

use std::path::Path;

use anyhow::{Result, bail};
use clap::Args;

use crate::command::{self, step};
use crate::prerequisites::WASM_TARGET;
use crate::{debian, demo, figures, text, wasm};

/// Where Vulkan's loader looks for drivers.
const DRIVERS: [&str; 2] = ["/usr/share/vulkan/icd.d", "/etc/vulkan/icd.d"];
/// A driver that computes on the CPU (lavapipe), and the loader.
const PACKAGES: [&str; 2] = ["mesa-vulkan-drivers", "libvulkan1"];

/// Builds the module that ships in `pkg/gpu/`.
pub fn build() -> Result<()> {
    step("wasm module for graphics devices", wasm::build_gpu)?;
    text::check_shipped(&wasm::gpu_folder())
}

/// Compares the kernels with the packed network, through Vulkan (Metal on a Mac).
pub fn test_kernels() -> Result<()> {
    ensure_driver()?;
    let tests = ["test", "--release", "--package", "tenure", "--lib", "--features", "webgpu", "gpu::"];
    command::run(command::cargo().args(tests))
}

/// Refuses warnings in the kernels with their tests and benchmark.
pub fn clippy_kernels() -> Result<()> {
    clippy(&["--all-targets", "--features", "webgpu"])
}

/// Refuses warnings in the kernels and the module's surface.
pub fn clippy_module() -> Result<()> {
    clippy(&["--lib", "--features", "wasm,webgpu", "--target", WASM_TARGET])
}

fn clippy(what: &[&str]) -> Result<()> {
    let mut clippy = command::cargo();
    clippy.args(["clippy", "--release", "--package", "tenure"]).args(what).args(["--", "--deny", "warnings"]);
    command::run(&mut clippy)
}

#[derive(Args)]
pub struct Options {
    /// Rows of a batch
    #[arg(long, default_value_t = 1 << 20)]
    rows: usize,
    /// Customers to explain
    #[arg(long, default_value_t = 64)]
    customers: usize,
    /// Also the burn Module of the network, op by op on burn's wgpu backend, beside our kernel:
    /// target/bench/burn_wgpu.json (some minutes to compile)
    #[arg(long)]
    burn: bool,
}

/// Measures rows and explanations per second on the machine's adapter and on one CPU thread, into
/// target/bench/gpu.json.
pub fn bench(options: &Options) -> Result<()> {
    ensure_driver()?;
    demo::prepare_sample()?;
    let [rows, customers] = [options.rows, options.customers].map(|count| count.to_string());
    example("gpu", "webgpu", &[&rows, &customers])?;
    if options.burn {
        example("burn_wgpu", "burn-webgpu", &[])?;
    }
    Ok(())
}

/// Runs an example on the demo's model, which writes target/bench/NAME.json.
fn example(name: &str, feature: &str, arguments: &[&str]) -> Result<()> {
    let output = figures::file(&format!("{name}.json"))?;
    let mut cargo = command::cargo();
    cargo.args(["run", "--release", "--package", "tenure", "--features", feature, "--example", name, "--"]);
    cargo.arg(demo::model()).args(arguments).arg(&output);
    command::run(&mut cargo)?;
    figures::say_written(&output);
    Ok(())
}

fn ensure_driver() -> Result<()> {
    if !cfg!(target_os = "linux") || has_driver() {
        return Ok(());
    }
    if debian::install("a Vulkan driver", &PACKAGES)? && has_driver() {
        return Ok(());
    }
    bail!(
        "there is no Vulkan driver: run `sudo apt-get install {}`, or install your graphics card's",
        PACKAGES.join(" ")
    )
}

fn has_driver() -> bool {
    DRIVERS.iter().any(|folder| Path::new(folder).read_dir().is_ok_and(|mut files| files.next().is_some()))
}
