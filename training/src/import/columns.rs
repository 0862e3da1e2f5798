//! The description's columns beside the schema: what each value of a field is to the network.

use tenure::customer::{Cell, Spellings};
use tenure::encoding::{Encoder, Input, Scale, Statistics};
use tenure::json::decimal;
use tenure::schema::{Field, MINIMUM_CUSTOMERS, folded};
use tenure_table::nearest;

use super::description::{Block, Columns, Description};
use super::differences::Differences;
use super::values::{ends, known};
use crate::cohort::Cohort;
use crate::train::RowColumns;
use crate::words::nearest_hint;

/// The value of an input.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Value {
    Number(f64),
    /// The number of categories is OTHER.
    Code(u32),
    Missing,
}

impl Value {
    /// That of a customer.
    pub(super) fn of(encoder: &Encoder, input: usize, cohort: &Cohort, row: usize) -> Value {
        let input = &encoder.inputs()[input];
        let Some(field) = cohort.schema().field_index(&input.name) else {
            // A derived feature.
            let number = encoder.number(input.source, &|field| cohort.column(field).cell(row));
            return number.map_or(Value::Missing, |number| Value::Number(number.into()));
        };
        match cohort.column(field).cell(row) {
            Cell::Number(number) => Value::Number(number),
            Cell::Category(code) => Value::Code(code),
            Cell::Missing => Value::Missing,
        }
    }
}

/// A description that fits the schema.
#[derive(Debug)]
pub(super) struct Bound<'a> {
    blocks: Vec<BoundBlock<'a>>,
    /// Columns of the network.
    width: usize,
    /// What each table row of each input is to the network; `None` where it has no answer.
    rows: Vec<Vec<Option<RowColumns>>>,
}

#[derive(Debug)]
struct BoundBlock<'a> {
    block: &'a Block,
    /// The input of the encoder.
    input: usize,
    /// The first column of the network.
    first: usize,
    of: Of,
}

/// What a value is to the columns of a block, before mean and scale.
#[derive(Debug)]
enum Of {
    Number {
        missing: Option<f64>,
        /// In place of `missing`, where that is the value of a few customers.
        stands_for: Option<f64>,
        /// The number of each category.
        numbers: Vec<f64>,
    },
    Missing,
    /// Positions of the columns that are 1; `None` without an answer.
    Categories {
        codes: Vec<Option<Vec<usize>>>,
        other: Option<Vec<usize>>,
        missing: Option<Vec<usize>>,
        /// Values of the description that are no category of the schema.
        untold: Vec<String>,
        /// Categories of the schema that the description does not name.
        unnamed: Vec<u32>,
    },
}

impl BoundBlock<'_> {
    /// The columns for a value; `None` without an answer. `packed` asks for what the artifact has, which may
    /// have another fill.
    fn columns(&self, value: Value, packed: bool) -> Option<Vec<f64>> {
        let raw: Vec<f64> = match (&self.of, value) {
            (Of::Number { .. }, Value::Number(number)) => vec![number],
            (Of::Number { numbers, .. }, Value::Code(code)) => vec![*numbers.get(code as usize)?],
            (Of::Number { missing, stands_for, .. }, Value::Missing) => {
                vec![stands_for.filter(|_| packed).or(*missing)?]
            }
            (Of::Missing, value) => vec![f64::from(u8::from(value == Value::Missing))],
            (Of::Categories { codes, other, missing, .. }, value) => {
                let on = match value {
                    Value::Code(code) => codes.get(code as usize).unwrap_or(other).as_ref()?,
                    _ => missing.as_ref()?,
                };
                let width = self.block.columns.len();
                (0..width).map(|column| f64::from(u8::from(on.contains(&column)))).collect()
            }
        };
        let scaled = raw.iter().zip(&self.block.mean).zip(&self.block.scale);
        Some(scaled.map(|((value, mean), scale)| (value - mean) / scale).collect())
    }
}

