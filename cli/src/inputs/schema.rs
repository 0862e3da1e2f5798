//! Schema files and presets.

use std::path::Path;

use tenure_table::unreadable;
use tenure_training::preset::{PRESETS, preset};
use tenure_training::schema_file::{SchemaFile, SchemaFileError};

use crate::failure::Failure;

/// Reads a schema file, or the preset of that name; every problem is reported.
pub fn read_schema(path: &Path) -> Result<SchemaFile, Failure> {
    let name = path.display();
    let preset = path.to_str().and_then(preset).filter(|_| !path.exists());
    let text = match preset {
        Some(preset) => preset.to_owned(),
        None => std::fs::read_to_string(path).map_err(|error| {
            let (error, presets) = (unreadable(&error), PRESETS.join(", "));
            Failure::usage(format!(
                "{name}: {error}. A schema is a file that `tenure init` writes, or a preset ({presets})"
            ))
        })?,
    };
    SchemaFile::read(&text).map_err(|error| {
        let is_other = matches!(error, SchemaFileError::Toml(_)) && path.extension().is_none_or(|end| end != "toml");
        let hint = if is_other { "\nthis is no schema: name the file that `tenure init` writes" } else { "" };
        Failure::usage(format!("{name}: {error}{hint}"))
    })
}
