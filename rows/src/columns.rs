//! What a decision needs of a row beside the fields of the model: who the customer is, and when the
//! customer last had an offer.

use tenure_table::Batch;

/// The columns, by position in the table.
#[derive(Clone, Copy, Debug, Default)]
pub struct RowColumns {
    /// The identifier. Needed where the policy holds customers out.
    pub id: Option<usize>,
    /// Days since the last offer, for cooldowns.
    pub days: Option<usize>,
}

impl RowColumns {
    /// The identifier of a row; `None` where it is empty.
    pub fn identifier(&self, batch: &Batch, row: usize) -> Option<String> {
        let text = batch.text(row, self.id?).into_owned();
        Some(text).filter(|text| !text.is_empty())
    }

    /// The days since the last offer of a row; `None` where it is empty. An error says what it is
    /// instead of a number.
    pub fn days(&self, batch: &Batch, row: usize) -> Result<Option<f64>, String> {
        let Some(column) = self.days else { return Ok(None) };
        let text = batch.text(row, column);
        if text.is_empty() {
            return Ok(None);
        }
        let days = text.parse().ok().filter(|days: &f64| days.is_finite() && *days >= 0.0);
        days.map(Some).ok_or_else(|| format!("days: must be a number of days, at least 0: {text}"))
    }
}
