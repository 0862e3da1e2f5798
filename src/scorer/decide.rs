//! Decisions: what to offer a customer, which offers were not made and why, and the reasons.

use super::explain::{ExplainError, ExplainOptions, Explanation};
use super::scale::Scale;
use super::score::{Score, Scorer, Workspace};
use crate::customer::{Cell, Customer};
use crate::decision::{Judgement, Policy, PolicyError, Refusal, Topic};
use crate::encoding::formula_value;
use crate::json::{decimal, list, object, quoted};

/// What a decision knows beside the customer.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct DecideOptions<'a> {
    /// The customer's identifier, for the hold-out.
    pub identifier: Option<&'a str>,
    /// Days since the customer's last offer; `None` if there was none.
    pub days_since_offer: Option<f64>,
    /// By offer, whether its capacity is used up; offers beyond the list have capacity.
    pub exhausted: &'a [bool],
    /// The most reasons to give.
    pub reasons: usize,
    /// What the explanation may cost. Its scale is always the probability.
    pub explain: ExplainOptions,
}

/// What to do about a customer.
#[derive(Clone, Debug, PartialEq)]
pub struct Decision {
    /// The customer's score.
    pub score: Score,
    /// Position in [`Policy::decision_tiers`].
    pub tier: usize,
    /// What the customer is worth; `None` where the policy does not say.
    pub value: Option<f64>,
    /// Expected profit of the first action; 0 without an action.
    pub expected_profit: f64,
    /// Offers to make, best first. A customer gets one of them.
    pub actions: Vec<Action>,
    /// The other offers, in the order of the policy.
    pub refused: Vec<Refused>,
    /// The fields that raise the probability most, largest first.
    pub reasons: Vec<Reason>,
    /// Whether the customer is held out; `None` where it needs an identifier and there is none.
    pub holdout: Option<bool>,
    /// The explanation that the reasons come from.
    pub explanation: Explanation,
}

/// An offer that is worth its cost.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Action {
    /// Position in `policy.offers`.
    pub offer: usize,
    /// What it is worth.
    pub judgement: Judgement,
    /// The reason that it answers, where one of its reasons raises the probability.
    pub reason: Option<Reason>,
}

/// An offer that is not made.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Refused {
    /// Position in `policy.offers`.
    pub offer: usize,
    /// The rule that stopped it.
    pub rule: Refusal,
    /// Its expected profit, where it is known.
    pub profit: Option<f64>,
}

/// A field, or a group of fields, that raises the probability.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reason {
    /// Position in the schema: the field; of a group, its largest.
    pub field: usize,
    /// Position in `policy.reasons`: the group of the field.
    pub group: Option<usize>,
    /// What it adds to the probability; of a group, all of its fields together.
    pub contribution: f64,
}

impl Scorer {
    /// Takes another policy.
    ///
    /// # Errors
    ///
    /// All problems of the policy; the one before stays.
    pub fn set_policy(&mut self, policy: Policy) -> Result<(), Vec<PolicyError>> {
        self.artifact.offers = policy.ready(&self.artifact.document.schema)?;
        self.artifact.document.policy = policy;
        Ok(())
    }

    /// Decides what to do about a customer. Offers are ranked by their expected profit. Of two whose
    /// profits agree to a millionth, one that answers a reason comes first, the larger reason
    /// before the smaller.
    pub fn decide(
        &self,
        customer: &Customer,
        options: &DecideOptions,
        workspace: &mut Workspace,
    ) -> Result<Decision, ExplainError> {
        let explain = ExplainOptions { scale: Scale::Probability, interactions: false, ..options.explain };
        let explanation = self.explain(customer, &explain, workspace)?;
        let Policy { holdout, .. } = &self.document().policy;
        let offers = &self.artifact().offers;
        let score = explanation.score;
        let cell = |field: usize| formula_value(customer.cells().get(field).copied().unwrap_or(Cell::Missing));
        let value = offers.value(&cell);
        let held_out = match (holdout, options.identifier) {
            (None, _) => Some(false),
            (Some(_), None) => None,
            (Some(holdout), Some(identifier)) => Some(holdout.holds_out(identifier)),
        };
        let (mut actions, mut refused): (Vec<Action>, Vec<Refused>) = (Vec::new(), Vec::new());
        for offer in 0..offers.len() {
            let judged = offers.judge(offer, score.probability, value, options.days_since_offer, &cell);
            let (rule, profit) = match judged {
                Err(rule) => (rule, None),
                Ok(judgement) => {
                    let exhausted = options.exhausted.get(offer).copied().unwrap_or(false);
                    let rules = [
                        (judgement.profit <= 0.0, Refusal::Profit),
                        (exhausted, Refusal::Capacity),
                        (held_out == Some(true), Refusal::Holdout),
                    ];
                    let Some((_, rule)) = rules.into_iter().find(|(broken, _)| *broken) else {
                        let reason = largest(offers.answers(offer), &explanation.contributions);
                        let action = Action { offer, judgement, reason };
                        // Insertion, because offers are few and a sort adds code to the download.
                        let at = actions.partition_point(|other| rank(other) >= rank(&action));
                        actions.insert(at, action);
                        continue;
                    };
                    (rule, Some(judgement.profit))
                }
            };
            refused.push(Refused { offer, rule, profit });
        }
        let expected_profit = actions.first().map_or(0.0, |action| action.judgement.profit);
        Ok(Decision {
            score,
            tier: self.document().policy.decision_tier(score.probability, expected_profit),
            value,
            expected_profit,
            actions,
            refused,
            reasons: self.reasons(&explanation.contributions, options.reasons),
            holdout: held_out,
            explanation,
        })
    }

