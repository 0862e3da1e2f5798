use super::*;

#[test]
fn distinct_counts_are_exact_and_then_close() {
    let mut distinct = Distinct::default();
    for number in 0..10_000 {
        distinct.insert(&number.to_string());
        distinct.insert(&number.to_string());
    }
    assert_eq!((distinct.count(), distinct.is_exact()), (10_000, true));
    for number in 0..300_000 {
        distinct.insert(&number.to_string());
    }
    assert!(!distinct.is_exact());
    assert!((distinct.count() as f64 / 300_000.0 - 1.0).abs() < 0.03, "{}", distinct.count());
}

#[test]
fn each_row_is_counted_in_one_way() {
    let mut profile = Profile::new("x");
    for (line, text) in ["", "NA", "12", "-1.5", "2024-01-31", "1,234", "abc", "NA"].into_iter().enumerate() {
        profile.observe(text, line as u64 + 2);
    }
    let counted = [profile.blank, profile.token_rows, profile.numbers.rows, profile.dates.rows, profile.formatted.rows];
    assert_eq!((counted, profile.texts.rows, profile.rows), ([1, 2, 2, 1, 1], 1, 8));
    assert_eq!((profile.numbers.minimum, profile.numbers.whole, profile.numbers.increasing), (-1.5, 1, false));
    assert_eq!((profile.texts.first.as_str(), profile.texts.first_line), ("abc", 8));
    assert_eq!((profile.known(), profile.present()), (5, 7));
}

#[test]
fn memory_is_bounded() {
    let mut profile = Profile::new("x");
    (0..100_000).for_each(|row| profile.observe(&format!("v{row}"), row));
    assert!(profile.values.is_none() && profile.distinct.hashes.len() <= MAXIMUM_HASHES);
}
