//! The background of the explanation: rows that each stand for the same number of customers, none of them real.
//!
//! The training rows are cut in two again and again, at the median of the input that spreads the group's logits
//! most, until there are as many groups as rows wanted. A group's row has the mean of its numbers and, for the other
//! fields, a category of the group: categories are dealt so that over all rows they keep the proportions of the
//! training data (the largest remainder of every group decides), because a plain mode would drop every minority.
//! Groups have equal size to one customer, so all rows weigh the same, and at least k customers each.

use tenure::artifact::{BackgroundRow, MINIMUM_MEMBERS};
use tenure::customer::{Cell, Customer};
use tenure::encoding::Features;
use tenure::network::Network;

use super::Encoded;
use crate::cohort::Cohort;

#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum BackgroundError {
    #[error(
        "{rows} training rows are too few for a background: a row must stand for at least {MINIMUM_MEMBERS} customers"
    )]
    TooFew { rows: usize },
    #[error("a background row is no customer of the schema: {0}")]
    NoCustomer(String),
}

/// At most `count` background rows from `rows` of the cohort.
pub(super) fn background(
    cohort: &Cohort,
    encoded: &Encoded,
    network: &Network,
    rows: &[u32],
    count: usize,
) -> Result<Vec<BackgroundRow>, BackgroundError> {
    let count = count.min(rows.len() / MINIMUM_MEMBERS as usize);
    if count == 0 {
        return Err(BackgroundError::TooFew { rows: rows.len() });
    }
    let features = encoded.features(rows);
    let mut groups = Vec::with_capacity(count);
    split(&features, network, (0..rows.len()).collect(), count, &mut groups);
    // By field, one cell a group.
    let fields = 0..cohort.schema().fields.len();
    let columns: Vec<Vec<Cell>> =
        fields.map(|field| representatives(&groups, &|at| cohort.column(field).cell(rows[at] as usize))).collect();
    let mut background = Vec::with_capacity(count);
    for (group, members) in groups.iter().enumerate() {
        let cells: Vec<Cell> = columns.iter().map(|column| column[group]).collect();
        let customer = Customer::from_cells(cohort.schema(), &cells);
        let customer = customer.map_err(|problems| BackgroundError::NoCustomer(problems[0].to_string()))?;
        background.push(BackgroundRow::new(cohort.schema(), &customer, members.len() as u32));
    }
    Ok(background)
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

/// How far an input moves the logit: its direct share and, for the hidden part, the mean of its first-layer row.
fn influence(network: &Network, position: (u32, f32)) -> f64 {
    let hidden: f32 = network.first_layer_at(position).into_iter().map(f32::abs).sum();
    f64::from(network.direct_at(position)) + 0.1 * f64::from(hidden)
}

/// One cell a group.
fn representatives(groups: &[Vec<usize>], cell: &impl Fn(usize) -> Cell) -> Vec<Cell> {
    let mut kinds: Vec<Cell> = Vec::new();
    for cell in groups.iter().flatten().map(|&at| kind(cell(at))) {
        if !kinds.contains(&cell) {
            kinds.push(cell);
        }
    }
    kinds.sort_by_key(|kind| if let Cell::Category(code) = kind { i64::from(*code) } else { -1 });
    // Share of every kind in every group, and rows that are still owed to the kind.
    let shares: Vec<Vec<f64>> = groups
        .iter()
        .map(|group| {
            let count = |wanted: &Cell| group.iter().filter(|&&at| kind(cell(at)) == *wanted).count();
            kinds.iter().map(|wanted| count(wanted) as f64 / group.len() as f64).collect()
        })
        .collect();
    let mut owed: Vec<f64> = (0..kinds.len()).map(|kind| shares.iter().map(|share| share[kind]).sum()).collect();
    let mut chosen = vec![None; groups.len()];
    for _ in groups {
        // The surest assignment first: the group and kind of the largest share among the kinds still owed a row.
        let mut best: Option<(usize, usize, f64)> = None;
        for (group, shares) in shares.iter().enumerate().filter(|(group, _)| chosen[*group].is_none()) {
            for (kind, &share) in shares.iter().enumerate().filter(|(kind, share)| owed[*kind] >= 0.5 && **share > 0.0)
            {
                if best.is_none_or(|(.., most)| share > most) {
                    best = Some((group, kind, share));
                }
            }
        }
        let Some((group, kind, _)) = best else { break };
        chosen[group] = Some(kind);
        owed[kind] -= 1.0;
    }
    let mode = |shares: &Vec<f64>| (0..kinds.len()).max_by(|&a, &b| shares[a].total_cmp(&shares[b])).unwrap_or(0);
    let representative =
        |(index, group): (usize, &Vec<usize>)| match kinds[chosen[index].unwrap_or_else(|| mode(&shares[index]))] {
            Cell::Number(_) => mean(group, cell).unwrap_or(Cell::Missing),
            other => other,
        };
    groups.iter().enumerate().map(representative).collect()
}

/// A cell with numbers taken as one kind.
fn kind(cell: Cell) -> Cell {
    if let Cell::Number(_) = cell { Cell::Number(0.0) } else { cell }
}

/// Mean of the numbers of a group, to six digits: more would only make the artifact longer. `None` where fewer than k
/// customers have a number: their mean would say too much about each.
fn mean(group: &[usize], cell: &impl Fn(usize) -> Cell) -> Option<Cell> {
    let numbers = group.iter().filter_map(|&at| if let Cell::Number(number) = cell(at) { Some(number) } else { None });
    let (sum, count) = numbers.fold((0.0, 0), |(sum, count), number| (sum + number, count + 1));
    let mean: f64 = sum / f64::from(count);
    let rounded = format!("{mean:.6e}").parse().unwrap_or(mean);
    (count >= MINIMUM_MEMBERS).then_some(Cell::Number(rounded))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn categories_keep_their_proportions() {
        // 4 groups of 10; a quarter of all is category 1, but in no group is it the mode.
        let groups: Vec<Vec<usize>> = (0..4).map(|group| (group * 10..group * 10 + 10).collect()).collect();
        let cell = |at: usize| Cell::Category(u32::from(at % 10 < 2 + at / 30));
        let cells = representatives(&groups, &cell);
        assert_eq!(cells.iter().filter(|cell| **cell == Cell::Category(1)).count(), 1);
        assert_eq!(cells[3], Cell::Category(1));
    }

    #[test]
    fn numbers_are_means_of_k_customers_and_gaps_are_kept() {
        let groups: Vec<Vec<usize>> = vec![(0..30).collect(), (30..60).collect(), (60..90).collect()];
        // All of the first group, none of the second and 19 of the third have a number.
        let cell = |at: usize| if (30..=70).contains(&at) { Cell::Missing } else { Cell::Number(at as f64) };
        assert_eq!(representatives(&groups, &cell), [Cell::Number(14.5), Cell::Missing, Cell::Missing]);
    }
}
