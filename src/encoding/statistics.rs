//! The numbers of a table that a model may keep: each says something of at least
//! [`MINIMUM_CUSTOMERS`] customers, and none is the value of fewer.
//!
//! A value that so many customers share stands for itself. The values between two of those are cut
//! into groups of neighbours, each at least as large, and a group's mean stands for them. No
//! customer is in two groups, so no difference of two numbers tells a value.

use std::ops::Range;

use crate::schema::MINIMUM_CUSTOMERS;

/// The least values that a statistic is of.
const LEAST: usize = MINIMUM_CUSTOMERS as usize;

/// Statistics of a column, ascending.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Statistics(Vec<Statistic>);

#[derive(Clone, Debug, PartialEq)]
struct Statistic {
    /// Positions of its values among all, ascending.
    ranks: Range<usize>,
    number: f64,
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
                found.push(Statistic { ranks: at..end, number: ties[0] });
                start = end;
            }
            at = end;
        }
        means(values, start..at, &mut found);
        let is_sound = |Statistic { number, .. }: &Statistic| {
            let sharing = at_or_below(values, *number) - below(values, *number);
            let with_others = sharing + at_or_below(others, *number) - below(others, *number);
            let beyond = at_or_below(values, *number).min(values.len() - below(values, *number));
            beyond >= LEAST && (with_others == 0 || with_others >= LEAST)
        };
        found.retain(is_sound);
        found.dedup_by(|next, one| next.number <= one.number);
        Statistics(found)
    }

    /// The number that is nearest to the value of this rank, counted from 0.
    pub fn at_rank(&self, rank: usize) -> Option<f64> {
        let next = self.0.partition_point(|one| one.ranks.end <= rank);
        let distance =
            |one: &&Statistic| one.ranks.start.saturating_sub(rank).max((rank + 1).saturating_sub(one.ranks.end));
        self.around(next).min_by_key(distance).map(|one| one.number)
    }

    /// The number that is nearest to this one.
    pub fn nearest(&self, number: f64) -> Option<f64> {
        let next = self.0.partition_point(|one| one.number < number);
        let distance = |one: &Statistic| (one.number - number).abs();
        self.around(next).min_by(|a, b| distance(a).total_cmp(&distance(b))).map(|one| one.number)
    }

    /// The one at a position and the one before it.
    fn around(&self, at: usize) -> impl Iterator<Item = &Statistic> {
        self.0[at.saturating_sub(1)..].iter().take(2)
    }
}

fn below(values: &[f64], number: f64) -> usize {
    values.partition_point(|&value| (value as f32) < number as f32)
}

fn at_or_below(values: &[f64], number: f64) -> usize {
    values.partition_point(|&value| value as f32 <= number as f32)
}

/// The means of groups of neighbours among `values[range]`.
fn means(values: &[f64], range: Range<usize>, found: &mut Vec<Statistic>) {
    let mean = |range: Range<usize>| {
        let mean = values[range.clone()].iter().sum::<f64>() / range.len() as f64;
        // f32 tells no more digits apart, and more would only make the artifact longer.
        format!("{mean:.6e}").parse().unwrap_or(mean)
    };
    let Range { mut start, mut end } = range;
    // Of the outermost values as few are left out as lets enough lie beyond the outermost mean.
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
    found.extend(
        (0..parts)
            .map(|part| bound(part)..bound(part + 1))
            .map(|ranks| Statistic { number: mean(ranks.clone()), ranks }),
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn numbers(statistics: &Statistics) -> Vec<f64> {
        statistics.0.iter().map(|one| one.number).collect()
    }

    #[test]
    fn what_many_share_stays_and_the_rest_are_means() {
        // 25 customers of 0, then 1 to 60, then 20 of 100.
        let values: Vec<f64> = [vec![0.0; 25], (1..=60).map(f64::from).collect(), vec![100.0; 20]].concat();
        assert_eq!(numbers(&Statistics::of(&values, &[])), [0.0, 10.5, 30.5, 50.5, 100.0]);
        // A mean that is another customer's value is no statistic.
        assert_eq!(numbers(&Statistics::of(&values, &[30.5])), [0.0, 10.5, 50.5, 100.0]);
        let statistics = Statistics::of(&values, &[]);
        assert_eq!(
            [0, 24, 25, 44, 45, 104].map(|rank| statistics.at_rank(rank).unwrap()),
            [0.0, 0.0, 10.5, 10.5, 30.5, 100.0]
        );
        assert_eq!(
            [-5.0, 5.0, 5.5, 76.0, 1e9].map(|number| statistics.nearest(number).unwrap()),
            [0.0, 0.0, 10.5, 100.0, 100.0]
        );
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
    fn too_few_values_have_no_statistic() {
        for count in [0, 1, 19, 20, 39] {
            let values: Vec<f64> = (0..count).map(f64::from).collect();
            assert_eq!(Statistics::of(&values, &[]), Statistics::default(), "{count}");
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
            ], 0..400),
            mut others in prop::collection::vec((0..30i32).prop_map(f64::from), 0..50),
        ) {
            values.sort_by(f64::total_cmp);
            others.sort_by(f64::total_cmp);
            let found = Statistics::of(&values, &others);
            let mut before = None;
            for Statistic { number, ranks } in &found.0 {
                let count = |is: &dyn Fn(f64) -> bool| values.iter().filter(|value| is(**value)).count();
                let sharing = count(&|value| value == *number) + others.iter().filter(|other| *other == number).count();
                prop_assert!(sharing == 0 || sharing >= LEAST, "{number} is shared by {sharing}");
                let narrow = *number as f32;
                prop_assert!(count(&|value| value as f32 <= narrow) >= LEAST && count(&|value| value as f32 >= narrow) >= LEAST);
                prop_assert!(ranks.len() >= LEAST);
                prop_assert!(before.is_none_or(|(to, last)| to <= ranks.start && last < *number));
                before = Some((ranks.end, *number));
            }
        }
    }
}
