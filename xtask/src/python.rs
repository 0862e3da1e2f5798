//! The Python package: its wheel, and the check that installs and tests it.

use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};

use crate::command::{self, program};
use crate::venv::Python;
use crate::{demo, project};

/// The environment of the tests: libraries of tables, scikit-learn, shap, MLflow, and what checks types.
pub fn tools() -> Result<Python> {
    let python = Python::in_folder("python-tools");
    python.install(Path::new("python3"), &project::path("python/tests/requirements.txt"))?;
    Ok(python)
}

/// Builds the wheel from the sources as `pip install ./python` does, and the command that the tests hold it
/// against; returns the wheel's file.
///
/// maturin selects the package alone. python/Cargo.toml turns on the features of the whole workspace, so cargo
/// compiles no crate but PyO3 a second time.
pub fn wheel(tools: &Python) -> Result<PathBuf> {
    demo::build_command()?;
    let wheels = project::output("python/wheels");
    if wheels.exists() {
        std::fs::remove_dir_all(&wheels)?;
    }
    let mut pip = tools.command();
    pip.args(["-m", "pip", "wheel", "--quiet", "--disable-pip-version-check", "--no-deps", "--no-build-isolation"]);
    // Without isolation pip calls the maturin of this environment by its name.
    pip.env("PATH", tools.search_path()?).env("CARGO_TARGET_DIR", project::cargo_target());
    command::run(pip.arg("--wheel-dir").arg(&wheels).arg(project::path("python")))?;
    let mut found = std::fs::read_dir(&wheels)?.collect::<Result<Vec<_>, _>>()?;
    ensure!(found.len() == 1, "one wheel is built, not {}", found.len());
    Ok(found.remove(0).path())
}

/// Builds the wheel, installs it in an empty environment and in that of the tests, and runs these and the
/// checks of types.
pub fn check() -> Result<()> {
    let tools = tools()?;
    let wheel = wheel(&tools)?;
    alone(&wheel)?;
    install(&tools, &wheel)?;
    let mut mypy = tools.command();
    mypy.args(["-m", "mypy", "--config-file", "python/pyproject.toml"]);
    command::run(mypy.args(["python/tenure", "python/tests", "examples/python"]))?;
    let mut pyright = tools.command();
    pyright.args(["-m", "basedpyright", "--project", "python/pyproject.toml", "--level", "error", "--pythonpath"]);
    command::run(pyright.arg(tools.path()))?;
    let mut tests = tools.command();
    tests.args(["-m", "pytest", "-c", "python/pyproject.toml", "python/tests"]);
    command::run(tests.env("TENURE_COMMAND", project::tenure_command()))
}

/// Installs the wheel over one of before.
pub fn install(python: &Python, wheel: &Path) -> Result<()> {
    let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--force-reinstall"];
    command::run(python.command().args(pip).arg(wheel))
}

/// `pip install` of the wheel in an environment that has nothing else, and a score there.
fn alone(wheel: &Path) -> Result<()> {
    let python = Python::in_folder("python-empty");
    let folder = project::output("python-empty");
    command::run(program("python3").args(["-m", "venv", "--clear"]).arg(&folder))?;
    let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
    command::run(python.command().args(pip).arg(wheel))?;
    command::run(python.command().arg(project::path("python/tests/alone.py")))
}
