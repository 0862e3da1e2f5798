//! How rows are split: at random, by groups that stay whole, or by time.

use tenure::schema::date;

use super::columns::{Groups, Times};
use super::error::SplitError;
use super::grouped::{grouped_folds, grouped_parts};
use super::parts::{Fold, INNER_VALIDATION, Shares, Split};
use super::stratified::stratified_parts;
use super::timed::{timed_folds, timed_parts};
use crate::cohort::Cohort;

/// How the rows of one cohort are split.
#[derive(Clone, Debug, PartialEq)]
pub enum SplitBy {
    /// At random, stratified by the classes.
    Target,
    /// Rows of a group stay in the same part; stratified as far as the groups allow.
    Group { column: String, groups: Groups },
    /// The latest rows are the test rows; rows of the same time stay in the same part.
    Time { column: String, times: Times },
}

impl SplitBy {
    /// Reads the column of groups or of times from the cohort's table; `group` wins over `time`.
    pub fn read(cohort: &Cohort, group: Option<&str>, time: Option<&str>) -> Result<SplitBy, SplitError> {
        Ok(match (group, time) {
            (Some(column), _) => SplitBy::Group { column: column.into(), groups: Groups::read(cohort, column)? },
            (None, Some(column)) => SplitBy::Time { column: column.into(), times: Times::read(cohort, column)? },
            (None, None) => SplitBy::Target,
        })
    }

    /// Splits all rows of the cohort with these labels.
    pub fn split(&self, labels: &[bool], shares: &Shares, seed: u64) -> Result<Split, SplitError> {
        let rows: Vec<u32> = (0..labels.len() as u32).collect();
        let shares = [shares.train, shares.validation, shares.calibration, shares.test];
        let parts = self.parts(labels, &rows, &shares, seed)?;
        let [train, validation, calibration, test] =
            <[Vec<u32>; 4]>::try_from(parts).expect("there are as many parts as shares");
        Ok(Split { train, validation, calibration, test })
    }

    /// Folds over all rows, each with an inner validation part. By time, the test rows of a fold
    /// are later than all its training rows, so the earliest rows are in no test part.
    pub fn folds(&self, labels: &[bool], count: usize, seed: u64) -> Result<Vec<Fold>, SplitError> {
        let fold_of_row = match self {
            SplitBy::Target => return Fold::seeded(labels, count, seed),
            SplitBy::Group { column, groups } => grouped_folds(labels, groups, column, count, seed)?,
            SplitBy::Time { column, times } => return timed_folds(labels, times, column, count),
        };
        let fold = |fold: u32| {
            let (test, rest): (Vec<u32>, Vec<u32>) =
                (0..labels.len() as u32).partition(|&row| fold_of_row[row as usize] == fold);
            let shares = [1.0 - INNER_VALIDATION, INNER_VALIDATION];
            let mut parts = self.parts(labels, &rest, &shares, seed.wrapping_add(1 + u64::from(fold)))?;
            let validation = parts.pop().unwrap_or_default();
            Ok(Fold { fit: parts.pop().unwrap_or_default(), validation, test })
        };
        (0..count as u32).map(fold).collect()
    }

    /// Splits some rows by shares, ascending in every part. By time, later parts have later rows.
    pub fn parts(&self, labels: &[bool], rows: &[u32], shares: &[f64], seed: u64) -> Result<Vec<Vec<u32>>, SplitError> {
        match self {
            SplitBy::Target => stratified_parts(labels, rows, shares, seed),
            SplitBy::Group { column, groups } => grouped_parts(labels, groups, column, rows, shares, seed),
            SplitBy::Time { column, times } => timed_parts(labels, times, column, rows, shares),
        }
    }

    /// For the model card; `test` are the test rows.
    pub fn words(&self, test: &[u32]) -> String {
        match self {
            SplitBy::Target => "stratified by the target".into(),
            SplitBy::Group { column, groups } => {
                let alone = match groups.alone {
                    0 => String::new(),
                    alone => format!(", {alone} of them single rows without a value"),
                };
                format!("by group: rows that share `{column}` stay in the same part ({} groups{alone})", groups.count)
            }
            SplitBy::Time { column, times } => {
                let first = test.iter().map(|&row| times.of_row[row as usize]).fold(f64::INFINITY, f64::min);
                let first = if times.dates { date::text(first) } else { first.to_string() };
                format!("by time: the test rows are those with `{column}` from {first} on")
            }
        }
    }
}

