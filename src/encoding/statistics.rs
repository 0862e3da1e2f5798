//! The numbers of a table that a model may keep: each says something of at least
//! [`MINIMUM_CUSTOMERS`] customers, and none is the value of fewer.
//!
//! A value that at least 20 customers share is kept as it is. The values between two shared
//! values are divided into groups of neighbours, each of at least 20 customers, and the mean of
//! each group is kept. No customer is in two groups, so the difference of two kept numbers reveals no
//! value. Any other number is on the line between two kept ones, so it reveals no more than they do.

use std::ops::Range;

use crate::schema::MINIMUM_CUSTOMERS;

/// The least values that a statistic is of.
const LEAST: usize = MINIMUM_CUSTOMERS as usize;

/// Statistics of a column, ascending.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Statistics {
    all: Vec<Statistic>,
    /// The values of fewer customers than a statistic may be of, ascending.
    few: Vec<f32>,
}

#[derive(Clone, Debug, PartialEq)]
struct Statistic {
    /// Positions of its values among all, ascending.
    ranks: Range<usize>,
    number: f64,
    /// Whether it is the value of all of them, not their mean.
    is_shared: bool,
}

impl Statistic {
    /// The ranks of which it is the value: those of a shared value, the middle one of a mean.
    fn span(&self) -> (f64, f64) {
        let (first, last) = (self.ranks.start as f64, self.ranks.end as f64 - 1.0);
        if self.is_shared { (first, last) } else { ((first + last) / 2.0, (first + last) / 2.0) }
    }
}

impl Statistics {
    /// The statistics of `values`. No number among them is, as f32, a value of fewer than
    /// [`MINIMUM_CUSTOMERS`] customers of `values` and `others`. At least as many values are at or
    /// below each number, and at least as many are at or above it. None where that cannot be.
    ///
    /// Both slices are ascending and have no NaN.
    pub fn of(values: &[f64], others: &[f64]) -> Statistics {
        let mut found = Vec::new();
        // Where the values begin that too few share.
        let (mut start, mut at) = (0, 0);
        for ties in values.chunk_by(|a, b| a == b) {
            let end = at + ties.len();
            if ties.len() >= LEAST {
                means(values, start..at, &mut found);
                found.push(Statistic { ranks: at..end, number: ties[0], is_shared: true });
                start = end;
            }
            at = end;
        }
        means(values, start..at, &mut found);
        // Adding zero makes the two zeros one.
        let mut known: Vec<f32> = values.iter().chain(others).map(|&value| value as f32 + 0.0).collect();
        known.sort_unstable_by(f32::total_cmp);
        let few = known.chunk_by(|a, b| a == b).filter(|ties| ties.len() < LEAST).map(|ties| ties[0]).collect();
        let mut statistics = Statistics { all: Vec::new(), few };
        let is_sound = |Statistic { number, .. }: &Statistic| {
            let below = values.partition_point(|&value| (value as f32) < *number as f32);
            let at_or_below = values.partition_point(|&value| value as f32 <= *number as f32);
            at_or_below.min(values.len() - below) >= LEAST && statistics.may_keep(*number)
        };
        found.retain(is_sound);
        found.dedup_by(|next, one| next.number <= one.number);
        statistics.all = found;
        statistics
    }

    /// Whether the number is not the value of a few customers.
    fn may_keep(&self, number: f64) -> bool {
        self.few.binary_search_by(|few| few.total_cmp(&(number as f32 + 0.0))).is_err()
    }

    /// About the value of this rank, counted from 0: on the line between the statistics around it.
    pub fn at_rank(&self, rank: usize) -> Option<f64> {
        let rank = rank as f64;
        let next = self.all.partition_point(|one| one.span().1 < rank);
        let (below, above) = (next.checked_sub(1).and_then(|last| self.all.get(last)), self.all.get(next));
        let (Some(below), Some(above)) = (below, above) else { return below.or(above).map(|one| one.number) };
        let (from, to) = (below.span().1, above.span().0);
        let way = ((rank - from) / (to - from)).min(1.0);
        let number = short(below.number + way * (above.number - below.number));
        let nearer = if way < 0.5 { below } else { above };
        // A shared value may have more digits, so that the rounded number lies beyond it.
        let is_between = (below.number..=above.number).contains(&number);
        Some(if is_between && self.may_keep(number) { number } else { nearer.number })
    }

