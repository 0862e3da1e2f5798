//! The column that a split follows: groups that stay whole, or times.

use std::collections::HashMap;

use tenure::schema::{DateFormat, Kind, NumberFormat};
use tenure_table::{listed, nearest};

use super::error::SplitError;
use crate::cohort::Cohort;

/// The group of each customer, counted from 0. A customer without a value is a group of their own.
#[derive(Clone, Debug, PartialEq)]
pub struct Groups {
    pub(super) of_row: Vec<u32>,
    pub(super) count: usize,
    pub(super) alone: usize,
}

/// The time of each customer: the number itself, or days since 1970-01-01.
#[derive(Clone, Debug, PartialEq)]
pub struct Times {
    pub(super) of_row: Vec<f64>,
    pub(super) dates: bool,
}

impl Groups {
    pub(super) fn read(cohort: &Cohort, column: &str) -> Result<Groups, SplitError> {
        let mut known: HashMap<String, u32> = HashMap::new();
        let mut groups = Groups { of_row: Vec::with_capacity(cohort.rows()), count: 0, alone: 0 };
        walk(cohort, column, &mut |text, _| {
            let group = match known.get(text) {
                Some(&group) => group,
                None => {
                    groups.count += 1;
                    let group = groups.count as u32 - 1;
                    if text.is_empty() {
                        groups.alone += 1;
                    } else {
                        known.insert(text.into(), group);
                    }
                    group
                }
            };
            groups.of_row.push(group);
            Ok(())
        })?;
        Ok(groups)
    }
}

impl Times {
    pub(super) fn read(cohort: &Cohort, column: &str) -> Result<Times, SplitError> {
        let mut times = Times { of_row: Vec::with_capacity(cohort.rows()), dates: false };
        let kind = cohort.schema().fields.iter().find(|field| field.name == column).map(|field| &field.kind);
        let (numbers, dates) = match kind {
            Some(Kind::Number { format, .. }) => (format.clone(), DateFormat::Iso),
            Some(Kind::Date { format, .. }) => (NumberFormat::default(), format.clone()),
            _ => Default::default(),
        };
        walk(cohort, column, &mut |text, place| {
            let number = numbers.read(text).filter(|number| number.is_finite());
            // A field with a format has dates; otherwise the first row decides.
            if times.of_row.is_empty() {
                times.dates = number.is_none() || dates != DateFormat::Iso;
            }
            let time = if times.dates { dates.read(text) } else { number };
            let Some(time) = time else {
                let expected = match &dates {
                    _ if !times.dates => "a number".into(),
                    DateFormat::Iso => "a date, year first, as in 2024-01-31".into(),
                    format => format!("a date in the field's format {}", format.name()),
                };
                let message = if text.is_empty() {
                    "is empty; a split by time needs a time in every row".into()
                } else {
                    format!("{text:?} is not {expected}; correct it, or split by a column of dates or numbers")
                };
                let file = cohort.report().file.display().to_string();
                return Err(SplitError::File { file, place: format!("{place}, column `{column}`"), message });
            };
            times.of_row.push(time);
            Ok(())
        })?;
        Ok(times)
    }
}

/// Reads one column of the cohort's table: the trimmed text of every customer, and its line.
fn walk(
    cohort: &Cohort,
    column: &str,
    each: &mut dyn FnMut(&str, String) -> Result<(), SplitError>,
) -> Result<(), SplitError> {
    let report = cohort.report();
    let source = report.reopen()?;
    let file = report.file.display().to_string();
    let columns = source.columns().iter().filter(|name| **name != report.target.field);
    let Some(index) = source.columns().iter().position(|name| name == column).filter(|_| column != report.target.field)
    else {
        let nearest = nearest(column, columns.clone().map(String::as_str)).map(Into::into);
        let columns = listed(&columns.cloned().collect::<Vec<_>>());
        return Err(SplitError::Column { file, column: column.into(), nearest, columns });
    };
    let mut kept = 0;
    cohort.reread(source, &mut |batch, row| {
        kept += 1;
        each(&batch.text(row, index), format!("{} {}", report.line_word, batch.line(row)))
    })?;
    if kept != cohort.rows() {
        let message = format!("{kept}, but it had {} when it was read first", cohort.rows());
        return Err(SplitError::File { file, place: "rows".into(), message });
    }
    Ok(())
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in crate::split) fn groups(of_row: Vec<u32>) -> Groups {
        let count = of_row.iter().max().map_or(0, |last| *last as usize + 1);
        Groups { of_row, count, alone: 0 }
    }

    pub(in crate::split) fn times(of_row: Vec<f64>) -> Times {
        Times { of_row, dates: false }
    }
}