impl<'a> Bound<'a> {
    /// Holds the description against the schema; `None` with what is wrong in `problems`.
    pub(super) fn new(
        description: &'a Description,
        cohort: &Cohort,
        encoder: &Option<Encoder>,
        problems: &mut Vec<String>,
    ) -> Option<Bound<'a>> {
        let encoder = encoder.as_ref()?;
        let before = problems.len();
        let (mut blocks, mut first) = (Vec::new(), 0);
        for block in &description.inputs {
            let names = || encoder.inputs().iter().map(|input| input.name.as_str());
            match names().position(|name| name == block.field) {
                Some(input) => match bind(block, &encoder.inputs()[input], encoder, cohort) {
                    Ok(of) => blocks.push(BoundBlock { block, input, first, of }),
                    Err(found) => {
                        problems.extend(found.into_iter().map(|problem| format!("{}, {problem}", block.place)));
                    }
                },
                None => problems.push(format!(
                    "{}, field: the schema has no input `{}`{}; add it to the schema, which names the columns of the \
                     table",
                    block.place,
                    block.field,
                    nearest_hint(nearest(&block.field, names()))
                )),
            }
            first += block.columns.len();
        }
        for (index, input) in encoder.inputs().iter().enumerate() {
            let is_described = description.inputs.iter().any(|block| block.field == input.name);
            if !is_described {
                problems.push(format!(
                    "`{}`: the network does not read it; list it under `ignored` of the schema",
                    encoder.inputs()[index].name
                ));
            }
        }
        if problems.len() > before {
            return None;
        }
        let mut bound = Bound { blocks, width: first, rows: Vec::new() };
        bound.rows = (0..encoder.inputs().len()).map(|input| bound.rows_of(input, &encoder.inputs()[input])).collect();
        Some(bound)
    }

    fn rows_of(&self, index: usize, input: &Input) -> Vec<Option<RowColumns>> {
        let values: Vec<Value> = match &input.scale {
            Scale::Number { knots } => knots.iter().map(|&knot| Value::Number(knot.into())).collect(),
            Scale::Category { count } => (0..=*count).map(Value::Code).collect(),
        };
        let row = |value: Value| -> Option<RowColumns> {
            let mut columns = Vec::new();
            for block in self.blocks.iter().filter(|block| block.input == index) {
                columns.extend((block.first..).zip(block.columns(value, true)?));
            }
            Some(columns)
        };
        values.into_iter().chain([Value::Missing]).map(row).collect()
    }

    /// What each table row of an input is to the network.
    pub(super) fn rows(&self, input: usize) -> &[Option<RowColumns>] {
        &self.rows[input]
    }

    /// The columns of the network for a customer whose values `value` gives by input; `None` without an
    /// answer.
    pub(super) fn features(&self, value: impl Fn(usize) -> Value) -> Option<Vec<f64>> {
        let mut features = vec![0.0; self.width];
        for block in &self.blocks {
            let columns = block.columns(value(block.input), false)?;
            features[block.first..block.first + columns.len()].copy_from_slice(&columns);
        }
        Some(features)
    }

    /// The rows of the table for which the artifact is another function than the description.
    pub(super) fn differences(&self, cohort: &Cohort, encoder: &Encoder) -> Differences {
        let mut differences = Differences::new(cohort.rows());
        for (index, input) in encoder.inputs().iter().enumerate() {
            let name = &input.name;
            let rows = |is: &dyn Fn(Value) -> bool| -> Vec<usize> {
                (0..cohort.rows()).filter(|&row| is(Value::of(encoder, index, cohort, row))).collect()
            };
            if let Scale::Number { knots } = &input.scale {
                let [low, high] = [knots[0], knots[knots.len() - 1]];
                let beyond =
                    rows(&|value| matches!(value, Value::Number(one) if one < low.into() || one > high.into()));
                differences.add(name, &beyond, &format!("values beyond {low} to {high} count as the nearer end"));
            }
            let blocks = || self.blocks.iter().filter(|block| block.input == index);
            if blocks().any(|block| block.columns(Value::Missing, false).is_none()) {
                let missing = rows(&|value| value == Value::Missing);
                differences.add(name, &missing, "the model has no answer for a missing value, which counts as average");
            }
            for block in blocks() {
                match &block.of {
                    Of::Number { stands_for: Some(other), .. } => {
                        let missing = rows(&|value| value == Value::Missing);
                        differences.always(
                            name,
                            &missing,
                            &format!(
                                "the model's number for a missing value is that of fewer than {MINIMUM_CUSTOMERS} \
                                 customers, so {other} stands for it"
                            ),
                        );
                    }
                    Of::Categories { untold, codes, unnamed, .. } => {
                        let other = rows(&|value| value == Value::Code(codes.len() as u32));
                        if !untold.is_empty() {
                            differences.always(
                                name,
                                &other,
                                &format!(
                                    "values of the model that are no category of the schema, or of too few rows, count \
                                     as OTHER ({})",
                                    untold.join(", ")
                                ),
                            );
                        } else if block.columns(Value::Code(codes.len() as u32), false).is_none() {
                            let words =
                                "the model has no answer for a value that it does not know, which counts as average";
                            differences.add(name, &other, words);
                        }
                        for &code in unnamed.iter().filter(|&&code| codes[code as usize].is_none()) {
                            let own = rows(&|value| value == Value::Code(code));
                            let words =
                                "the model has no answer for a category that it does not know, which counts as average";
                            differences.add(name, &own, words);
                        }
                    }
                    Of::Number { numbers, .. } if !numbers.is_empty() => {
                        let other = rows(&|value| value == Value::Code(numbers.len() as u32));
                        let words = "OTHER is no number, so it counts as average";
                        differences.add(name, &other, words);
                    }
                    _ => {}
                }
            }
        }
        differences
    }
}

