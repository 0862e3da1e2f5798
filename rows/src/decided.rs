//! A decision as cells of a table.

use tenure::customer::Customer;
use tenure::decision::Refusal;
use tenure::scorer::{Decision, Scorer};

/// Names of the columns of numbers.
pub const DECISION_NUMBERS: [&str; 4] = ["probability", "value", "expected_profit", "cost"];
/// Names of the columns of texts; the last is that of the problems.
pub const DECISION_TEXTS: [&str; 9] =
    ["tier", "action", "offer", "reason", "reason_field", "withheld", "refused", "holdout", "problems"];

/// The cells of one decision.
pub struct DecidedRow {
    /// As in [`DECISION_NUMBERS`]; NaN where there is none.
    pub numbers: [f64; 4],
    /// As in [`DECISION_TEXTS`], problems left out; empty where there is none.
    pub texts: [String; 8],
}

impl DecidedRow {
    /// A decision about a customer in words.
    pub fn new(scorer: &Scorer, customer: &Customer, decision: &Decision) -> DecidedRow {
        let value = decision.value.unwrap_or(f64::NAN);
        let contact = scorer.document().policy.contact_cost;
        let cost = decision.actions.first().map_or(0.0, |best| best.judgement.cost + contact);
        let numbers = [decision.score.probability, value, decision.expected_profit, cost];
        DecidedRow { numbers, texts: texts(scorer, customer, decision) }
    }
}

fn texts(scorer: &Scorer, customer: &Customer, decision: &Decision) -> [String; 8] {
    let (policy, fields) = (&scorer.document().policy, &scorer.document().schema.fields);
    let tier = policy.decision_tiers().get(decision.tier);
    let action = tier.filter(|_| decision.holdout != Some(true)).map_or("", |tier| &tier.action);
    let best = decision.actions.first();
    let reason = best.and_then(|best| best.reason).or(decision.reasons.first().copied());
    let sentence = reason.map(|reason| {
        let contribution = decision.explanation.contributions[reason.field];
        scorer.messages().points(&fields[reason.field], customer.cells()[reason.field], contribution)
    });
    let reason_field = reason.map(|reason| match reason.group.and_then(|group| policy.reasons.get(group)) {
        Some(group) => &group.name,
        None => &fields[reason.field].name,
    });
    let withheld = decision.refused.iter().filter(|refused| refused.rule == Refusal::Holdout);
    let withheld = withheld.max_by(|a, b| a.profit.unwrap_or(0.0).total_cmp(&b.profit.unwrap_or(0.0)));
    let refused = decision.refused.iter().map(|refused| {
        let name = &policy.offers[refused.offer].name;
        format!("{name}: {}", refused.rule.name())
    });
    [
        tier.map_or("", |tier| &tier.name).into(),
        action.into(),
        best.map_or("", |best| &policy.offers[best.offer].name).into(),
        sentence.unwrap_or_default(),
        reason_field.cloned().unwrap_or_default(),
        withheld.map_or("", |withheld| &policy.offers[withheld.offer].name).into(),
        refused.collect::<Vec<_>>().join("; "),
        decision.holdout.map_or("", |held| if held { "yes" } else { "no" }).into(),
    ]
}