impl Split {
    /// A stratified split of all rows with these labels.
    pub fn stratified(labels: &[bool], shares: &Shares, seed: u64) -> Result<Split, SplitError> {
        SplitBy::Target.split(labels, shares, seed)
    }
}

#[cfg(test)]
mod tests {
    use tenure_table::Source;

    use super::*;
    use crate::cohort::tests::SCHEMA;
    use crate::file::tests::file;

    /// Sixty rows in households of three, one of them left out; the file must live as long as the
    /// cohort.
    fn read(extra: &str, cell: impl Fn(usize) -> String) -> (tempfile::NamedTempFile, Cohort) {
        read_as(SCHEMA, extra, cell)
    }

    fn read_as(schema: &str, extra: &str, cell: impl Fn(usize) -> String) -> (tempfile::NamedTempFile, Cohort) {
        let row = |row: usize| {
            let tenure = if row == 2 { -1 } else { row as i64 };
            format!("{tenure},Month,Yes,{},{}\n", cell(row), ["Yes", "No", "No"][row % 3])
        };
        let rows: String = (0..60).map(row).collect();
        let file = file(format!("tenure,contract,partner,{extra},Churn\n{rows}"));
        let cohort = Cohort::read(Source::open(file.path()).unwrap(), &toml::from_str(schema).unwrap()).unwrap();
        (file, cohort)
    }

    #[test]
    fn groups_follow_the_rows_that_were_kept() {
        let cell = |row: usize| if row.is_multiple_of(20) { String::new() } else { format!(" H{} ", row / 3) };
        let (_file, cohort) = read("household", cell);
        let SplitBy::Group { groups, .. } = SplitBy::read(&cohort, Some("household"), None).unwrap() else { panic!() };
        // Rows 0, 1, 3, 4, 5: row 2 was left out.
        assert_eq!(groups.of_row[..5], [0, 1, 2, 2, 2]);
        assert_eq!((groups.of_row.len(), groups.alone), (59, 3));
        let error = SplitBy::read(&cohort, Some("houshold"), None).unwrap_err();
        assert!(
            error
                .to_string()
                .contains("no column `houshold` to split by; the nearest is `household`; the columns are tenure,"),
            "{error}"
        );
        assert!(matches!(error, SplitError::Column { .. }), "{error:?}");
        assert!(SplitBy::read(&cohort, Some("Churn"), None).is_err());
    }

    #[test]
    fn a_time_that_cannot_be_read_is_named_with_its_line() {
        let day = |row: usize| format!("2024-01-{:02}", 1 + row % 30);
        let (_file, cohort) = read("day", day);
        let SplitBy::Time { times, .. } = SplitBy::read(&cohort, None, Some("day")).unwrap() else { panic!() };
        assert_eq!((times.of_row[0], times.of_row[2], times.dates), (19_723.0, 19_726.0, true));
        for (broken, part) in [("31.01.2024", "is not a date"), ("17", "is not a date"), ("", "is empty")] {
            let (_file, cohort) = read("day", |row| if row == 41 { broken.into() } else { day(row) });
            let error = SplitBy::read(&cohort, None, Some("day")).unwrap_err();
            let text = error.to_string();
            assert!(text.contains("line 43, column `day`") && text.contains(part), "{text}");
            assert!(matches!(error, SplitError::File { .. }), "{error:?}");
        }
        let field =
            "fields = [\n{ name = \"day\", kind = \"date\", reference = \"2024-02-01\", format = \"%d.%m.%Y\" },";
        let schema = SCHEMA.replace("fields = [", field);
        let (_file, cohort) = read_as(&schema, "day", |row| format!("{:02}.01.2024", 1 + row % 30));
        let SplitBy::Time { times, .. } = SplitBy::read(&cohort, None, Some("day")).unwrap() else { panic!() };
        assert_eq!((times.of_row[0], times.of_row[2], times.dates), (19_723.0, 19_726.0, true));
        // The row that was left out may have any time.
        let (_file, cohort) = read("month", |row| if row == 2 { "?".into() } else { row.to_string() });
        assert!(SplitBy::read(&cohort, None, Some("month")).is_ok());
    }
}
