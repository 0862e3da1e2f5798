//! The table that is written: its format, and the columns of scores behind the columns of the
//! input.

use std::path::Path;

use tenure_table::{Appended, AppendedColumn, AppendedKind, Format, WriteError};

use super::row_scorer::Scored;
use crate::failure::Failure;

/// The format that the extension names.
pub(super) fn format(path: &Path) -> Result<Format, Failure> {
    let extension = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
    match extension.as_str() {
        "csv" => Ok(Format::Text { delimiter: ',' }),
        "tsv" => Ok(Format::Text { delimiter: '\t' }),
        "parquet" => Ok(Format::Parquet),
        _ => Err(Failure::usage(format!("--out must end in .csv, .tsv or .parquet (got {})", path.display()))),
    }
}

/// The columns of scores.
pub(super) fn columns(reasons: usize) -> Vec<AppendedColumn> {
    let column = |name: String, kind| AppendedColumn { name, kind };
    let numbers = ["probability", "logit"].map(|name| column(name.into(), AppendedKind::Number));
    let texts = ["tier", "problems"].map(|name| column(name.into(), AppendedKind::Text));
    let reasons = (1..=reasons).map(|number| column(format!("reason_{number}"), AppendedKind::Text));
    numbers.into_iter().chain(texts).chain(reasons).collect()
}

/// The cells of [`columns`] for a batch. `tiers` are the names of the policy's tiers.
pub(super) fn cells<'a>(scored: &'a Scored, tiers: &'a [String], reasons: usize) -> Vec<Appended<'a>> {
    let tier = |tier: &Option<u8>| tier.map_or("", |tier| tiers[usize::from(tier)].as_str());
    let mut cells = vec![
        Appended::Numbers(&scored.probabilities),
        Appended::Numbers(&scored.logits),
        Appended::Texts(scored.tiers.iter().map(tier).collect()),
        Appended::Texts(scored.problems.iter().map(String::as_str).collect()),
    ];
    cells.extend((0..reasons).map(|reason| {
        let text = |texts: &'a Vec<String>| texts.get(reason).map_or("", String::as_str);
        Appended::Texts(scored.reasons.iter().map(text).collect())
    }));
    cells
}

/// The failure of a table that cannot be written to `out`.
pub(super) fn failure(error: WriteError, out: &Path) -> Failure {
    match error {
        WriteError::NamesTaken { .. } => Failure::data(error),
        WriteError::NotText { .. } => Failure::usage(error),
        error => Failure::file(out, error),
    }
}
