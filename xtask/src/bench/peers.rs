//! The npm packages that Tenure is measured beside, in tests/bench.

use anyhow::Result;

use crate::command::{self, Outcome, program};
use crate::finished::{Inputs, unless_finished};
use crate::project;

/// Threads of a training, ours or a peer's.
pub const THREADS: &str = "2";

/// Installs the npm packages. They are large (native libraries among them), so they have a folder
/// of their own beside the packages of the tests.
pub fn install_npm() -> Result<Outcome> {
    let folder = project::path("tests/bench");
    let inputs = Inputs::of("peers").path(&folder.join("package.json"))?.path(&folder.join("package-lock.json"))?;
    let installed = [folder.join("node_modules/.package-lock.json")];
    unless_finished("peers", inputs, &installed, || {
        // onnxruntime-node's install script would fetch CUDA; the CPU library is in the package
        // itself.
        let mut npm = program("npm");
        npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]);
        command::run(npm.current_dir(&folder))
    })
}
