//! The values of an input in the table.

use tenure::encoding::{Encoder, Input};

use crate::cohort::Cohort;
use crate::ends::Ends;

/// The known values of an input that is a number in all rows, ascending.
pub(super) fn known(encoder: &Encoder, input: &Input, cohort: &Cohort) -> Vec<f32> {
    let value = |row| encoder.number(input.source, &|field| cohort.column(field).cell(row));
    let mut values: Vec<f32> = (0..cohort.rows()).filter_map(value).collect();
    values.sort_unstable_by(f32::total_cmp);
    values
}

/// The ends of an input with these values.
pub(super) fn ends(cohort: &Cohort, input: &Input, values: &[f32]) -> Ends {
    let field = cohort.schema().field_index(&input.name);
    Ends::of(values, field.map(|field| &cohort.schema().fields[field]))
}
