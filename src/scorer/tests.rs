use super::explain::LARGEST;
use super::*;
use crate::artifact::{Artifact, Background, BackgroundRow, Document, EncoderDocument, FORMAT_VERSION};
use crate::calibration::Calibration;
use crate::customer::MISSING_CODE;
use crate::customer::{Cell, Customer};
use crate::decision::{Amount, Effect, Group, Holdout, Judgement, Offer, Policy, Refusal};
use crate::encoding::tests::{customer, encoded_schema, small_encoder};
use crate::encoding::{Encoder, Features, InputDocument};
use crate::explanation::Budget;
use crate::explanation::Game as _;
use crate::explanation::tests::{definition, interaction_definition};
use crate::network::tests::parts;
use crate::network::{Network, NetworkParts};
use crate::schema::{Field, Schema};

pub(crate) fn customers() -> Vec<Customer> {
    let cells = |n: u32| {
        let tenure = if n % 5 == 4 { Cell::Missing } else { Cell::Number(f64::from(n * 37 % 100)) };
        [tenure, Cell::Number(f64::from(n * 13 % 60)), Cell::Category(n % 3), Cell::Category(n % 2)]
    };
    (0..12).map(|n| customer(cells(n))).collect()
}

/// A scorer over the small encoder, derived feature included, with random weights.
pub(crate) fn small_scorer(hidden: &[usize]) -> Scorer {
    scorer(encoded_schema(), small_encoder(), &customers()[..7], parts(small_encoder().row_count(), hidden))
}

/// A scorer of 40 numbers and a product of two of them, which no budget explains exactly, and
/// customers for it.
pub(crate) fn wide_scorer(hidden: &[usize]) -> (Scorer, Vec<Customer>) {
    const FIELDS: usize = 40;
    let mut schema = encoded_schema();
    let field = schema.fields[1].clone();
    schema.fields = (0..FIELDS).map(|n| Field { name: format!("f{n}"), ..field.clone() }).collect();
    schema.derived[0].formula = "f3 * f5".into();
    let names = schema.fields.iter().map(|field| &field.name).chain([&schema.derived[0].name]);
    let documents = names.map(|name| InputDocument { name: name.clone(), knots: vec![0.0, 20.0, 40.0, 100.0] });
    let encoder = Encoder::new(&schema, documents.collect()).unwrap();
    let cells = |n: usize| (0..FIELDS).map(move |field| Cell::Number(((n + 3) * (field + 7) * 37 % 101) as f64));
    let customer = |n| Customer::from_cells(&schema, &cells(n).collect::<Vec<_>>()).unwrap();
    let customers: Vec<Customer> = (0..8).map(customer).collect();
    let mut parts = parts(encoder.row_count(), hidden);
    // With full weights, the sums of 40 inputs would lie far from the bend of every unit.
    parts.table.iter_mut().for_each(|weight| *weight *= 0.3);
    (scorer(schema, encoder, &customers[..3], parts), customers)
}

fn scorer(schema: Schema, encoder: Encoder, background: &[Customer], parts: NetworkParts) -> Scorer {
    let row = |customer: &Customer| BackgroundRow { members: 25, cells: customer.cells().to_vec() };
    let document = Document {
        format_version: FORMAT_VERSION,
        encoder: EncoderDocument { inputs: encoder.documents() },
        calibration: Calibration::Temperature { temperature: 1.5 },
        policy: Policy::default(),
        background: Background { k: 20, rows: background.iter().map(row).collect() },
        card: r#"{"name":"small"}"#.into(),
        schema,
    };
    Scorer::new(Artifact::new(document, Network::new(encoder.row_count(), parts).unwrap()).unwrap())
}

#[test]
fn contributions_and_interactions_are_their_definitions_on_mixed_records() {
    let logits = vec![-1.5, -0.25, 0.125, 1.0];
    let isotonic = Calibration::Isotonic { logits, probabilities: vec![0.0625, 0.25, 0.25, 0.875] };
    for (scale, calibration) in [
        (Scale::LogOdds, isotonic.clone()),
        (Scale::Probability, isotonic),
        (Scale::Probability, Calibration::Temperature { temperature: 0.5 }),
    ] {
        for hidden in [&[][..], &[6], &[16, 8]] {
            compare_with_definitions(scale, &calibration, hidden);
        }
    }
}

