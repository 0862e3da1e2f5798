use super::*;

#[test]
fn dates() {
    for text in [
        "2024-01-31",
        "2024/1/5",
        "31.01.2024",
        "1/31/24",
        "2024-01-31T10:00:00Z",
        "2024-01-31 10:00:00.5",
        "10:30",
        "31-Jan-2024",
        "Jan 2024",
        "January 5, 2024",
        "2024-01",
    ] {
        assert!(is_date(text), "{text}");
    }
    for text in ["382-4657", "415-382-4657", "1.2.3", "12", "a-b-c", "10.0.0.1", "2024-13-01", "may", "1:x", "Mar"] {
        assert!(!is_date(text), "{text}");
    }
    assert!(is_compact_date(20_240_131.0) && !is_compact_date(20_241_331.0) && !is_compact_date(2024.0));
}

#[test]
fn dressed_numbers() {
    use Formatting::{DecimalComma, Sign, ThousandsSeparator};
    for (text, expected) in [
        ("1,234", Some(ThousandsSeparator)),
        ("-1,234,567.89", Some(ThousandsSeparator)),
        ("1.234.567,89", Some(ThousandsSeparator)),
        ("1.234,5", Some(ThousandsSeparator)),
        ("1 234", Some(ThousandsSeparator)),
        ("1\u{a0}234,50", Some(ThousandsSeparator)),
        ("1'234.5", Some(ThousandsSeparator)),
        ("$1,234.00", Some(ThousandsSeparator)),
        ("12,5", Some(DecimalComma)),
        ("1234,50", Some(DecimalComma)),
        ("$12.50", Some(Sign)),
        ("12 %", Some(Sign)),
        ("12 months", None),
        ("382-4657", None),
        ("1,2,3", None),
        ("a,bcd", None),
        ("", None),
        ("$", None),
        ("%", None),
    ] {
        assert_eq!(formatting(text), expected, "{text}");
    }
}

#[test]
fn pairs_of_yes_and_no() {
    assert_eq!(yes_and_no("No", "Yes"), Some(("Yes", "No")));
    assert_eq!(yes_and_no("True.", "False."), Some(("True.", "False.")));
    assert_eq!(yes_and_no("0", "1"), Some(("1", "0")));
    assert_eq!(yes_and_no("Female", "Male"), None);
}
