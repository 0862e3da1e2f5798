//! Schema files, as far as fitting asks about them.

use pyo3::prelude::*;
use tenure::schema::Outcome;
use tenure_training::preset::{PRESETS, preset};
use tenure_training::schema_file::SchemaFile;

use crate::failure::Failure;

/// Reads the text of a schema file, or the preset of that name; all problems of it are one failure.
pub fn schema_file(text: &str) -> Result<SchemaFile, Failure> {
    let is_text = text.contains('\n');
    let text = match preset(text) {
        Some(preset) => preset,
        None if is_text => text,
        None => {
            let presets = PRESETS.join(", ");
            let message = format!("schema must be a file, the text of one, or a preset ({presets}) (got {text:?})");
            return Err(Failure::new("schema", message));
        }
    };
    SchemaFile::read(text).map_err(|error| Failure::new("schema", format!("schema: {error}")))
}

/// The target's column, and the fields with whether each is a number.
#[pyfunction]
pub fn read_schema(text: &str) -> Result<(String, Vec<(String, bool)>), Failure> {
    let SchemaFile { schema, .. } = schema_file(text)?;
    let fields = schema.fields.iter().map(|field| (field.name.clone(), field.is_number()));
    Ok((schema.target.field.clone(), fields.collect()))
}

/// What each label says of a customer: `left`, `stayed`, `missing` or `unnamed`.
#[pyfunction]
pub fn target_outcomes(text: &str, labels: Vec<String>) -> Result<Vec<&'static str>, Failure> {
    let SchemaFile { schema, .. } = schema_file(text)?;
    let outcome = |label: &String| match schema.target.outcome(label.trim()) {
        Outcome::Left => "left",
        Outcome::Stayed => "stayed",
        Outcome::Missing => "missing",
        Outcome::Unnamed => "unnamed",
    };
    Ok(labels.iter().map(outcome).collect())
}
