//! The checked customers of a whole table in compact memory, one column per field, with everything that was wrong on
//! the way there.
//!
//! Memory per row: 8 bytes a number field, 2 bytes a category or flag, 1 byte for the label, and 8 bytes for a row
//! that is left out. IBM Telco's 3 numbers and 16 categories take 57 bytes a row, so 10 million rows take 570 MB.
//! Room is reserved after the first batch from the share of the file that it took, so that growing columns are not
//! copied at twice their size. Numbers stay f64: what training sees is what scoring sees.

mod rare;
mod report;

use rayon::prelude::*;
use tenure::customer::{Cell, Customer, Problem, Rule, check_value};
use tenure::schema::{Field, Schema};

use crate::table::{Batch, Columns, ColumnsError, Source, TableError};

pub use rare::{Folded, OnlyRare, RARE_BELOW, prune_rare};
pub use report::{ReadReport, RowProblem, Unfit, UnseenCategories};

/// Codes are u16 with this one for missing; a schema's categories stay far below it.
pub const MISSING_CODE: u16 = u16::MAX;

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

/// The cells of one field.
#[derive(Clone, Debug, PartialEq)]
pub enum Column {
    /// NaN is missing.
    Numbers(Vec<f64>),
    /// [`MISSING_CODE`] is missing, the field's number of categories is OTHER.
    Codes(Vec<u16>),
}

/// What the customers are read for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// At least 50 rows, 10 of either class, and no field that is all missing.
    Training,
    /// At least one row of either class.
    Evaluation,
}

