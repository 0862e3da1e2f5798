//! From a batch to checked columns: every cell is checked once, column by column, against its
//! field.

use hashbrown::HashMap;
use tenure::customer::{Cell, Problem, Spellings, Value, check_value_spelled};
use tenure::schema::{Field, Schema};
use tenure::scorer::{ColumnBlock, Flag, Scorer};

#[cfg(feature = "parquet")]
use super::arrow;
use super::batch::Batch;
use super::column::Column;

/// The checked cells of one field in a batch.
#[derive(Clone, Debug, PartialEq)]
pub struct CheckedColumn {
    /// One cell per row of the batch; a cell with an error is missing here.
    pub column: Column,
    /// The errors and warnings, each with its row in the batch, in the order of the rows.
    pub problems: Vec<(usize, Problem)>,
}

/// The checked cells of a batch.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CheckedBatch {
    /// One column per field, in schema order. A cell with an error is missing here.
    pub columns: Vec<Column>,
    /// The errors and warnings, each with its row in the batch: ordered by row, and within a row by
    /// field.
    pub problems: Vec<(usize, Problem)>,
}

impl Batch {
    /// Checks the fields of a schema; `places` has the column of each ([`super::Columns::fields`]).
    pub fn check(&self, schema: &Schema, places: &[usize]) -> CheckedBatch {
        schema.fields.iter().zip(places).map(|(field, &place)| self.check_column(field, place)).collect()
    }

    /// Checks one field, whose cells are in column `place`. [`CheckedBatch`] collects what it
    /// returns, so a caller with threads can check several fields at once.
    pub fn check_column(&self, field: &Field, place: usize) -> CheckedColumn {
        let column = Column::with_capacity(field, self.rows());
        let (spellings, known) = (Spellings::default(), Known::default());
        let mut checker = Checker { field, spellings, column, problems: Vec::new(), known };
        #[cfg(feature = "parquet")]
        if let Some((keys, values)) = self.dictionary(place) {
            checker.push_coded(&keys, values);
            return CheckedColumn { column: checker.column, problems: checker.problems };
        }
        self.for_each_value(place, |value| {
            checker.push(value);
        });
        CheckedColumn { column: checker.column, problems: checker.problems }
    }
}

/// Checks the cells of one field in turn.
struct Checker<'a> {
    field: &'a Field,
    spellings: Spellings,
    column: Column,
    problems: Vec<(usize, Problem)>,
    known: Known,
}

/// Values of a category that broke no rule, and their cells: a batch has the same few again and
/// again. What a value becomes depends on nothing but the field.
#[derive(Default)]
struct Known {
    texts: HashMap<Box<str>, Cell>,
    numbers: HashMap<u64, Cell>,
    flags: [Option<Cell>; 2],
}

impl Known {
    fn cell(&self, value: Value) -> Option<Cell> {
        match value {
            Value::Text(text) => self.texts.get(text).copied(),
            Value::Number(number) => self.numbers.get(&number.to_bits()).copied(),
            Value::Flag(flag) => self.flags[usize::from(flag)],
            _ => None,
        }
    }

    fn insert(&mut self, value: Value, cell: Cell) {
        match value {
            Value::Text(text) => drop(self.texts.insert(text.into(), cell)),
            Value::Number(number) => drop(self.numbers.insert(number.to_bits(), cell)),
            Value::Flag(flag) => self.flags[usize::from(flag)] = Some(cell),
            _ => {}
        }
    }
}

impl Checker<'_> {
    /// Appends the cell of a value. Returns it if the value broke no rule: the value then has this
    /// cell in every row.
    fn push(&mut self, value: Value) -> Option<Cell> {
        let is_category = !self.field.is_number();
        if is_category && let Some(cell) = self.known.cell(value) {
            self.column.push(cell);
            return Some(cell);
        }
        let row = self.column.rows();
        match check_value_spelled(self.field, &self.spellings, value) {
            (Ok(cell), None) => {
                if is_category {
                    self.known.insert(value, cell);
                }
                self.column.push(cell);
                Some(cell)
            }
            (cell, warning) => {
                self.problems.extend(warning.map(|problem| (row, problem)));
                let cell = cell.map_err(|problem| self.problems.push((row, problem)));
                self.column.push(cell.unwrap_or(Cell::Missing));
                None
            }
        }
    }

    /// Appends the cells of a dictionary array. Values that broke no rule are checked once.
    #[cfg(feature = "parquet")]
    fn push_coded(&mut self, keys: &[Option<usize>], values: &dyn arrow_array::Array) {
        let mut cells: Vec<Option<Cell>> = vec![None; values.len()];
        for key in keys {
            match *key {
                None => {
                    self.push(Value::Missing);
                }
                Some(key) => match cells[key] {
                    Some(cell) => self.column.push(cell),
                    None => arrow::for_each_value(values, key..key + 1, &mut |value| cells[key] = self.push(value)),
                },
            }
        }
    }
}

