//! The table that is written.

use std::path::Path;

use tenure_table::{Format, WriteError};

use crate::failure::Failure;

/// The format that the extension names.
pub fn format(path: &Path) -> Result<Format, Failure> {
    let extension = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
    match extension.as_str() {
        "csv" => Ok(Format::Text { delimiter: ',' }),
        "tsv" => Ok(Format::Text { delimiter: '\t' }),
        "parquet" => Ok(Format::Parquet),
        _ => Err(Failure::usage(format!("--out must end in .csv, .tsv or .parquet (got {})", path.display()))),
    }
}

/// The failure of a table that cannot be written to `out`.
pub fn failure(error: WriteError, out: &Path) -> Failure {
    match error {
        WriteError::NamesTaken { .. } => Failure::data(error),
        WriteError::NotText { .. } => Failure::usage(error),
        error => Failure::file(out, error),
    }
}
