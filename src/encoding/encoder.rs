//! The fitted encoder.

#[cfg(feature = "write")]
use serde::Serialize;

use super::features::Features;
use super::input::{Input, Scale, Source, is_clipped, place_number};
use crate::customer::{Cell, Customer, Problem, clipped};
use crate::schema::{Formula, Schema};

/// What one input was fitted to, as the artifact stores it.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "write", derive(Serialize))]
pub struct InputDocument {
    /// The field or derived feature.
    pub name: String,
    /// Knots of a number, ascending: fitted [`Statistics`](super::Statistics) near its quantiles.
    /// Values outside count as the nearer end.
    /// Empty for a category.
    #[cfg_attr(feature = "write", serde(skip_serializing_if = "Vec::is_empty"))]
    pub knots: Vec<f32>,
}

/// A fitted encoder. It is as large as its tables; encoding reads nothing else.
#[derive(Clone, Debug)]
pub struct Encoder {
    pub(super) inputs: Vec<Input>,
    pub(super) formulas: Vec<Formula>,
    pub(super) row_count: usize,
}

/// Why an encoder does not fit its schema or its data.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum EncoderError {
    /// The schema breaks a rule.
    #[error("the schema is not sound: {0}")]
    Schema(String),
    /// The number of inputs is not what the schema makes.
    #[error("the encoder has {found} inputs, the schema makes {expected}")]
    InputCount {
        /// What the schema makes.
        expected: usize,
        /// What there is.
        found: usize,
    },
    /// An input is not the one that the schema has at this position.
    #[error("input {position} is `{found}`, the schema makes it `{expected}`")]
    InputName {
        /// Position of the input.
        position: usize,
        /// What the schema makes.
        expected: String,
        /// What there is.
        found: String,
    },
    /// The knots of a number are not sound.
    #[error("input `{name}`: knots must be 1 to {maximum} finite numbers, strictly ascending", maximum = MAXIMUM_KNOTS)]
    Knots {
        /// The input.
        name: String,
    },
    /// A category has knots.
    #[error("input `{name}` is a category and takes no knots")]
    CategoryKnots {
        /// The input.
        name: String,
    },
    /// Nothing can be fitted to a column without values.
    #[error("`{name}` is missing in every row")]
    AllMissing {
        /// The input.
        name: String,
    },
    /// The table is too large.
    #[error("the encoder has {found} table rows, at most {maximum} are allowed", maximum = MAXIMUM_ROWS)]
    Rows {
        /// Rows of the table.
        found: usize,
    },
}

/// The most knots of one number.
pub const MAXIMUM_KNOTS: usize = 1024;
/// The most rows of the table over all inputs.
pub const MAXIMUM_ROWS: usize = 65_536;

impl Encoder {
    /// Builds the encoder that `documents` describe over a schema.
    pub fn new(schema: &Schema, documents: Vec<InputDocument>) -> Result<Encoder, EncoderError> {
        if let Some(problem) = schema.problems().first() {
            return Err(EncoderError::Schema(problem.to_string()));
        }
        let formulas = schema.derived.iter().map(|derived| Formula::parse(&derived.formula, schema));
        let formulas = formulas.collect::<Result<Vec<_>, _>>();
        let formulas = formulas.map_err(|error| EncoderError::Schema(error.to_string()))?;
        let sources = sources(schema);
        if sources.len() != documents.len() {
            return Err(EncoderError::InputCount { expected: sources.len(), found: documents.len() });
        }
        let mut inputs = Vec::with_capacity(sources.len());
        let mut row_count = 0;
        for (position, (source, document)) in sources.into_iter().zip(documents).enumerate() {
            let InputDocument { name, knots } = document;
            let expected = source_name(schema, source);
            if expected != name {
                return Err(EncoderError::InputName { position, expected: expected.into(), found: name });
            }
            let categories = match source {
                Source::Field(field) if !schema.fields[field].is_number() => {
                    Some(schema.fields[field].category_count())
                }
                _ => None,
            };
            let scale = match categories {
                Some(_) if !knots.is_empty() => return Err(EncoderError::CategoryKnots { name }),
                Some(count) => Scale::Category { count: count as u32 },
                None => {
                    let ascending = knots.windows(2).all(|pair| pair[0] < pair[1]);
                    let finite = knots.iter().all(|knot| knot.is_finite());
                    // The distance of two knots must be a number too.
                    let span = knots.last().zip(knots.first()).is_some_and(|(last, first)| (last - first).is_finite());
                    if !ascending || !finite || !span || knots.len() > MAXIMUM_KNOTS {
                        return Err(EncoderError::Knots { name });
                    }
                    Scale::Number { knots }
                }
            };
            let input = Input { name, source, scale, first_row: row_count as u32 };
            row_count += input.row_count();
            if row_count > MAXIMUM_ROWS {
                return Err(EncoderError::Rows { found: row_count });
            }
            inputs.push(input);
        }
        Ok(Encoder { inputs, formulas, row_count })
    }

    /// What [`Encoder::new`] takes to build this encoder again.
    pub fn documents(&self) -> Vec<InputDocument> {
        let document = |input: &Input| InputDocument {
            name: input.name.clone(),
            knots: match &input.scale {
                Scale::Number { knots } => knots.clone(),
                Scale::Category { .. } => Vec::new(),
            },
        };
        self.inputs.iter().map(document).collect()
    }

    /// The inputs: fields in schema order, without those only for derived features, then the
    /// derived features.
    pub fn inputs(&self) -> &[Input] {
        &self.inputs
    }

