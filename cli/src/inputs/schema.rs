//! Schema files and presets.

use std::path::Path;

use tenure_training::preset::{PRESETS, preset};
use tenure_training::schema_file::SchemaFile;

use crate::failure::Failure;

/// Reads a schema file, or the preset of that name; every problem is reported.
pub fn read_schema(path: &Path) -> Result<SchemaFile, Failure> {
    let name = path.display();
    let preset = path.to_str().and_then(preset).filter(|_| !path.exists());
    let text = match preset {
        Some(preset) => preset.to_owned(),
        None => std::fs::read_to_string(path).map_err(|error| {
            let presets = PRESETS.join(", ");
            Failure::usage(format!(
                "{name}: {error}; name a schema file (`tenure init` writes one) or a preset ({presets})"
            ))
        })?,
    };
    SchemaFile::read(&text).map_err(|error| Failure::usage(format!("{name}: {error}")))
}