/// What the values of an input are to a block.
fn bind(block: &Block, input: &Input, encoder: &Encoder, cohort: &Cohort) -> Result<Of, Vec<String>> {
    let field = cohort.schema().field_index(&input.name).map(|field| &cohort.schema().fields[field]);
    let category = field.filter(|field| !field.is_number());
    match (&block.columns, category) {
        (Columns::Missing, _) => Ok(Of::Missing),
        (Columns::Number { missing, stated }, None) => {
            let values = known(encoder, input, cohort);
            let own = missing.filter(|_| !stated).filter(|fill| is_of_few(&values, *fill));
            let stands_for = own.map(|fill| {
                let numbers: Vec<f64> = values.iter().copied().map(f64::from).collect();
                let nearest = Statistics::of(&numbers, &[]).nearest(fill);
                // Too few values for a statistic: the middle of the ends is one.
                let middle = ends(cohort, input, &values).pair().map(|[low, high]| f64::from(low + high) / 2.0);
                nearest.or(middle).unwrap_or_default()
            });
            Ok(Of::Number { missing: *missing, stands_for, numbers: Vec::new() })
        }
        (Columns::Number { missing, .. }, Some(field)) => {
            let number = |text: &str| {
                let number = decimal::parse(text).or_else(|| match &*folded(text) {
                    "true" => Some(1.0),
                    "false" => Some(0.0),
                    _ => None,
                });
                number.ok_or_else(|| {
                    format!(
                        "transform: `{}` has the category `{text}`, which is no number; describe it as one_hot, or make \
                         it a number in the schema",
                        field.name
                    )
                })
            };
            let (mut numbers, mut problems) = (Vec::new(), Vec::new());
            for text in field.categories() {
                number(text).map_or_else(|problem| problems.push(problem), |number| numbers.push(number));
            }
            let of = Of::Number { missing: *missing, stands_for: None, numbers };
            if problems.is_empty() { Ok(of) } else { Err(problems) }
        }
        (Columns::Categories { .. }, None) => Err(vec![format!(
            "transform: `{}` is a number, and one_hot reads a category or a flag; make it one in the schema, or describe \
             it as number",
            input.name
        )]),
        (Columns::Categories { columns, dropped, other, missing }, Some(field)) => {
            bind_categories(field, columns, dropped, other, missing)
        }
    }
}

fn bind_categories(
    field: &Field,
    columns: &[Vec<String>],
    dropped: &[String],
    other: &Option<Vec<usize>>,
    missing: &Option<Vec<usize>>,
) -> Result<Of, Vec<String>> {
    let spellings = Spellings::default();
    let means_missing = |text: &str| text.is_empty() || field.missing.iter().any(|own| folded(own) == folded(text));
    let mut named: Vec<Option<Vec<usize>>> = vec![None; field.category_count()];
    let (mut missing, mut untold, mut problems) = (missing.clone(), Vec::new(), Vec::new());
    let texts = columns.iter().enumerate().flat_map(|(at, texts)| texts.iter().map(move |text| (text, Some(at))));
    for (text, column) in texts.chain(dropped.iter().map(|text| (text, None))) {
        let on: Vec<usize> = column.into_iter().collect();
        if means_missing(text) {
            missing = Some(on);
            continue;
        }
        match spellings.position(field, text) {
            Some(code) if named[code].as_ref().is_some_and(|other| *other != on) => problems.push(format!(
                "columns: `{text}` is the category `{}` of `{}`, which has another column as well; in the schema both \
                 are one value",
                field.categories()[code],
                field.name
            )),
            Some(code) => named[code] = Some(on),
            None => untold.push(text.clone()),
        }
    }
    if named.iter().all(Option::is_none) {
        problems.push(format!(
            "columns: none of these values is a category of `{}`; the schema has {}",
            field.name,
            field.categories().iter().take(10).map(|text| format!("`{text}`")).collect::<Vec<_>>().join(", ")
        ));
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let unnamed = (0..named.len()).filter(|&code| named[code].is_none()).map(|code| code as u32).collect();
    let codes = named.into_iter().map(|on| on.or_else(|| other.clone())).collect();
    Ok(Of::Categories { codes, other: other.clone(), missing, untold, unnamed })
}

/// Whether a number is the value of fewer customers than a number of the artifact may be of. `values` are
/// ascending.
fn is_of_few(values: &[f32], number: f64) -> bool {
    let narrow = number as f32;
    let sharing = values.partition_point(|&value| value <= narrow) - values.partition_point(|&value| value < narrow);
    (1..MINIMUM_CUSTOMERS as usize).contains(&sharing)
}