/// Why a table gives no cohort.
#[derive(Debug, thiserror::Error)]
pub enum CohortError {
    #[error(transparent)]
    Table(#[from] TableError),
    #[error(transparent)]
    Columns(#[from] ColumnsError),
    /// The rows were read, and together they break these rules.
    #[error("{}", report::unfit(.0, .1))]
    Unfit(Vec<Unfit>, Box<ReadReport>),
}

impl CohortError {
    /// 3 where the environment is at fault, 1 where the table is.
    pub fn exit_code(&self) -> i32 {
        if let CohortError::Table(error) = self { error.exit_code() } else { 1 }
    }
}

impl Cohort {
    /// Reads a whole table for training.
    pub fn read(source: Source, schema: &Schema) -> Result<Cohort, CohortError> {
        Cohort::read_for(Purpose::Training, source, schema, &mut |_, _| {})
    }

    /// Reads a whole table; `progress` hears [`Source::progress`] after every batch.
    ///
    /// Rows with an error are left out and reported, as are rows without a target.
    pub fn read_for(
        purpose: Purpose,
        mut source: Source,
        schema: &Schema,
        progress: &mut dyn FnMut(u64, u64),
    ) -> Result<Cohort, CohortError> {
        let places = Columns::find(&source, schema, true)?;
        let columns = schema.fields.iter().map(Column::new).collect();
        let report = ReadReport::new(&source, schema, places.extra);
        let mut cohort = Cohort { schema: schema.clone(), columns, labels: Vec::new(), left_out: Vec::new(), report };
        let target = places.target.unwrap_or_default();
        while let Some(batch) = source.next() {
            cohort.append(&batch?, &places.fields, target);
            let (done, total) = source.progress();
            if cohort.report.rows as usize <= crate::table::BATCH_ROWS {
                let expected = cohort.labels.len() as f64 * total as f64 / done.max(1) as f64;
                cohort.reserve(expected as usize);
            }
            progress(done, total);
        }
        cohort.report.sha256 = source.sha256()?;
        let unfit = cohort.unfit(purpose);
        if unfit.is_empty() { Ok(cohort) } else { Err(CohortError::Unfit(unfit, Box::new(cohort.report))) }
    }

    fn reserve(&mut self, rows: usize) {
        self.labels.reserve(rows);
        for column in &mut self.columns {
            match column {
                Column::Numbers(numbers) => numbers.reserve(rows),
                Column::Codes(codes) => codes.reserve(rows),
            }
        }
    }

    fn append(&mut self, batch: &Batch, places: &[usize], target: usize) {
        let Cohort { schema, columns, report, .. } = self;
        // Fields are checked side by side, and rows taken together afterwards.
        let found: Vec<Vec<(usize, Problem)>> = columns
            .par_iter_mut()
            .zip(&schema.fields)
            .zip(places)
            .map(|((column, field), &place)| column.append(batch, field, place))
            .collect();
        let mut problems: Vec<_> = found.into_iter().flatten().collect();
        let targets: Vec<_> = (0..batch.rows()).map(|row| batch.text(row, target)).collect();
        let unlabelled = (0..batch.rows()).filter(|&row| targets[row].is_empty());
        problems.extend(unlabelled.map(|row| (row, target_missing(schema))));
        problems.sort_by_key(|(row, _)| *row);

        let mut sound = vec![true; batch.rows()];
        for (row, problem) in problems {
            // A row without a target is left out whatever else is wrong with it.
            let of_target = problem.field == schema.target.field;
            if targets[row].is_empty() && !of_target {
                continue;
            }
            if !problem.rule.is_error() {
                report.unseen(problem);
                continue;
            }
            let first = std::mem::replace(&mut sound[row], false);
            *if of_target { &mut report.unlabelled } else { &mut report.invalid } += u64::from(first);
            report.problem(batch.line(row), problem);
        }
        for (text, _) in targets.iter().zip(&sound).filter(|(_, sound)| **sound) {
            report.target_value(text);
            self.labels.push(is_positive(text, &schema.target.positive));
        }
        let first_row = report.rows;
        report.rows += batch.rows() as u64;
        if sound.contains(&false) {
            let rows = (first_row..).zip(&sound);
            self.left_out.extend(rows.filter(|(_, sound)| !**sound).map(|(row, _)| row));
            columns.par_iter_mut().for_each(|column| column.keep(&sound));
        }
    }

    fn unfit(&self, purpose: Purpose) -> Vec<Unfit> {
        let (rows, positives, report) = (self.rows(), self.positives(), &self.report);
        let labelled = report.rows - report.unlabelled.min(report.rows);
        let mut unfit = Vec::new();
        if report.invalid * 10 > labelled {
            unfit.push(Unfit::TooManyInvalid { invalid: report.invalid, rows: report.rows });
        }
        if rows > 0 && (positives == 0 || positives == rows) {
            unfit.push(Unfit::OneClass {
                field: self.schema.target.field.clone(),
                positive: self.schema.target.positive.clone(),
                values: report.target_values.clone(),
            });
        }
        let training = purpose == Purpose::Training;
        if rows < if training { report::MINIMUM_ROWS } else { 1 } {
            unfit.push(Unfit::TooFewRows { rows, purpose });
        }
        if training && rows > 0 {
            let one_class = positives == 0 || positives == rows;
            if !one_class && positives.min(rows - positives) < report::MINIMUM_OF_A_CLASS {
                unfit.push(Unfit::TooFewOfAClass { positives, negatives: rows - positives });
            }
            let empty = self.schema.fields.iter().zip(&self.columns).filter(|(_, column)| column.is_all_missing());
            unfit.extend(empty.map(|(field, _)| Unfit::AllMissing { field: field.name.clone() }));
        }
        unfit
    }

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

    /// Number of customers that left.
    pub fn positives(&self) -> usize {
        self.labels.iter().filter(|&&label| label).count()
    }

    /// The cells of one field, in row order.
    pub fn column(&self, field: usize) -> &Column {
        &self.columns[field]
    }

    /// What was seen on the way: rows left out, unseen categories, columns beside the schema, the file's hash.
    pub fn report(&self) -> &ReadReport {
        &self.report
    }

    /// The cells of one customer, in schema order.
    pub fn cells(&self, row: usize) -> impl Iterator<Item = Cell> + '_ {
        self.columns.iter().map(move |column| column.cell(row))
    }

    /// One customer. For many, [`Cohort::assign`] uses the memory of one.
    pub fn customer(&self, row: usize) -> Customer {
        let cells: Vec<_> = self.cells(row).collect();
        Customer::from_cells(&self.schema, &cells).expect("every cell was checked when it was read")
    }

    /// Writes one customer over another.
    pub fn assign(&self, row: usize, customer: &mut Customer) {
        customer.assign(&self.schema, self.cells(row)).expect("every cell was checked when it was read");
    }

    /// Of one entry per data row of the table, those of the rows that were not left out.
    ///
    /// `None` when there are not as many entries as the table has rows.
    pub fn of_rows<T: Copy>(&self, entries: &[T]) -> Option<Vec<T>> {
        if entries.len() as u64 != self.report.rows {
            return None;
        }
        let mut left_out = self.left_out.iter().copied().peekable();
        let kept = (0..).zip(entries).filter(|(row, _)| left_out.next_if_eq(row).is_none());
        Some(kept.map(|(_, entry)| *entry).collect())
    }

    /// Data rows, counted from 0, that were left out.
    pub fn left_out(&self) -> &[u64] {
        &self.left_out
    }
}

fn target_missing(schema: &Schema) -> Problem {
    let message = "the target is missing; the row is left out".into();
    Problem { field: schema.target.field.clone(), rule: Rule::Absent, value: "\"\"".into(), message }
}

/// Whether a target's text, which is not empty, is the positive value; "1.0" is 1.
pub fn is_positive(text: &str, positive: &str) -> bool {
    let same_number = || matches!((text.parse::<f64>(), positive.parse::<f64>()), (Ok(a), Ok(b)) if a == b);
    text == positive || same_number()
}

impl Column {
    fn new(field: &Field) -> Column {
        if field.is_number() { Column::Numbers(Vec::new()) } else { Column::Codes(Vec::new()) }
    }

