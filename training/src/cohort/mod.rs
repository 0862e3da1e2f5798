//! The checked customers of a whole table in compact memory, one column per field, with a report of
//! all problems.
//!
//! Memory per row: 8 bytes a number field, 2 bytes a category or flag, 1 byte for the label, and 8
//! bytes for a row that is left out. IBM Telco's 3 numbers and 16 categories take 57 bytes a row,
//! so 10 million rows take 570 MB. After the first batch, room for all rows is
//! reserved: the batch's share of the file tells how many there are. Without that, growing columns
//! would be copied and take twice their size. Numbers stay f64, as in scoring.

pub mod rare;
mod read;
mod report;

use std::collections::BTreeMap;

use tenure::customer::{Cell, Customer};
use tenure::schema::{Derived, Schema};
use tenure_table::{Batch, ColumnsError, Source, TableError};

use crate::words::percent;

pub(crate) use report::{MINIMUM_OF_A_CLASS, MINIMUM_ROWS};
pub use report::{Purpose, ReadReport, RowProblem, Unfit};
pub use tenure_table::{Column, MISSING_CODE};

/// Checked customers with their labels.
#[derive(Clone, Debug)]
pub struct Cohort {
    schema: Schema,
    columns: Vec<Column>,
    labels: Vec<bool>,
    /// Data rows, counted from 0, that were left out; ascending.
    left_out: Vec<u64>,
    report: ReadReport,
}

