//! Schema files and presets.

use std::path::Path;

use tenure::schema::Schema;
use tenure_training::preset::{PRESETS, preset};

use crate::failure::Failure;

/// Reads a schema file, or the preset of that name. All broken rules are reported together.
pub fn read_schema(path: &Path) -> Result<Schema, Failure> {
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
    let schema: Schema = toml::from_str(&text).map_err(|error| Failure::usage(format!("{name}: {error}")))?;
    let problems = schema.problems();
    if problems.is_empty() {
        return Ok(schema);
    }
    let lines: Vec<_> = problems.iter().map(|problem| format!("  {problem}")).collect();
    Err(Failure::usage(format!("{name}: correct these {} problems:\n{}", problems.len(), lines.join("\n"))))
}
