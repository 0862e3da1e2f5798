//! Runs and their tracking as a user has them. What needs a server has a real one, `mlflow server`
//! with SQLite, which `cargo xtask test --only tracking` installs and names in TENURE_MLFLOW;
//! without that variable those tests say so.

mod delivery;
mod encrypted;
mod kept;
mod mlflow;
mod registry;

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

fn tenure(folder: &Path, line: &str) -> Output {
    tenure_with(folder, &[], line)
}

/// With these of MLflow's variables and no others.
fn tenure_with(folder: &Path, variables: &[(&str, &str)], line: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tenure"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("MLFLOW_")) {
        command.env_remove(name);
    }
    command.envs(variables.iter().copied()).current_dir(folder).args(line.split_whitespace()).output().unwrap()
}

fn words(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned() + &String::from_utf8_lossy(&output.stdout)
}

fn succeed(folder: &Path, line: &str) -> String {
    let output = tenure(folder, line);
    assert!(output.status.success(), "{line}: {}", words(&output));
    words(&output)
}

const TRAIN: &str = "train --data table.csv --schema ibm_telco --model linear --ship teacher --epochs 6 --force --out";

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    succeed(folder.path(), "sample --rows 700 --out table.csv");
    folder
}

fn runs(folder: &Path) -> Vec<Value> {
    let output = tenure(folder, "runs --json");
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", words(&output)))
}
