//! `tenure init`: drafts a schema from a table, in one pass and bounded memory (about 0.4 MB a
//! column at most).
//!
//! Every guess is written with its reason as a comment, and the draft is sound: it parses and has
//! no [`Schema::problems`].

mod document;
mod error;
mod guess;
mod target;

use document::Drafted;
use guess::{Guess, Place};
use rayon::prelude::*;
use tenure::schema::{MAXIMUM_FIELDS, Schema};
use tenure_table::{Batch, Source, nearest};

use crate::profile::{MAXIMUM_TEXT, Profile, label};

pub use document::suggested;
pub use error::InitError;

use crate::schema_file::SchemaFile;

/// A schema drafted from a table.
#[derive(Clone, Debug)]
pub struct Draft {
    /// The text of `schema.toml`, with comments.
    pub text: String,
    /// The schema that the text describes.
    pub schema: Schema,
    /// Rows of the table.
    pub rows: u64,
    /// What a person should know about how the table was read ([`Source::notices`]).
    pub notices: Vec<String>,
}

/// Drafts a schema that predicts `target`; `positive` is its value that means "left", guessed where
/// not given. `progress` hears [`Source::progress`] after every batch.
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
        None if profile.name.len() > MAXIMUM_TEXT => {
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
        // `customers.csv.gz` has two endings.
        name: label(stem.trim_end_matches(".csv").trim_end_matches(".tsv")).chars().take(60).collect(),
        rows: profiles[target_column].rows,
        target: target.into(),
        positive,
        target_comment,
        // A name that the schema cannot hold is passed over by training as a column that the schema
        // does not name.
        columns: columns.into_iter().filter(|(name, _)| name.len() <= MAXIMUM_TEXT).collect(),
    };
    let text = document::write(&drafted);
    let unsound = |problems: String| InitError::Unsound { file: file.clone(), problems };
    match SchemaFile::read(&text) {
        Ok(SchemaFile { schema, .. }) => Ok(Draft { text, schema, rows: drafted.rows, notices: source.notices() }),
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

#[cfg(test)]
pub(crate) mod tests;
