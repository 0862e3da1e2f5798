use tenure::schema::Schema;

use super::*;
use crate::cohort::tests::cohort;

const SCHEMA: &str = r#"
schema_version = 1
name = "suggested"
target = { field = "Churn", positive = "Yes" }
fields = [
    { name = "day_charge", kind = "number" },
    { name = "night charge", kind = "number" },
    { name = "calls", kind = "number" },
    { name = "plan", kind = "flag", positive = "Yes", negative = "No" },
]
"#;

/// Who leaves depends on `cell` of the four fields; uniform numbers from a linear congruential
/// generator.
fn table(rows: usize, leaves: impl Fn(&[f64; 4], f64) -> bool) -> Cohort {
    let mut state = 7u64;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 40) as f64 / (1u64 << 24) as f64
    };
    let mut text = String::from("day_charge,night charge,calls,plan,Churn\n");
    for _ in 0..rows {
        let cells = [next() * 50.0, next() * 40.0, (next() * 6.0).floor(), (next() * 2.0).floor()];
        let left = leaves(&cells, next());
        let plan = if cells[3] == 1.0 { "Yes" } else { "No" };
        let word = if left { "Yes" } else { "No" };
        text += &format!("{:.2},{:.2},{},{plan},{word}\n", cells[0], cells[1], cells[2]);
    }
    let schema: Schema = toml::from_str(SCHEMA).unwrap();
    cohort(&text, &schema).unwrap()
}

#[test]
fn candidates_combine_what_can_be_combined() {
    let cohort = table(200, |_, chance| chance < 0.3);
    let found = candidates(&cohort);
    let formulas: Vec<&str> = found.iter().map(|derived| derived.formula.as_str()).collect();
    for formula in [
        "day_charge + `night charge`",
        "day_charge - `night charge`",
        "day_charge / `night charge`",
        "calls / day_charge",
        "calls * day_charge",
        "plan * calls",
    ] {
        assert!(formulas.contains(&formula), "{formula} in {formulas:?}");
    }
    let mut with = cohort.schema().clone();
    with.derived = found.clone();
    assert_eq!(with.problems(), []);
    assert!(!formulas.contains(&"day_charge + calls"), "what is not alike is not added up");
}

#[test]
fn a_sum_that_decides_is_found_and_noise_is_not() {
    let steep = |cells: &[f64; 4], chance: f64| {
        let logit = (cells[0] + cells[1] - 55.0) * 0.6;
        chance < 0.95 / (1.0 + (-logit).exp()) + 0.02
    };
    let found = suggest(&table(2500, steep), 1, &()).unwrap();
    let first = &found.accepted[0];
    assert_eq!(first.derived.formula, "day_charge + `night charge`", "{found:?}");
    assert!(first.gain > 0.01 && first.gain > 4.0 * first.standard_error, "{first:?}");
    let noise = suggest(&table(1500, |_, chance| chance < 0.3), 1, &()).unwrap();
    assert!(noise.accepted.is_empty(), "{noise:?}");
}
