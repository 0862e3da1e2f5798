//! `tenure init`: drafts a schema for a table.

use std::path::PathBuf;

use tenure_table::Source;
use tenure_training::file::write_whole;
use tenure_training::init::{Draft, draft, suggested};
use tenure_training::suggest::suggest;

use crate::console::{Console, refuse_overwrite};
use crate::failure::Failure;
use crate::inputs::{Notices, ReadArguments, read_for_training};

/// Draft a schema for a table
///
/// Every guess has a comment with its reason. Read and correct the schema before you train.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Table: CSV, TSV, Parquet or .xlsx
    pub table: PathBuf,
    /// Column that says who left
    #[arg(long)]
    pub target: String,
    /// Value of the target that means "left"; guessed by default
    #[arg(long)]
    pub positive: Option<String>,
    /// Schema file to write
    #[arg(long, default_value = "schema.toml")]
    pub out: PathBuf,
    /// Search for derived features (sums, differences, ratios, products, counts) that lower the
    /// cross-validated log-loss, and add them to the schema as comments with their gain. Takes a
    /// minute or two
    #[arg(long)]
    pub suggest: bool,
    /// Seed of the folds and networks of --suggest
    #[arg(long, default_value_t = 0)]
    pub seed: u64,
    /// Overwrite the schema
    #[arg(long)]
    pub force: bool,
    #[command(flatten)]
    pub reading: ReadArguments,
}

pub fn run(arguments: &Arguments, console: &Console) -> Result<(), Failure> {
    refuse_overwrite(&arguments.out, arguments.force)?;
    let source = Source::open_with(&arguments.table, &arguments.reading.options())?;
    let mut notices = Notices::new(&source, console);
    let draft =
        console.reading(|progress| draft(source, &arguments.target, arguments.positive.as_deref(), progress))?;
    notices.print(&draft.notices, console);
    write_whole(&arguments.out, draft.text.as_bytes())?;
    let schema = &draft.schema;
    let numbers = schema.fields.iter().filter(|field| field.is_number()).count();
    console.say(format!(
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
    console.say("each guess has a comment: read and correct them before you train");
    if arguments.suggest { suggestions(arguments, &draft, console) } else { Ok(()) }
}

/// Searches with the drafted schema, and writes it again with the suggestions.
fn suggestions(arguments: &Arguments, draft: &Draft, console: &Console) -> Result<(), Failure> {
    let cohort = read_for_training(&arguments.table, &arguments.reading.options(), draft.schema.clone(), console)?;
    let found = suggest(&cohort, arguments.seed, console)?;
    write_whole(&arguments.out, (draft.text.clone() + &suggested(&found)).as_bytes())?;
    let count = found.tried;
    console.print(format!("log-loss {:.4} without derived features, {count} candidates", found.log_loss));
    for suggestion in &found.accepted {
        let (gain, error) = (suggestion.gain, suggestion.standard_error);
        console.print(format!(
            "{gain:.4} ± {error:.4} lower with {} = {}",
            suggestion.derived.name, suggestion.derived.formula
        ));
    }
    if found.accepted.is_empty() {
        console.print("no candidate lowers the log-loss by more than three standard errors, so none is suggested");
    } else {
        console.say(format!(
            "{} has them as comments: remove the # before the lines of those you accept",
            arguments.out.display()
        ));
    }
    Ok(())
}
