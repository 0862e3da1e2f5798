//! Groups of training customers, and the candidates that are drawn from them.

use rand::SeedableRng;
use rand::seq::IndexedRandom;
use rand_chacha::ChaCha8Rng;
use tenure::artifact::{BackgroundRow, MINIMUM_MEMBERS};
use tenure::customer::{Cell, Customer};
use tenure::encoding::{Features, Statistics};
use tenure::network::Network;

use crate::cohort::{Cohort, Column};
use crate::stored::{equal, may_be_told};
use crate::train::encoded::Encoded;

/// The approximate number of customers in a group.
const GROUP: usize = 5 * MINIMUM_MEMBERS as usize;
/// The most groups; those of a large table are larger.
const MAXIMUM_GROUPS: usize = 512;
/// The approximate number of candidates.
const CANDIDATES: usize = 2048;

/// Training rows that a background is compared with; if there are more, they are evenly spread over
/// all.
pub(super) const TRAINING_SAMPLE: usize = 4096;
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum BackgroundError {
    #[error(
        "{rows} training rows are too few for a background: a row must stand for at least {MINIMUM_MEMBERS} customers"
    )]
    TooFew { rows: usize },
    #[error("a background row is no customer of the schema: {0}")]
    NoCustomer(String),
    #[error(
        "every background row would be equal to fewer than {MINIMUM_MEMBERS} customers: add fields, or group categories"
    )]
    OnlyReal,
}

/// At most `count` of the rows, evenly spread.
pub(super) fn spread(rows: &[u32], count: usize) -> Vec<u32> {
    let count = count.min(rows.len());
    (0..count).map(|at| rows[at * rows.len() / count]).collect()
}

/// Candidates from `rows` of the cohort, as customers and as the artifact has them.
pub(super) fn drawn(
    cohort: &Cohort,
    encoded: &Encoded,
    network: &Network,
    rows: &[u32],
    seed: u64,
) -> Result<Vec<(Customer, BackgroundRow)>, BackgroundError> {
    if rows.len() < MINIMUM_MEMBERS as usize {
        return Err(BackgroundError::TooFew { rows: rows.len() });
    }
    let features = encoded.features(rows);
    let count = (rows.len() / GROUP).clamp(1, MAXIMUM_GROUPS);
    let mut groups = Vec::with_capacity(count);
    split(&features, network, (0..rows.len()).collect(), count, &mut groups);
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let (mut candidates, mut refusal) = (Vec::new(), None);
    let fields = 0..cohort.schema().fields.len();
    let others = cohort.others(rows);
    let statistics: Vec<Statistics> =
        fields.clone().map(|field| of_column(cohort.column(field), rows, &others)).collect();
    for members in &groups {
        let column = |field| members.iter().map(|&at| cohort.column(field).cell(rows[at] as usize)).collect();
        let columns: Vec<Vec<Cell>> = fields.clone().map(|field| smoothed(column(field), &statistics[field])).collect();
        for _ in 0..CANDIDATES.div_ceil(count) {
            let cell = |column: &Vec<Cell>| column.choose(&mut random).copied().unwrap_or(Cell::Missing);
            let cells: Vec<Cell> = columns.iter().map(cell).collect();
            match Customer::from_cells(cohort.schema(), &cells) {
                Ok(customer) => {
                    let row = BackgroundRow { members: members.len() as u32, cells };
                    candidates.push((customer, row));
                }
                Err(problems) => refusal = Some(BackgroundError::NoCustomer(problems[0].to_string())),
            }
        }
    }
    // Where there are only categories, a row may be that of a few customers.
    let rows: Vec<&[Cell]> = candidates.iter().map(|(customer, _)| customer.cells()).collect();
    let mut equal = equal(cohort, &rows).into_iter();
    candidates.retain(|_| equal.next().is_some_and(may_be_told));
    match refusal {
        _ if candidates.is_empty() && refusal.is_none() => Err(BackgroundError::OnlyReal),
        Some(refusal) if candidates.is_empty() => Err(refusal),
        _ => Ok(candidates),
    }
}

