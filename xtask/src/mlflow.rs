//! An MLflow server from PyPI for the tracking check, in a virtual environment of its own under
//! cargo's target folder.

use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::command::{self, program};
use crate::project;

/// The version under test, and the packages that its server imports. Without those that only the
/// Python client needs (scikit-learn, matplotlib, …) it is a quarter of the download.
const PACKAGES: [&str; 8] =
    ["mlflow-skinny==3.17.2", "flask", "flask-cors", "sqlalchemy>=2,<3", "alembic", "aiohttp", "numpy", "pandas"];

/// The `mlflow` command. `TENURE_MLFLOW` names another.
pub fn find_or_install() -> Result<PathBuf> {
    if let Some(named) = std::env::var_os("TENURE_MLFLOW") {
        return Ok(named.into());
    }
    let folder = project::cargo_target().join("mlflow");
    let (command, finished) = (folder.join("bin/mlflow"), folder.join("installed.txt"));
    let wanted = PACKAGES.join("\n");
    if command.is_file() && std::fs::read_to_string(&finished).is_ok_and(|found| found == wanted) {
        return Ok(command);
    }
    eprintln!("  installing {} from PyPI into {}", PACKAGES[0], project::shown(&folder));
    command::run(program("python3").args(["-m", "venv", "--clear"]).arg(&folder)).context(
        "the tracking check needs python3 (3.10 or newer) with venv (Debian: `apt-get install python3-venv`), or \
         TENURE_MLFLOW set to an `mlflow` command",
    )?;
    let mut install = program(folder.join("bin/pip"));
    command::run(install.args(["install", "--quiet", "--disable-pip-version-check"]).args(PACKAGES))
        .context("pip could not install MLflow's server from PyPI")?;
    std::fs::write(&finished, wanted)?;
    Ok(command)
}