impl CheckedBatch {
    /// Moves the columns into a block for [`ColumnBlock::score_checked`], with the rows that have
    /// an error flagged, and returns the problems beside it. The batch must have been checked
    /// against the scorer's schema.
    pub fn into_block(self, scorer: &Scorer) -> (ColumnBlock, Vec<(usize, Problem)>) {
        let rows = self.columns.first().map_or(0, Column::rows);
        let columns = self.columns.into_iter().map(|column| match column {
            Column::Numbers(numbers) => (numbers, Vec::new()),
            Column::Codes(codes) => (Vec::new(), codes),
        });
        let (numbers, codes) = columns.unzip();
        let mut block = ColumnBlock::from_columns(scorer, rows, numbers, codes);
        for (row, _) in self.problems.iter().filter(|(_, problem)| problem.rule.is_error()) {
            block.flags[*row] = Flag::Error as u8;
        }
        (block, self.problems)
    }
}

/// Collects the checked fields of one batch, in schema order.
impl FromIterator<CheckedColumn> for CheckedBatch {
    fn from_iter<I: IntoIterator<Item = CheckedColumn>>(checked: I) -> CheckedBatch {
        let mut batch = CheckedBatch::default();
        for CheckedColumn { column, problems } in checked {
            batch.columns.push(column);
            batch.problems.extend(problems);
        }
        // The sort is stable: fields stay in their order.
        batch.problems.sort_by_key(|(row, _)| *row);
        batch
    }
}

#[cfg(all(test, feature = "parquet"))]
mod tests {
    use std::sync::Arc;

    use arrow_array::types::{Int8Type, Int32Type};
    use arrow_array::{
        ArrayRef, BooleanArray, Decimal128Array, DictionaryArray, Float32Array, Float64Array, Int64Array, RecordBatch,
        RecordBatchIterator, StringArray,
    };

    use tenure::customer::MISSING_CODE;

    use super::super::columns::Columns;
    use super::super::source::Source;
    use super::*;

    /// A frame as pandas writes it to a text file.
    const TEXT: &str = "auto,active,tariff,level,plan,city,price,share,gap,senior\n\
        True,False,3.0,2,Basic,Caf\u{e9},2.50,0.1,-1.0,1.0\n\
        False,,,1,Plus,Roma,10.00,0.35,7.0,0.0\n\
        True,True,1.0,2,Basic,Roma,2.50,0.7,,\n";

    /// The same frame in memory, with a column of every type that it may have there.
    fn frame() -> Source {
        let price = Decimal128Array::from(vec![250, 1000, 250]).with_precision_and_scale(9, 2).unwrap();
        let columns: [(&str, ArrayRef); 10] = [
            ("auto", Arc::new(BooleanArray::from(vec![true, false, true]))),
            ("active", Arc::new(BooleanArray::from(vec![Some(false), None, Some(true)]))),
            ("tariff", Arc::new(Float64Array::from(vec![Some(3.0), None, Some(1.0)]))),
            ("level", Arc::new(Int64Array::from(vec![2, 1, 2]))),
            ("plan", Arc::new(StringArray::from(vec!["Basic", "Plus", "Basic"]))),
            ("city", Arc::new(StringArray::from(vec!["Cafe\u{301}", "Roma", "Roma"]))),
            ("price", Arc::new(price)),
            ("share", Arc::new(Float32Array::from(vec![0.1, 0.35, 0.7]))),
            ("gap", Arc::new(Float64Array::from(vec![Some(-1.0), Some(7.0), None]))),
            ("senior", Arc::new(Int64Array::from(vec![Some(1), Some(0), None]))),
        ];
        let batch = RecordBatch::try_from_iter_with_nullable(columns.map(|(name, array)| (name, array, true))).unwrap();
        let schema = batch.schema();
        Source::from_arrow("frame", Box::new(RecordBatchIterator::new([Ok(batch)], schema))).unwrap()
    }

    /// A schema whose texts are those of the text file, or those of the frame in memory.
    fn schema([yes, no]: [&str; 2], tariffs: &str, levels: &str, city: &str, [one, zero]: [&str; 2]) -> Schema {
        let flag =
            |positive, negative| format!("kind = \"flag\", positive = \"{positive}\", negative = \"{negative}\"");
        let text = format!(
            "schema_version = 1\nname = \"frame\"\ntarget = {{ field = \"churned\", positive = \"1\" }}\nfields = [\n\
             {{ name = \"auto\", {} }},\n{{ name = \"active\", {} }},\n\
             {{ name = \"tariff\", kind = \"category\", categories = {tariffs} }},\n\
             {{ name = \"level\", kind = \"category\", categories = {levels} }},\n\
             {{ name = \"plan\", kind = \"category\", categories = [\"BASIC\", \"PLUS\"] }},\n\
             {{ name = \"city\", kind = \"category\", categories = [\"{city}\", \"roma\"] }},\n\
             {{ name = \"price\", kind = \"category\", categories = [\"2.50\", \"10\"] }},\n\
             {{ name = \"share\", kind = \"number\", maximum = 0.7 }},\n\
             {{ name = \"gap\", kind = \"number\", minimum = 0, missing = [\"-1\"] }},\n\
             {{ name = \"senior\", {} }},\n]",
            flag(yes, no),
            flag(yes, no),
            flag(one, zero)
        );
        toml::from_str(&text).unwrap()
    }

