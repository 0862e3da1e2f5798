//! Fold files: the fold of each row, as whole numbers, one line per data row of a table.

use std::path::Path;

use tenure_table::{Source, nearest};

use super::error::SplitError;
use super::parts::Fold;
use crate::cohort::Cohort;
use crate::words::nearest_hint;

impl Fold {
    /// The folds of a file `row,fold,y`, one line per data row of the table, and the inner parts of
    /// a file `row,k0…`: -1 for the fold's test rows, 1 for validation, 0 for the rows to fit on.
    /// Without the second file the inner parts are seeded.
    pub fn read(cohort: &Cohort, folds: &Path, inner: Option<&Path>, seed: u64) -> Result<Vec<Fold>, SplitError> {
        let (labels, rows) = (cohort.labels(), cohort.report().rows);
        let outer = RowFile::read(folds, rows, |column| ["row", "fold", "y"].contains(&column))?;
        let fold_of_row = outer.column("fold", 0..=i64::from(u16::MAX), cohort)?;
        if outer.columns.iter().any(|column| column == "y") {
            let y = outer.column("y", 0..=1, cohort)?;
            if let Some(row) = (0..labels.len()).find(|&row| (y[row] == 1) != labels[row]) {
                let message =
                    format!("y is {}, but the target of the table differs; use the fold file of this table", y[row]);
                return Err(outer.error(&format!("usable row {row}"), message));
            }
        }
        let count = fold_of_row.iter().max().map_or(0, |&last| last + 1);
        if count < 2 || (0..count).any(|fold| !fold_of_row.contains(&fold)) {
            return Err(outer.error("column `fold`", "folds must count from 0 without a gap, at least two".into()));
        }
        let Some(inner) = inner else {
            let fold_of_row: Vec<u32> = fold_of_row.iter().map(|&fold| fold as u32).collect();
            return Fold::with_inner_seed(labels, &fold_of_row, seed);
        };
        let inner = RowFile::read(inner, rows, |column| column == "row" || column.starts_with('k'))?;
        let mut result = Vec::new();
        for fold in 0..count {
            let name = format!("k{fold}");
            let parts = inner.column(&name, -1..=1, cohort)?;
            let differs = parts.iter().zip(&fold_of_row).position(|(part, of_row)| (*part == -1) != (*of_row == fold));
            if let Some(row) = differs {
                let message =
                    format!("is {}, but the fold file has row {row} in fold {}", parts[row], fold_of_row[row]);
                return Err(inner.error(&format!("column `{name}`"), message));
            }
            let rows_of = |part: i64| (0..parts.len() as u32).filter(|&row| parts[row as usize] == part).collect();
            result.push(Fold { fit: rows_of(0), validation: rows_of(1), test: rows_of(-1) });
        }
        Ok(result)
    }
}

/// A file of whole numbers, one line per data row of a table.
struct RowFile {
    file: String,
    columns: Vec<String>,
    /// By column, then by data row.
    numbers: Vec<Vec<i64>>,
}

impl RowFile {
    fn read(path: &Path, rows: u64, known: impl Fn(&str) -> bool) -> Result<RowFile, SplitError> {
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
            self.error("line 1", format!("no column `{name}`{}", nearest_hint(near)))
        })
    }

    /// A column over the rows that the cohort kept.
    fn column(
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

    fn error(&self, place: &str, message: String) -> SplitError {
        SplitError::File { file: self.file.clone(), place: place.into(), message }
    }
}
