//! `tenure init`: drafts a schema from a table, in one pass and bounded memory (about 0.8 MB a
//! column at most).
//!
//! Every guess is written with its reason as a comment, and the draft is sound: it parses and has
//! no [`Schema::problems`].

mod answers;
mod document;
mod error;
mod guess;
mod question;
mod target;
mod target_values;

use answers::{FORMATS, Stated, flag};
use document::Drafted;
use guess::{ColumnQuestion, Guess, Place, Refusal};
use rayon::prelude::*;
use tenure::schema::{FEWEST_MEMBERS, MAXIMUM_FIELDS, Schema};
use tenure_table::{Batch, Format, Source, listed, nearest};

use crate::cohort::{MINIMUM_OF_A_CLASS, MINIMUM_ROWS};
use crate::profile::{MAXIMUM_TEXT, Profile, label};
use crate::words::{grouped, many, nearest_hint};

pub use answers::Answers;
pub use document::suggested;
pub use error::InitError;
pub use question::{Answer, Question, shell_word};
pub use target::TargetFlags;

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

/// Drafts a schema that predicts the target of the flags. `answers` says what a person knows of
/// single columns. `progress` hears [`Source::progress`] after every batch.
pub fn draft(
    mut source: Source,
    flags: &TargetFlags,
    answers: &Answers,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Draft, InitError> {
    let (file, target) = (source.path().display().to_string(), flags.field);
    let columns = source.columns().to_vec();
    let Some(target_column) = columns.iter().position(|column| column == target) else {
        let nearest = nearest(target, columns.iter().map(String::as_str)).map(Into::into);
        let hint = match source.format() {
            Format::Sheet => "; if it is on another sheet, name that with --sheet",
            Format::Text { .. } if columns.len() == 1 => {
                "; the file has one column: commas, semicolons, tabs or bars must stand between the cells"
            }
            _ => "",
        };
        let columns = listed(&columns);
        return Err(InitError::NoTarget { file, target: target.into(), nearest, columns, hint });
    };
    if let Some(column) = source.refused().iter().find(|column| column.name == target) {
        return Err(InitError::TargetType { file, target: target.into(), kind: column.kind.clone() });
    }
    let stated = stated(&file, &columns, answers)?;
    let of_column = |name: &str| stated.iter().find(|(column, _)| column == name).map(|(_, stated)| stated);
    let mut profiles: Vec<Profile> = columns.iter().map(|name| guess::profile(name, of_column(name))).collect();
    while let Some(batch) = source.next() {
        observe(&mut profiles, &batch?);
        let (done, total) = source.progress();
        progress(done, total);
    }
    let drafted_target = target::drafted(&file, &profiles[target_column], flags)?;
    let ignored = |comment: String| Ok(Guess { place: Place::Ignored, comments: vec![comment] });
    let place = |profile: &Profile| match source.refused().iter().find(|column| column.name == profile.name) {
        _ if answers.ignored.contains(&profile.name) => ignored("left out with --ignore".into()),
        Some(column) => ignored(format!("of type {}: add a column of plain numbers or texts instead", column.kind)),
        None if profile.name.len() > MAXIMUM_TEXT => ignored("its name is too long".into()),
        None => guess::guess(profile, target, of_column(&profile.name)),
    };
    let others = profiles.iter().enumerate().filter(|(index, _)| *index != target_column);
    let places: Vec<_> = others.map(|(_, profile)| (profile.name.clone(), place(profile))).collect();
    let columns = without_refusals(&file, places)?;
    check_fields(&file, &columns)?;
    let stem = source.path().file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let drafted = Drafted {
        file: source.path().file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default(),
        // `customers.csv.gz` has two endings.
        name: label(stem.trim_end_matches(".csv").trim_end_matches(".tsv")).chars().take(60).collect(),
        rows: profiles[target_column].rows,
        target: drafted_target.target,
        target_comments: drafted_target.comments,
        // A name that the schema cannot hold is passed over by training as a column that the schema
        // does not name.
        columns: columns.into_iter().filter(|(name, _)| name.len() <= MAXIMUM_TEXT).collect(),
    };
    let text = document::write(&drafted);
    let unsound = |problems: String| InitError::Unsound { file: file.clone(), problems };
    match SchemaFile::read(&text) {
        Ok(SchemaFile { schema, .. }) => {
            let mut notices = source.notices();
            notices.extend(too_few_to_train(drafted_target.counts));
            Ok(Draft { text, schema, rows: drafted.rows, notices })
        }
        Err(error) => Err(unsound(error.to_string())),
    }
}

/// Says at once what training would refuse later.
fn too_few_to_train(counts: [u64; 2]) -> Option<String> {
    let [left, stayed] = counts;
    let is_enough = left + stayed >= MINIMUM_ROWS as u64 && left.min(stayed) >= MINIMUM_OF_A_CLASS as u64;
    (!is_enough).then(|| {
        format!(
            "{} left and {} stayed; training needs at least {MINIMUM_ROWS} rows, and {MINIMUM_OF_A_CLASS} of each: add rows",
            many(left, "customer", "customers"),
            grouped(stayed)
        )
    })
}

fn observe(profiles: &mut [Profile], batch: &Batch) {
    profiles.par_iter_mut().enumerate().for_each(|(column, profile)| {
        let mut row = 0;
        batch.for_each_value(column, |value| {
            profile.observe_value(value, batch.line(row));
            row += 1;
        });
    });
}

/// The formats that a person states, each with its column; every wrong one is reported.
fn stated(file: &str, columns: &[String], answers: &Answers) -> Result<Vec<(String, Stated)>, InitError> {
    let (mut stated, mut problems) = (Vec::new(), String::new());
    let formats = answers.formats.iter().map(|(column, format)| ("--format", column, Some(format)));
    let ignored = answers.ignored.iter().map(|column| ("--ignore", column, None));
    let members = answers.minimum_members.iter().map(|(column, _)| ("--minimum-members", column, None));
    for (flag, column, format) in formats.chain(ignored).chain(members) {
        if !columns.contains(column) {
            let nearest = nearest(column, columns.iter().map(String::as_str));
            problems += &format!("\n  {flag}: no column `{column}`{}", nearest_hint(nearest));
        } else if let Some(format) = format {
            match Stated::read(format) {
                Some(format) => stated.push((column.clone(), format)),
                None => problems += &format!("\n  {flag} {column}={format}: must be {FORMATS}"),
            }
        }
    }
    for (column, members) in &answers.minimum_members {
        if *members < FEWEST_MEMBERS {
            problems += &format!("\n  --minimum-members {column}={members}: must be at least {FEWEST_MEMBERS}");
        } else if stated.iter().any(|(other, _)| other == column) {
            problems += &format!("\n  --minimum-members {column}: a category has no --format");
        } else {
            stated.push((column.clone(), Stated::Category(*members)));
        }
    }
    if problems.is_empty() { Ok(stated) } else { Err(InitError::Answers { file: file.into(), problems }) }
}

/// The places of all columns, or what must be answered for all columns that have none.
fn without_refusals(
    file: &str,
    places: Vec<(String, Result<Guess, Refusal>)>,
) -> Result<Vec<(String, Guess)>, InitError> {
    let (mut columns, mut questions, mut problems) = (Vec::new(), String::new(), String::new());
    for (name, place) in places {
        match place {
            Ok(guess) => columns.push((name, guess)),
            Err(Refusal::Unclear(ColumnQuestion { text, line, readings })) => {
                let line = line.map_or(String::new(), |line| format!(" (line {line})"));
                let readings: Vec<String> = readings
                    .iter()
                    .map(|(value, format)| format!("{value} with {}", flag("--format", &name, format)))
                    .collect();
                questions += &format!("\n  `{name}`: {text:?}{line} is {}", readings.join(", or "));
            }
            Err(Refusal::Misstated { read, known, example }) => {
                problems += &format!(
                    "\n  the format of `{name}` reads {} of {} values, and not {example:?}",
                    grouped(read),
                    grouped(known)
                );
            }
        }
    }
    if !problems.is_empty() {
        return Err(InitError::Answers { file: file.into(), problems });
    }
    if questions.is_empty() { Ok(columns) } else { Err(InitError::Unclear { file: file.into(), questions }) }
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
