//! `tenure init`: drafts a schema for a table.

use std::path::{Path, PathBuf};

use indicatif::HumanCount;
use tenure_table::Source;
use tenure_training::file::{Existing, write};
use tenure_training::init::{Answers, Draft, InitError, TargetFlags, draft, shell_word, suggested};
use tenure_training::suggest::suggest;

use crate::console::{Console, refuse_overwrite};
use crate::failure::Failure;
use crate::inputs::{Notices, ReadArguments, read_for_training};

const SCHEMA_FILE: &str = "schema.toml";

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
    /// Value of the target that means "left"; may be given more than once. `present` or `missing`:
    /// a customer left who has, or lacks, a value. By default it is guessed where it is sure
    #[arg(long, value_name = "VALUE", allow_hyphen_values = true)]
    pub positive: Vec<String>,
    /// Value of the target that means "stayed"; may be given more than once. Values that neither
    /// flag names are refused. By default every value that is not positive means "stayed"
    #[arg(long, value_name = "VALUE", requires = "positive", allow_hyphen_values = true)]
    pub negative: Vec<String>,
    /// How a column is written, where several readings fit: an order such as since=%d/%m/%Y, unix,
    /// unix_ms, excel, time, or the number 1234.5 as the column writes it, such as amount=1.234,5.
    /// May be given more than once
    #[arg(long, value_name = "COLUMN=FORMAT", value_parser = column_and_format)]
    pub format: Vec<(String, String)>,
    /// Column to leave out; may be given more than once
    #[arg(long, value_name = "COLUMN")]
    pub ignore: Vec<String>,
    /// Column that is a category, and the fewest rows of a value that becomes one, such as shop=5;
    /// rarer values count as OTHER. Less than 20, and at least 5, only where the values do not
    /// describe persons. May be given more than once
    #[arg(long, value_name = "COLUMN=ROWS", value_parser = column_and_rows)]
    pub minimum_members: Vec<(String, u32)>,
    /// Schema file to write
    #[arg(long, default_value = SCHEMA_FILE)]
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

fn column_and_format(text: &str) -> Result<(String, String), String> {
    let (column, format) = text.rsplit_once('=').ok_or("must be COLUMN=FORMAT, such as since=%d/%m/%Y")?;
    Ok((column.into(), format.into()))
}

fn column_and_rows(text: &str) -> Result<(String, u32), String> {
    let parsed = text.rsplit_once('=').and_then(|(column, rows)| Some((column.into(), rows.parse().ok()?)));
    parsed.ok_or_else(|| "must be COLUMN=ROWS, such as shop=5".into())
}

impl Arguments {
    /// The command without the flags that say what the target means.
    fn command(&self) -> String {
        let mut words = vec!["tenure".into(), "init".into(), self.table.display().to_string()];
        words.extend(["--target".into(), self.target.clone()]);
        if self.out != Path::new(SCHEMA_FILE) {
            words.extend(["--out".into(), self.out.display().to_string()]);
        }
        for (column, format) in &self.format {
            words.extend(["--format".into(), format!("{column}={format}")]);
        }
        for column in &self.ignore {
            words.extend(["--ignore".into(), column.clone()]);
        }
        for (column, rows) in &self.minimum_members {
            words.extend(["--minimum-members".into(), format!("{column}={rows}")]);
        }
        if self.suggest {
            words.push("--suggest".into());
        }
        if self.seed != 0 {
            words.extend(["--seed".into(), self.seed.to_string()]);
        }
        if self.force {
            words.push("--force".into());
        }
        words.iter().map(|word| shell_word(word)).collect::<Vec<_>>().join(" ")
    }
}

pub fn run(arguments: &Arguments, console: &Console) -> Result<(), Failure> {
    refuse_overwrite(&arguments.out, arguments.force)?;
    let source = Source::open_with(&arguments.table, &arguments.reading.options())?;
    let mut notices = Notices::new(&source, console);
    let Arguments { target, positive, negative, .. } = arguments;
    let flags = TargetFlags { field: target, positive, negative };
    let answers = Answers {
        formats: arguments.format.clone(),
        ignored: arguments.ignore.clone(),
        minimum_members: arguments.minimum_members.clone(),
    };
    let draft = console.reading(|progress| draft(source, &flags, &answers, progress)).map_err(|error| match error {
        InitError::Ambiguous(question) => Failure::usage(question.ask(&arguments.command())),
        error => error.into(),
    })?;
    notices.print(&draft.notices, console);
    write(&arguments.out, draft.text.as_bytes(), Existing::forced(arguments.force))?;
    let schema = &draft.schema;
    let numbers = schema.fields.iter().filter(|field| field.is_number()).count();
    console.say(format!(
        "{}: {}, {}, {}, {}, {} ignored; {} means left",
        arguments.out.display(),
        many(draft.rows as usize, "row", "rows"),
        many(numbers, "number", "numbers"),
        many(schema.fields.len() - numbers, "category or flag", "categories and flags"),
        many(schema.identifiers.len(), "identifier", "identifiers"),
        many(schema.ignored.len(), "column", "columns"),
        schema.target.words(),
    ));
    console.say("each guess has a comment: read and correct them before you train");
    if arguments.suggest { suggestions(arguments, &draft, console) } else { Ok(()) }
}

fn many(count: usize, one: &str, several: &str) -> String {
    format!("{} {}", HumanCount(count as u64), if count == 1 { one } else { several })
}

/// Searches with the drafted schema, and writes it again with the suggestions.
fn suggestions(arguments: &Arguments, draft: &Draft, console: &Console) -> Result<(), Failure> {
    let cohort = read_for_training(&arguments.table, &arguments.reading.options(), draft.schema.clone(), console)?;
    let found = suggest(&cohort, arguments.seed, console)?;
    write(&arguments.out, (draft.text.clone() + &suggested(&found)).as_bytes(), Existing::Replace)?;
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
