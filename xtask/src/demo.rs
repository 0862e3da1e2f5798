//! `cargo xtask demo`: from a fresh machine to the page with a trained model. Steps that are
//! finished are skipped.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use clap::Args;

use crate::command::{self, Outcome, Running, explain, program, seconds, step};
use crate::finished::{Inputs, unless_finished};
use crate::{npm, prerequisites, project, wasm};

#[derive(Args)]
pub struct Options {
    /// A table to train on instead of the embedded sample
    #[arg(long, value_name = "FILE", requires = "schema")]
    data: Option<PathBuf>,
    /// The schema of that table (`tenure init` writes one), or the name of one that ships
    /// (`ibm_telco`, `churn5000`)
    #[arg(long, value_name = "FILE", requires = "data")]
    schema: Option<PathBuf>,
    /// The port on 127.0.0.1 where the page is served; 0 takes any free one
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// Build and train only
    #[arg(long)]
    no_serve: bool,
    /// Open the page in the browser
    #[arg(long, conflicts_with = "no_serve")]
    open: bool,
}

pub fn run(options: &Options) -> Result<()> {
    let start = Instant::now();
    // A call that cannot work fails before minutes of building.
    let table = match (&options.data, &options.schema) {
        (Some(data), Some(schema)) => Some(Table { data: existing(data)?, schema: schema_of(schema)? }),
        _ => None,
    };
    let listener = if options.no_serve { None } else { Some(listen(options.port)?) };
    build(table)?;
    eprintln!("ready after {}", seconds(start.elapsed()));
    let Some(listener) = listener else {
        println!("{}", project::shown(&project::path("www/dist")));
        return Ok(());
    };
    let port = listener.local_addr()?.port();
    drop(listener);
    eprintln!("serving the page; Ctrl-C ends it");
    npm::serve_page(port, options.open)
}

/// Takes a port on this machine, so that nothing else does while the page is built.
fn listen(port: u16) -> Result<TcpListener> {
    TcpListener::bind(("127.0.0.1", port)).with_context(|| {
        format!("cannot listen on 127.0.0.1:{port}; if another program uses that port, choose one with --port")
    })
}

/// `cargo xtask build`: everything that ships, with the demo's model in the page.
pub fn build_all() -> Result<()> {
    build(None)
}

fn build(table: Option<Table>) -> Result<()> {
    prerequisites::check()?;
    // The command takes longest. It is compiled while npm and the module's last steps leave cores
    // idle.
    let command = start_command()?;
    build_package()?;
    step("tenure command", || command.finish().map(|()| Outcome::Done))?;
    prepare(table)?;
    build_page()
}

/// The modules without a device, and the npm package.
pub fn build_package() -> Result<()> {
    step("wasm target", || prerequisites::add_wasm_target().map(|()| Outcome::Unchanged))?;
    step("npm packages", npm::install)?;
    step("wasm module", wasm::build)?;
    step("wasm module that decides", wasm::build_decider)?;
    step("npm package", npm::build_package)
}

/// The page, with the module that reads tables. The package must be built.
pub fn build_page() -> Result<()> {
    step("table reader", wasm::build_reader)?;
    step("page", npm::build_page)
}

/// A table and its schema, which is a path or the name of a preset.
struct Table {
    data: PathBuf,
    schema: PathBuf,
}

/// Trains on a table (without one, on the embedded sample) and copies model and table into the
/// page. The command must be built.
fn prepare(table: Option<Table>) -> Result<()> {
    let table = match table {
        Some(table) => table,
        None => {
            let table = sample_table();
            step("sample table", || write_sample(&table))?;
            table
        }
    };
    step("training", || {
        if !model().exists() {
            explain("a teacher and its student are trained, about a minute");
        }
        train(&table)
    })?;
    step("demo files", || copy_into_page(&table))
}

/// Builds the command, and trains the demo's model on the embedded sample.
pub fn prepare_sample() -> Result<()> {
    build_command()?;
    prepare(None)
}

/// Builds the native command. Cargo itself knows whether there is anything to do.
pub fn build_command() -> Result<()> {
    step("tenure command", || {
        explain_first_build();
        command::run(&mut command_build()).map(|()| Outcome::Done)
    })
}

/// Starts to build the native command beside what follows.
fn start_command() -> Result<Running> {
    eprintln!("• tenure command, beside the steps that follow");
    explain_first_build();
    command::start(command_build().arg("--quiet"))
}

fn command_build() -> Command {
    let mut cargo = command::cargo();
    // With the whole workspace the features, and so the compiled crates, are those of the tests.
    cargo.args(["build", "--release", "--workspace", "--bin", "tenure"]);
    cargo
}

