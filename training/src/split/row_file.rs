//! Fold files: whole numbers, one line per data row of a table.

use std::path::Path;

use tenure_table::{Source, nearest};

use super::SplitError;
use crate::cohort::Cohort;

/// A file of whole numbers, one line per data row of a table.
pub(super) struct RowFile {
    file: String,
    pub(super) columns: Vec<String>,
    /// By column, then by data row.
    numbers: Vec<Vec<i64>>,
}

impl RowFile {
    pub(super) fn read(path: &Path, rows: u64, known: impl Fn(&str) -> bool) -> Result<RowFile, SplitError> {
        let source = Source::open(path)?;
        let columns = source.columns().to_vec();
        let mut file = RowFile { file: path.display().to_string(), numbers: vec![Vec::new(); columns.len()], columns };
        if let Some(column) = file.columns.iter().find(|column| !known(column)) {
            return Err(file.error("line 1", format!("`{column}` is no column of a fold file")));
        }
        for batch in source {
            let batch = batch?;
            for row in 0..batch.rows() {
                for column in 0..file.columns.len() {
                    let text = batch.text(row, column);
                    let number = text.parse().map_err(|_| {
                        let name = &file.columns[column];
                        file.error(
                            &format!("line {}", batch.line(row)),
                            format!("`{name}` is {text:?}, no whole number"),
                        )
                    })?;
                    file.numbers[column].push(number);
                }
            }
        }
        let found = file.numbers[0].len() as u64;
        if found != rows {
            return Err(file.error("rows", format!("{found}, but the table has {rows}")));
        }
        let order = file.position("row")?;
        if let Some(row) = (0..rows as usize).find(|&row| file.numbers[order][row] != row as i64) {
            let message =
                format!("is {} in data row {row}; rows count from 0 in the table's order", file.numbers[order][row]);
            return Err(file.error("column `row`", message));
        }
        Ok(file)
    }

    fn position(&self, name: &str) -> Result<usize, SplitError> {
        self.columns.iter().position(|column| column == name).ok_or_else(|| {
            let near = nearest(name, self.columns.iter().map(String::as_str));
            let hint = near.map_or(String::new(), |near| format!("; the nearest is `{near}`"));
            self.error("line 1", format!("no column `{name}`{hint}"))
        })
    }

    /// A column over the rows that the cohort kept.
    pub(super) fn column(
        &self,
        name: &str,
        range: std::ops::RangeInclusive<i64>,
        cohort: &Cohort,
    ) -> Result<Vec<i64>, SplitError> {
        let numbers = &self.numbers[self.position(name)?];
        if let Some(row) = numbers.iter().position(|number| !range.contains(number)) {
            let message =
                format!("is {} in data row {row}, outside {} to {}", numbers[row], range.start(), range.end());
            return Err(self.error(&format!("column `{name}`"), message));
        }
        cohort.of_rows(numbers).ok_or_else(|| self.error("rows", "not as many as the table has".into()))
    }

    pub(super) fn error(&self, place: &str, message: String) -> SplitError {
        SplitError::File { file: self.file.clone(), place: place.into(), message }
    }
}
