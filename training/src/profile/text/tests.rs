use super::*;

#[test]
fn days_as_numbers() {
    assert!(is_compact_date(20_240_131.0) && !is_compact_date(20_241_331.0) && !is_compact_date(2024.0));
}

#[test]
fn pairs_of_yes_and_no() {
    assert_eq!(yes_and_no("No", "Yes"), Some(("Yes", "No")));
    assert_eq!(yes_and_no("True.", "False."), Some(("True.", "False.")));
    assert_eq!(yes_and_no("0", "1"), Some(("1", "0")));
    assert_eq!(yes_and_no("Female", "Male"), None);
}
