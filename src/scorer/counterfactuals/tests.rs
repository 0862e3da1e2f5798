//! Every answer is under the threshold and is what the schema allows, over the small scorer and
//! random customers.

use proptest::prelude::*;

use super::*;
use crate::artifact::Artifact;
use crate::customer::{Cell, Customer};
use crate::schema::{Change, Combination, Direction};
use crate::scorer::Scorer;
use crate::scorer::tests::small_scorer;

/// The small scorer with another schema; the encoder reads the same fields.
fn scorer(change: impl Fn(&mut crate::schema::Schema)) -> Scorer {
    let mut artifact: Artifact = small_scorer(&[16, 8]).artifact().clone();
    change(&mut artifact.document.schema);
    assert_eq!(artifact.document.schema.problems(), []);
    Scorer::new(Artifact::new(artifact.document, artifact.network).unwrap())
}

/// Every kind of constraint: tenure goes up in steps of 5 to 60 at most, charges follow it,
/// contract and partner have what is forbidden and what does not go together.
fn constrained() -> Scorer {
    scorer(|schema| {
        schema.fields[0].changeable = true;
        schema.fields[0].change = Change {
            direction: Direction::Increase,
            step: Some(5.0),
            maximum: Some(60.0),
            cost: Some(2.0),
            ..Change::default()
        };
        schema.fields[1].change.follows = Some("if(contract == \"Year\", 10, 0) + tenure / 10".into());
        schema.fields[2].change.forbidden = vec![["Year".into(), "Month".into()]];
        let rule = |when: &str, then: &str| Combination { when: when.into(), then: then.into() };
        schema.rules = vec![rule("contract == \"Year\"", "partner"), rule("tenure > 40", "charges < 45")];
    })
}

fn customer(scorer: &Scorer, cells: [Cell; 4]) -> Customer {
    Customer::from_cells(&scorer.document().schema, &cells).unwrap()
}

fn find(scorer: &Scorer, customer: &Customer, threshold: f64) -> Counterfactuals {
    let request = CounterfactualRequest { threshold, count: 5, fields: scorer.changeable() };
    scorer.counterfactuals(customer, &request, &mut scorer.workspace()).unwrap()
}

fn cells() -> impl Strategy<Value = [Cell; 4]> {
    let tenure = prop_oneof![Just(Cell::Missing), (0u32..=100).prop_map(|months| Cell::Number(months.into()))];
    let charges =
        prop_oneof![Just(Cell::Missing), (0u32..600).prop_map(|charge| Cell::Number(f64::from(charge) / 10.0))];
    let code = || prop_oneof![Just(Cell::Missing), (0u32..3).prop_map(Cell::Category)];
    (tenure, charges, code(), code())
        .prop_map(|(tenure, charges, contract, partner)| [tenure, charges, contract, partner])
}

/// Whether contract, partner, tenure and charges of a customer go together.
fn broken(cells: &[Cell]) -> [bool; 2] {
    let above = |cell: Cell, bound: f64| matches!(cell, Cell::Number(number) if number > bound);
    let reached = matches!(cells[1], Cell::Number(number) if number >= 45.0);
    [cells[2] == Cell::Category(1) && cells[3] == Cell::Category(0), above(cells[0], 40.0) && reached]
}

proptest! {
    #[test]
    fn every_answer_keeps_to_the_schema_and_scores_under_the_threshold(cells in cells(), threshold in 0.2f64..0.8) {
        let scorer = constrained();
        let customer = customer(&scorer, cells);
        let found = find(&scorer, &customer, threshold);
        prop_assert_eq!(found.answers.is_empty(), found.none.is_some());
        prop_assert_eq!(found.none == Some(NoCounterfactual::AlreadyUnder), found.score.probability < threshold);
        for answer in &found.answers {
            let after = answer.customer.cells();
            let again = scorer.score(&answer.customer, &mut scorer.workspace());
            prop_assert!(again == answer.score && again.probability < threshold);
            for change in &answer.changes {
                prop_assert_eq!((change.from, change.to), (cells[change.field], after[change.field]));
                prop_assert!(change.from != change.to && change.from != Cell::Missing);
            }
            let unchanged = (0..4).filter(|field| answer.changes.iter().all(|change| change.field != *field));
            for field in unchanged {
                prop_assert_eq!(cells[field], after[field]);
            }
            // Direction, step and bound.
            if let (Cell::Number(before), Cell::Number(after)) = (cells[0], after[0]) {
                prop_assert!(after == before || after > before && (after - before) % 5.0 == 0.0 && after <= 60.0);
            }
            // What is forbidden, and OTHER, is not proposed.
            prop_assert!(!(cells[2] == Cell::Category(1) && after[2] == Cell::Category(0)));
            prop_assert!(after[2] == cells[2] || after[2] != Cell::Category(2));
            prop_assert!(after[3] == cells[3] || after[3] != Cell::Category(2));
            // Rules hold, unless the customer broke them before.
            for (before, after) in broken(&cells).into_iter().zip(broken(after)) {
                prop_assert!(before || !after);
            }
            // The charges follow.
            if let (Cell::Number(before), Cell::Number(charged)) = (cells[1], after[1]) {
                let price = |cells: &[Cell]| match (cells[0], cells[2]) {
                    (Cell::Number(tenure), Cell::Category(contract)) => Some(tenure / 10.0 + if contract == 1 { 10.0 } else { 0.0 }),
                    _ => None,
                };
                let moved = price(after).zip(price(&cells)).map_or(0.0, |(after, before)| after - before);
                prop_assert!((charged - before - moved).abs() < 1e-8, "{charged} {before} {moved}");
                prop_assert!(answer.changes.iter().all(|change| change.follows == (change.field == 1)));
            }
        }
    }

    #[test]
    fn one_change_less_is_not_enough(cells in cells(), threshold in 0.2f64..0.8) {
        let scorer = scorer(|schema| schema.fields.iter_mut().for_each(|field| field.changeable = true));
        let found = find(&scorer, &customer(&scorer, cells), threshold);
        for answer in &found.answers {
            for change in answer.changes.iter().filter(|_| answer.changes.len() > 1) {
                let mut fewer: Vec<Cell> = answer.customer.cells().to_vec();
                fewer[change.field] = change.from;
                let fewer = Customer::from_cells(&scorer.document().schema, &fewer).unwrap();
                prop_assert!(scorer.score(&fewer, &mut scorer.workspace()).probability >= threshold);
            }
        }
    }
}

