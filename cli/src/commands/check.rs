//! `tenure check`: what is suspicious in a table, before training does it again as warnings.

use std::path::PathBuf;

use tenure::schema::Schema;
use tenure_training::checks::{DataChecks, FieldSummary, Finding};
use tenure_training::cohort::Cohort;
use tenure_training::split::{Fold, Shares, Split, SplitBy};

use super::read_schema;
use super::train::read_cohort;
use crate::failure::Failure;
use crate::output::Output;

/// Look for leaks, duplicates, placeholders and gaps in a table before anything is learned from it
///
/// Warnings are for a person to look at; notes are figures worth knowing. Duplicates are looked for across the split that
/// `train` would make with the same flags.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The table: CSV, TSV or Parquet
    #[arg(long)]
    pub data: PathBuf,
    /// schema.toml, or the name of a preset (ibm_telco, churn5000)
    #[arg(long)]
    pub schema: PathBuf,
    /// Seed of the split
    #[arg(long, default_value_t = 0)]
    pub seed: u64,
    #[command(flatten)]
    pub rows: RowArguments,
    /// Print figures and findings as JSON on standard output
    #[arg(long)]
    pub json: bool,
}

/// How rows are parted and how strictly they are checked; shared by `train`, `crossval` and `check`.
#[derive(Debug, Default, clap::Args)]
pub struct RowArguments {
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

impl RowArguments {
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

    /// As [`RowArguments::check`], over the first of the folds.
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

    fn judge(&self, checks: &DataChecks, output: &Output) -> Result<(), Failure> {
        let lines: Vec<&str> = checks.warnings().map(|finding| finding.message.as_str()).collect();
        if self.strict && !lines.is_empty() {
            let text = format!("{} data warnings, which --strict makes errors:\n  {}", lines.len(), lines.join("\n  "));
            return Err(Failure::data(text));
        }
        lines.iter().for_each(|line| output.say(format!("warning: {line}")));
        Ok(())
    }
}

pub fn run(arguments: &Arguments, output: &Output) -> Result<(), Failure> {
    let schema = read_schema(&arguments.schema)?.schema;
    let cohort = read_cohort(&arguments.data, schema.clone(), output)?;
    let split_by = arguments.rows.split_by(&cohort)?;
    let split = split_by.split(cohort.labels(), &Shares::default(), arguments.seed)?;
    let checks = DataChecks::run(&cohort, &schema, Some(&split))?;
    if arguments.json {
        let document = serde_json::to_value(&checks).map_err(Failure::data)?;
        output.print(format!("{document:#}"));
    } else {
        output.print(table(&checks, &split_by.words(&split.test)));
    }
    let quiet = Output { quiet: true };
    arguments.rows.judge(&checks, &quiet)
}

fn table(checks: &DataChecks, split: &str) -> String {
    let DataChecks { rows, positives, fields, findings, .. } = checks;
    let share = 100.0 * *positives as f64 / *rows as f64;
    let width = fields.iter().map(|field| field.field.chars().count()).max().unwrap_or(0).clamp(5, 32);
    let mut lines = vec![
        format!("{rows} rows, {positives} positives ({share:.1}%), split {split}"),
        format!("{:<width$}  {:<8}  {:>7}  {:>11}  values", "field", "kind", "missing", "AUC, alone"),
    ];
    for field in fields {
        let missing = 100.0 * field.missing as f64 / *rows as f64;
        let auc = field.roc_auc.map_or("-".into(), |auc| format!("{auc:.3}"));
        let FieldSummary { field: name, kind, .. } = field;
        lines.push(format!("{name:<width$}  {kind:<8}  {missing:>6.1}%  {auc:>11}  {}", values(field)));
    }
    let (warnings, notes): (Vec<&Finding>, Vec<&Finding>) = findings.iter().partition(|finding| finding.warning);
    for (words, findings) in [("warnings", warnings), ("notes", notes)] {
        if !findings.is_empty() {
            lines.push(format!("{words}:"));
            lines.extend(findings.iter().map(|finding| format!("  {}", finding.message)));
        }
    }
    if findings.is_empty() {
        lines.push("nothing suspicious was found".into());
    }
    lines.join("\n")
}

/// A field's values on one line.
fn values(field: &FieldSummary) -> String {
    if let Some(numbers) = &field.numbers {
        let days = if field.kind == "date" { " days before the reference" } else { "" };
        return format!(
            "{} to {}{days}, quartiles {} {} {}, {} far out",
            numbers.minimum,
            numbers.maximum,
            numbers.lower_quartile,
            numbers.median,
            numbers.upper_quartile,
            numbers.far_out
        );
    }
    let mut seen: Vec<_> = field.categories.iter().filter(|category| category.rows > 0).collect();
    seen.sort_by_key(|category| std::cmp::Reverse(category.rows));
    let words = |category: &&tenure_training::checks::CategorySummary| {
        let rate = 100.0 * category.positives as f64 / category.rows as f64;
        format!("{} {} ({rate:.0}% left)", category.category, category.rows)
    };
    if seen.len() <= 4 {
        return seen.iter().map(words).collect::<Vec<_>>().join(", ");
    }
    let most: Vec<_> = seen.iter().take(2).map(words).collect();
    let fewest = seen.last().map(words).unwrap_or_default();
    format!("{} categories: {}, …, {fewest}", seen.len(), most.join(", "))
}
