//! Splits by time: the model is measured on later rows, as it will be used.

use super::columns::Times;
use super::error::SplitError;
use super::parts::{Fold, INNER_VALIDATION, check_shares};

/// Splits `rows` by `shares` in the order of time. Rows of the same time stay together, in the part
/// that has more of them.
pub(super) fn timed_parts(
    labels: &[bool],
    times: &Times,
    column: &str,
    rows: &[u32],
    shares: &[f64],
) -> Result<Vec<Vec<u32>>, SplitError> {
    check_shares(shares)?;
    let time = |row: u32| times.of_row[row as usize];
    let mut order = rows.to_vec();
    order.sort_by(|&a, &b| time(a).total_cmp(&time(b)).then(a.cmp(&b)));
    let (mut parts, mut start, mut cumulative) = (Vec::new(), 0, 0.0);
    for (index, share) in shares.iter().enumerate() {
        cumulative += share;
        let wanted = (cumulative * order.len() as f64).round() as usize;
        let end = if index + 1 == shares.len() { order.len() } else { boundary(&order, &time, wanted) };
        let mut part = order.get(start..end).unwrap_or_default().to_vec();
        let positives = part.iter().filter(|&&row| labels[row as usize]).count();
        if positives == 0 || positives == part.len() {
            let message = format!(
                "a part of {share} of the rows in the order of time has {positives} customers that left and {} that stayed; it needs both",
                part.len() - positives
            );
            return Err(SplitError::Apart { column: column.into(), message });
        }
        part.sort_unstable();
        parts.push(part);
        start = end;
    }
    Ok(parts)
}

/// The place nearest to `wanted` where the time changes, or an end.
fn boundary(order: &[u32], time: &impl Fn(u32) -> f64, wanted: usize) -> usize {
    if wanted == 0 || wanted >= order.len() {
        return wanted.min(order.len());
    }
    let moment = time(order[wanted]);
    let first = order.partition_point(|&row| time(row) < moment);
    let after = order.partition_point(|&row| time(row) <= moment);
    if wanted - first <= after - wanted { first } else { after }
}

/// Folds with an expanding window: each fold tests one block of rows and is fitted on all rows
/// before it. The first of `folds` + 1 blocks is never tested.
pub(super) fn timed_folds(labels: &[bool], times: &Times, column: &str, folds: usize) -> Result<Vec<Fold>, SplitError> {
    if folds < 2 {
        return Err(SplitError::FoldCount { folds, rows: labels.len() });
    }
    let rows: Vec<u32> = (0..labels.len() as u32).collect();
    let blocks = timed_parts(labels, times, column, &rows, &vec![1.0 / (folds + 1) as f64; folds + 1])?;
    let fold = |fold: usize| {
        let mut before = blocks[..=fold].concat();
        before.sort_unstable();
        let shares = [1.0 - INNER_VALIDATION, INNER_VALIDATION];
        let mut parts = timed_parts(labels, times, column, &before, &shares)?;
        let validation = parts.pop().unwrap_or_default();
        Ok(Fold { fit: parts.pop().unwrap_or_default(), validation, test: blocks[fold + 1].clone() })
    };
    (0..folds).map(fold).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::by::SplitBy;
    use super::super::columns::tests::times;
    use super::super::{Shares, Split};

    #[test]
    fn one_moment_cannot_be_parted() {
        let labels: Vec<bool> = (0..100).map(|row| row % 4 == 0).collect();
        let by = SplitBy::Time { column: "month".into(), times: times(vec![3.0; 100]) };
        let error = by.split(&labels, &Shares::default(), 0).unwrap_err().to_string();
        assert!(error.contains("`month`: a part of") && error.contains("needs both"), "{error}");
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

        /// Every row once, every part wholly later than the one before, shares kept to within one
        /// moment's rows.
        #[test]
        fn later_rows_are_test_rows(moments in prop::collection::vec(0u8..60, 400..900), seed: u64) {
            let of_row: Vec<f64> = moments.iter().map(|&moment| f64::from(moment)).collect();
            let labels: Vec<bool> = (0..of_row.len()).map(|row| row * 7919 % 10 < 4).collect();
            let by = SplitBy::Time { column: "month".into(), times: times(of_row.clone()) };
            let span = |rows: &[u32]| {
                let times = rows.iter().map(|&row| of_row[row as usize]);
                (times.clone().fold(f64::INFINITY, f64::min), times.fold(f64::NEG_INFINITY, f64::max))
            };
            let Split { train, validation, calibration, test } = by.split(&labels, &Shares::default(), seed).unwrap();
            let parts = [train, validation, calibration, test];
            for pair in parts.windows(2) {
                prop_assert!(span(&pair[0]).1 < span(&pair[1]).0);
            }
            prop_assert_eq!(parts.iter().map(Vec::len).sum::<usize>(), labels.len());
            let crowd = (0..60).map(|moment| moments.iter().filter(|&&of| of == moment).count()).max().unwrap();
            prop_assert!(parts[3].len().abs_diff(labels.len() / 10) <= crowd);
            let folds = by.folds(&labels, 3, seed).unwrap();
            for fold in &folds {
                prop_assert!(span(&fold.fit).1 < span(&fold.validation).0 && span(&fold.validation).1 < span(&fold.test).0);
            }
            prop_assert!(folds.windows(2).all(|pair| pair[0].fit.len() < pair[1].fit.len()));
        }
    }
}
