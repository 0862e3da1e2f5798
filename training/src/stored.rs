//! What an artifact keeps of its table, counted in that table: whether each number, category and row
//! of the background says something of at least [`MINIMUM_CUSTOMERS`] customers, a category of as many
//! as its field says. Training refuses to write an artifact that breaks this, and `tenure audit` shows
//! the counts.

use std::collections::HashMap;

use rayon::prelude::*;
use serde::Serialize;
use tenure::artifact::Artifact;
use tenure::customer::{Cell, Customer};
use tenure::encoding::Scale;
use tenure::monitoring::Cells;
use tenure::schema::{Field, Kind, MINIMUM_CUSTOMERS};
use tenure::scorer::Scorer;

use crate::cohort::rare::is_named;
use crate::cohort::{Cohort, Column};
use crate::ends::{End, Ends};

const LEAST: usize = MINIMUM_CUSTOMERS as usize;

/// A number that an artifact has from its table.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StoredNumber {
    /// The field or derived feature.
    pub field: String,
    pub place: Place,
    pub number: f64,
    /// Customers whose value it is, as f32.
    pub sharing: usize,
    /// Customers whose value is at or below it.
    pub at_or_below: usize,
    /// Customers whose value is at or above it.
    pub at_or_above: usize,
}

/// Where an artifact keeps a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// A knot between two others.
    Knot,
    /// The lowest or the highest of several knots: values beyond count as this one.
    End,
    /// The lowest or the highest knot, which is the mean of all customers less or plus 20 standard
    /// deviations ([`crate::ends`]).
    FarEnd,
    /// The lowest or the highest knot, which is the schema's `minimum` or `maximum`.
    Bound,
    /// The only knot: where it lies changes no score.
    OnlyKnot,
    /// A row of the background.
    Background,
    /// An edge between two cells of the reference profile, or between two bins of its scores.
    Reference,
}

/// A category of an artifact.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StoredCategory {
    pub field: String,
    pub category: String,
    pub customers: usize,
    /// The field's `minimum_members`.
    pub minimum_members: u32,
    /// Whether the formula of a derived feature names it; then it stays however rare it is.
    pub named: bool,
}

/// A row of the background beside the customers of the table.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StoredRow {
    /// Its position, counted from 0.
    pub row: usize,
    /// Customers that are equal to it in every field.
    pub equal: usize,
    /// Distance to the nearest customer, 0 to 1: the mean over the fields of the difference of two
    /// numbers, as a share of the field's range, and of 1 where categories differ or one of both is
    /// missing (Gower 1971, Biometrics 27).
    pub nearest: f64,
}

/// The ends of a number in the table. A report shows them, an artifact never does.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Extremes {
    pub field: String,
    pub smallest: f64,
    pub largest: f64,
    /// Customers who have the smallest value, and the largest.
    pub customers: [usize; 2],
}

/// A broken promise: what an artifact says of fewer customers than it may.
#[derive(Clone, Debug, PartialEq, Serialize, thiserror::Error)]
#[error("`{field}`: {message}")]
pub struct Breach {
    /// The field, or the row of the background.
    pub field: String,
    pub message: String,
}

/// Whether a figure of this number of customers may be shown: of none, or of enough.
pub fn may_be_told(customers: usize) -> bool {
    customers == 0 || customers >= LEAST
}

fn many(customers: usize) -> String {
    if customers == 1 { "one customer".into() } else { format!("{customers} customers") }
}

impl StoredNumber {
    /// What is wrong with it, if anything is.
    pub fn breach(&self) -> Option<Breach> {
        let Self { field, place, number, sharing, at_or_below, at_or_above } = self;
        let place = match place {
            // Where there is too little to say, the only knot is 0.
            Place::OnlyKnot if *number == 0.0 => return None,
            // The schema says it.
            Place::Bound => return None,
            Place::FarEnd if may_be_told(*sharing) => return None,
            Place::FarEnd => "the far end",
            Place::Knot | Place::OnlyKnot => "the knot",
            Place::End => "the last knot",
            Place::Background => "the background's number",
            Place::Reference => "the reference's edge",
        };
        let beyond = *at_or_below.min(at_or_above);
        let message = if !may_be_told(*sharing) {
            format!(
                "{place} {number} is the value of {}; it must be that of none, or of {LEAST} or more",
                many(*sharing)
            )
        } else if beyond < LEAST {
            format!("{place} {number} has {} at or beyond it, at least {LEAST} are required", many(beyond))
        } else {
            return None;
        };
        Some(Breach { field: field.clone(), message })
    }
}

impl StoredCategory {
    /// What is wrong with it, if anything is. Nothing is said of customers by a category that none
    /// has, or that the schema's author put into a formula.
    pub fn breach(&self) -> Option<Breach> {
        let Self { field, category, customers, minimum_members, named } = self;
        let message =
            format!("the category `{category}` has {}, at least {minimum_members} are required", many(*customers));
        let is_many = *customers == 0 || *customers >= *minimum_members as usize;
        (!is_many && !named).then(|| Breach { field: field.clone(), message })
    }
}

