//! A record, a zero byte and a model file: reads, scores, explains, searches and decides.

#![no_main]

use libfuzzer_sys::fuzz_target;
use tenure::customer::{MISSING_CODE, check};
use tenure::json;
use tenure::scorer::{ColumnBlock, CounterfactualRequest, DecideOptions, ExplainOptions, Scale, Scorer};
use tenure_fuzz::{unknown, values};

/// Evaluations of an explanation.
const BUDGET: u64 = 4096;

fuzz_target!(|input: &[u8]| {
    let Some(at) = input.iter().position(|&byte| byte == 0) else { return };
    let Ok(lines) = std::str::from_utf8(&input[..at]) else { return };
    let Ok(scorer) = Scorer::from_bytes(&input[at + 1..]) else { return };
    let schema = &scorer.document().schema;
    let customer = check(schema, &values(lines)).map_or_else(|_| unknown(schema), |(customer, _)| customer);
    let mut workspace = scorer.workspace();

    let score = scorer.score(&customer, &mut workspace);
    assert!(score.logit.is_finite() && (0.0..=1.0).contains(&score.probability), "{score:?}");
    assert!(score.tier < scorer.document().policy.tiers.len());
    (0..schema.fields.len()).for_each(|field| drop(scorer.text(field, customer.cells()[field])));
    scorer.has_warnings(&customer);

    let budget = Some(BUDGET.max(scorer.minimum_budget()));
    for scale in [Scale::LogOdds, Scale::Probability] {
        let options = ExplainOptions { scale, budget, ..ExplainOptions::default() };
        let explanation = scorer.explain(&customer, &options, &mut workspace).expect("the budget is enough");
        assert_eq!(explanation.score, score);
        assert!(explanation.base.is_finite() && explanation.contributions.iter().all(|share| share.is_finite()));
    }

    let threshold = scorer.threshold(score.tier).unwrap_or(0.5);
    let request = CounterfactualRequest { threshold, count: 2, fields: scorer.changeable() };
    for answer in scorer.counterfactuals(&customer, &request, &mut workspace).expect("nothing stops it").answers {
        assert!(answer.score.probability < threshold && !answer.changes.is_empty());
    }

    let explain = ExplainOptions { budget, ..ExplainOptions::default() };
    let options = DecideOptions { identifier: Some("1"), reasons: 3, explain, ..DecideOptions::default() };
    let decision = scorer.decide(&customer, &options, &mut workspace).expect("the budget is enough");
    json::parse(&scorer.decision_json(&customer, &decision)).expect("a decision is JSON");

    // A column is scored as its rows are.
    let mut block = ColumnBlock::new(&scorer, 1);
    block.numbers.iter_mut().for_each(|column| column.fill(f64::NAN));
    block.codes.iter_mut().for_each(|column| column.fill(MISSING_CODE));
    assert_eq!(block.score(&scorer, 1), 0);
    let alone = scorer.score(&unknown(schema), &mut workspace);
    assert_eq!(f64::from(block.logits[0]).to_bits(), alone.logit.to_bits());
});