/// Cuts `members` into `count` groups of equal size.
fn split(features: &Features, network: &Network, mut members: Vec<usize>, count: usize, groups: &mut Vec<Vec<usize>>) {
    if count == 1 {
        return groups.push(members);
    }
    let inputs = features.rows.len() / features.capacity();
    let spread = |input: usize| {
        let values: Vec<f64> = members.iter().map(|&at| influence(network, features.get(input, at))).collect();
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        values.iter().map(|value| (value - mean).powi(2)).sum::<f64>()
    };
    let widest = (0..inputs).max_by(|&a, &b| spread(a).total_cmp(&spread(b))).unwrap_or(0);
    // Sorted by influence, then by place, so that the cut is the same on every machine.
    members.sort_by(|&a, &b| {
        let of = |at: usize| influence(network, features.get(widest, at));
        of(a).total_cmp(&of(b)).then(a.cmp(&b))
    });
    let left = count / 2;
    let upper = members.split_off(members.len() * left / count);
    split(features, network, members, left, groups);
    split(features, network, upper, count - left, groups);
}

/// How far an input moves the logit: its direct share and, for the hidden part, the mean of its
/// first-layer row.
fn influence(network: &Network, position: (u32, f32)) -> f64 {
    let hidden: f32 = network.first_layer_at(position).into_iter().map(f32::abs).sum();
    f64::from(network.direct_at(position)) + 0.1 * f64::from(hidden)
}

/// The statistics of a number among `rows`; none of a category.
fn of_column(column: &Column, rows: &[u32], others: &[u32]) -> Statistics {
    let values = |rows: &[u32]| {
        let number =
            |row: &u32| if let Cell::Number(number) = column.cell(*row as usize) { Some(number) } else { None };
        let mut values: Vec<f64> = rows.iter().filter_map(number).collect();
        values.sort_unstable_by(f64::total_cmp);
        values
    };
    Statistics::of(&values(rows), &values(others))
}

/// The cells of a group with every number replaced by that of the statistics which is nearest to the
/// mean of its part of the group: those with a number, in its order, in parts of at least k
/// customers. If fewer have a number, or there are no statistics, it becomes missing: a mean of so
/// few would reveal too much.
fn smoothed(mut cells: Vec<Cell>, statistics: &Statistics) -> Vec<Cell> {
    let numbers = cells.iter().enumerate();
    let mut numbers: Vec<(usize, f64)> = numbers
        .filter_map(|(at, cell)| if let Cell::Number(number) = cell { Some((at, *number)) } else { None })
        .collect();
    numbers.sort_by(|a, b| a.1.total_cmp(&b.1).then(a.0.cmp(&b.0)));
    let parts = numbers.len() / MINIMUM_MEMBERS as usize;
    for part in 0..parts.max(1) {
        let bound = |part: usize| part * numbers.len() / parts.max(1);
        let members = &numbers[bound(part)..bound(part + 1)];
        let mean = members.iter().map(|(_, number)| number).sum::<f64>() / members.len() as f64;
        let cell = statistics.nearest(mean).filter(|_| parts > 0).map_or(Cell::Missing, Cell::Number);
        members.iter().for_each(|&(at, _)| cells[at] = cell);
    }
    cells
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_means_of_k_customers_and_gaps_are_kept() {
        // The statistics are 22.5, 36, and more above.
        let mut values: Vec<f64> = [vec![36.0; 20], (0..200).map(f64::from).collect()].concat();
        values.sort_unstable_by(f64::total_cmp);
        let statistics = Statistics::of(&values, &[]);
        let counted = |cells: Vec<Cell>| {
            let mut counts: Vec<(Cell, usize)> = Vec::new();
            for cell in smoothed(cells, &statistics) {
                match counts.iter_mut().find(|(other, _)| *other == cell) {
                    Some((_, count)) => *count += 1,
                    None => counts.push((cell, 1)),
                }
            }
            counts
        };
        // 45 numbers, from the highest down, are two parts; the five gaps stay.
        let cells = (0..50).map(|at| if at < 45 { Cell::Number(f64::from(44 - at)) } else { Cell::Missing });
        // The means of the parts are 33 and 10.5.
        let expected = [(Cell::Number(36.0), 23), (Cell::Number(22.5), 22), (Cell::Missing, 5)];
        assert_eq!(counted(cells.collect()), expected);
        assert!(
            smoothed(vec![Cell::Number(1.0); 50], &Statistics::default()).iter().all(|cell| *cell == Cell::Missing)
        );
        let cells = (0..60).map(|at| if at < 19 { Cell::Number(f64::from(at)) } else { Cell::Category(1) });
        assert_eq!(counted(cells.collect()), [(Cell::Missing, 19), (Cell::Category(1), 41)]);
        let cells = (0..59).map(|at| Cell::Number(f64::from(at)));
        assert!(counted(cells.collect()).iter().all(|(_, count)| *count >= MINIMUM_MEMBERS as usize));
    }
}
