use proptest::prelude::*;

use super::*;

fn column(texts: &[&str]) -> Numerals {
    let mut numerals = Numerals::default();
    for (row, text) in texts.iter().enumerate() {
        let written = written(text).unwrap_or_else(|| panic!("{text} is no number"));
        let dress = numerals.dress(&written).unwrap();
        numerals.observe(text, row as u64 + 2, written.values, written.negative, dress);
    }
    numerals
}

/// The notations of a column, each as the number 1234.5.
fn notations(texts: &[&str]) -> Vec<String> {
    match column(texts).notations(false) {
        Notations::None => Vec::new(),
        Notations::One(one) => vec![one.format.example()],
        Notations::Two(two) => two.iter().map(|notation| notation.format.example()).collect(),
    }
}

#[test]
fn what_is_a_number() {
    for (text, prefix, suffix, negative) in [
        ("12.5", "", "", Negative::Minus),
        ("-3", "", "", Negative::Minus),
        ("1,234", "", "", Negative::Minus),
        ("$1,200.50", "$", "", Negative::Minus),
        ("-$5", "$", "", Negative::Minus),
        ("$ -5", "$", "", Negative::Minus),
        ("($20,147)", "$", "", Negative::Brackets),
        ("$(5)", "$", "", Negative::Brackets),
        ("(5666)", "", "", Negative::Brackets),
        ("41180-", "", "", Negative::Trailing),
        ("1.234,50- EUR", "", "EUR", Negative::Trailing),
        ("USD 201.47", "USD", "", Negative::Minus),
        ("R$ 12,50", "R$", "", Negative::Minus),
        ("kr. 5", "kr.", "", Negative::Minus),
        ("2014.7 MB", "", "MB", Negative::Minus),
        ("12 months", "", "months", Negative::Minus),
        ("12,5 %", "", "%", Negative::Minus),
        ("100km/h", "", "km/h", Negative::Minus),
        ("1\u{a0}234,50\u{a0}€", "", "€", Negative::Minus),
        (".5", "", "", Negative::Minus),
        ("€.5", "€", "", Negative::Minus),
    ] {
        let written = written(text).unwrap_or_else(|| panic!("{text}"));
        assert_eq!((written.prefix, written.suffix, written.negative), (prefix, suffix, negative), "{text}");
    }
    for text in [
        "",
        "$",
        "%",
        "abc",
        "382-4657",
        "7590-VHVEG",
        "A12",
        "C1001",
        "3rd",
        "3+",
        "<5",
        "18-25",
        "1,2,3",
        "a,bcd",
        "10.0.0.1",
        "12 Main St",
        "14:30",
        "2024-01-31",
        "31.01.2024",
        "1e5e5",
        "0x1F",
        "(5",
        "5)",
        "--5",
        "#12",
        "06 12 34 56 78",
    ] {
        assert_eq!(written(text), None, "{text}");
    }
}

#[test]
fn the_notation_that_fits_every_text() {
    for (texts, expected) in [
        (&["12.5", "7", "1234"][..], "1234.5"),
        (&["12,5", "1234,50", "7"], "1234,5"),
        (&["1,234.50", "987"], "1,234.5"),
        (&["1,234", "12.5"], "1,234.5"),
        (&["1,234,567", "1,234"], "1,234.5"),
        (&["1.234,50", "987"], "1.234,5"),
        (&["1.234.567", "1.234"], "1.234,5"),
        (&["1.234", "12,5"], "1.234,5"),
        (&["1 234", "12"], "1 234.5"),
        (&["1 234,5", "12"], "1 234,5"),
        (&["1'234.50", "12"], "1'234.5"),
        // No group begins with 0.
        (&["1.234", "0.196"], "1234.5"),
        (&["1,234", "0,196"], "1234,5"),
        (&["1.234", "21.083", "1234.567"], "1234.5"),
        // Money has no three decimals.
        (&["$1,234", "$567"], "1,234.5"),
        (&["1.234 €", "567 €"], "1.234,5"),
        (&["(1,234)", "567"], "(1,234.5)"),
        (&["1,23,456", "12,34,567"], "1,234.5"),
        (&["12-", "1,234.5"], "1,234.5-"),
    ] {
        assert_eq!(notations(texts), [expected], "{texts:?}");
    }
    for (texts, two) in [
        (&["1.234", "2.345"][..], ["1234.5", "1.234,5"]),
        (&["1,234", "987"], ["1,234.5", "1234,5"]),
        (&["KWD 1.234", "KWD 12.345"], ["1234.5", "1.234,5"]),
    ] {
        assert_eq!(notations(texts), two, "{texts:?}");
    }
    assert_eq!(notations(&["12,5", "12.5"]), [] as [&str; 0]);
    assert_eq!(notations(&["(12)", "12-"]), [] as [&str; 0]);
    // Numbers of a typed table are what they are.
    assert!(matches!(column(&["1.234", "2.345"]).notations(true), Notations::One(_)));
    // One text in thirty of another notation.
    let mut texts = vec!["12,5"; 40];
    texts.push("12.5");
    let Notations::One(one) = column(&texts).notations(false) else { panic!() };
    assert_eq!((one.format.example().as_str(), one.unread), ("1234,5", 1));
}

#[test]
fn the_unit_of_a_column() {
    let unit = |texts: &[&str]| column(texts).unit().map(|(prefix, suffix)| format!("{prefix}|{suffix}"));
    for (texts, expected) in [
        (&["1", "2"][..], Some("|")),
        (&["9 MB", "12MB"], Some("|MB")),
        (&["1 month", "12 months"], Some("|months")),
        (&["$1", "2"], Some("$|")),
        (&["0", "9 MB"], Some("|MB")),
        (&["9 MB", "1 GB"], None),
        (&["$1", "€1"], None),
        (&["9 MB", "12"], None),
        (&["1.5K", "800"], None),
        (&["5%", "5 ms"], None),
    ] {
        assert_eq!(unit(texts).as_deref(), expected, "{texts:?}");
    }
}

#[test]
fn notations_have_names() {
    for (at, (decimal_comma, grouping)) in NOTATIONS.into_iter().enumerate() {
        let format = NumberFormat { decimal_comma, grouping, ..NumberFormat::default() };
        assert_eq!(named_notation(&format.example()), Some(format), "{at}");
    }
    assert_eq!(named_notation("12.5"), None);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    /// What a column is said to be is what the core reads.
    #[test]
    fn the_core_reads_what_fits(
        texts in proptest::collection::vec("[-(]?[$€]?[0-9]{1,3}([.,' ][0-9]{3}){0,2}([.,][0-9]{1,3})?( ?(MB|%|€))?[-)]?", 1..4),
    ) {
        let mut numerals = Numerals::default();
        let mut counted = Vec::new();
        for text in &texts {
            if let Some(written) = written(text) {
                let dress = numerals.dress(&written).unwrap();
                numerals.observe(text, 1, written.values, written.negative, dress);
                counted.push((text, written.values));
            }
        }
        let (Notations::One(Notation { format, unread: 0 }), Some((prefix, suffix))) = (numerals.notations(false), numerals.unit())
        else {
            return Ok(());
        };
        let format = NumberFormat { prefix: prefix.into(), suffix: suffix.into(), ..format };
        for (text, values) in counted {
            let value = if format.decimal_comma { values.comma } else { values.point };
            prop_assert_eq!(format.read(text), Some(value), "{} as {}", text, format.example());
        }
    }

    #[test]
    fn no_text_panics(text in "\\PC{0,24}", close in "[0-9.,' ()$€%-]{0,24}") {
        let _ = (written(&text), written(&close));
    }
}