#[test]
fn options_of_a_number() {
    let values = |scorer: &Scorer, field: usize, now: f64| -> Vec<f64> {
        let options = scorer.options(field, Cell::Number(now)).into_iter();
        options.map(|(cell, _)| if let Cell::Number(number) = cell { number } else { f64::NAN }).collect()
    };
    // Knots of tenure: 0, 10, 20, 60; of charges: 5, 50.
    let free = scorer(|schema| schema.fields[1].change.step = Some(0.1));
    assert_eq!(values(&free, 0, 15.0), [0.0, 10.0, 20.0, 60.0]);
    assert_eq!(values(&free, 1, 20.04), [5.04, 49.94], "too many steps: the first ones past the knots, within them");
    let stepping = constrained();
    assert_eq!(values(&stepping, 0, 42.0), [47.0, 52.0, 57.0]);
    assert_eq!(values(&stepping, 0, 70.0), [] as [f64; 0], "beyond the knots and the maximum");
    // Half of the way to the next of three distances between knots: cost 2 · (1 + 1/6).
    assert!((stepping.options(0, Cell::Number(10.0))[0].1 - 2.0 * (1.0 + 0.5 / 3.0)).abs() < 1e-12);
    assert!(stepping.options(0, Cell::Missing).is_empty());
}

#[test]
fn options_of_a_category() {
    let options = |scorer: &Scorer, field: usize, code: u32| scorer.options(field, Cell::Category(code));
    let stepping = constrained();
    assert_eq!(options(&stepping, 2, 0), [(Cell::Category(1), 2.0)]);
    assert_eq!(options(&stepping, 2, 1), [], "Year to Month is forbidden");
    assert_eq!(options(&stepping, 2, 2), [(Cell::Category(0), 2.0), (Cell::Category(1), 2.0)], "OTHER may change");
    for (direction, now, expected) in [
        (Direction::Increase, 0, &[(Cell::Category(1), 2.0)][..]),
        (Direction::Increase, 1, &[]),
        (Direction::Decrease, 0, &[]),
        (Direction::Decrease, 1, &[(Cell::Category(0), 2.0)]),
        (Direction::Decrease, 2, &[]),
        (Direction::Increase, 2, &[]),
    ] {
        let directed = scorer(|schema| schema.fields[3].change.direction = direction);
        assert_eq!(options(&directed, 3, now), expected, "{direction:?} from {now}");
    }
}

#[test]
fn nothing_found_says_why() {
    let scorer = constrained();
    let cells = [Cell::Number(10.0), Cell::Number(20.0), Cell::Category(0), Cell::Category(0)];
    let customer = customer(&scorer, cells);
    assert_eq!(find(&scorer, &customer, 1.0).none, Some(NoCounterfactual::AlreadyUnder));
    let impossible = find(&scorer, &customer, 0.001);
    assert_eq!((impossible.none, impossible.exhaustive), (Some(NoCounterfactual::NotReached), 3));
    assert!(
        impossible.lowest >= 0.001 && impossible.lowest <= impossible.score.probability && impossible.evaluations > 0
    );
    let request = CounterfactualRequest { threshold: 0.001, count: 1, fields: Vec::new() };
    let found = scorer.counterfactuals(&customer, &request, &mut scorer.workspace()).unwrap();
    assert_eq!(found.none, Some(NoCounterfactual::NoChange));
    assert_eq!([0, 1, 2].map(|tier| scorer.threshold(tier)), [Some(0.2), Some(0.2), Some(0.45)]);
}