fn compare_with_definitions(scale: Scale, calibration: &Calibration, hidden: &[usize]) {
    let options = ExplainOptions { scale, interactions: true, ..ExplainOptions::default() };
    let of = |score: Score| if scale == Scale::LogOdds { score.logit } else { score.probability };
    {
        let mut scorer = small_scorer(hidden);
        scorer.artifact.document.calibration = calibration.clone();
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
                let values = (0..16).map(|coalition| of(scorer.score(&mixture(coalition), &mut workspace)) as f32);
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
            assert!((sum - of(explanation.score)).abs() < 1e-5);
            let pairs = explanation.interactions.unwrap();
            assert!(pairs.len() == 6 && pairs.is_sorted_by(|a, b| a.value.abs() >= b.value.abs()));
            for Interaction { first, second, value } in pairs {
                let expected = expected_pairs[first * 4 + second];
                assert!((value - expected).abs() < 1e-5, "{hidden:?}, {first} and {second}: {value} {expected}");
            }
        }
    }
}

/// 600 rows of the customers in turn.
fn block(scorer: &Scorer, customers: &[Customer]) -> ColumnBlock {
    let mut block = ColumnBlock::new(scorer, 600);
    for row in 0..600 {
        for (field, cell) in customers[row % customers.len()].cells().iter().enumerate() {
            match *cell {
                Cell::Number(number) => block.numbers[field][row] = number,
                Cell::Category(code) => block.codes[field][row] = code as u16,
                Cell::Missing if block.codes[field].is_empty() => block.numbers[field][row] = f64::NAN,
                Cell::Missing => block.codes[field][row] = MISSING_CODE,
            }
        }
    }
    block
}

#[test]
fn columns_agree_with_single_customers_bit_for_bit() {
    for hidden in [&[][..], &[3], &[16], &[32], &[44], &[16, 8], &[21, 9, 8]] {
        let scorer = small_scorer(hidden);
        // The category and the flag share a lookup.
        assert_eq!(scorer.first_layer().lookups.list.len() + 1, scorer.artifact().encoder.inputs().len());
        let customers = customers();
        let mut block = block(&scorer, &customers);
        block.numbers[0][300] = 1e9;
        block.codes[2][301] = 77;
        block.numbers[1][302] = f64::INFINITY;
        assert_eq!(block.score(&scorer, 600), 3);
        let mut workspace = scorer.workspace();
        let Artifact { encoder, network, .. } = scorer.artifact();
        let mut features = Features::new(encoder.inputs().len(), 1);
        for row in (0..600).filter(|row| !(300..303).contains(row)) {
            let customer = &customers[row % 12];
            let score = scorer.score(customer, &mut workspace);
            assert_eq!(block.logits[row].to_bits(), (score.logit as f32).to_bits(), "{hidden:?}, row {row}");
            encoder.encode(customer, 0, &mut features);
            let by_input = network.logit(&features, &mut network.scratch());
            assert_eq!(block.logits[row].to_bits(), by_input.to_bits(), "{hidden:?}, row {row}");
            assert_eq!((block.probabilities[row], block.tiers[row]), (score.probability as f32, score.tier as u8));
            assert_eq!(block.flags[row], u8::from(scorer.has_warnings(customer)));
        }
        assert!(block.logits[300..303].iter().all(|logit| logit.is_nan()) && block.tiers[301] == u8::MAX);
    }
}

