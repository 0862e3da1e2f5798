//! The commands of `tenure`, one a file: flags, run, words for people.

pub mod card;
pub mod check;
pub mod config;
pub mod crossval;
pub mod evaluate;
pub mod explain;
pub mod imbalance;
pub mod init;
mod network;
pub mod report;
pub mod runs;
pub mod sample;
pub mod score;
pub mod track;
pub mod train;
pub mod tune;

use std::path::Path;

use tenure::artifact::Artifact;
use tenure::schema::Schema;
use tenure_table::Source;
use tenure_training::cohort::{Cohort, Purpose};
use tenure_training::schema_file::SchemaFile;

use crate::failure::Failure;
use crate::output::Output;

/// Reads a schema file, or the preset of that name; every problem is reported.
pub fn read_schema(path: &Path) -> Result<SchemaFile, Failure> {
    let name = path.display();
    let preset = path.to_str().and_then(tenure_training::preset::preset).filter(|_| !path.exists());
    let text = match preset {
        Some(preset) => preset.to_owned(),
        None => std::fs::read_to_string(path).map_err(|error| {
            let presets = tenure_training::preset::PRESETS.join(", ");
            Failure::usage(format!("{name}: {error}; presets that need no file are {presets}"))
        })?,
    };
    SchemaFile::read(&text).map_err(|error| Failure::usage(format!("{name}: {error}")))
}

/// Reads a table with known outcomes, and says of its rows what was treated how.
pub fn read_for_evaluation(data: &Path, schema: &Schema, output: &Output) -> Result<Cohort, Failure> {
    let source = Source::open(data)?;
    let bar = output.bar(0, "reading {bar:30} {percent}% {eta}");
    let cohort = Cohort::read_for(Purpose::Evaluation, source, schema, &mut |done, total| {
        bar.set_length(total);
        bar.set_position(done);
    })?;
    bar.finish_and_clear();
    for line in cohort.report().lines() {
        output.say(line);
    }
    Ok(cohort)
}

/// A day, as the flag --reference takes it: days since 1970-01-01.
pub(crate) fn day(text: &str) -> Result<f64, String> {
    let day = tenure::schema::date::read(text).ok_or("must be a date, year first, as in 2024-01-31")?;
    Ok(day.floor())
}

/// Reads an artifact file whose dates are to count back from `reference`, where one is given.
pub fn read_artifact_at(path: &Path, reference: Option<f64>) -> Result<Artifact, Failure> {
    let mut artifact = read_artifact(path)?;
    match reference {
        Some(day) if !artifact.document.schema.set_reference(day) => {
            Err(Failure::usage(format!("--reference: {} has no date field", path.display())))
        }
        _ => Ok(artifact),
    }
}

/// Reads an artifact file.
pub fn read_artifact(path: &Path) -> Result<Artifact, Failure> {
    let bytes = std::fs::read(path).map_err(|error| Failure::file(path, error))?;
    let refuse = |error: tenure::artifact::ArtifactError| format!("{}: {error} [{}]", path.display(), error.code());
    tenure::artifact::read(&bytes).map_err(|error| Failure::data(refuse(error)))
}
