//! `cargo xtask spark`: exported SQL and the Python package on Spark, held against the scorer.

use std::path::Path;

use anyhow::{Context, Result, bail};
use clap::Args;

use crate::command::{self, program};
use crate::venv::Python;
use crate::{engines, project, python};

#[derive(Args)]
pub struct Options {
    /// Rows that the cluster scores while it loses a worker
    #[arg(long, default_value_t = 2_000_000)]
    rows: u32,
}

/// The SQL of three models on Spark; the package's tests on Spark and Ray; and the proof: a cluster of
/// two workers that loses one has every row once, with the bits of the command.
pub fn run(options: &Options) -> Result<()> {
    let spark = environment()?;
    engines::check_spark(&spark)?;
    python::install(&spark, &python::wheel(&python::tools()?)?)?;
    let mut tests = spark.command();
    tests.args(["-m", "pytest", "-c", "python/pyproject.toml", "python/tests/test_spark.py"]);
    command::run(tests.arg("python/tests/test_engines.py").env("TENURE_COMMAND", project::tenure_command()))?;
    let mut cluster = spark.command();
    cluster.arg(project::path("tests/spark/scores.py")).arg(project::tenure_command());
    command::run(cluster.arg(project::path("tests/artifacts/v1.safetensors")).arg(options.rows.to_string()))
}

/// The environment with PySpark and Ray, which are a gigabyte.
pub fn environment() -> Result<Python> {
    check_java()?;
    let python = Python::in_folder("python-spark");
    python
        .install(Path::new("python3"), &project::path("python/tests/requirements-spark.txt"))
        .context("PySpark is not there, and cannot be installed from the package index")?;
    Ok(python)
}

/// The oldest Java that Spark 4 runs on.
const JAVA: u32 = 17;

fn check_java() -> Result<()> {
    let remedy = "install it (Debian: `apt-get install default-jre-headless`) and run this again";
    let Ok(output) = program("java").arg("-version").output() else {
        bail!("Spark needs Java {JAVA} or newer, and there is no program `java`: {remedy}");
    };
    let words = String::from_utf8_lossy(&output.stderr).into_owned();
    match major(&words) {
        Some(found) if found >= JAVA => Ok(()),
        Some(found) => bail!("Spark needs Java {JAVA} or newer, and `java` is Java {found}: {remedy}"),
        None => bail!("Spark needs Java {JAVA} or newer, and `java -version` names no version: `{}`", words.trim()),
    }
}

/// The version in what `java -version` prints; up to 8 it is written `1.8.0`.
fn major(words: &str) -> Option<u32> {
    let (_, version) = words.split_once('"')?;
    version.strip_prefix("1.").unwrap_or(version).split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_of_java_are_read() {
        assert_eq!(major("openjdk version \"17.0.15\" 2025-04-15\nOpenJDK"), Some(17));
        assert_eq!(major("java version \"1.8.0_402\""), Some(8));
        assert_eq!(major("openjdk version \"25\" 2025-09-16"), Some(25));
        assert_eq!(major("The operation couldn\u{2019}t be completed."), None);
    }
}
