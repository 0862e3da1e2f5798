use super::*;
use crate::cohort::Cohort;
use crate::cohort::tests::{SCHEMA, cohort};
use crate::file::tests::file;

fn labels(rows: usize) -> Vec<bool> {
    (0..rows).map(|row| row % 4 == 1).collect()
}

fn positives(labels: &[bool], rows: &[u32]) -> usize {
    rows.iter().filter(|&&row| labels[row as usize]).count()
}

#[test]
fn a_split_covers_every_row_once_and_keeps_the_proportion() {
    let labels = labels(1003);
    let split = Split::stratified(&labels, &Shares::default(), 7).unwrap();
    let parts = [&split.train, &split.validation, &split.calibration, &split.test];
    let mut all: Vec<u32> = parts.into_iter().flatten().copied().collect();
    all.sort_unstable();
    assert_eq!(all, (0..1003).collect::<Vec<_>>());
    for (part, share) in parts.into_iter().zip([0.7, 0.1, 0.1, 0.1]) {
        assert!((positives(&labels, part) as f64 - 251.0 * share).abs() <= 1.0);
        assert!((part.len() as f64 - 1003.0 * share).abs() <= 2.0);
        assert!(part.is_sorted());
    }
    assert_eq!(Split::stratified(&labels, &Shares::default(), 7).unwrap(), split);
    assert_ne!(Split::stratified(&labels, &Shares::default(), 8).unwrap(), split);
}

#[test]
fn the_smallest_cohort_still_splits() {
    let labels: Vec<bool> = (0..50).map(|row| row % 5 == 0).collect();
    let split = Split::stratified(&labels, &Shares::default(), 1).unwrap();
    assert_eq!(positives(&labels, &split.test), 1);
}

#[test]
fn shares_must_make_sense() {
    let shares = Shares { train: 0.9, ..Shares::default() };
    assert!(matches!(Split::stratified(&labels(100), &shares, 0), Err(SplitError::Shares(_))));
    let tiny = Shares { train: 0.799, test: 0.001, ..Shares::default() };
    assert!(matches!(Split::stratified(&labels(100), &tiny, 0), Err(SplitError::EmptyClass { class: "left", .. })));
    let error = stratified_folds(&labels(16), 5, 0).unwrap_err();
    assert!(matches!(error, SplitError::FoldCount { folds: 5, rows: 16 }), "{error}");
}

#[test]
fn seeded_folds_are_even_and_disjoint() {
    let labels = labels(1003);
    let folds = Fold::seeded(&labels, 5, 3).unwrap();
    assert_eq!(folds.iter().map(|fold| fold.test.len()).sum::<usize>(), 1003);
    for fold in &folds {
        assert!((200..=201).contains(&fold.test.len()));
        assert!((50..=51).contains(&positives(&labels, &fold.test)));
        let mut all = [&fold.fit[..], &fold.validation, &fold.test].concat();
        all.sort_unstable();
        assert_eq!(all, (0..1003).collect::<Vec<_>>());
        assert!((fold.validation.len() as f64 / 802.0 - INNER_VALIDATION).abs() < 0.002);
    }
    assert_eq!(Fold::seeded(&labels, 5, 3).unwrap(), folds);
}

/// Sixty rows, of which row 2 is left out; row r is in fold r % 2, and every third left.
fn small() -> Cohort {
    let rows: String = (0..60)
        .map(|row| format!("{},Month,Yes,{}\n", if row == 2 { -1 } else { row }, ["Yes", "No", "No"][row as usize % 3]))
        .collect();
    cohort(&format!("tenure,contract,partner,Churn\n{rows}"), &toml::from_str(SCHEMA).unwrap()).unwrap()
}

fn fold_file(rows: usize) -> String {
    let line = |row: usize| format!("{row},{},{}\n", row % 2, u8::from(row.is_multiple_of(3)));
    format!("row,fold,y\n{}", (0..rows).map(line).collect::<String>())
}

fn inner_file(test: i64) -> String {
    let part = |row: usize, fold: usize| {
        if row % 2 == fold { test } else { i64::from(row.is_multiple_of(6) || row % 6 == 5) }
    };
    let line = |row: usize| format!("{row},{},{}\n", part(row, 0), part(row, 1));
    format!("row,k0,k1\n{}", (0..60).map(line).collect::<String>())
}

#[test]
fn fold_files_follow_the_rows_that_were_kept() {
    let (folds, inner) = (file(fold_file(60)), file(inner_file(-1)));
    let read = Fold::read(&small(), folds.path(), Some(inner.path()), 0).unwrap();
    // Rows after the one that was left out move up by one.
    assert_eq!((read[0].test.len(), read[0].test[..3].to_vec()), (29, vec![0, 3, 5]));
    assert_eq!((read[0].validation[0], read[0].fit[..3].to_vec()), (4, vec![1, 2, 6]));
    let seeded = Fold::read(&small(), folds.path(), None, 0).unwrap();
    assert_eq!(seeded[1].test, read[1].test);
    assert_eq!(seeded[1].validation.len(), 4);
}

#[test]
fn fold_files_of_another_table_are_refused() {
    let good = file(inner_file(-1));
    for (folds, inner, part) in [
        (fold_file(59), None, "rows: 59, but the table has 60"),
        (fold_file(60).replace("3,1,1", "3,1,0"), None, "y is 0"),
        (fold_file(60).replace("4,0,0", "4,x,0"), None, "line 6: `fold` is \"x\", no whole number"),
        (fold_file(60).replace("4,0,0", "5,0,0"), None, "rows count from 0"),
        (fold_file(60).replace("fold", "folds"), None, "`folds` is no column"),
        (fold_file(60).replace(",0,", ",2,"), None, "without a gap"),
        (fold_file(60), Some(inner_file(0)), "column `k0`: is 0, but the fold file has row 0 in fold 0"),
        (fold_file(60), Some(inner_file(-2)), "outside -1 to 1"),
    ] {
        let inner = inner.map(file);
        let inner = inner.as_ref().unwrap_or(&good).path();
        let error = Fold::read(&small(), file(folds).path(), Some(inner), 0).unwrap_err().to_string();
        assert!(error.contains(part), "{part} in {error}");
    }
}