    /// A decision as JSON, as the npm package and `tenure decide` give it. All numbers are finite: the
    /// weights are bounded, and amounts that are not finite are refused.
    pub fn decision_json(&self, customer: &Customer, decision: &Decision) -> String {
        let Decision { score, tier, value, expected_profit, actions, refused, reasons, holdout, explanation } =
            decision;
        let policy = &self.document().policy;
        let number = |number: Option<f64>| number.map_or_else(|| "null".into(), decimal::text);
        let offer = |offer: usize| {
            let offer = &policy.offers[offer];
            [&offer.name, offer.label()].map(quoted)
        };
        let actions = actions.iter().map(|Action { offer: at, judgement, reason }| {
            let ([name, label], Judgement { effect, cost, profit }) = (offer(*at), *judgement);
            let reason =
                reason.map_or_else(|| "null".into(), |reason| self.reason_json(customer, explanation, &reason));
            let [profit, cost, effect] = [profit, cost, effect].map(decimal::text);
            object(&[
                ("offer", &name),
                ("label", &label),
                ("expectedProfit", &profit),
                ("cost", &cost),
                ("effect", &effect),
                ("reason", &reason),
            ])
        });
        let refused = refused.iter().map(|refused| {
            let ([name, label], profit) = (offer(refused.offer), number(refused.profit));
            let rule = quoted(refused.rule.name());
            object(&[("offer", &name), ("label", &label), ("rule", &rule), ("expectedProfit", &profit)])
        });
        let reasons = reasons.iter().map(|reason| self.reason_json(customer, explanation, reason));
        let action = policy.decision_tiers().get(*tier).map_or("", |tier| tier.action.as_str());
        let [probability, logit, expected_profit, error] =
            [score.probability, score.logit, *expected_profit, explanation.standard_error()].map(decimal::text);
        object(&[
            ("probability", &probability),
            ("logit", &logit),
            ("tier", &decimal::text(*tier as f64)),
            ("action", &quoted(if *holdout == Some(true) { "" } else { action })),
            ("value", &number(*value)),
            ("expectedProfit", &expected_profit),
            ("holdout", holdout.map_or("null", |holdout| if holdout { "true" } else { "false" })),
            ("actions", &list(&actions.collect::<Vec<_>>())),
            ("refused", &list(&refused.collect::<Vec<_>>())),
            ("reasons", &list(&reasons.collect::<Vec<_>>())),
            ("exact", if explanation.exact { "true" } else { "false" }),
            ("standardError", &error),
        ])
    }

    fn reason_json(&self, customer: &Customer, explanation: &Explanation, reason: &Reason) -> String {
        let (field, cell) = (&self.document().schema.fields[reason.field], customer.cells()[reason.field]);
        let messages = self.messages();
        let sentence = quoted(&messages.points(field, cell, explanation.contributions[reason.field]));
        let [name, label] = [&field.name, messages.label(field)].map(quoted);
        let text = quoted(&messages.value(field, cell));
        let group = reason.group.and_then(|group| self.document().policy.reasons.get(group));
        object(&[
            ("field", &name),
            ("label", &label),
            ("text", &text),
            ("group", &group.map_or_else(|| "null".into(), |group| quoted(group.label()))),
            ("contribution", &decimal::text(reason.contribution)),
            ("sentence", &sentence),
        ])
    }

    /// The largest contributions that raise the probability by at least what a sentence shows.
    fn reasons(&self, contributions: &[f64], count: usize) -> Vec<Reason> {
        let mut reasons: Vec<Reason> = Vec::new();
        for (field, &contribution) in contributions.iter().enumerate() {
            if contribution < SHOWN {
                continue;
            }
            let group = self.artifact().offers.group_of(field);
            let at = reasons.partition_point(|other| other.contribution >= contribution);
            reasons.insert(at, Reason { field, group, contribution });
        }
        reasons.truncate(count);
        reasons
    }
}

/// A twentieth of a percentage point: a sentence shows a tenth.
const SHOWN: f64 = 0.0005;

/// What a rank is made of, the most important first.
fn rank(action: &Action) -> (f64, f64) {
    // A whole number of millionths, so that rounding makes no difference.
    ((action.judgement.profit * 1e6).round(), action.reason.map_or(0.0, |reason| reason.contribution))
}

/// The topic that raises the probability most, if one does.
fn largest(topics: &[Topic], contributions: &[f64]) -> Option<Reason> {
    let mut best: Option<Reason> = None;
    for Topic { group, fields } in topics {
        let contribution = fields.iter().map(|&field| contributions[field]).sum::<f64>();
        let mut fields = fields.iter().copied();
        let Some(first) = fields.next() else { continue };
        let field = fields.fold(first, |a, b| if contributions[b] > contributions[a] { b } else { a });
        if contribution >= SHOWN && best.is_none_or(|best| best.contribution < contribution) {
            best = Some(Reason { field, group: *group, contribution });
        }
    }
    best
}
