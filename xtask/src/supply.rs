//! `cargo xtask supply`: what the product is made of. Licences, sources and duplicates of the crates
//! (cargo-deny), known vulnerabilities, the lists of parts (SBOM, CycloneDX) of the command and of the npm
//! package, and whether a second build of the scorer gives the same bytes.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::{Context, Result, ensure};
use clap::Args;

use crate::command::{self, program};
use crate::{npm, project, wasm};

/// Tools that are installed from crates.io, with their versions.
const DENY: [&str; 2] = ["cargo-deny", "0.20.2"];
const CYCLONEDX: [&str; 2] = ["cargo-cyclonedx", "0.5.9"];

#[derive(Args)]
pub struct Options {
    /// Check nothing against the database of vulnerabilities
    #[arg(long)]
    no_advisories: bool,
}

pub fn run(options: &Options) -> Result<()> {
    let deny = tool(DENY)?;
    command::run(program(&deny).current_dir(project::root()).args(["check", "licenses", "bans", "sources"]))?;
    if !options.no_advisories {
        advisories(&deny)?;
    }
    for list in crates()?.into_iter().chain([packages()?]) {
        eprintln!("written: {}", project::shown(&list));
    }
    wasm::ensure_reproducible()?;
    eprintln!("the scorer's module: two builds in two folders have the same bytes");
    Ok(())
}

/// The path of a tool, installed under the target folder unless it is there.
fn tool([name, version]: [&str; 2]) -> Result<PathBuf> {
    let folder = project::cargo_target().join("tools").join(format!("{name}-{version}"));
    let path = folder.join("bin").join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    if !path.exists() {
        command::explain(&format!("{name} is compiled once, some minutes"));
        let mut install = command::cargo();
        install.args(["install", "--locked", "--version", version, "--root"]).arg(&folder).arg(name);
        command::run(&mut install)?;
    }
    Ok(path)
}

/// Checks the crates against the database that a developer fetched (`cargo deny fetch`). It is not
/// fetched here, so that the same tree gives the same answer.
fn advisories(deny: &Path) -> Result<()> {
    let home = std::env::home_dir().context("the home folder is not known")?;
    let cargo_home = std::env::var_os("CARGO_HOME").map_or_else(|| home.join(".cargo"), PathBuf::from);
    let folders = fs::read_dir(cargo_home.join("advisory-dbs")).into_iter().flatten().flatten();
    let Some(database) = folders.map(|entry| entry.path()).find(|path| path.join(".git").exists()) else {
        eprintln!(
            "known vulnerabilities: NOT CHECKED, because there is no database; fetch it with `{} fetch`",
            deny.display()
        );
        return Ok(());
    };
    let fetched = fs::metadata(database.join(".git/FETCH_HEAD")).and_then(|file| file.modified());
    let age = fetched.ok().and_then(|time| SystemTime::now().duration_since(time).ok());
    let days = age.map_or("an unknown number of".into(), |age| (age.as_secs() / 86_400).to_string());
    eprintln!("known vulnerabilities: by the database fetched {days} days ago");
    let check = ["check", "--disable-fetch", "advisories"];
    command::run(program(deny).current_dir(project::root()).args(check))
}

/// The crates of the command `tenure` and of the Python package.
fn crates() -> Result<Vec<PathBuf>> {
    const NAME: &str = "parts.cdx";
    let mut list = program(tool(CYCLONEDX)?);
    list.args(["cyclonedx", "--format", "json", "--spec-version", "1.5", "--override-filename", NAME]);
    list.arg("--manifest-path").arg(project::path("cli/Cargo.toml"));
    command::run(&mut list)?;
    // It writes beside every manifest of the workspace; what ships is kept.
    let text = command::read(command::cargo().args(["metadata", "--no-deps", "--format-version", "1"]))?;
    let workspace: serde_json::Value = serde_json::from_str(&text).context("cargo metadata")?;
    let mut kept = Vec::new();
    for package in workspace["packages"].as_array().context("cargo metadata names no packages")? {
        let manifest = Path::new(package["manifest_path"].as_str().context("a package has no manifest")?);
        let written = manifest.with_file_name(format!("{NAME}.json"));
        let name = package["name"].as_str().context("a package has no name")?;
        if ["tenure-cli", "tenure-python"].contains(&name) {
            kept.push(folder()?.join(format!("{name}.cdx.json")));
            fs::rename(written, &kept[kept.len() - 1])?;
        } else if written.exists() {
            fs::remove_file(written)?;
        }
    }
    ensure!(kept.len() == 2, "two lists of parts are written, not {}", kept.len());
    Ok(kept)
}

/// The packages that the npm package needs at run time; the crates inside its module are in
/// THIRD-PARTY-NOTICES, which the package carries.
fn packages() -> Result<PathBuf> {
    npm::install()?;
    let list = command::read(program("npm").current_dir(project::root()).args([
        "sbom",
        "--sbom-format",
        "cyclonedx",
        "--sbom-type",
        "library",
        "--workspace",
        "pkg",
        "--omit",
        "dev",
    ]))?;
    ensure!(list.contains("\"bomFormat\": \"CycloneDX\""), "npm wrote no list of parts");
    let target = folder()?.join("tenure.cdx.json");
    fs::write(&target, list)?;
    Ok(target)
}

fn folder() -> Result<PathBuf> {
    let folder = project::output("sbom");
    fs::create_dir_all(&folder)?;
    Ok(folder)
}
