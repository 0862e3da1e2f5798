//! npm: the packages of the lock file, the npm package `pkg/` and the page `www/`.

use std::fs;
use std::process::Command;

use anyhow::{Context, Result};

use crate::command::{self, Outcome, program};
use crate::finished::{Inputs, unless_finished};
use crate::project;

/// Installs what package-lock.json names, unless it is installed already.
pub fn install() -> Result<Outcome> {
    let mut inputs = Inputs::of("npm")
        .path(&project::path("package.json"))?
        .path(&project::path("package-lock.json"))?
        .text(&command::read(program("node").arg("--version"))?);
    for workspace in workspaces()? {
        inputs = inputs.path(&project::path(&format!("{workspace}/package.json")))?;
    }
    // npm writes this file after it has installed. Hashing all of node_modules would take longer
    // than installing.
    let installed = [project::path("node_modules/.package-lock.json")];
    unless_finished("npm", inputs, &installed, || command::run(program("npm").args(["ci", "--no-audit", "--no-fund"])))
}

/// Installs the tools of a folder with a lock file of its own: what is too large for the workspaces.
pub fn install_in(folder: &str) -> Result<Outcome> {
    let inputs = Inputs::of(folder)
        .path(&project::path(&format!("{folder}/package.json")))?
        .path(&project::path(&format!("{folder}/package-lock.json")))?
        .text(&command::read(program("node").arg("--version"))?);
    let installed = [project::path(&format!("{folder}/node_modules/.package-lock.json"))];
    let note = folder.replace('/', "-");
    unless_finished(&note, inputs, &installed, || {
        let mut npm = program("npm");
        command::run(npm.args(["ci", "--no-audit", "--no-fund"]).current_dir(project::path(folder)))
    })
}

/// The folders of the root package.json's workspaces.
fn workspaces() -> Result<Vec<String>> {
    let text = fs::read_to_string(project::path("package.json")).context("cannot read package.json")?;
    let package: serde_json::Value = serde_json::from_str(&text).context("package.json")?;
    let folders = package["workspaces"].as_array().context("package.json has no workspaces")?;
    Ok(folders.iter().filter_map(|folder| folder.as_str().map(String::from)).collect())
}

/// Compiles the TypeScript of the npm package into `pkg/dist`.
pub fn build_package() -> Result<Outcome> {
    let inputs = Inputs::of("pkg")
        .path(&project::path("pkg"))?
        .path(&project::path("src/sentence"))?
        .path(&project::path("tests/artifacts"))?
        .path(&project::path("package-lock.json"))?;
    unless_finished("pkg", inputs, &[project::path("pkg/dist")], || script("pkg", "build"))
}

/// Builds the page, `www/dist`, from the built package and the built reader of tables.
pub fn build_page() -> Result<Outcome> {
    let inputs = Inputs::of("www")
        .path(&project::path("www"))?
        .written(&project::path("pkg/dist"))?
        .written(&project::path("pkg/wasm"))?
        .written(&project::path("pkg/gpu"))?
        .path(&project::path("package-lock.json"))?;
    unless_finished("www", inputs, &[project::path("www/dist")], || script("www", "build"))
}

/// Serves the built page on 127.0.0.1 with Vite's preview server, as www's script `preview` does,
/// until it is interrupted.
pub fn serve_page(port: u16, open: bool) -> Result<()> {
    let mut preview = installed_program("vite");
    preview.current_dir(project::path("www"));
    preview.args(["preview", "--strictPort", "--port"]).arg(port.to_string());
    if open {
        preview.arg("--open");
    }
    become_program(preview)
}

/// Puts a program in the place of this process, so that every signal reaches it.
#[cfg(unix)]
fn become_program(mut program: Command) -> Result<()> {
    use std::os::unix::process::CommandExt;
    Err(program.exec()).with_context(|| format!("{} does not start", program.get_program().display()))
}

#[cfg(not(unix))]
fn become_program(mut program: Command) -> Result<()> {
    command::run(&mut program)
}

/// Runs a script of a workspace's package.json.
pub fn script(workspace: &str, name: &str) -> Result<()> {
    command::run(&mut script_command(workspace, name))
}

/// The call of a script of a workspace's package.json.
pub fn script_command(workspace: &str, name: &str) -> Command {
    let mut npm = program("npm");
    npm.args(["run", "--silent", name, "--workspace", workspace]);
    npm
}

/// A program that npm installed, called without npm.
pub fn installed_program(name: &str) -> Command {
    let suffix = if cfg!(windows) { ".cmd" } else { "" };
    program(project::path(&format!("node_modules/.bin/{name}{suffix}")))
}

/// The version of an installed package.
pub fn installed_version(name: &str) -> Result<String> {
    let file = project::path(&format!("node_modules/{name}/package.json"));
    let text = fs::read_to_string(&file).with_context(|| format!("npm package `{name}` is not installed"))?;
    let package: serde_json::Value = serde_json::from_str(&text).with_context(|| file.display().to_string())?;
    Ok(package["version"].as_str().context("a package without a version")?.to_string())
}