#[test]
fn checked_columns_have_the_scores_and_warnings_of_unchecked_ones() {
    let scorer = small_scorer(&[16, 8]);
    let mut unchecked = block(&scorer, &customers());
    unchecked.codes[2][7] = 2;
    unchecked.numbers[0][8] = 1e9;
    let mut checked = unchecked.clone();
    // What the check of the values found.
    checked.numbers[0][8] = f64::NAN;
    checked.flags[8] = Flag::Error as u8;
    assert_eq!((unchecked.score(&scorer, 600), checked.score_checked(&scorer, 600)), (1, 1));
    let bits = |numbers: &[f32]| numbers.iter().map(|number| number.to_bits()).collect::<Vec<_>>();
    assert_eq!(bits(&checked.logits), bits(&unchecked.logits));
    assert_eq!(bits(&checked.probabilities), bits(&unchecked.probabilities));
    assert_eq!((&checked.flags, &checked.tiers), (&unchecked.flags, &unchecked.tiers));
    assert_eq!((checked.flags[7], checked.flags[8]), (Flag::Warning as u8, Flag::Error as u8));
    assert_eq!(checked.customer(&scorer, 0), Some(customers()[0].clone()));
    assert_eq!(unchecked.customer(&scorer, 8), None);
    assert_eq!(checked.customer(&scorer, 600), None);
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

#[test]
fn another_thread_stops_an_explanation_and_a_search() {
    let (scorer, wide) = wide_scorer(&[16]);
    let customer = &wide[wide.len() - 1];
    let options = ExplainOptions { budget: Some(1 << 22), ..ExplainOptions::default() };
    let request = CounterfactualRequest { threshold: 0.0, count: 3, fields: vec![0, 1, 2, 3] };
    let expected = scorer.explain(customer, &options, &mut scorer.workspace());
    let stop = Stop::default();
    let mut workspace = scorer.workspace();
    workspace.stop_by(stop.clone());
    let stopped = std::thread::scope(|scope| {
        let working = scope.spawn(|| {
            // Until it is stopped, it gives what it gives without a flag.
            loop {
                match scorer.explain(customer, &options, &mut workspace) {
                    Err(error) => return error,
                    complete => assert_eq!(complete, expected),
                }
            }
        });
        std::thread::sleep(std::time::Duration::from_millis(20));
        stop.set();
        working.join().unwrap()
    });
    assert_eq!(stopped, ExplainError::Stopped(Stopped));
    let small = small_scorer(&[16, 8]);
    let mut workspace = small.workspace();
    workspace.stop_by(stop);
    let customer = &customers()[10];
    let game = &small.games(customer, Scale::LogOdds)[0];
    let mut values = [1.0; 2];
    game.walk(&small, None, &workspace.stop).values(0, &mut values);
    assert_eq!(values, [0.0; 2], "a block that follows costs nothing");
    let changeable = scorer_of_changeable(&small);
    assert_eq!(changeable.counterfactuals(customer, &request, &mut workspace), Err(Stopped));
}

/// The same scorer; every field may change.
fn scorer_of_changeable(scorer: &Scorer) -> Scorer {
    let mut changeable = scorer.clone();
    changeable.artifact.document.schema.fields.iter_mut().for_each(|field| field.changeable = true);
    changeable
}

#[test]
fn beyond_the_budget_contributions_are_sampled_and_still_add_up() {
    for (scale, hidden) in [(Scale::LogOdds, &[16][..]), (Scale::Probability, &[16]), (Scale::Probability, &[])] {
        sampled(scale, hidden);
    }
}

#[test]
fn an_absurd_budget_counts_as_the_largest_and_buys_all_coalitions_where_these_are_fewer() {
    let (scorer, _) = wide_scorer(&[16]);
    let of = |budget| scorer.budget(&ExplainOptions { budget, ..ExplainOptions::default() });
    let default = of(None);
    for absurd in [LARGEST * default.evaluations + 1, 1 << 60, u64::MAX] {
        let Budget { evaluations, sampled, .. } = of(Some(absurd));
        assert_eq!((evaluations, sampled), (LARGEST * default.evaluations, LARGEST * default.sampled));
    }
    let Budget { evaluations, sampled, .. } = of(Some(LARGEST * default.sampled));
    assert_eq!((evaluations, sampled), (LARGEST * default.sampled, LARGEST * default.sampled));
    let small = small_scorer(&[16]);
    let explain = |budget| {
        let options = ExplainOptions { budget: Some(budget), ..ExplainOptions::default() };
        small.explain(&customers()[10], &options, &mut small.workspace()).unwrap()
    };
    let all = explain(u64::MAX);
    assert!(all.exact);
    assert_eq!(all, explain(all.evaluations.max(small.minimum_budget())));
}

fn sampled(scale: Scale, hidden: &[usize]) {
    let (scorer, customers) = wide_scorer(hidden);
    let mut workspace = scorer.workspace();
    let mut explain = |customer, budget| {
        let options = ExplainOptions { scale, budget: Some(budget), ..ExplainOptions::default() };
        scorer.explain(customer, &options, &mut workspace).unwrap()
    };
    for customer in &customers[3..] {
        let [rough, fine] = [1_000, 200_000].map(|budget| explain(customer, budget));
        for explanation in [&rough, &fine] {
            assert!(!explanation.exact);
            let sum = explanation.base + explanation.contributions.iter().sum::<f64>();
            let score = if scale == Scale::LogOdds { explanation.score.logit } else { explanation.score.probability };
            assert!((sum - score).abs() < 1e-4, "{sum} {score}");
        }
        assert!(fine.standard_error() < rough.standard_error() / 5.0);
        for ((a, b), error) in rough.contributions.iter().zip(&fine.contributions).zip(&rough.standard_errors) {
            assert!((a - b).abs() < 5.0 * error + 1e-6, "{a} {b} {error}");
        }
    }
}

/// The small scorer with offers. A customer is worth 100; the cost of an offer makes its profit.
pub(crate) fn deciding_scorer(holdout: Option<Holdout>) -> Scorer {
    let scorer = small_scorer(&[6]);
    let offer = |name: &str, cost: f64, answers: &[&str]| Offer {
        name: name.into(),
        label: String::new(),
        cost: Amount::Number(cost),
        effect: Effect::Amount(Amount::Number(0.5)),
        eligible: None,
        answers: answers.iter().map(ToString::to_string).collect(),
        capacity: None,
        cooldown: 0.0,
    };
    let policy = Policy {
        value: Some(Amount::Number(100.0)),
        contact_cost: 1.0,
        holdout,
        reasons: vec![Group {
            name: "all".into(),
            label: String::new(),
            fields: vec!["tenure".into(), "charges".into()],
        }],
        offers: vec![
            offer("nothing in particular", 2.0, &[]),
            offer("group", 2.0, &["all"]),
            offer("contract", 2.0, &["contract"]),
            offer("cheap", 1.0, &[]),
            Offer { cooldown: 30.0, ..offer("again", 0.0, &[]) },
            Offer { eligible: Some("tenure > 1000 - 950".into()), ..offer("loyal", 0.0, &[]) },
            offer("dear", 1000.0, &[]),
            Offer { cost: Amount::Formula("10 / tenure".into()), ..offer("unknown", 0.0, &[]) },
            Offer { effect: Effect::Amount(Amount::Formula("tenure".into())), ..offer("too good", 0.0, &[]) },
        ],
        ..Policy::default()
    };
    let Artifact { document, network, .. } = scorer.artifact;
    Scorer::new(Artifact::new(Document { policy, ..document }, network).unwrap())
}

#[test]
fn offers_are_ranked_by_profit_and_then_by_the_reason_they_answer() {
    let scorer = deciding_scorer(None);
    let mut workspace = scorer.workspace();
    let options = DecideOptions { days_since_offer: Some(29.0), reasons: 4, ..DecideOptions::default() };
    let (mut answered, mut swapped) = (0, 0);
    for customer in customers() {
        let decision = scorer.decide(&customer, &options, &mut workspace).unwrap();
        let contributions = &decision.explanation.contributions;
        let profit = |cost: f64| decision.score.probability * 0.5 * 100.0 - cost - 1.0;
        assert!(profit(2.0) > 0.0, "the test needs customers who are worth an offer");
        assert_eq!((decision.value, decision.holdout), (Some(100.0), Some(false)));
        assert_eq!(decision.tier, decision.score.tier);
        let offers: Vec<usize> = decision.actions.iter().map(|action| action.offer).collect();
        for action in &decision.actions {
            let Judgement { profit: seen, effect, cost } = action.judgement;
            if [0, 1, 2, 3].contains(&action.offer) {
                let own = if action.offer == 3 { 1.0 } else { 2.0 };
                assert!((seen - profit(own)).abs() < 1e-9 && effect == 0.5 && cost == own + 1.0);
            }
        }
        // The cheap offer comes before the three of equal profit.
        let place = |offer: usize| offers.iter().position(|other| *other == offer);
        assert!(place(3) < place(0).min(place(1)).min(place(2)));
        let shares = [0.0, contributions[0] + contributions[1], contributions[2]].map(|share| share.max(0.0));
        let shown = shares.map(|share| if share >= 0.0005 { share } else { 0.0 });
        for (a, b) in [(0, 1), (1, 0), (0, 2), (2, 0), (1, 2), (2, 1)] {
            if shown[a] > shown[b] {
                assert!(place(a) < place(b), "{shares:?} {offers:?}");
                swapped += usize::from(a > b);
            }
        }
        for action in decision.actions.iter().filter(|action| action.offer == 1) {
            let reason = action.reason.filter(|_| shares[1] >= 0.0005);
            answered += usize::from(reason.is_some());
            assert!(
                reason.is_none_or(|reason| reason.group == Some(0) && (reason.contribution - shares[1]).abs() < 1e-12)
            );
        }
        let rule =
            |offer: usize| decision.refused.iter().find(|refused| refused.offer == offer).map(|refused| refused.rule);
        assert_eq!((rule(4), rule(6)), (Some(Refusal::Cooldown), Some(Refusal::Profit)));
        let tenure = customer.cells()[0];
        assert_eq!(
            rule(5),
            if matches!(tenure, Cell::Number(months) if months > 50.0) { None } else { Some(Refusal::Eligibility) }
        );
        match tenure {
            Cell::Missing => assert_eq!((rule(7), rule(8)), (Some(Refusal::Cost), Some(Refusal::Effect))),
            Cell::Number(0.0) => assert_eq!((rule(7), rule(8)), (Some(Refusal::Cost), Some(Refusal::Profit))),
            _ => assert_eq!(rule(8), Some(Refusal::Effect)),
        }
        assert_eq!(decision.actions.len() + decision.refused.len(), 9);
        assert!(decision.reasons.is_sorted_by(|a, b| a.contribution >= b.contribution));
        let positive = contributions.iter().filter(|share| **share >= 0.0005).count();
        assert_eq!(decision.reasons.len(), positive);
        assert!(decision.reasons.iter().all(|reason| reason.group == (reason.field < 2).then_some(0)));
        let expected = decision.actions.first().map(|action| action.judgement.profit);
        assert_eq!(decision.expected_profit, expected.unwrap());
    }
    assert!(answered > 0 && swapped > 0, "{answered} {swapped}");
}

#[test]
fn held_out_customers_and_exhausted_offers_get_none() {
    let scorer = deciding_scorer(Some(Holdout { fraction: 0.5, key: "k".into() }));
    let holdout = scorer.document().policy.holdout.clone().unwrap();
    let mut workspace = scorer.workspace();
    let customer = &customers()[1];
    let mut held = 0;
    for identifier in (0..40).map(|number| number.to_string()) {
        let options = DecideOptions { identifier: Some(&identifier), exhausted: &[true], ..DecideOptions::default() };
        let decision = scorer.decide(customer, &options, &mut workspace).unwrap();
        let rule =
            |offer: usize| decision.refused.iter().find(|refused| refused.offer == offer).map(|refused| refused.rule);
        assert_eq!(decision.holdout, Some(holdout.holds_out(&identifier)));
        assert_eq!(rule(0), Some(Refusal::Capacity));
        if holdout.holds_out(&identifier) {
            held += 1;
            assert_eq!((decision.actions.len(), decision.expected_profit), (0, 0.0));
            assert_eq!(rule(3), Some(Refusal::Holdout));
        } else {
            assert!(decision.expected_profit > 0.0);
        }
    }
    assert!((10..30).contains(&held), "{held}");
    let unknown = scorer.decide(customer, &DecideOptions::default(), &mut workspace).unwrap();
    assert!(unknown.holdout.is_none() && !unknown.actions.is_empty());
}
