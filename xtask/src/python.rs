//! The Python package: its wheel, and the check that installs and tests it.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use crate::command::{self, program};
use crate::project;
use crate::venv::Python;

/// The environment of the tests: libraries of tables, scikit-learn, shap, MLflow, and what checks types.
pub fn tools() -> Result<Python> {
    let python = Python::in_folder("python-tools");
    python.install(Path::new("python3"), &project::path("python/tests/requirements.txt"))?;
    Ok(python)
}

/// Builds the wheel, and returns its file.
///
/// The module is the one that cargo builds with the whole workspace, and maturin writes what the wheel says of
/// itself. `maturin build` would select the package alone, for which cargo chooses other features and compiles
/// burn and the trainer a second time.
pub fn wheel(tools: &Python) -> Result<PathBuf> {
    command::run(command::cargo().args(["build", "--release", "--workspace", "--lib", "--bin", "tenure"]))?;
    let (folder, wheels) = (project::output("python/unpacked"), project::output("python/wheels"));
    for emptied in [&folder, &wheels] {
        if emptied.exists() {
            std::fs::remove_dir_all(emptied)?;
        }
        std::fs::create_dir_all(emptied)?;
    }
    let mut about = tools.program("maturin");
    about.current_dir(project::path("python")).args(["pep517", "write-dist-info", "--metadata-directory"]).arg(&folder);
    let written =
        command::read(about.arg("--interpreter").arg(tools.path())).context("maturin cannot describe the wheel")?;
    ensure!(written.ends_with(".dist-info"), "maturin named no folder of metadata: {written}");
    copy_sources(&project::path("python/tenure"), &folder.join("tenure"))?;
    let module = folder.join("tenure/_native.abi3.so");
    std::fs::copy(library(), &module)?;
    // Names of functions are a third of it. Without the program the module is larger and works as well.
    let _ = program("strip").arg("--strip-all").arg(&module).status();
    let mut pack = tools.command();
    command::run(pack.args(["-m", "wheel", "pack", "--dest-dir"]).arg(&wheels).arg(&folder))?;
    let mut found = std::fs::read_dir(&wheels)?.collect::<Result<Vec<_>, _>>()?;
    ensure!(found.len() == 1, "one wheel is built, not {}", found.len());
    Ok(found.remove(0).path())
}

/// The module as cargo builds it.
fn library() -> PathBuf {
    let name = format!("{}_native{}", std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX);
    project::cargo_target().join("release").join(name)
}

/// Copies the package's own files, without what Python compiled of them.
fn copy_sources(from: &Path, to: &Path) -> Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let path = entry?.path();
        let ending = path.extension().unwrap_or_default();
        if ["py", "pyi", "typed"].iter().any(|known| ending == *known) || path.ends_with("py.typed") {
            std::fs::copy(&path, to.join(path.file_name().context("a file has a name")?))?;
        }
    }
    Ok(())
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
