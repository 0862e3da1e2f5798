//! Splits that keep groups whole: customers of one household, or rows of one customer, are alike,
//! and a model that was trained on one of them would look too good on the other.

use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use super::columns::Groups;
use super::error::SplitError;
use super::parts::check_shares;

/// Splits `rows` by `shares`. Every group stays in one part, and both classes are near their
/// proportion.
///
/// Groups are dealt in descending order of size, each to the part that it brings nearest to its
/// share of either class (the greedy method of scikit-learn's StratifiedGroupKFold, with shares).
/// Groups of one size are dealt in a seeded order.
pub(super) fn grouped_parts(
    labels: &[bool],
    groups: &Groups,
    column: &str,
    rows: &[u32],
    shares: &[f64],
    seed: u64,
) -> Result<Vec<Vec<u32>>, SplitError> {
    check_shares(shares)?;
    let mut tally = vec![[0.0f64; 2]; groups.count];
    let mut total = [0.0f64; 2];
    for &row in rows {
        let class = usize::from(labels[row as usize]);
        tally[groups.of_row[row as usize] as usize][class] += 1.0;
        total[class] += 1.0;
    }
    let size = |group: u32| tally[group as usize][0] + tally[group as usize][1];
    let mut order: Vec<u32> = (0..groups.count as u32).filter(|&group| size(group) > 0.0).collect();
    order.shuffle(&mut ChaCha8Rng::seed_from_u64(seed));
    order.sort_by(|&a, &b| size(b).total_cmp(&size(a)));
    let mut have = vec![[0.0f64; 2]; shares.len()];
    let mut part_of = vec![0; groups.count];
    for group in order {
        let more = tally[group as usize];
        // How much the squared distance from the wanted rows grows, by class in units of what is
        // wanted.
        let growth = |part: usize| -> f64 {
            (0..2)
                .map(|class| {
                    let wanted = shares[part] * total[class];
                    more[class] * (2.0 * (have[part][class] - wanted) + more[class]) / wanted.max(1e-9)
                })
                .sum()
        };
        let best = (0..shares.len()).min_by(|&a, &b| growth(a).total_cmp(&growth(b))).unwrap_or(0);
        part_of[group as usize] = best;
        (0..2).for_each(|class| have[best][class] += more[class]);
    }
    for (part, have) in have.iter().enumerate() {
        if have.contains(&0.0) {
            let message = format!(
                "its {} groups cannot be dealt so that a part of {} of the rows has customers that left and that stayed",
                groups.count, shares[part]
            );
            return Err(SplitError::Apart { column: column.into(), message });
        }
    }
    let mut parts = vec![Vec::new(); shares.len()];
    for &row in rows {
        parts[part_of[groups.of_row[row as usize] as usize]].push(row);
    }
    Ok(parts)
}

/// The fold of each row; no group is in two folds.
pub(super) fn grouped_folds(
    labels: &[bool],
    groups: &Groups,
    column: &str,
    folds: usize,
    seed: u64,
) -> Result<Vec<u32>, SplitError> {
    if folds < 2 {
        return Err(SplitError::FoldCount { folds, rows: labels.len() });
    }
    let rows: Vec<u32> = (0..labels.len() as u32).collect();
    let parts = grouped_parts(labels, groups, column, &rows, &vec![1.0 / folds as f64; folds], seed)?;
    let mut fold_of_row = vec![0; labels.len()];
    for (fold, rows) in parts.iter().enumerate() {
        rows.iter().for_each(|&row| fold_of_row[row as usize] = fold as u32);
    }
    Ok(fold_of_row)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::by::SplitBy;
    use super::super::columns::tests::groups;
    use super::super::{Shares, Split};

    #[test]
    fn one_great_group_cannot_fill_every_part() {
        let labels: Vec<bool> = (0..100).map(|row| row % 4 == 0).collect();
        let by = SplitBy::Group { column: "town".into(), groups: groups(vec![0; 100]) };
        let error = by.split(&labels, &Shares::default(), 0).unwrap_err();
        assert!(error.to_string().contains("`town`: its 1 groups cannot be dealt"), "{error}");
        assert!(by.folds(&labels, 5, 0).is_err() && by.folds(&labels, 1, 0).is_err());
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

        /// Every row once, no group torn, the shares of both classes kept to within a few of the
        /// largest groups.
        #[test]
        fn no_group_is_torn(sizes in prop::collection::vec(1usize..6, 150..400), odds in 2usize..5, seed: u64) {
            let of_row: Vec<u32> =
                sizes.iter().enumerate().flat_map(|(group, &size)| std::iter::repeat_n(group as u32, size)).collect();
            let labels: Vec<bool> = (0..of_row.len()).map(|row| row * 7919 % odds == 0).collect();
            let by = SplitBy::Group { column: "household".into(), groups: groups(of_row.clone()) };
            let Split { train, validation, calibration, test } = by.split(&labels, &Shares::default(), seed).unwrap();
            let parts = [train, validation, calibration, test];
            let mut part_of_group = vec![None; sizes.len()];
            let mut seen = 0;
            for (part, (rows, share)) in parts.iter().zip([0.7, 0.1, 0.1, 0.1]).enumerate() {
                prop_assert!(rows.is_sorted());
                seen += rows.len();
                for &row in rows {
                    let of_group = &mut part_of_group[of_row[row as usize] as usize];
                    prop_assert_eq!(*of_group.get_or_insert(part), part, "group {} is torn", of_row[row as usize]);
                }
                prop_assert!((rows.len() as f64 - share * labels.len() as f64).abs() <= 10.0, "{} rows", rows.len());
            }
            prop_assert_eq!(seen, labels.len());
            for fold in by.folds(&labels, 4, seed).unwrap() {
                let groups_of = |rows: &[u32]| rows.iter().map(|&row| of_row[row as usize]).collect::<std::collections::HashSet<_>>();
                let (fit, inner, test) = (groups_of(&fold.fit), groups_of(&fold.validation), groups_of(&fold.test));
                prop_assert!(fit.is_disjoint(&test) && inner.is_disjoint(&test) && fit.is_disjoint(&inner));
                prop_assert_eq!(fold.fit.len() + fold.validation.len() + fold.test.len(), labels.len());
            }
        }
    }
}
