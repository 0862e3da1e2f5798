//! The table that a command learns from: its file and schema, how its rows are split, how strictly it is checked.

use std::path::PathBuf;

use tenure::schema::Schema;
use tenure_training::checks::DataChecks;
use tenure_training::cohort::Cohort;
use tenure_training::schema_file::SchemaFile;
use tenure_training::split::{Fold, Split, SplitBy};

use crate::failure::Failure;
use crate::inputs::{read_for_training, read_schema};
use crate::output::Output;

/// The flags of every command that learns from a table.
#[derive(Debug, Default, clap::Args)]
pub struct TableArguments {
    /// The table: CSV, TSV or Parquet
    #[arg(long)]
    pub data: PathBuf,
    /// schema.toml, or the name of a preset (ibm_telco, churn5000)
    #[arg(long)]
    pub schema: PathBuf,
    /// A column whose equal values stay together, such as household: no group is in two parts
    #[arg(long, value_name = "COLUMN", conflicts_with = "time")]
    pub group: Option<String>,
    /// A column of dates or numbers: the latest rows are the test rows
    #[arg(long, value_name = "COLUMN")]
    pub time: Option<String>,
    /// Data warnings are errors
    #[arg(long)]
    pub strict: bool,
}

impl TableArguments {
    /// Reads the schema file, and then the table.
    pub fn read(&self, output: &Output) -> Result<(SchemaFile, Cohort), Failure> {
        let file = read_schema(&self.schema)?;
        let cohort = read_for_training(&self.data, file.schema.clone(), output)?;
        Ok((file, cohort))
    }

    pub fn split_by(&self, cohort: &Cohort) -> Result<SplitBy, Failure> {
        Ok(SplitBy::read(cohort, self.group.as_deref(), self.time.as_deref())?)
    }

    /// Checks the table before training: warnings, or an error of all of them under `--strict`.
    pub fn check(
        &self,
        cohort: &Cohort,
        schema: &Schema,
        split: &Split,
        output: &Output,
    ) -> Result<DataChecks, Failure> {
        let checks = DataChecks::run(cohort, schema, Some(split))?;
        self.judge(&checks, output)?;
        Ok(checks)
    }

    /// As [`TableArguments::check`], over the first of the folds.
    pub fn check_folds(
        &self,
        cohort: &Cohort,
        schema: &Schema,
        folds: &[Fold],
        output: &Output,
    ) -> Result<(), Failure> {
        let Fold { fit, validation, test } = folds[0].clone();
        let first = Split { train: fit, validation, calibration: Vec::new(), test };
        self.check(cohort, schema, &first, output).map(drop)
    }

    /// Says the warnings, or refuses them under `--strict`.
    pub fn judge(&self, checks: &DataChecks, output: &Output) -> Result<(), Failure> {
        let lines: Vec<&str> = checks.warnings().map(|finding| finding.message.as_str()).collect();
        if self.strict && !lines.is_empty() {
            let text = format!("{} data warnings, which --strict makes errors:\n  {}", lines.len(), lines.join("\n  "));
            return Err(Failure::data(text));
        }
        lines.iter().for_each(|line| output.say(format!("warning: {line}")));
        Ok(())
    }
}
