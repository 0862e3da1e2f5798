//! What is suspicious in a table, before anything is learned from it: leaks, repeated customers,
//! placeholders among numbers. Figures for every field, and findings with figures. And, after that,
//! whether a model is too good to be true.

mod across;
mod duplicates;
mod fields;
mod finding;
mod placeholders;
mod quoted;
mod repeated;
mod separation;
mod twins;

use serde::Serialize;
use tenure::schema::Schema;
use tenure_table::TableError;

use crate::cohort::Cohort;
use crate::split::Split;

pub use duplicates::Duplicates;
pub use fields::{CategorySummary, FieldSummary, NumberSummary};
pub use finding::{Check, Finding};
pub use placeholders::Placeholder;
pub use repeated::RepeatedIdentifier;
pub use separation::{ModelQuality, too_good};

/// Figures and findings of one table.
#[derive(Clone, Debug, Serialize)]
pub struct DataChecks {
    pub rows: usize,
    pub positives: usize,
    pub fields: Vec<FieldSummary>,
    pub duplicates: Duplicates,
    pub findings: Vec<Finding>,
}

impl DataChecks {
    /// Checks the customers and their split, or the splits of several folds. `schema` is the one
    /// that was read, before rare categories were folded. Reads the table once more for identifiers,
    /// and for what lies apart.
    pub fn run(cohort: &Cohort, schema: &Schema, splits: &[Split]) -> Result<DataChecks, TableError> {
        let mut fields = fields::summaries(cohort);
        quoted::quote(cohort, &mut fields)?;
        let mut findings = Vec::new();
        for (index, summary) in fields.iter().enumerate() {
            fields::find(cohort, index, summary, schema, &mut findings);
        }
        twins::find(cohort, &mut findings);
        let duplicates = Duplicates::count(cohort, splits)?;
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

#[cfg(test)]
mod tests;
