//! What lies apart from the rest of its field, quoted as it stands in the table.

use tenure::customer::{Cell, Value, check_value};
use tenure_table::TableError;

use super::fields::FieldSummary;
use crate::cohort::Cohort;

/// Replaces the texts of placeholders by those of the table, which is read once more if there are
/// any.
pub(super) fn quote(cohort: &Cohort, summaries: &mut [FieldSummary]) -> Result<(), TableError> {
    let source = cohort.report().reopen()?;
    let mut sought = Vec::new();
    for (summary, field) in summaries.iter_mut().zip(&cohort.schema().fields) {
        let Some(numbers) = summary.numbers.as_mut().filter(|numbers| !numbers.apart.is_empty()) else { continue };
        if let Some(place) = source.columns().iter().position(|column| *column == field.name) {
            sought.push((place, field, &mut numbers.apart, Vec::new()));
        }
    }
    if sought.is_empty() {
        return Ok(());
    }
    cohort.reread::<TableError>(source, &mut |batch, row| {
        for (place, field, placeholders, quoted) in &mut sought {
            if quoted.len() == placeholders.len() {
                continue;
            }
            let text = batch.text(row, *place);
            let Ok(Cell::Number(number)) = check_value(field, Value::Text(&text)).0 else { continue };
            let at = placeholders.iter().position(|placeholder| placeholder.value == number);
            if let Some(at) = at.filter(|at| !quoted.contains(at)) {
                placeholders[at].text = text.into_owned();
                quoted.push(at);
            }
        }
        Ok(())
    })
}
