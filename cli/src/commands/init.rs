//! `tenure init`: a first schema for a table, every guess with a comment to correct.

use std::path::PathBuf;

use tenure_table::Source;
use tenure_training::file::write_whole;
use tenure_training::init::{Draft, draft, suggested};
use tenure_training::suggest::suggest;

use crate::failure::Failure;
use crate::inputs::read_for_training;
use crate::output::{Output, refuse_overwrite};

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
    /// Look for derived features (sums, differences, ratios, products, counts) that lower the log-loss on rows that
    /// were not trained on, and write them into the schema as comments, with the gain of each; a minute or two
    #[arg(long)]
    pub suggest: bool,
    /// Seed of the folds and networks of --suggest
    #[arg(long, default_value_t = 0)]
    pub seed: u64,
    /// Overwrite the schema
    #[arg(long)]
    pub force: bool,
}

pub fn run(arguments: &Arguments, output: &Output) -> Result<(), Failure> {
    refuse_overwrite(&arguments.out, arguments.force)?;
    let source = Source::open(&arguments.table)?;
    let draft = output.reading(|progress| draft(source, &arguments.target, arguments.positive.as_deref(), progress))?;
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
    if arguments.suggest { suggestions(arguments, &draft, output) } else { Ok(()) }
}

/// Searches with the drafted schema, which is written already, and writes it again with what was found.
fn suggestions(arguments: &Arguments, draft: &Draft, output: &Output) -> Result<(), Failure> {
    let cohort = read_for_training(&arguments.table, draft.schema.clone(), output)?;
    let found = suggest(&cohort, arguments.seed, output)?;
    write_whole(&arguments.out, (draft.text.clone() + &suggested(&found)).as_bytes())?;
    let count = found.tried;
    output.print(format!("log-loss {:.4} without derived features, {count} candidates", found.log_loss));
    for suggestion in &found.accepted {
        let (gain, error) = (suggestion.gain, suggestion.standard_error);
        output.print(format!(
            "{gain:.4} ± {error:.4} lower with {} = {}",
            suggestion.derived.name, suggestion.derived.formula
        ));
    }
    if found.accepted.is_empty() {
        output.print("no candidate lowers it by more than three times its standard error: none is proposed");
    } else {
        output.say(format!(
            "they stand in {} as comments: accept one by removing the # before its lines",
            arguments.out.display()
        ));
    }
    Ok(())
}
