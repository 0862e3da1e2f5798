//! `tenure export`: an artifact as one SQL statement, or as one ONNX graph.

use std::path::{Path, PathBuf};

use tenure_export::onnx::onnx;
use tenure_export::sql::{Dialect, SqlOptions, sql};
use tenure_training::file::{Existing, write};

use crate::console::{Console, refuse_overwrite};
use crate::failure::Failure;
use crate::inputs::{TrustArguments, read_artifact};

/// Write a model for engines that are not Tenure
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, clap::Subcommand)]
pub enum Command {
    Sql(Sql),
    Onnx(Onnx),
}

/// Write a model as one SELECT that gives probability, logit and tier
///
/// The statement reads raw columns, one for each field, by the field's name. It computes what `tenure
/// score` computes, with logits within 1e-5. A row with a value that is refused has no score, and its
/// fields are named in `problems`.
#[derive(Debug, clap::Args)]
pub struct Sql {
    /// Artifact
    pub model: PathBuf,
    #[command(flatten)]
    pub trust: TrustArguments,
    /// Dialect of SQL
    #[arg(long, value_parser = Dialect::ALL.map(Dialect::name))]
    pub dialect: String,
    /// Table or view, as SQL names it
    #[arg(long)]
    pub table: String,
    /// Columns of the table that the result keeps, parted by commas; by default the identifiers of the
    /// schema
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',')]
    pub keep: Option<Vec<String>>,
    /// Number and date fields whose columns hold numbers, parted by commas; others are read as texts
    #[arg(long, value_name = "FIELDS", value_delimiter = ',')]
    pub numbers: Vec<String>,
    /// File to write; without it the statement is printed
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Overwrite the file
    #[arg(long)]
    pub force: bool,
}

/// Write a model as one ONNX graph, from raw inputs to the calibrated probability
///
/// Each field is an input of [batch, 1]: a double for a number or date, NaN where it is missing, and a
/// text for a category or flag.
#[derive(Debug, clap::Args)]
pub struct Onnx {
    /// Artifact
    pub model: PathBuf,
    #[command(flatten)]
    pub trust: TrustArguments,
    /// File to write
    #[arg(long, value_name = "FILE", default_value = "model.onnx")]
    pub out: PathBuf,
    /// Overwrite the file
    #[arg(long)]
    pub force: bool,
}

pub fn run(arguments: &Arguments, console: &Console) -> Result<(), Failure> {
    match &arguments.command {
        Command::Sql(arguments) => write_sql(arguments, console),
        Command::Onnx(arguments) => write_onnx(arguments, console),
    }
}

fn write_sql(arguments: &Sql, console: &Console) -> Result<(), Failure> {
    if let Some(out) = &arguments.out {
        refuse_overwrite(out, arguments.force)?;
    }
    let artifact = read_artifact(&arguments.model, None, &arguments.trust)?.artifact;
    // clap takes no other name.
    let dialect = Dialect::ALL.into_iter().find(|dialect| dialect.name() == arguments.dialect);
    let dialect = dialect.ok_or_else(|| Failure::usage(format!("--dialect: {} is none", arguments.dialect)))?;
    let keep = arguments.keep.clone().unwrap_or_else(|| artifact.document.schema.identifiers.clone());
    let keep = keep.into_iter().filter(|column| !column.is_empty()).collect();
    let options = SqlOptions { dialect, table: arguments.table.clone(), keep, numbers: arguments.numbers.clone() };
    let text = sql(&artifact, &options)?;
    match &arguments.out {
        Some(out) => save(out, text.as_bytes(), arguments.force, console),
        None => {
            console.print(text.trim_end());
            Ok(())
        }
    }
}

fn write_onnx(arguments: &Onnx, console: &Console) -> Result<(), Failure> {
    refuse_overwrite(&arguments.out, arguments.force)?;
    let artifact = read_artifact(&arguments.model, None, &arguments.trust)?.artifact;
    save(&arguments.out, &onnx(&artifact)?, arguments.force, console)
}

fn save(out: &Path, bytes: &[u8], force: bool, console: &Console) -> Result<(), Failure> {
    write(out, bytes, Existing::forced(force))?;
    console.say(out.display());
    Ok(())
}