impl StoredRow {
    /// What is wrong with it, if anything is.
    pub fn breach(&self) -> Option<Breach> {
        let Self { row, equal, .. } = self;
        let message = format!("it is equal to {}; it must be equal to none, or to {LEAST} or more", many(*equal));
        (!may_be_told(*equal)).then(|| Breach { field: format!("background row {row}"), message })
    }
}

/// Every number of the table in an artifact, counted among all customers. The same number of one
/// field in several rows of the background is listed once.
pub fn numbers(artifact: &Artifact, cohort: &Cohort) -> Vec<StoredNumber> {
    let encoder = &artifact.encoder;
    let mut found = Vec::new();
    let mut background: Vec<Vec<f64>> =
        (0..cohort.schema().fields.len()).map(|field| of_background(artifact, field)).collect();
    for input in encoder.inputs() {
        let Scale::Number { knots } = &input.scale else { continue };
        let value = |row: usize| encoder.number(input.source, &|field| cohort.column(field).cell(row));
        let values = Values::new((0..cohort.rows()).filter_map(value));
        let field = cohort.schema().fields.iter().position(|field| field.name == input.name);
        let ends = Ends::of(&values.0, field.map(|field| &cohort.schema().fields[field]));
        for (at, &knot) in knots.iter().enumerate() {
            let place = match (at, knots.len()) {
                (_, 1) => Place::OnlyKnot,
                (at, count) if at == 0 || at + 1 == count => Place::End,
                _ => Place::Knot,
            };
            let mut number = values.count(&input.name, place, knot.into());
            // What is put around the fitted knots need not be reached by anybody.
            if place == Place::End && number.breach().is_some() {
                number.place = match ends.which(usize::from(at > 0), knot) {
                    Some(End::Bound) => Place::Bound,
                    Some(End::Far) => Place::FarEnd,
                    None => Place::End,
                };
            }
            found.push(number);
        }
        if let Some(field) = field {
            let numbers = std::mem::take(&mut background[field]);
            found.extend(numbers.into_iter().map(|number| values.count(&input.name, Place::Background, number)));
        }
    }
    found.extend(of_reference(artifact, cohort));
    // Fields that only formulas read.
    for (field, numbers) in background.into_iter().enumerate().filter(|(_, numbers)| !numbers.is_empty()) {
        if let Column::Numbers(column) = cohort.column(field) {
            let values = Values::new(column.iter().filter(|number| !number.is_nan()).map(|&number| number as f32));
            let name = &cohort.schema().fields[field].name;
            found.extend(numbers.into_iter().map(|number| values.count(name, Place::Background, number)));
        }
    }
    found
}

/// The edges of the reference that are no knots: of fields that only formulas read, and of the scores.
fn of_reference(artifact: &Artifact, cohort: &Cohort) -> Vec<StoredNumber> {
    let Some(reference) = &artifact.reference else { return Vec::new() };
    let mut found = Vec::new();
    for (index, field) in cohort.schema().fields.iter().enumerate().filter(|(_, field)| field.only_derived) {
        if let (Cells::Number { edges }, Column::Numbers(numbers)) = (&reference.cells[index], cohort.column(index)) {
            let values = Values::new(numbers.iter().filter(|number| !number.is_nan()).map(|&number| number as f32));
            let place = if edges.len() == 1 { Place::OnlyKnot } else { Place::Reference };
            found.extend(edges.iter().map(|&edge| values.count(&field.name, place, edge.into())));
        }
    }
    let scorer = Scorer::new(artifact.clone());
    let mut workspace = scorer.workspace();
    let logit = |row| scorer.score(&cohort.customer(row), &mut workspace).logit as f32;
    let values = Values::new((0..cohort.rows()).map(logit));
    found.extend(reference.score_edges.iter().map(|&edge| values.count("logit", Place::Reference, edge.into())));
    found
}

/// The numbers of a field in the background, each once.
fn of_background(artifact: &Artifact, field: usize) -> Vec<f64> {
    let number = |row: &Customer| if let Cell::Number(number) = row.cells()[field] { Some(number) } else { None };
    let mut numbers: Vec<f64> = artifact.background.iter().filter_map(number).collect();
    numbers.sort_unstable_by(f64::total_cmp);
    numbers.dedup();
    numbers
}

/// The values of a column, ascending.
struct Values(Vec<f32>);

impl Values {
    fn new(values: impl Iterator<Item = f32>) -> Values {
        let mut values: Vec<f32> = values.collect();
        values.sort_unstable_by(f32::total_cmp);
        Values(values)
    }

    fn count(&self, field: &str, place: Place, number: f64) -> StoredNumber {
        let below = self.0.partition_point(|&value| value < number as f32);
        let at_or_below = self.0.partition_point(|&value| value <= number as f32);
        let (sharing, at_or_above) = (at_or_below - below, self.0.len() - below);
        StoredNumber { field: field.into(), place, number, sharing, at_or_below, at_or_above }
    }
}

