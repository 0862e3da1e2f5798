use super::*;
use crate::artifact::{Background, BackgroundRow, EncoderDocument, FORMAT_VERSION};
use crate::calibration::Calibration;
use crate::decision::Policy;
use crate::encoding::tests::{customer, encoded_schema, small_encoder};
use crate::explanation::tests::{definition, interaction_definition};
use crate::network::Network;
use crate::network::tests::parts;

pub(crate) fn customers() -> Vec<Customer> {
    let cells = |n: u32| {
        let tenure = if n % 5 == 4 { Cell::Missing } else { Cell::Number(f64::from(n * 37 % 100)) };
        [tenure, Cell::Number(f64::from(n * 13 % 60)), Cell::Category(n % 3), Cell::Category(n % 2)]
    };
    (0..12).map(|n| customer(cells(n))).collect()
}

/// A scorer over the small encoder, derived feature included, with random weights.
pub(crate) fn small_scorer(hidden: &[usize]) -> Scorer {
    let encoder = small_encoder();
    let schema = encoded_schema();
    let row = |customer: &Customer| BackgroundRow { members: 25, cells: customer.cells().to_vec() };
    let rows = customers().iter().take(7).map(row).collect();
    let document = Document {
        format_version: FORMAT_VERSION,
        encoder: EncoderDocument { inputs: encoder.documents() },
        calibration: Calibration::Temperature { temperature: 1.5 },
        policy: Policy::default(),
        background: Background { k: 20, rows },
        card: r#"{"name":"small"}"#.into(),
        schema,
    };
    let network = Network::new(encoder.row_count(), parts(encoder.row_count(), hidden)).unwrap();
    Scorer::new(Artifact::new(document, network).unwrap())
}

#[test]
fn contributions_and_interactions_are_their_definitions_on_mixed_records() {
    let options = ExplainOptions { interactions: true, ..ExplainOptions::default() };
    for hidden in [&[][..], &[6], &[16, 8]] {
        let scorer = small_scorer(hidden);
        let mut workspace = scorer.workspace();
        for customer in customers() {
            let explanation = scorer.explain(&customer, &options, &mut workspace).unwrap();
            let (mut expected, mut expected_pairs) = ([0.0; 4], [0.0; 16]);
            for reference in &scorer.artifact.background {
                let mixture = |coalition: usize| {
                    let cell =
                        |f: usize| if coalition >> f & 1 == 1 { customer.cells()[f] } else { reference.cells()[f] };
                    let cells: Vec<_> = (0..4).map(cell).collect();
                    Customer::from_cells(&scorer.document().schema, &cells).unwrap()
                };
                let values = (0..16).map(|coalition| scorer.score(&mixture(coalition), &mut workspace).logit as f32);
                let values: Vec<f32> = values.collect();
                for (i, j) in [(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3)] {
                    expected_pairs[i * 4 + j] += interaction_definition(&values, i, j) / 7.0;
                }
                let game = definition(&values);
                expected.iter_mut().zip(game).for_each(|(sum, share)| *sum += share / 7.0);
            }
            for (contribution, expected) in explanation.contributions.iter().zip(expected) {
                assert!((contribution - expected).abs() < 1e-5, "{hidden:?}: {contribution} {expected}");
            }
            let sum = explanation.base + explanation.contributions.iter().sum::<f64>();
            assert!((sum - explanation.score.logit).abs() < 1e-5);
            let pairs = explanation.interactions.unwrap();
            assert!(pairs.len() == 6 && pairs.is_sorted_by(|a, b| a.value.abs() >= b.value.abs()));
            for Interaction { first, second, value } in pairs {
                let expected = expected_pairs[first * 4 + second];
                assert!((value - expected).abs() < 1e-5, "{hidden:?}, {first} and {second}: {value} {expected}");
            }
        }
    }
}

#[test]
fn columns_agree_with_single_customers_bit_for_bit() {
    let scorer = small_scorer(&[16, 8]);
    let mut block = ColumnBlock::new(&scorer, 600);
    let customers = customers();
    for row in 0..600 {
        block.set(row, &customers[row % 12]);
    }
    block.numbers[0][300] = 1e9;
    block.codes[2][301] = 77;
    block.numbers[1][302] = f64::INFINITY;
    assert_eq!(block.score(&scorer, 600), 3);
    let mut workspace = scorer.workspace();
    for row in (0..600).filter(|row| !(300..303).contains(row)) {
        let customer = &customers[row % 12];
        let score = scorer.score(customer, &mut workspace);
        assert_eq!(block.logits[row].to_bits(), (score.logit as f32).to_bits(), "row {row}");
        assert_eq!((block.probabilities[row], block.tiers[row]), (score.probability as f32, score.tier as u8));
        assert_eq!(block.flags[row], u8::from(scorer.has_warnings(customer)));
    }
    assert!(block.logits[300..303].iter().all(|logit| logit.is_nan()) && block.tiers[301] == u8::MAX);
}

#[test]
fn cells_in_words() {
    let scorer = small_scorer(&[]);
    let words = [
        (0, Cell::Number(2.5)),
        (2, Cell::Category(1)),
        (2, Cell::Category(2)),
        (3, Cell::Missing),
        (3, Cell::Category(0)),
    ];
    assert_eq!(words.map(|(field, cell)| scorer.text(field, cell)), ["2.5", "Year", "other", "missing", "No"]);
}
