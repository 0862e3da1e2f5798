use super::*;
use crate::customer::{Cell, Customer};
use crate::schema::Derived;
use crate::schema::Schema;
use crate::schema::tests::small_schema;
use proptest::prelude::*;

/// The small schema with the derived feature `rate` = charges / max(tenure, 1).
pub(crate) fn small_encoder() -> Encoder {
    let schema = encoded_schema();
    let document = |name: &str, knots: &[f32]| InputDocument { name: name.into(), knots: knots.to_vec() };
    let documents = vec![
        document("tenure", &[0.0, 10.0, 20.0, 60.0]),
        document("charges", &[5.0, 50.0]),
        document("contract", &[]),
        document("partner", &[]),
        document("rate", &[0.0, 1.0, 10.0]),
    ];
    Encoder::new(&schema, documents).unwrap()
}

/// Its schema.
pub(crate) fn encoded_schema() -> Schema {
    let mut schema = small_schema();
    schema.derived.push(Derived {
        name: "rate".into(),
        label: String::new(),
        unit: String::new(),
        formula: "charges / max(tenure, 1)".into(),
    });
    schema
}

pub(crate) fn customer(cells: [Cell; 4]) -> Customer {
    Customer::from_cells(&small_schema(), &cells).unwrap()
}

#[test]
fn rows_and_fractions() {
    let encoder = small_encoder();
    let mut features = Features::new(5, 1);
    let cells = [Cell::Number(15.0), Cell::Number(80.0), Cell::Category(1), Cell::Missing];
    encoder.encode(&customer(cells), 0, &mut features);
    // tenure: rows 0..5, charges 5..8, contract 8..12, partner 12..16, rate 16..20.
    assert_eq!(features.rows, [1, 6, 9, 15, 17]);
    assert_eq!(features.fractions[..4], [0.5, 0.0, 0.0, 0.0]);
    assert!((features.fractions[4] - (80.0 / 15.0 - 1.0) / 9.0).abs() < 1e-6);
    assert_eq!(encoder.clipped(&encoded_schema(), &customer(cells)).len(), 1);
    assert_eq!(encoder.row_count(), 20);
    let cells = [Cell::Missing, Cell::Number(1.0), Cell::Category(2), Cell::Category(2)];
    encoder.encode(&customer(cells), 0, &mut features);
    assert_eq!(features.rows, [4, 5, 10, 14, 19]);
}

#[test]
fn documents_round_trip_and_refusals() {
    let encoder = small_encoder();
    let documents = encoder.documents();
    assert_eq!(Encoder::new(&encoded_schema(), documents.clone()).unwrap().inputs(), encoder.inputs());
    let broken = |change: fn(&mut Vec<InputDocument>)| {
        let mut documents = documents.clone();
        change(&mut documents);
        Encoder::new(&encoded_schema(), documents).unwrap_err().to_string()
    };
    assert!(broken(|documents| drop(documents.pop())).contains("4 inputs"));
    assert!(broken(|documents| documents[0].name.push('x')).contains("`tenurex`"));
    assert!(broken(|documents| documents[0].knots[1] = 0.0).contains("ascending"));
    assert!(broken(|documents| documents[0].knots[3] = f32::INFINITY).contains("finite"));
    assert!(broken(|documents| documents[1].knots = vec![-3e38, 3e38]).contains("finite"));
    assert!(broken(|documents| documents[1].knots.clear()).contains("knots"));
    assert!(broken(|documents| documents[2].knots.push(1.0)).contains("category"));
}

proptest! {
    #[test]
    fn a_located_value_is_the_clipped_value(mut knots in prop::collection::vec(-1e6f32..1e6, 1..20), value in -2e6f32..2e6) {
        knots.sort_by(f32::total_cmp);
        knots.dedup();
        let (knot, fraction) = locate(&knots, value);
        let knot = knot as usize;
        let next = knots[(knot + 1).min(knots.len() - 1)];
        let back = f64::from(knots[knot]) + f64::from(fraction) * (f64::from(next) - f64::from(knots[knot]));
        let clipped = f64::from(value.clamp(knots[0], knots[knots.len() - 1]));
        prop_assert!((0.0..1.0).contains(&fraction) || (fraction - 1.0).abs() < 1e-6);
        prop_assert!((back - clipped).abs() <= 1e-6 * (1.0 + f64::from(next.abs()) + f64::from(knots[knot].abs())));
    }
}

#[test]
fn neighbouring_categories_share_a_lookup() {
    let category = |name: &str, count: u32, first_row: u32| Input {
        name: name.into(),
        source: Source::Field(0),
        scale: Scale::Category { count },
        first_row,
    };
    let number =
        |first_row: u32| Input { scale: Scale::Number { knots: vec![1.0, 2.0] }, ..category("n", 0, first_row) };
    let inputs = [
        category("a", 2, 0),
        category("b", 2, 4),
        category("c", 6, 8),
        number(16),
        category("d", 98, 19),
        category("e", 98, 119),
    ];
    // 4 × 4 × 8 combinations are allowed, 100 × 100 are not.
    assert_eq!(joined(&inputs, 32), [false, true, true, false, false, false]);
    // Rows of 256 units: 16 fit.
    assert_eq!(joined(&inputs, 256), [false, true, false, false, false, false]);
    assert_eq!(joined(&inputs, 1024), [false; 6]);
}