    /// The number that is nearest to this one.
    pub fn nearest(&self, number: f64) -> Option<f64> {
        let next = self.all.partition_point(|one| one.number < number);
        let distance = |one: &Statistic| (one.number - number).abs();
        let around = self.all[next.saturating_sub(1)..].iter().take(2);
        around.min_by(|a, b| distance(a).total_cmp(&distance(b))).map(|one| one.number)
    }
}

/// To seven digits: f32 tells no more apart, and more would only make the artifact longer.
fn short(number: f64) -> f64 {
    format!("{number:.6e}").parse().unwrap_or(number)
}

/// The means of groups of neighbours among `values[range]`.
fn means(values: &[f64], range: Range<usize>, found: &mut Vec<Statistic>) {
    let mean = |range: Range<usize>| short(values[range.clone()].iter().sum::<f64>() / range.len() as f64);
    let Range { mut start, mut end } = range;
    // At each end, leave out the fewest values for which enough values lie beyond the outermost mean.
    if start == 0 && end >= LEAST {
        let is_far = |from: &usize| mean(*from..from + LEAST) >= values[LEAST - 1];
        start = (0..=(end - LEAST).min(LEAST)).find(is_far).unwrap_or(end);
    }
    if end == values.len() && end >= start + LEAST {
        let is_far = |to: &usize| mean(to - LEAST..*to) <= values[end - LEAST];
        end = (end.saturating_sub(LEAST).max(start + LEAST)..=end).rev().find(is_far).unwrap_or(start);
    }
    let parts = (end - start) / LEAST;
    let bound = |part: usize| start + part * (end - start) / parts;
    let ranks = (0..parts).map(|part| bound(part)..bound(part + 1));
    found.extend(ranks.map(|ranks| Statistic { number: mean(ranks.clone()), ranks, is_shared: false }));
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn numbers(statistics: &Statistics) -> Vec<f64> {
        statistics.all.iter().map(|one| one.number).collect()
    }

    #[test]
    fn what_many_share_stays_and_the_rest_are_means() {
        // 25 customers of 0, then 1 to 60, then 20 of 100.
        let values: Vec<f64> = [vec![0.0; 25], (1..=60).map(f64::from).collect(), vec![100.0; 20]].concat();
        assert_eq!(numbers(&Statistics::of(&values, &[])), [0.0, 10.5, 30.5, 50.5, 100.0]);
        // A mean that is another customer's value is no statistic.
        assert_eq!(numbers(&Statistics::of(&values, &[30.5])), [0.0, 10.5, 50.5, 100.0]);
        let statistics = Statistics::of(&values, &[]);
        // On the lines between these lie the values of one customer each, so the nearer one is taken.
        assert_eq!(
            [0, 24, 34, 44, 45, 104].map(|rank| statistics.at_rank(rank).unwrap()),
            [0.0, 0.0, 10.5, 10.5, 30.5, 100.0]
        );
        assert_eq!(
            [-5.0, 5.0, 5.5, 76.0, 1e9].map(|number| statistics.nearest(number).unwrap()),
            [0.0, 0.0, 10.5, 100.0, 100.0]
        );
    }

    #[test]
    fn a_rank_between_two_statistics_is_on_the_line_between_them() {
        let squares = (1..=60).map(|number| f64::from(number * number));
        let values: Vec<f64> = [vec![0.0; 25], squares.collect(), vec![5000.0; 20]].concat();
        let statistics = Statistics::of(&values, &[]);
        assert_eq!(numbers(&statistics), [0.0, 143.5, 963.5, 2583.5, 5000.0]);
        // The middle of the first mean is rank 34.5, that of the second 54.5.
        assert_eq!([24, 34, 44, 54].map(|rank| statistics.at_rank(rank).unwrap()), [0.0, 136.6667, 533.0, 943.0]);
    }

    #[test]
    fn an_end_has_as_many_values_at_or_beyond_it() {
        let values: Vec<f64> = (0..100).map(|value| f64::from(value) + 0.25).collect();
        // Ten values are left out at each end.
        assert_eq!(numbers(&Statistics::of(&values, &[])), [19.75, 39.75, 59.75, 79.75]);
        // One far value does not move an end past the values that it has beyond it.
        let far = [vec![-1e6], values].concat();
        assert_eq!(Statistics::of(&far, &[]).at_rank(0), Some(18.75));
    }

    #[test]
    fn a_rank_of_a_shared_value_has_that_value_with_all_its_digits() {
        // With seven digits it is 4.651667, which no value reaches.
        let high = 4.651_666_6;
        let values: Vec<f64> = [vec![-1.0; 20], vec![0.0; 20], vec![high; 20]].concat();
        let statistics = Statistics::of(&values, &[]);
        let numbers: Vec<f64> = (0..values.len()).filter_map(|rank| statistics.at_rank(rank)).collect();
        assert!(numbers.iter().all(|number| (-1.0..=high).contains(number)), "{numbers:?}");
        assert_eq!([numbers[0], numbers[30], numbers[59]], [-1.0, 0.0, high]);
    }

    #[test]
    fn too_few_values_have_no_statistic() {
        for count in [0, 1, 19, 20, 39] {
            let values: Vec<f64> = (0..count).map(f64::from).collect();
            let none: [f64; 0] = [];
            assert_eq!(numbers(&Statistics::of(&values, &[])), none, "{count}");
        }
        assert_eq!(Statistics::default().at_rank(3).or(Statistics::default().nearest(1.0)), None);
    }

    proptest! {
        #[test]
        fn every_number_is_of_many_customers(
            mut values in prop::collection::vec(prop_oneof![
                (0..30i32).prop_map(f64::from),
                (-2000..2000i32).prop_map(|value| f64::from(value) / 4.0),
                -1e9..1e9f64,
                (0..4i32).prop_map(|value| f64::from(value).sin()),
            ], 0..400),
            mut others in prop::collection::vec((0..30i32).prop_map(f64::from), 0..50),
        ) {
            values.sort_by(f64::total_cmp);
            others.sort_by(f64::total_cmp);
            let found = Statistics::of(&values, &others);
            let mut before = None;
            for Statistic { number, ranks, .. } in &found.all {
                let count = |is: &dyn Fn(f64) -> bool| values.iter().filter(|value| is(**value)).count();
                let sharing = count(&|value| value == *number) + others.iter().filter(|other| *other == number).count();
                prop_assert!(sharing == 0 || sharing >= LEAST, "{number} is shared by {sharing}");
                let narrow = *number as f32;
                prop_assert!(count(&|value| value as f32 <= narrow) >= LEAST && count(&|value| value as f32 >= narrow) >= LEAST);
                prop_assert!(ranks.len() >= LEAST);
                prop_assert!(before.is_none_or(|(to, last)| to <= ranks.start && last < *number));
                before = Some((ranks.end, *number));
            }
            for number in (0..values.len()).filter_map(|rank| found.at_rank(rank)) {
                let sharing = values.iter().chain(&others).filter(|value| **value as f32 == number as f32).count();
                prop_assert!(sharing == 0 || sharing >= LEAST, "{number} is shared by {sharing}");
                let narrow = number as f32;
                let beyond = |is: &dyn Fn(f32) -> bool| values.iter().filter(|value| is(**value as f32)).count();
                let beyond = beyond(&|value| value <= narrow).min(beyond(&|value| value >= narrow));
                prop_assert!(beyond >= LEAST, "{number} has {beyond} at or beyond it");
            }
        }
    }
}