    fn checked(source: Source, schema: &Schema) -> CheckedBatch {
        let places = Columns::find(&source, schema, false).unwrap().fields;
        let batches: Vec<_> = source.map(Result::unwrap).collect();
        assert_eq!(batches.len(), 1);
        batches[0].check(schema, &places)
    }

    #[test]
    fn a_frame_has_the_same_cells_as_text_and_in_memory() {
        let expected = [
            Column::Codes(vec![1, 0, 1]),
            Column::Codes(vec![0, MISSING_CODE, 1]),
            Column::Codes(vec![1, MISSING_CODE, 0]),
            Column::Codes(vec![1, 0, 1]),
            Column::Codes(vec![0, 1, 0]),
            Column::Codes(vec![0, 1, 1]),
            Column::Codes(vec![0, 1, 0]),
            Column::Numbers(vec![0.1, 0.35, 0.7]),
            Column::Numbers(vec![f64::NAN, 7.0, f64::NAN]),
            Column::Codes(vec![1, 0, MISSING_CODE]),
        ];
        for schema in [
            schema(["True", "False"], "[\"1.0\", \"3.0\"]", "[\"1\", \"2\"]", "caf\u{e9}", ["1.0", "0.0"]),
            schema(["true", "false"], "[\"1\", \"3\"]", "[\"1.0\", \"2.0\"]", "cafe\u{301}", ["1", "0"]),
            schema(["Yes", "No"], "[\"1\", \"3.0\"]", "[\"1\", \"2.\"]", "CAF\u{c9}", ["ja", "nein"]),
        ] {
            for source in [Source::from_bytes("frame.csv", TEXT.into()).unwrap(), frame()] {
                let CheckedBatch { columns, problems } = checked(source, &schema);
                assert_eq!(problems, []);
                // NaN, which is missing, equals itself here.
                assert_eq!(format!("{columns:?}"), format!("{expected:?}"));
            }
        }
    }

    #[test]
    fn a_dictionary_array_has_the_cells_and_the_problems_of_plain_texts() {
        let texts = [Some("Basic"), Some("nova"), None, Some("Plus"), Some("nova"), Some("pLUS"), Some(" "), Some("7")];
        let plain: ArrayRef = Arc::new(StringArray::from(texts.to_vec()));
        let short: ArrayRef = Arc::new(texts.into_iter().collect::<DictionaryArray<Int8Type>>());
        let coded: ArrayRef = Arc::new(texts.into_iter().collect::<DictionaryArray<Int32Type>>());
        for field in [
            "{ name = \"x\", kind = \"category\", categories = [\"Basic\", \"Plus\"] }",
            "{ name = \"x\", kind = \"number\", missing = [\"Basic\"] }",
        ] {
            let target = "target = { field = \"churned\", positive = \"1\" }";
            let text = format!("schema_version = 1\nname = \"t\"\n{target}\nfields = [{field}]");
            let schema: Schema = toml::from_str(&text).unwrap();
            let check = |array: &ArrayRef| {
                let batch = RecordBatch::try_from_iter_with_nullable([("x", array.clone(), true)]).unwrap();
                let record_schema = batch.schema();
                let reader = RecordBatchIterator::new([Ok(batch)], record_schema);
                let source = Source::from_arrow("t", Box::new(reader)).unwrap();
                // NaN, which is missing, equals itself here.
                format!("{:?}", checked(source, &schema))
            };
            let expected = check(&plain);
            assert_eq!(expected.matches("nova").count(), 2, "{expected}");
            assert_eq!([check(&short), check(&coded)], [expected.clone(), expected]);
        }
    }

    #[test]
    fn spellings_of_a_category_have_its_code_in_every_row() {
        let text = "auto,plan,active,tariff,level,city,price,share,gap,senior\n".to_owned()
            + &"TRUE,pLUS,y,1,2.0,ROMA,10.0,0,0,N\ntrue,Nova,1.0,x,2,roma,2.50,0,0,No\n".repeat(3);
        let schema = schema(["True", "False"], "[\"1\", \"3\"]", "[\"1\", \"2\"]", "x", ["Yes", "No"]);
        let CheckedBatch { columns, problems } = checked(Source::from_bytes("t.csv", text.into()).unwrap(), &schema);
        let codes = |pair: [u16; 2]| Column::Codes(pair.repeat(3));
        assert_eq!(columns[..4], [codes([1, 1]), codes([1, 1]), codes([0, 2]), codes([1, 1])]);
        assert_eq!(columns[4..7], [codes([1, 2]), codes([1, 1]), codes([1, 0])]);
        let unseen: Vec<_> = problems.iter().map(|(row, problem)| (*row, problem.field.as_str())).collect();
        assert_eq!(unseen, [1, 3, 5].map(|row| [(row, "tariff"), (row, "plan")]).concat());
    }
}