fn explain_first_build() {
    if !project::tenure_command().exists() {
        explain("compiling burn takes minutes the first time; later builds take seconds");
    }
}

/// Where the model of the demo lies.
pub fn model() -> PathBuf {
    project::output("demo/model.safetensors")
}

/// The embedded sample has the fields of IBM Telco, whose schema ships with the command.
fn sample_table() -> Table {
    Table { data: project::output("demo/sample.csv"), schema: "ibm_telco".into() }
}

fn write_sample(table: &Table) -> Result<Outcome> {
    unless_finished("sample", command_sources("sample")?, std::slice::from_ref(&table.data), || {
        fs::create_dir_all(project::output("demo"))?;
        let mut tenure = program(project::tenure_command());
        command::run(tenure.arg("sample").arg("--out").arg(&table.data).arg("--force"))
    })
}

fn train(table: &Table) -> Result<Outcome> {
    let schema = table.schema.to_string_lossy();
    let inputs = command_sources("train")?.path(&table.data)?.path(&table.schema)?.text(&schema);
    unless_finished("train", inputs, &[model()], || {
        fs::create_dir_all(project::output("demo"))?;
        let mut tenure = program(project::tenure_command());
        tenure.arg("train").arg("--data").arg(&table.data).arg("--schema").arg(&table.schema);
        command::run(tenure.arg("--out").arg(model()).arg("--force"))
    })
}

/// Everything that the command's results depend on, except its arguments.
fn command_sources(step: &str) -> Result<Inputs> {
    let sources = ["src", "table", "export", "training", "cli", "Cargo.toml", "Cargo.lock"];
    sources.iter().try_fold(Inputs::of(step), |inputs, source| inputs.path(&project::path(source)))
}

/// The page asks for `demo/model.safetensors` and `demo/sample.csv` beside itself.
fn copy_into_page(table: &Table) -> Result<Outcome> {
    let folder = project::path("www/public/demo");
    fs::create_dir_all(&folder)?;
    let mut outcome = copy(&model(), &folder.join("model.safetensors"))?;
    let is_read = table.data.extension().is_some_and(|ending| ending != "parquet");
    let sample = folder.join("sample.csv");
    if is_read {
        if copy(&table.data, &sample)? == Outcome::Done {
            outcome = Outcome::Done;
        }
    } else {
        eprintln!("  the page reads no Parquet, so it offers no sample for {}", table.data.display());
        if sample.exists() {
            fs::remove_file(&sample)?;
        }
    }
    Ok(outcome)
}

fn copy(from: &Path, to: &Path) -> Result<Outcome> {
    let bytes = fs::read(from).with_context(|| format!("cannot read {}", from.display()))?;
    if fs::read(to).is_ok_and(|there| there == bytes) {
        return Ok(Outcome::Unchanged);
    }
    fs::write(to, bytes).with_context(|| format!("cannot write {}", to.display()))?;
    Ok(Outcome::Done)
}

/// The absolute path of a file that the user names, because every program is called in the root.
fn existing(file: &Path) -> Result<PathBuf> {
    ensure!(file.is_file(), "there is no file {}", file.display());
    file.canonicalize().with_context(|| format!("cannot open {}", file.display()))
}

/// A schema's path, or the name of a preset. The command itself refuses a name that it does not
/// know.
fn schema_of(schema: &Path) -> Result<PathBuf> {
    let is_name = schema.extension().is_none() && schema.components().count() == 1 && !schema.exists();
    if is_name { Ok(schema.to_path_buf()) } else { existing(schema) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_table_is_named() {
        let error = existing(Path::new("no/such.csv")).unwrap_err().to_string();
        assert!(error.contains("no/such.csv"), "{error}");
        assert!(schema_of(Path::new("no/such.toml")).is_err());
        assert_eq!(schema_of(Path::new("ibm_telco")).unwrap(), Path::new("ibm_telco"));
    }

    #[test]
    fn a_port_in_use_is_named_with_the_flag_that_chooses_another() {
        let taken = listen(0).unwrap();
        let error = listen(taken.local_addr().unwrap().port()).unwrap_err().to_string();
        assert!(error.contains("--port"), "{error}");
    }

    #[test]
    fn a_copy_of_the_same_bytes_is_no_work() {
        let folder = tempfile::tempdir().unwrap();
        let (from, to) = (folder.path().join("a"), folder.path().join("b"));
        fs::write(&from, "1").unwrap();
        assert_eq!(copy(&from, &to).unwrap(), Outcome::Done);
        assert_eq!(copy(&from, &to).unwrap(), Outcome::Unchanged);
        fs::write(&from, "2").unwrap();
        assert_eq!(copy(&from, &to).unwrap(), Outcome::Done);
        assert_eq!(fs::read(&to).unwrap(), b"2");
    }
}