/// Every category of the artifact with its customers.
pub fn categories(cohort: &Cohort) -> Vec<StoredCategory> {
    let mut found = Vec::new();
    for (index, field) in cohort.schema().fields.iter().enumerate() {
        let (Kind::Category { categories }, Column::Codes(codes)) = (&field.kind, cohort.column(index)) else {
            continue;
        };
        let mut counts = vec![0; usize::from(u16::MAX) + 1];
        codes.iter().for_each(|&code| counts[usize::from(code)] += 1);
        found.extend(categories.iter().zip(counts).map(|(category, customers)| StoredCategory {
            field: field.name.clone(),
            category: category.clone(),
            customers,
            minimum_members: field.minimum_members,
            named: is_named(cohort.schema(), index, category),
        }));
    }
    found
}

/// The ends of every number that is known.
pub fn extremes(cohort: &Cohort) -> Vec<Extremes> {
    let of = |(index, field): (usize, &Field)| {
        let Column::Numbers(numbers) = cohort.column(index) else { return None };
        let known = || numbers.iter().copied().filter(|number| !number.is_nan());
        let (smallest, largest) = (known().reduce(f64::min)?, known().reduce(f64::max)?);
        let customers = [smallest, largest].map(|end| known().filter(|number| *number == end).count());
        Some(Extremes { field: field.name.clone(), smallest, largest, customers })
    };
    cohort.schema().fields.iter().enumerate().filter_map(of).collect()
}

/// The rows of the background beside the customers.
pub fn background(artifact: &Artifact, cohort: &Cohort) -> Vec<StoredRow> {
    let rows: Vec<&[Cell]> = artifact.background.iter().map(Customer::cells).collect();
    let equal = equal(cohort, &rows);
    let ranges: Vec<f64> = (0..cohort.schema().fields.len()).map(|field| range(cohort.column(field))).collect();
    let distance = |cells: &[Cell], row: usize| {
        let differences =
            cohort.cells(row).zip(cells).zip(&ranges).map(|((customer, cell), range)| match (customer, *cell) {
                (Cell::Number(a), Cell::Number(b)) if a != b => ((a - b).abs() / range).min(1.0),
                (a, b) => f64::from(u8::from(a != b)),
            });
        differences.sum::<f64>() / ranges.len() as f64
    };
    let nearest =
        |cells: &[Cell]| (0..cohort.rows()).into_par_iter().map(|row| distance(cells, row)).reduce(|| 1.0, f64::min);
    let row = |(row, (cells, equal)): (usize, (&&[Cell], usize))| StoredRow { row, equal, nearest: nearest(cells) };
    rows.iter().zip(equal).enumerate().map(row).collect()
}

/// The largest value less the smallest; 0 for categories.
fn range(column: &Column) -> f64 {
    let Column::Numbers(numbers) = column else { return 0.0 };
    let known = || numbers.iter().copied().filter(|number| !number.is_nan());
    (known().fold(f64::NEG_INFINITY, f64::max) - known().fold(f64::INFINITY, f64::min)).max(0.0)
}

/// How many customers of the cohort are equal to each of `rows` in every field.
pub fn equal(cohort: &Cohort, rows: &[&[Cell]]) -> Vec<usize> {
    let key = |cells: &mut dyn Iterator<Item = Cell>| -> Vec<u64> {
        let bits = |cell| match cell {
            Cell::Missing => u64::MAX,
            Cell::Number(number) => (number + 0.0).to_bits(),
            Cell::Category(code) => code.into(),
        };
        cells.map(bits).collect()
    };
    let keys: Vec<Vec<u64>> = rows.iter().map(|cells| key(&mut cells.iter().copied())).collect();
    let mut counts: HashMap<&[u64], usize> = keys.iter().map(|key| (key.as_slice(), 0)).collect();
    for row in 0..cohort.rows() {
        if let Some(count) = counts.get_mut(key(&mut cohort.cells(row)).as_slice()) {
            *count += 1;
        }
    }
    keys.iter().map(|key| counts[key.as_slice()]).collect()
}

/// The first promise that an artifact breaks about the customers it was trained on.
pub fn check(artifact: &Artifact, cohort: &Cohort) -> Result<(), Breach> {
    let numbers = numbers(artifact, cohort);
    let rows: Vec<&[Cell]> = artifact.background.iter().map(Customer::cells).collect();
    let rows = equal(cohort, &rows).into_iter().enumerate().map(|(row, equal)| StoredRow { row, equal, nearest: 0.0 });
    let mut breaches = numbers.iter().filter_map(StoredNumber::breach);
    let breach = breaches.next().or_else(|| categories(cohort).iter().find_map(StoredCategory::breach));
    breach.or_else(|| rows.into_iter().find_map(|row| row.breach())).map_or(Ok(()), Err)
}
