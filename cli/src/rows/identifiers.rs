//! What a decision needs of a row beside the fields of the model: who the customer is, and when the
//! customer last had an offer.

use tenure::artifact::Document;
use tenure_rows::RowColumns;
use tenure_table::{Source, listed};

use crate::failure::Failure;
use crate::inputs::column;

/// The flags that name those columns.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct RowArguments {
    /// Column that identifies the customer, for the hold-out; by default the first identifier of the
    /// schema
    #[arg(long, value_name = "COLUMN")]
    pub id: Option<String>,
    /// Column with the days since the customer's last offer, for cooldowns; empty where there was
    /// none
    #[arg(long, value_name = "COLUMN")]
    pub days: Option<String>,
}

impl RowArguments {
    /// Finds the columns in a table.
    pub fn find(&self, source: &Source, document: &Document) -> Result<RowColumns, Failure> {
        let position = |name: &str| source.columns().iter().position(|column| column == name);
        let days = self.days.as_ref().map(|name| column(source, "--days", name)).transpose()?;
        let own = document.schema.identifiers.iter().find_map(|name| position(name));
        let id = self.id.as_ref().map(|name| column(source, "--id", name)).transpose()?.or(own);
        if let (Some(holdout), None) = (&document.policy.holdout, id)
            && holdout.fraction > 0.0
        {
            let identifiers = listed(&document.schema.identifiers);
            return Err(Failure::usage(format!(
                "the policy holds out {}% of the customers, by their identifier: name its column with --id, because {} has none of the schema's ({identifiers})",
                100.0 * holdout.fraction,
                source.path().display()
            )));
        }
        Ok(RowColumns { id, days })
    }
}
