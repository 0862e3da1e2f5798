//! `tenure init`: drafts a schema from a table, in one pass and bounded memory (about 0.4 MB a column at most).
//!
//! Every guess is written with its reason as a comment, and the draft is sound: it parses and has no
//! [`Schema::problems`].

mod document;
mod guess;
mod identify;
mod profile;
mod target;
mod text;

use guess::{Guess, Place};
use profile::Profile;
use rayon::prelude::*;
use tenure::schema::{Kind, MAXIMUM_FIELDS, Schema};
use tenure_table::{Batch, Source, TableError, nearest};

use crate::schema_file::SchemaFile;

/// A schema drafted from a table.
#[derive(Clone, Debug)]
pub struct Draft {
    /// The text of `schema.toml`, with comments.
    pub text: String,
    /// The schema that the text says.
    pub schema: Schema,
    /// Rows of the table.
    pub rows: u64,
}

/// Why a column of these texts identifies rows, if it does.
pub(crate) fn identifier_reason(name: &str, texts: impl Iterator<Item = String>) -> Option<String> {
    let mut profile = Profile::new(name);
    (0..).zip(texts).for_each(|(row, text)| profile.observe(&text, row));
    if profile.rows == 0 { None } else { identify::identifies(&profile) }
}

pub use document::suggested;
pub(crate) use guess::outcome_word;
pub(crate) use text::words;

/// Why no schema can be drafted.
#[derive(Debug, thiserror::Error)]
pub enum InitError {
    #[error(transparent)]
    Table(#[from] TableError),
    #[error("{file}: no column `{target}`{}; the columns are {columns}", near(nearest))]
    NoTarget { file: String, target: String, nearest: Option<String>, columns: String },
    #[error("{file}: target `{target}` is of type {kind}; it must be a text, a number or a boolean")]
    TargetType { file: String, target: String, kind: String },
    #[error("{file}: target `{target}` must have at least two values; it has {values}")]
    OneClass { file: String, target: String, values: String },
    #[error("{file}: say with --positive which value of target `{target}` means that a customer left; it has {values}")]
    Ambiguous { file: String, target: String, values: String },
    #[error("{file}: no row of target `{target}` is {positive:?}; it has {values}")]
    NoPositive { file: String, target: String, positive: String, values: String },
    #[error("{file}: no column is left to learn from:{columns}")]
    NoFields { file: String, columns: String },
    #[error("{file}: {fields} columns would be fields; at most {MAXIMUM_FIELDS} can be")]
    TooManyFields { file: String, fields: usize },
    #[error("{file}: the draft is not sound: {problems}")]
    Unsound { file: String, problems: String },
}

fn near(nearest: &Option<String>) -> String {
    nearest.as_ref().map_or(String::new(), |nearest| format!(" (the nearest is `{nearest}`)"))
}

/// What is known when the text is written.
struct Drafted {
    file: String,
    name: String,
    rows: u64,
    target: String,
    positive: String,
    target_comment: String,
    /// Every column but the target, in the table's order.
    columns: Vec<(String, Guess)>,
}

impl Drafted {
    /// The day after the latest date of all columns.
    fn reference(&self) -> Option<f64> {
        let references = self.columns.iter().filter_map(|(_, guess)| match guess.place {
            Place::Field { kind: Kind::Date { reference }, .. } => Some(reference),
            _ => None,
        });
        references.max_by(f64::total_cmp)
    }
}

/// Drafts a schema that predicts `target`; `positive` is its value that means "left", guessed where not given.
/// `progress` hears [`Source::progress`] after every batch.
pub fn draft(
    mut source: Source,
    target: &str,
    positive: Option<&str>,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Draft, InitError> {
    let file = source.path().display().to_string();
    let columns = source.columns().to_vec();
    let Some(target_column) = columns.iter().position(|column| column == target) else {
        let nearest = nearest(target, columns.iter().map(String::as_str)).map(Into::into);
        return Err(InitError::NoTarget { file, target: target.into(), nearest, columns: columns.join(", ") });
    };
    if let Some(column) = source.refused().iter().find(|column| column.name == target) {
        return Err(InitError::TargetType { file, target: target.into(), kind: column.kind.clone() });
    }
    let mut profiles: Vec<Profile> = columns.iter().map(|name| Profile::new(name)).collect();
    while let Some(batch) = source.next() {
        observe(&mut profiles, &batch?);
        let (done, total) = source.progress();
        progress(done, total);
    }
    let (positive, target_comment) = target::guess_positive(&file, &profiles[target_column], positive)?;
    let place = |profile: &Profile| match source.refused().iter().find(|column| column.name == profile.name) {
        Some(column) => Guess {
            place: Place::Ignored,
            comments: vec![format!("of type {}: add a column of plain numbers or texts instead", column.kind)],
        },
        None if profile.name.len() > profile::MAXIMUM_TEXT => {
            Guess { place: Place::Ignored, comments: vec!["its name is too long".into()] }
        }
        None => guess::guess(profile, target),
    };
    let others = profiles.iter().enumerate().filter(|(index, _)| *index != target_column);
    let columns: Vec<_> = others.map(|(_, profile)| (profile.name.clone(), place(profile))).collect();
    check_fields(&file, &columns)?;
    let stem = source.path().file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let drafted = Drafted {
        file: source.path().file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default(),
        name: text::label(&stem).chars().take(60).collect(),
        rows: profiles[target_column].rows,
        target: target.into(),
        positive,
        target_comment,
        // A name that the schema cannot hold is passed over by training as a column that the schema does not name.
        columns: columns.into_iter().filter(|(name, _)| name.len() <= profile::MAXIMUM_TEXT).collect(),
    };
    let text = document::write(&drafted);
    let unsound = |problems: String| InitError::Unsound { file: file.clone(), problems };
    match SchemaFile::read(&text) {
        Ok(SchemaFile { schema, .. }) => Ok(Draft { text, schema, rows: drafted.rows }),
        Err(error) => Err(unsound(error.to_string())),
    }
}

fn observe(profiles: &mut [Profile], batch: &Batch) {
    profiles.par_iter_mut().enumerate().for_each(|(column, profile)| {
        (0..batch.rows()).for_each(|row| profile.observe(&batch.text(row, column), batch.line(row)));
    });
}

fn check_fields(file: &str, columns: &[(String, Guess)]) -> Result<(), InitError> {
    let fields = columns.iter().filter(|(_, guess)| matches!(guess.place, Place::Field { .. })).count();
    if fields > MAXIMUM_FIELDS {
        return Err(InitError::TooManyFields { file: file.into(), fields });
    }
    if fields == 0 {
        let reason = |(name, guess): &(String, Guess)| format!("\n  `{name}`: {}", guess.comments.join("; "));
        return Err(InitError::NoFields { file: file.into(), columns: columns.iter().map(reason).collect() });
    }
    Ok(())
}

/// 7043 is "7,043".
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn percent(part: u64, whole: u64) -> String {
    format!("{:.1}%", part as f64 * 100.0 / whole.max(1) as f64)
}

#[cfg(test)]
pub(crate) mod tests;
