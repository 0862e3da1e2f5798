//! What is suspicious in a table before anything is learned from it: a leak, a customer twice, a placeholder taken for a
//! number. Figures for every field, and findings with figures.

mod duplicates;
mod fields;

use serde::Serialize;
use tenure::schema::Schema;
use tenure_table::TableError;

use crate::cohort::Cohort;
use crate::split::Split;

pub use duplicates::Duplicates;
pub use fields::{CategorySummary, FieldSummary, NumberSummary};

/// A field that alone ranks the customers better than this is hardly known before they leave.
const LEAK_ROC_AUC: f64 = 0.98;
/// A field that is missing in more of the rows than this.
const MOSTLY_MISSING: f64 = 0.5;
/// Customers of different identifiers may well be alike; from this share of the rows on it is worth a warning.
const ALIKE: f64 = 0.01;

/// Figures and findings of one table.
#[derive(Clone, Debug, Serialize)]
pub struct DataChecks {
    pub rows: usize,
    pub positives: usize,
    pub fields: Vec<FieldSummary>,
    pub duplicates: Duplicates,
    pub findings: Vec<Finding>,
}

/// One suspicious thing.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Finding {
    pub check: Check,
    /// A warning is for a person to look at before training, and an error under `--strict`; a note is not.
    pub warning: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    pub message: String,
}

/// The checks. The texts of their serialisation are stable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Check {
    /// A field that alone ranks the customers almost perfectly.
    Leak,
    /// A field that is known for one class alone.
    KnownForOneClass,
    /// A field whose name speaks of leaving.
    PostOutcome,
    /// Dates after the reference.
    AfterReference,
    /// A field that is different in nearly every row.
    Identifier,
    /// A field with one value.
    Constant,
    Missing,
    RareCategory,
    Outlier,
    /// Rows with the same identifiers.
    RepeatedIdentifiers,
    /// Rows with the same fields.
    AlikeRows,
    /// Rows with the same fields that did not end the same way.
    ConflictingLabels,
    /// Test rows that stand among the training rows as well.
    AcrossSplits,
}

impl DataChecks {
    /// Checks the customers and their split. `schema` is the one that was read, before rare categories were folded.
    /// Reads the table once more where the schema names identifiers.
    pub fn run(cohort: &Cohort, schema: &Schema, split: Option<&Split>) -> Result<DataChecks, TableError> {
        let fields = fields::summaries(cohort);
        let mut findings = Vec::new();
        for (index, summary) in fields.iter().enumerate() {
            fields::find(cohort, index, summary, schema, &mut findings);
        }
        let duplicates = Duplicates::count(cohort, split)?;
        duplicates.find(cohort, &mut findings);
        Ok(DataChecks { rows: cohort.rows(), positives: cohort.positives(), fields, duplicates, findings })
    }

    pub fn warnings(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| finding.warning)
    }
}

/// The figures of every field alone.
pub fn field_summaries(cohort: &Cohort) -> Vec<FieldSummary> {
    fields::summaries(cohort)
}

impl Finding {
    fn of_field(check: Check, field: &str, message: String) -> Finding {
        Finding { check, warning: true, field: Some(field.into()), message: format!("`{field}` {message}") }
    }
}

fn percent(part: usize, whole: usize) -> String {
    format!("{:.1}%", 100.0 * part as f64 / whole.max(1) as f64)
}

#[cfg(test)]
mod tests;
