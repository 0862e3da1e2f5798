//! The table that a command learns from: file, schema, split and checks.

use std::path::PathBuf;

use tenure::schema::Schema;
use tenure_training::checks::{Check, DataChecks, Finding};
use tenure_training::cohort::Cohort;
use tenure_training::schema_file::SchemaFile;
use tenure_training::split::{Fold, Split, SplitBy};

use crate::console::Console;
use crate::failure::Failure;
use crate::inputs::{ReadArguments, read_for_training, read_schema};

/// The flags of every command that learns from a table.
#[derive(Debug, Default, clap::Args)]
pub struct TableArguments {
    /// Table with known outcomes: CSV, TSV, Parquet or .xlsx
    #[arg(long)]
    pub data: PathBuf,
    /// Schema file, or the name of a preset (ibm_telco, churn5000)
    #[arg(long)]
    pub schema: PathBuf,
    /// Column of groups, such as household: rows that share a value stay in the same split
    #[arg(long, value_name = "COLUMN", conflicts_with = "time")]
    pub group: Option<String>,
    /// Column of dates or numbers: the latest rows become the test rows
    #[arg(long, value_name = "COLUMN")]
    pub time: Option<String>,
    /// Treat data warnings as errors
    #[arg(long)]
    pub strict: bool,
    #[command(flatten)]
    pub reading: ReadArguments,
}

impl TableArguments {
    /// Reads the schema file, and then the table.
    pub fn read(&self, console: &Console) -> Result<(SchemaFile, Cohort), Failure> {
        let file = read_schema(&self.schema)?;
        let cohort = read_for_training(&self.data, &self.reading.options(), file.schema.clone(), console)?;
        Ok((file, cohort))
    }

    pub fn split_by(&self, cohort: &Cohort) -> Result<SplitBy, Failure> {
        Ok(SplitBy::read(cohort, self.group.as_deref(), self.time.as_deref())?)
    }

    /// Looks for faults in the table. Where the split follows time, that customers stand on both
    /// sides is as it will be in use.
    pub fn find_faults(&self, cohort: &Cohort, schema: &Schema, splits: &[Split]) -> Result<DataChecks, Failure> {
        let mut checks = DataChecks::run(cohort, schema, splits)?;
        let repeated = checks.findings.iter_mut().filter(|finding| finding.check == Check::RepeatedIdentifiers);
        repeated.filter(|_| self.time.is_some()).for_each(|finding| finding.warning = false);
        Ok(checks)
    }

    /// Checks the table before training. Prints the warnings; under `--strict` they are an error.
    pub fn check(
        &self,
        cohort: &Cohort,
        schema: &Schema,
        split: &Split,
        console: &Console,
    ) -> Result<DataChecks, Failure> {
        let checks = self.find_faults(cohort, schema, std::slice::from_ref(split))?;
        self.judge(&checks, console)?;
        Ok(checks)
    }

    /// As [`TableArguments::check`], with every fold as a split. Says in any case how many test
    /// rows are equal to others.
    pub fn check_folds(
        &self,
        cohort: &Cohort,
        schema: &Schema,
        folds: &[Fold],
        console: &Console,
    ) -> Result<(), Failure> {
        let split = |Fold { fit, validation, test }| Split { train: fit, validation, calibration: Vec::new(), test };
        let splits: Vec<Split> = folds.iter().cloned().map(split).collect();
        let checks = self.find_faults(cohort, schema, &splits)?;
        self.judge(&checks, console)?;
        let notes = checks.findings.iter().filter(|finding| !finding.warning && finding.check == Check::AcrossSplits);
        notes.for_each(|note| console.say(format!("note: {}", note.message)));
        Ok(())
    }

    /// Prints the warnings; under `--strict` they are an error.
    pub fn judge(&self, checks: &DataChecks, console: &Console) -> Result<(), Failure> {
        let lines: Vec<&str> = checks.warnings().map(|finding| finding.message.as_str()).collect();
        if self.strict && !lines.is_empty() {
            let text = format!(
                "{} data warnings; correct the table, or leave --strict out:\n  {}",
                lines.len(),
                lines.join("\n  ")
            );
            return Err(Failure::data(text));
        }
        lines.iter().for_each(|line| console.warn(line));
        Ok(())
    }

    /// Says that a model is too good to be true; under `--strict` it is an error.
    pub fn judge_model(&self, found: &Finding, console: &Console) -> Result<(), Failure> {
        if self.strict {
            let text = format!("{}; correct the schema, or leave --strict out", found.message);
            return Err(Failure::data(text));
        }
        console.say(format!("warning: {}", found.message));
        Ok(())
    }
}

/// Adds what the hash of the file does not tell of the table: the sheet, where one was asked for.
pub fn add_sheet(parameters: &mut serde_json::Value, cohort: &Cohort) {
    if let Some(sheet) = &cohort.report().options.sheet {
        parameters["sheet"] = sheet.as_str().into();
    }
}
