//! `tenure init`: a first schema for a table, every guess with a comment to correct.

use std::path::PathBuf;

use crate::failure::Failure;
use crate::init::{InitError, draft};
use crate::output::{Output, refuse_overwrite, write_whole};
use crate::table::Source;

/// Write a first schema.toml for a table, each guess with a comment
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The table: CSV, TSV or Parquet
    pub table: PathBuf,
    /// The column that says who left
    #[arg(long)]
    pub target: String,
    /// The value of the target that means "left"; guessed where not given
    #[arg(long)]
    pub positive: Option<String>,
    /// The schema to write
    #[arg(long, default_value = "schema.toml")]
    pub out: PathBuf,
    /// Overwrite the schema
    #[arg(long)]
    pub force: bool,
}

impl From<InitError> for Failure {
    fn from(error: InitError) -> Failure {
        Failure::new(error.exit_code(), &error)
    }
}

pub fn run(arguments: &Arguments, output: &Output) -> Result<(), Failure> {
    refuse_overwrite(&arguments.out, arguments.force)?;
    let bar = output.bar(0, "reading {bar:30} {percent}% {eta}");
    let source = Source::open(&arguments.table)?;
    let draft = draft(source, &arguments.target, arguments.positive.as_deref(), &mut |done, total| {
        bar.set_length(total);
        bar.set_position(done);
    })?;
    bar.finish_and_clear();
    write_whole(&arguments.out, draft.text.as_bytes())?;
    let schema = &draft.schema;
    let numbers = schema.fields.iter().filter(|field| field.is_number()).count();
    output.say(format!(
        "{}: {} rows, {} numbers, {} categories and flags, {} identifiers, {} columns ignored; {} = {:?} means left",
        arguments.out.display(),
        draft.rows,
        numbers,
        schema.fields.len() - numbers,
        schema.identifiers.len(),
        schema.ignored.len(),
        schema.target.field,
        schema.target.positive,
    ));
    output.say("every guess stands there with a comment: read it before you train");
    Ok(())
}