    /// Rows of the table over all inputs.
    pub fn row_count(&self) -> usize {
        self.row_count
    }

    /// Fields that an input reads.
    pub fn fields_of(&self, input: &Input) -> Vec<usize> {
        match input.source {
            Source::Field(field) => vec![field],
            Source::Derived(derived) => self.formulas[derived].fields().to_vec(),
        }
    }

    /// Steps of all formulas for one customer.
    pub(crate) fn formula_steps(&self) -> u64 {
        self.formulas.iter().map(Formula::steps).sum()
    }

    /// Steps of all formulas for every mixture of two customers in the fields that a formula reads,
    /// at most 10: what the game of an explanation takes.
    pub(crate) fn mixture_steps(&self) -> u64 {
        self.formulas.iter().map(|formula| formula.steps() << formula.fields().len().min(32)).sum()
    }

    /// Encodes a customer into place `at` of `features`.
    pub fn encode(&self, customer: &Customer, at: usize, features: &mut Features) {
        let cell = |field: usize| customer.cells()[field];
        for (index, input) in self.inputs.iter().enumerate() {
            features.set(index, at, self.encode_input(input, &cell));
        }
    }

    /// Encodes one input of a customer whose cells `cell` gives by field.
    pub fn encode_input(&self, input: &Input, cell: &impl Fn(usize) -> Cell) -> (u32, f32) {
        match input.source {
            Source::Field(field) => input.encode(cell(field)),
            Source::Derived(derived) => {
                let number = self.formulas[derived].evaluate(&|field| formula_value(cell(field)));
                input.encode(number.map_or(Cell::Missing, Cell::Number))
            }
        }
    }

    /// Encodes one input over `count` customers into the places from `first` on; `cell` gives a
    /// customer's cell by field and place.
    pub fn encode_cells(
        &self,
        index: usize,
        count: usize,
        cell: &impl Fn(usize, usize) -> Cell,
        features: &mut Features,
        first: usize,
    ) {
        let input = &self.inputs[index];
        for at in 0..count {
            features.set(index, first + at, self.encode_input(input, &|field| cell(field, at)));
        }
    }

    /// Encodes a column of numbers, NaN for missing, into the places from `first` on. The input must
    /// be a number field.
    pub fn encode_numbers(&self, index: usize, numbers: &[f64], features: &mut Features, first: usize) {
        let input = &self.inputs[index];
        let Scale::Number { knots } = &input.scale else { return };
        for (at, &number) in numbers.iter().enumerate() {
            let (row, fraction, _) = place_number(knots, number);
            features.set(index, first + at, (input.first_row + row, fraction));
        }
    }

    /// Encodes a column of category codes into the places from `first` on. The input must be a
    /// category.
    pub fn encode_codes(&self, index: usize, codes: &[u16], missing: u16, features: &mut Features, first: usize) {
        let input = &self.inputs[index];
        let Scale::Category { count } = input.scale else { return };
        for (at, &code) in codes.iter().enumerate() {
            let row = if code == missing { count + 1 } else { u32::from(code).min(count) };
            features.set(index, first + at, (input.first_row + row, 0.0));
        }
    }

    /// Warnings for the numbers of a customer of this schema outside the fitted quantiles.
    pub fn clipped(&self, schema: &Schema, customer: &Customer) -> Vec<Problem> {
        let warning = |(field, number, knots): (usize, f64, &[f32])| {
            clipped(&schema.fields[field], number, knots[0], knots[knots.len() - 1])
        };
        self.outside(customer).map(warning).collect()
    }

    /// The knots of a number field that the network reads as it is.
    pub(crate) fn knots(&self, field: usize) -> Option<&[f32]> {
        self.inputs.iter().find_map(|input| match &input.scale {
            Scale::Number { knots } if input.source == Source::Field(field) => Some(knots.as_slice()),
            _ => None,
        })
    }

    /// Whether a number of a customer is outside the fitted quantiles.
    pub fn is_clipped(&self, customer: &Customer) -> bool {
        self.outside(customer).next().is_some()
    }

    fn outside<'a>(&'a self, customer: &'a Customer) -> impl Iterator<Item = (usize, f64, &'a [f32])> {
        self.inputs.iter().filter_map(|input| match (input.source, &input.scale) {
            (Source::Field(field), Scale::Number { knots }) => match customer.cells()[field] {
                Cell::Number(number) if is_clipped(knots, number) => Some((field, number, knots.as_slice())),
                _ => None,
            },
            _ => None,
        })
    }
}

/// A cell as formulas read it: a category or flag is its code, and a missing value is NaN. Minus zero is
/// zero: a quotient of the two would be another infinity.
pub(crate) fn formula_value(cell: Cell) -> f64 {
    match cell {
        Cell::Missing => f64::NAN,
        Cell::Number(number) => number + 0.0,
        Cell::Category(code) => f64::from(code),
    }
}

pub(super) fn sources(schema: &Schema) -> Vec<Source> {
    let fields = schema.fields.iter().enumerate().filter(|(_, field)| !field.only_derived);
    let fields = fields.map(|(index, _)| Source::Field(index));
    fields.chain((0..schema.derived.len()).map(Source::Derived)).collect()
}

pub(super) fn source_name(schema: &Schema, source: Source) -> &str {
    match source {
        Source::Field(field) => &schema.fields[field].name,
        Source::Derived(derived) => &schema.derived[derived].name,
    }
}
