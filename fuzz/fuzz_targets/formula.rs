//! A formula over the fields of the small model: its values are finite and within its range.

#![no_main]

use libfuzzer_sys::fuzz_target;
use tenure::customer::{Cell, check};
use tenure::schema::Formula;
use tenure_fuzz::{small_schema, values};

/// Records as the shared lines have them, one after the other.
const RECORDS: [&str; 4] =
    ["#0\n#0\n?\nMonth\n-", "#100\n#1e9\n2024-01-31\nYear\n+", "?\n?\n?\n?\n?", "#3\n#0.1\n0001-01-01\nother\n+"];

fuzz_target!(|text: &str| {
    let schema = small_schema();
    let Ok(formula) = Formula::parse(text, schema) else { return };
    let ((low, high), is_never) = (formula.range(schema), formula.is_never(schema));
    for record in RECORDS {
        let (customer, _) = check(schema, &values(record)).expect("the records are sound");
        let value = |field: usize| match customer.cells()[field] {
            Cell::Missing => f64::NAN,
            Cell::Number(number) => number,
            Cell::Category(code) => code.into(),
        };
        if let Some(result) = formula.evaluate(&value) {
            assert!(result.is_finite());
            assert!(low <= result && result <= high, "{result} is not within {low} to {high}");
            assert!(!is_never || result == 0.0, "a condition that never holds is {result}");
        }
    }
});