/// Why a table cannot become a cohort.
#[derive(Debug, thiserror::Error)]
pub enum CohortError {
    #[error(transparent)]
    Table(#[from] TableError),
    #[error(transparent)]
    Columns(#[from] ColumnsError),
    /// The rows as a whole break these rules.
    #[error("{}", report::unfit(.0, .1))]
    Unfit(Vec<Unfit>, Box<ReadReport>),
}

impl Cohort {
    /// The schema that the cells follow.
    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    /// Number of customers.
    pub fn rows(&self) -> usize {
        self.labels.len()
    }

    /// Whether each customer left.
    pub fn labels(&self) -> &[bool] {
        &self.labels
    }

    /// The labels of some customers, in the order of `rows`.
    pub fn labels_of(&self, rows: &[u32]) -> Vec<bool> {
        gather(&self.labels, rows)
    }

    /// The customers that are not among `rows`, ascending.
    pub fn others(&self, rows: &[u32]) -> Vec<u32> {
        let mut is_other = vec![true; self.rows()];
        rows.iter().for_each(|&row| is_other[row as usize] = false);
        (0..self.rows() as u32).filter(|&row| is_other[row as usize]).collect()
    }

    /// Number of customers that left.
    pub fn positives(&self) -> usize {
        self.labels.iter().filter(|&&label| label).count()
    }

    /// What the model predicts, in words: `the probability of left = 1 (15.7% of rows)`.
    pub fn prediction(&self) -> String {
        let share = percent(self.positives(), self.rows());
        format!("{} ({share} of rows)", self.schema.target.probability())
    }

    /// The cells of one field, in row order.
    pub fn column(&self, field: usize) -> &Column {
        &self.columns[field]
    }

    /// The report of the reading: rows left out, unseen categories, columns beside the schema, the
    /// file's hash.
    pub fn report(&self) -> &ReadReport {
        &self.report
    }

    /// Shares of some rows by field, without fields that have none: those that are missing, and
    /// those that count as OTHER.
    pub fn shares(&self, rows: &[u32]) -> [BTreeMap<String, f64>; 2] {
        let fields = self.schema.fields.iter().zip(&self.columns);
        let counted = fields.map(|(field, column)| {
            let other = Cell::Category(field.category_count() as u32);
            let share = |cell| rows.iter().filter(|&&row| column.cell(row as usize) == cell).count() as f64;
            (&field.name, [Cell::Missing, other].map(|cell| share(cell) / rows.len().max(1) as f64))
        });
        let counted: Vec<(&String, [f64; 2])> = counted.collect();
        [0, 1].map(|which| {
            let shares = counted.iter().map(|(name, shares)| ((*name).clone(), shares[which]));
            shares.filter(|(_, share)| *share > 0.0).collect()
        })
    }

    /// The cells of one customer, in schema order.
    pub fn cells(&self, row: usize) -> impl Iterator<Item = Cell> + '_ {
        self.columns.iter().map(move |column| column.cell(row))
    }

    /// One customer. For many customers, [`Cohort::assign`] reuses one customer's memory.
    pub fn customer(&self, row: usize) -> Customer {
        let cells: Vec<_> = self.cells(row).collect();
        Customer::from_cells(&self.schema, &cells).expect("every cell was checked when it was read")
    }

    /// Writes one customer over another.
    pub fn assign(&self, row: usize, customer: &mut Customer) {
        customer.assign(&self.schema, self.cells(row)).expect("every cell was checked when it was read");
    }

    /// The same customers, with these derived features added to the schema.
    pub fn with_derived(&self, derived: Vec<Derived>) -> Cohort {
        let mut cohort = self.clone();
        cohort.schema.derived.extend(derived);
        cohort
    }

    /// Some of the customers, in the order of `rows`. [`Cohort::left_out`] is empty there.
    pub fn subset(&self, rows: &[u32]) -> Cohort {
        let labels = self.labels_of(rows);
        let columns = self.columns.iter().map(|column| column.take(rows)).collect();
        Cohort { schema: self.schema.clone(), columns, labels, left_out: Vec::new(), report: self.report.clone() }
    }

    /// The entries of the rows that were not left out, given one entry per data row of the table.
    ///
    /// `None` if there are not as many entries as the table has rows.
    pub fn of_rows<T: Copy>(&self, entries: &[T]) -> Option<Vec<T>> {
        if entries.len() as u64 != self.report.rows {
            return None;
        }
        let mut left_out = self.left_out.iter().copied().peekable();
        let kept = (0..).zip(entries).filter(|(row, _)| left_out.next_if_eq(row).is_none());
        Some(kept.map(|(_, entry)| *entry).collect())
    }

    /// Reads the rows of `source`, which is the cohort's own table, that were not left out: `each`
    /// gets a batch and a row in it, in the order of the customers.
    pub(crate) fn reread<E: From<TableError>>(
        &self,
        source: Source,
        each: &mut dyn FnMut(&Batch, usize) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut left_out = self.left_out.iter().copied().peekable();
        let mut data_row = 0;
        for batch in source {
            let batch = batch?;
            for row in 0..batch.rows() {
                if left_out.next_if_eq(&data_row).is_none() {
                    each(&batch, row)?;
                }
                data_row += 1;
            }
        }
        Ok(())
    }

    /// Data rows, counted from 0, that were left out.
    pub fn left_out(&self) -> &[u64] {
        &self.left_out
    }
}

/// The values of some rows, in the order of `rows`.
pub fn gather<T: Copy>(values: &[T], rows: &[u32]) -> Vec<T> {
    rows.iter().map(|&row| values[row as usize]).collect()
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::file::tests::file;
    use tenure_table::Source;

    pub(crate) const SCHEMA: &str = r#"
schema_version = 1
name = "small"
identifiers = ["id"]
target = { field = "Churn", positive = "Yes" }
fields = [
    { name = "tenure", kind = "number", minimum = 0, missing = ["NA"] },
    { name = "contract", kind = "category", categories = ["Week", "Month", "Year"] },
    { name = "partner", kind = "flag", positive = "Yes", negative = "No" },
]
"#;

    pub(crate) fn cohort(text: &str, schema: &Schema) -> Result<Cohort, CohortError> {
        Cohort::read(Source::open(file(text).path())?, schema)
    }

    fn read(text: &str) -> Result<Cohort, CohortError> {
        cohort(text, &toml::from_str(SCHEMA).unwrap())
    }

    /// Sixty sound rows, a third of which left, then `more`.
    fn table(more: &str) -> String {
        let row = |row: usize| format!("{row},Month,{},{}\n", ["Yes", "No"][row % 2], ["Yes", "No", "No"][row % 3]);
        let rows: String = (0..60).map(row).collect();
        format!("tenure,contract,partner,Churn\n{rows}{more}")
    }

    fn unfit(text: &str) -> (Vec<Unfit>, String) {
        match read(text) {
            Err(error) => {
                let text = error.to_string();
                let CohortError::Unfit(unfit, _) = error else { panic!("{text}") };
                (unfit, text)
            }
            Ok(_) => panic!("the table was read"),
        }
    }

    #[test]
    fn sound_rows_become_customers() {
        let cohort = read(&table("NA,Decade,,No\n")).unwrap();
        assert_eq!((cohort.rows(), cohort.positives()), (61, 20));
        let cells = [Cell::Number(4.0), Cell::Category(1), Cell::Category(1)];
        assert_eq!(cohort.customer(4).cells(), cells);
        let mut customer = cohort.customer(0);
        cohort.assign(60, &mut customer);
        assert_eq!(customer.cells(), [Cell::Missing, Cell::Category(3), Cell::Missing]);
        let lines = cohort.report().lines();
        assert_eq!(
            lines,
            ["contract: 1 of 61 rows have a text that is no category and counts as OTHER, such as \"Decade\""]
        );
    }

    #[test]
    fn rows_with_problems_are_left_out_and_named() {
        let cohort = read(&table("-1,Month,No,No\n5,Month,No, \n1;5,Month,No,Yes\n7,Year,No,Yes\n")).unwrap();
        assert_eq!((cohort.rows(), cohort.left_out()), (61, &[60, 61, 62][..]));
        assert_eq!(cohort.customer(60).cells()[1], Cell::Category(2));
        assert!(cohort.labels()[60]);
        let report = cohort.report();
        assert_eq!((report.rows, report.invalid, report.unlabelled), (64, 2, 1));
        let lines: Vec<_> = report.problems.iter().map(|problem| problem.line).collect();
        assert_eq!(lines, [62, 63, 64]);
        let text = report.lines().join("\n");
        for part in
            ["2 of 64 rows left out", "line 62: tenure: must be at least 0 (got -1)", "target `Churn` is missing"]
        {
            assert!(text.contains(part), "{part} in {text}");
        }
        let entries: Vec<usize> = (0..64).collect();
        let kept = cohort.of_rows(&entries).unwrap();
        assert_eq!((kept.len(), kept[59], kept[60]), (61, 59, 63));
        assert_eq!(cohort.of_rows(&entries[1..]), None);
    }

    #[test]
    fn tables_that_cannot_be_trained_on() {
        let (rules, text) = unfit("tenure,contract,partner,Churn\n1,Month,Yes,No\n2,Month,No,No\n");
        assert!(matches!(rules[..], [Unfit::OneClass { .. }, Unfit::TooFewRows { rows: 2, .. }]), "{text}");
        let words = "target `Churn` has one class: a customer left where Churn = Yes; the rows have \"No\" (2 rows)";
        assert!(text.contains(words), "{text}");

        let (rules, text) = unfit(&table(&"1,Month,Yes,No\nx,Month,Yes,No\n".repeat(10)));
        assert_eq!(rules, [Unfit::TooManyInvalid { invalid: 10, rows: 80 }]);
        assert!(text.contains("line 63: tenure: must be a number; list a text"), "{text}");

        let empty = table("").lines().map(|line| line.replace("Month", "")).collect::<Vec<_>>().join("\n");
        assert_eq!(unfit(&empty).0, [Unfit::AllMissing { field: "contract".into() }]);

        let rows = "1,Month,Yes,Yes\n".repeat(9) + &"1,Month,Yes,No\n".repeat(50);
        let rules = unfit(&format!("tenure,contract,partner,Churn\n{rows}")).0;
        assert_eq!(rules, [Unfit::TooFewOfAClass { positives: 9, negatives: 50 }]);
    }

    #[test]
    fn a_table_of_another_schema_is_refused_with_all_that_is_absent() {
        let error = read("Tenure,contract,Churned\n1,Month,No\n").unwrap_err();
        let text = error.to_string();
        for part in [
            "no column `tenure`; the nearest is `Tenure`",
            "no column `partner`",
            "no column `Churn`, the target, which says who left; the nearest is `Churned`",
            "the table has the columns Tenure, contract, Churned",
        ] {
            assert!(text.contains(part), "{part} in {text}");
        }
        assert!(matches!(error, CohortError::Columns(_)), "{error:?}");
    }

    /// A table of one field whose targets are these, in turn, 90 in all.
    fn of_targets(target: &str, values: &[&str]) -> Result<Cohort, CohortError> {
        let rows: String = (0..90).map(|row| format!("{row},{}\n", values[row % values.len()])).collect();
        let schema = format!(
            "schema_version = 1\nname = \"t\"\ntarget = {{ field = \"t\", {target} }}\n\
             fields = [{{ name = \"n\", kind = \"number\" }}]"
        );
        cohort(&format!("n,t\n{rows}"), &toml::from_str(&schema).unwrap())
    }

    #[test]
    fn spellings_of_the_positive_value_are_counted_together() {
        for (target, values, positives) in [
            ("positive = \"Yes\"", &["Yes", "NO", "yes", "No", "YES", "no"][..], 45),
            ("positive = \"true\"", &["True", "False", "False"], 30),
            ("positive = \"True\"", &["true", "1", "0", "0", "0", "0"], 30),
            ("positive = \"1\"", &["1.0", "0.0", "0.0"], 30),
            ("positive = [\"4\", \"5\"], negative = [\"1\", \"2\", \"3\"]", &["1", "2", "3", "4", "5.0"], 36),
            ("when = \"present\"", &["", "2024-12-31", ""], 30),
            ("when = \"missing\", missing = [\"NULL\"]", &["", "2024-12-31", "null"], 60),
        ] {
            let cohort = of_targets(target, values).unwrap();
            assert_eq!((cohort.rows(), cohort.positives()), (90, positives), "{target}");
            assert_eq!(cohort.report().lines(), [""; 0], "{target}");
        }
        let cohort = of_targets("positive = \"a b\"", &["a b", "c", "c"]).unwrap();
        assert_eq!(cohort.prediction(), "the probability of t = a b (33.3% of rows)");
    }

    #[test]
    fn values_of_the_target_that_are_not_named_are_counted() {
        let cohort = of_targets("positive = \"Yes\"", &["Yes", "No", "Joined"]).unwrap();
        assert_eq!(
            cohort.report().lines(),
            ["target `t` has other values than \"Yes\", which count as stayed: \"No\" (30 rows), \"Joined\" (30 rows)"]
        );
        let error = of_targets("positive = \"Yes\", negative = [\"No\"]", &["Yes", "No", "Joined"]).unwrap_err();
        let words = "30 rows of target `t` are neither positive nor negative in the schema: \"Joined\" (30 rows)";
        assert!(error.to_string().contains(words), "{error}");
        let named = "positive = \"Yes\", negative = [\"No\"], missing = [\"joined\"]";
        assert_eq!(of_targets(named, &["Yes", "No", "Joined"]).unwrap().report().unlabelled, 30);
    }
}