    /// Checks a field's cells of a batch and appends them; a cell with an error counts as missing until its row goes.
    fn append(&mut self, batch: &Batch, field: &Field, place: usize) -> Vec<(usize, Problem)> {
        let mut problems = Vec::new();
        for row in 0..batch.rows() {
            let (cell, warning) = check_value(field, batch.value(row, place));
            problems.extend(warning.map(|problem| (row, problem)));
            let cell = cell.unwrap_or_else(|problem| {
                problems.push((row, problem));
                Cell::Missing
            });
            self.push(cell);
        }
        problems
    }

    fn push(&mut self, cell: Cell) {
        match (self, cell) {
            (Column::Numbers(numbers), Cell::Number(number)) => numbers.push(number),
            (Column::Numbers(numbers), _) => numbers.push(f64::NAN),
            (Column::Codes(codes), Cell::Category(code)) => codes.push(code as u16),
            (Column::Codes(codes), _) => codes.push(MISSING_CODE),
        }
    }

    /// Of the last rows, keeps those that are sound.
    fn keep(&mut self, sound: &[bool]) {
        fn keep<T: Copy>(cells: &mut Vec<T>, sound: &[bool]) {
            let start = cells.len() - sound.len();
            let mut end = start;
            for (row, _) in sound.iter().enumerate().filter(|(_, sound)| **sound) {
                cells[end] = cells[start + row];
                end += 1;
            }
            cells.truncate(end);
        }
        match self {
            Column::Numbers(numbers) => keep(numbers, sound),
            Column::Codes(codes) => keep(codes, sound),
        }
    }

    /// One cell.
    pub fn cell(&self, row: usize) -> Cell {
        match self {
            Column::Numbers(numbers) if numbers[row].is_nan() => Cell::Missing,
            Column::Numbers(numbers) => Cell::Number(numbers[row]),
            Column::Codes(codes) if codes[row] == MISSING_CODE => Cell::Missing,
            Column::Codes(codes) => Cell::Category(codes[row].into()),
        }
    }

    fn is_all_missing(&self) -> bool {
        match self {
            Column::Numbers(numbers) => numbers.iter().all(|number| number.is_nan()),
            Column::Codes(codes) => codes.iter().all(|&code| code == MISSING_CODE),
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::table::tests::file;

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
        assert_eq!(lines, ["contract: 1 rows have a text that is no category and counts as OTHER (\"Decade\")"]);
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
        assert!(
            text.contains("target `Churn` has one class: the positive value is \"Yes\", the rows have \"No\" (2 rows)")
        );

        let (rules, text) = unfit(&table(&"1,Month,Yes,No\nx,Month,Yes,No\n".repeat(10)));
        assert_eq!(rules, [Unfit::TooManyInvalid { invalid: 10, rows: 80 }]);
        assert!(text.contains("line 63: tenure: must be a number (got \"x\")"), "{text}");

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
        for part in ["`tenure`; the nearest is `Tenure`", "no column `partner`", "`Churn`; the nearest is `Churned`"] {
            assert!(text.contains(part), "{part} in {text}");
        }
        assert_eq!(error.exit_code(), 1);
    }

    #[test]
    fn numbers_written_as_decimals_are_the_same_class() {
        assert!(is_positive("1.0", "1") && is_positive("True.", "True."));
        assert!(!is_positive("0", "1") && !is_positive("yes", "Yes") && !is_positive("True", "True."));
    }
}
