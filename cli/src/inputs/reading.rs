//! The flags of how a table is read.

use std::path::PathBuf;

use tenure::scorer::Scorer;
use tenure_table::{BrokenLines, ReadOptions, Source, listed, nearest};

use super::artifact::{ArtifactFile, TrustArguments, day, read_artifact};
use crate::failure::Failure;

/// The position of a column that a flag names.
pub fn column(source: &Source, flag: &str, name: &str) -> Result<usize, Failure> {
    let columns = source.columns();
    columns.iter().position(|column| column == name).ok_or_else(|| {
        let near = nearest(name, columns.iter().map(String::as_str));
        let hint = near.map(|near| format!("; the nearest is `{near}`")).unwrap_or_default();
        let (path, listed) = (source.path().display(), listed(columns));
        Failure::usage(format!("{flag}: {path} has no column `{name}`{hint}\n  it has the columns {listed}"))
    })
}

/// Which table of a file is read.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct SheetArguments {
    /// Sheet of a workbook (.xlsx): its name, or its number counted from 1; the first by default
    #[arg(long, value_name = "NAME")]
    pub sheet: Option<String>,
}

/// A model, and a table of customers to score with it.
#[derive(Clone, Debug, clap::Args)]
pub struct ModelAndTable {
    /// The artifact
    pub model: PathBuf,
    #[command(flatten)]
    pub trust: TrustArguments,
    /// The table: CSV, TSV, Parquet or .xlsx
    #[arg(long)]
    pub data: PathBuf,
    #[command(flatten)]
    pub sheet: SheetArguments,
    /// The day of this export: dates count as days before it, instead of before the day that
    /// training used
    #[arg(long, value_name = "DATE", value_parser = day)]
    pub reference: Option<f64>,
}

impl ModelAndTable {
    /// Reads the artifact.
    pub fn scorer(&self) -> Result<Scorer, Failure> {
        Ok(self.scorer_and_hash()?.0)
    }

    /// Reads the artifact; also returns the SHA-256 of its file, in hexadecimal.
    pub fn scorer_and_hash(&self) -> Result<(Scorer, String), Failure> {
        let ArtifactFile { artifact, sha256 } = read_artifact(&self.model, self.reference, &self.trust)?;
        Ok((Scorer::new(artifact), sha256))
    }

    /// Opens the table. Broken lines keep their place as rows.
    pub fn open(&self) -> Result<Source, Failure> {
        let options = ReadOptions { sheet: self.sheet.sheet.clone(), broken_lines: BrokenLines::Keep };
        Ok(Source::open_with(&self.data, &options)?)
    }
}

/// What the commands that learn or measure do with a table that is not clean.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct ReadArguments {
    #[command(flatten)]
    pub sheet: SheetArguments,
    /// Leave out lines with too many or too few cells, and warn of their number, instead of
    /// refusing the table
    #[arg(long)]
    pub skip_broken_lines: bool,
}

impl ReadArguments {
    pub fn options(&self) -> ReadOptions {
        let broken_lines = if self.skip_broken_lines { BrokenLines::Skip } else { BrokenLines::Refuse };
        ReadOptions { sheet: self.sheet.sheet.clone(), broken_lines }
    }
}
