//! What must be on the machine before anything is built. The error says how to install what is
//! missing.

use std::path::Path;

use anyhow::{Result, bail};

use crate::command::{self, program};
use crate::project;

pub const WASM_TARGET: &str = "wasm32-unknown-unknown";
/// Major and minor, as in package.json.
const NODE: (u32, u32) = (20, 19);

/// Reports everything that is missing at once.
pub fn check() -> Result<()> {
    let missing: Vec<String> = [node(), npm(), rust()].into_iter().flatten().collect();
    if missing.is_empty() {
        return Ok(());
    }
    bail!("the build needs programs that are not installed:\n  {}", missing.join("\n  "));
}

fn node() -> Option<String> {
    let (major, minor) = NODE;
    let remedy = "install it from https://nodejs.org or with your system's packages";
    match command::read(program("node").arg("--version")) {
        Ok(version) if major_and_minor(&version).is_some_and(|found| found >= NODE) => None,
        Ok(version) => Some(format!("node {major}.{minor} or newer (this is {version}): {remedy}")),
        Err(_) => Some(format!("node {major}.{minor} or newer: {remedy}")),
    }
}

fn npm() -> Option<String> {
    let found = command::read(program("npm").arg("--version")).is_ok();
    (!found)
        .then(|| "npm: it comes with node; Debian has it as a package of its own, `apt-get install npm`".to_string())
}

fn rust() -> Option<String> {
    if has_wasm_target() || command::read(program("rustup").arg("--version")).is_ok() {
        return None;
    }
    Some(format!(
        "Rust's target {WASM_TARGET}, and rustup to add it: install rustup from https://rustup.rs, \
         or your system's package of the target (Debian: `apt-get install libstd-rust-dev-wasm32`)"
    ))
}

/// Adds the wasm target if it is missing. A toolchain file that names it does not install it
/// everywhere.
pub fn add_wasm_target() -> Result<()> {
    if has_wasm_target() {
        return Ok(());
    }
    command::run(program("rustup").args(["target", "add", WASM_TARGET]))
}

fn has_wasm_target() -> bool {
    command::read(program("rustc").args(["--print", "target-libdir", "--target", WASM_TARGET]))
        .is_ok_and(|folder| Path::new(&folder).is_dir())
}

/// The version of a crate in Cargo.lock.
pub fn locked_version(name: &str) -> Result<String> {
    let lock = std::fs::read_to_string(project::path("Cargo.lock"))?;
    match locked(&lock, name) {
        Some(version) => Ok(version.to_string()),
        None => bail!("Cargo.lock has no crate `{name}`"),
    }
}

fn locked<'a>(lock: &'a str, name: &str) -> Option<&'a str> {
    let start = lock.find(&format!("name = \"{name}\"\n"))?;
    lock[start..].lines().nth(1)?.strip_prefix("version = \"")?.strip_suffix('"')
}

fn major_and_minor(version: &str) -> Option<(u32, u32)> {
    let mut numbers = version.strip_prefix('v')?.split('.').map_while(|number| number.parse().ok());
    numbers.next().zip(numbers.next())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read() {
        assert_eq!(major_and_minor("v20.20.2"), Some((20, 20)));
        assert_eq!(major_and_minor("nonsense"), None);
        let lock =
            "[[package]]\nname = \"a-b\"\nversion = \"1.0.0\"\n\n[[package]]\nname = \"a\"\nversion = \"2.0.0\"\n";
        assert_eq!(locked(lock, "a"), Some("2.0.0"));
        assert_eq!(locked(lock, "b"), None);
    }

    #[test]
    fn node_is_as_new_as_the_packages_ask() {
        let manifest = std::fs::read_to_string(project::path("package.json")).unwrap();
        assert!(manifest.contains(&format!("\"node\": \">={}.{}\"", NODE.0, NODE.1)), "{manifest}");
    }

    #[test]
    fn wasm_bindgen_and_its_generator_are_of_one_version() {
        assert_eq!(locked_version("wasm-bindgen").unwrap(), locked_version("wasm-bindgen-cli-support").unwrap());
    }
}
