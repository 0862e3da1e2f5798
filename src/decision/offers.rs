//! The offers of a policy, ready to judge customers.

use super::term::Term;
use crate::schema::Formula;

/// The offers of a policy with their formulas parsed; [`super::Policy::ready`] makes them.
#[derive(Clone, Debug, PartialEq)]
pub struct Offers {
    pub(super) value: Option<Term>,
    pub(super) contact_cost: f64,
    /// By group of the policy.
    pub(super) reasons: Vec<Topic>,
    pub(super) offers: Vec<ReadyOffer>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct ReadyOffer {
    pub(super) cost: Term,
    pub(super) effect: Term,
    pub(super) eligible: Option<Formula>,
    pub(super) answers: Vec<Topic>,
    pub(super) cooldown: f64,
}

/// A reason that an offer answers: a group of fields, or one field.
#[derive(Clone, Debug, PartialEq)]
pub struct Topic {
    /// Position in `policy.reasons`; `None` for one field.
    pub group: Option<usize>,
    /// Positions in the schema.
    pub fields: Vec<usize>,
}

/// The rule that stopped an offer. The texts are stable: callers match on them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The customer does not meet the condition, or the condition reads a missing value.
    Eligibility,
    /// What the customer is worth is not known: its formula has no value, or one below 0.
    Value,
    /// The effect is not known: its formula has no value, or one outside 0 to 1.
    Effect,
    /// The cost is not known: its formula has no value, or one below 0.
    Cost,
    /// Too few days have passed since the last offer.
    Cooldown,
    /// As many customers have it as its capacity allows.
    Capacity,
    /// The expected profit is not above 0.
    Profit,
    /// The customer is held out.
    Holdout,
}

impl Refusal {
    /// The stable text.
    pub fn name(self) -> &'static str {
        match self {
            Refusal::Eligibility => "eligibility",
            Refusal::Value => "value",
            Refusal::Effect => "effect",
            Refusal::Cost => "cost",
            Refusal::Cooldown => "cooldown",
            Refusal::Capacity => "capacity",
            Refusal::Profit => "profit",
            Refusal::Holdout => "holdout",
        }
    }
}

/// What an offer to a customer is worth.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Judgement {
    /// Probability that the offer keeps the customer if the customer would leave.
    pub effect: f64,
    /// Cost of the offer and of the contact.
    pub cost: f64,
    /// Expected profit: `P(leave) · effect · value − cost`.
    pub profit: f64,
}

impl Offers {
    /// How many offers there are.
    pub fn len(&self) -> usize {
        self.offers.len()
    }

    /// Whether there is no offer.
    pub fn is_empty(&self) -> bool {
        self.offers.is_empty()
    }

    /// What a customer is worth; `None` where the formula has no value, or one below 0.
    pub fn value(&self, cell: &dyn Fn(usize) -> f64) -> Option<f64> {
        self.value.as_ref()?.of(cell).filter(|value| *value >= 0.0)
    }

    /// The reasons that an offer answers.
    pub fn answers(&self, offer: usize) -> &[Topic] {
        &self.offers[offer].answers
    }

    /// The group of a field: the first that names it.
    pub fn group_of(&self, field: usize) -> Option<usize> {
        self.reasons.iter().position(|group| group.fields.contains(&field))
    }

    /// Judges an offer to a customer, whatever its profit. `days` have passed since the customer's
    /// last offer.
    pub fn judge(
        &self,
        offer: usize,
        probability: f64,
        value: Option<f64>,
        days: Option<f64>,
        cell: &dyn Fn(usize) -> f64,
    ) -> Result<Judgement, Refusal> {
        let ReadyOffer { cost, effect, eligible, cooldown, .. } = &self.offers[offer];
        let holds = |condition: &Formula| condition.evaluate(cell).is_some_and(|truth| truth != 0.0);
        if !eligible.as_ref().is_none_or(holds) {
            return Err(Refusal::Eligibility);
        }
        // A day that is no number says nothing.
        if days.is_some_and(|days| days < *cooldown) {
            return Err(Refusal::Cooldown);
        }
        let value = value.ok_or(Refusal::Value)?;
        let effect = effect.of(cell).filter(|effect| (0.0..=1.0).contains(effect)).ok_or(Refusal::Effect)?;
        let cost = cost.of(cell).filter(|cost| *cost >= 0.0).ok_or(Refusal::Cost)? + self.contact_cost;
        Ok(Judgement { effect, cost, profit: probability * effect * value - cost })
    }
}
