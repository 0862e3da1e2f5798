//! The policy as a schema file and an artifact state it.

#[cfg(feature = "write")]
use serde::Serialize;

#[cfg(feature = "decide")]
use super::offer::{Group, Holdout, Offer, group, offer};
#[cfg(feature = "decide")]
use super::term::Amount;
use crate::json::Reader;

/// How a probability becomes a decision.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "write", derive(Serialize))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Policy {
    /// At least one tier, ascending by `from`; the first starts at 0. The `tier` of a result is a
    /// position in this list.
    pub tiers: Vec<Tier>,
    /// Tiers by expected profit, ascending by `from`; the first starts at 0. Where there are some,
    /// the `tier` of a decision is a position in this list.
    #[cfg(feature = "decide")]
    #[cfg_attr(feature = "write", serde(skip_serializing_if = "Vec::is_empty"))]
    #[cfg_attr(feature = "typescript", ts(as = "Option<_>", optional))]
    pub profit_tiers: Vec<Tier>,
    /// What a customer who stays is worth: a number or a formula.
    #[cfg(feature = "decide")]
    #[cfg_attr(feature = "write", serde(skip_serializing_if = "Option::is_none"))]
    #[cfg_attr(feature = "typescript", ts(type = "number | string", optional))]
    pub value: Option<Amount>,
    /// What it costs to contact a customer, whatever the offer.
    #[cfg(feature = "decide")]
    #[cfg_attr(feature = "write", serde(skip_serializing_if = "super::offer::is_zero"))]
    #[cfg_attr(feature = "typescript", ts(as = "Option<_>", optional))]
    pub contact_cost: f64,
    /// Customers who get no offer, so that its effect can be measured.
    #[cfg(feature = "decide")]
    #[cfg_attr(feature = "write", serde(skip_serializing_if = "Option::is_none"))]
    #[cfg_attr(feature = "typescript", ts(optional))]
    pub holdout: Option<Holdout>,
    /// Named groups of fields, which offers can answer.
    #[cfg(feature = "decide")]
    #[cfg_attr(feature = "write", serde(skip_serializing_if = "Vec::is_empty"))]
    #[cfg_attr(feature = "typescript", ts(as = "Option<_>", optional))]
    pub reasons: Vec<Group>,
    /// What a customer can be offered.
    #[cfg(feature = "decide")]
    #[cfg_attr(feature = "write", serde(skip_serializing_if = "Vec::is_empty"))]
    #[cfg_attr(feature = "typescript", ts(as = "Option<_>", optional))]
    pub offers: Vec<Offer>,
}

/// A range of probabilities, or of expected profits: at least `from`, and below the `from` of the
/// next tier.
#[derive(Clone, Debug, PartialEq, Default)]
#[cfg_attr(feature = "write", derive(Serialize))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Tier {
    /// The tier's name for programs, such as `high`.
    pub name: String,
    /// The tier's name for people.
    pub label: String,
    /// Lowest probability of the tier, 0 to 1; or lowest expected profit.
    pub from: f64,
    /// What people do with customers of the tier, such as "A person calls".
    #[cfg_attr(feature = "write", serde(skip_serializing_if = "String::is_empty"))]
    #[cfg_attr(feature = "typescript", ts(as = "Option<_>", optional))]
    pub action: String,
}

impl Default for Policy {
    fn default() -> Policy {
        let tier =
            |name: &str, label: &str, from| Tier { name: name.into(), label: label.into(), from, ..Tier::default() };
        let tiers = vec![
            tier("low", "Low", 0.0),
            tier("medium", "Medium", 0.2),
            tier("high", "High", 0.45),
            tier("critical", "Critical", 0.7),
        ];
        Policy::of_tiers(tiers)
    }
}

impl Policy {
    /// A policy of tiers by probability, without offers.
    pub fn of_tiers(tiers: Vec<Tier>) -> Policy {
        Policy {
            tiers,
            #[cfg(feature = "decide")]
            profit_tiers: Vec::new(),
            #[cfg(feature = "decide")]
            value: None,
            #[cfg(feature = "decide")]
            contact_cost: 0.0,
            #[cfg(feature = "decide")]
            holdout: None,
            #[cfg(feature = "decide")]
            reasons: Vec::new(),
            #[cfg(feature = "decide")]
            offers: Vec::new(),
        }
    }

    /// Reads the document. [`Policy::problems`] checks the values. Without the feature `decide`, only
    /// the tiers by probability are read.
    pub fn read(mut reader: Reader) -> Policy {
        #[cfg_attr(not(feature = "decide"), expect(unused_mut, reason = "there is nothing to add"))]
        let mut policy = Policy::of_tiers(tiers(&mut reader, "tiers", true));
        #[cfg(feature = "decide")]
        {
            policy.read_offers(&mut reader);
            reader.end();
        }
        policy
    }

    #[cfg(feature = "decide")]
    fn read_offers(&mut self, reader: &mut Reader) {
        self.profit_tiers = tiers(reader, "profit_tiers", false);
        self.value = Amount::read(reader, "value");
        self.contact_cost = reader.optional_number("contact_cost").unwrap_or_default();
        self.holdout = reader.optional_object("holdout").map(|mut holdout| {
            let read =
                Holdout { fraction: holdout.number("fraction"), key: holdout.optional_text("key").unwrap_or_default() };
            holdout.end();
            read
        });
        self.reasons = reader.objects("reasons", false).into_iter().map(group).collect();
        self.offers = reader.objects("offers", false).into_iter().map(offer).collect();
    }

    /// Index of the tier of a probability.
    pub fn tier(&self, probability: f64) -> usize {
        tier_of(&self.tiers, probability)
    }

    /// The tiers of decisions: those by expected profit, where there are some.
    #[cfg(feature = "decide")]
    pub fn decision_tiers(&self) -> &[Tier] {
        if self.profit_tiers.is_empty() { &self.tiers } else { &self.profit_tiers }
    }

    /// Index of the tier of a decision in [`Policy::decision_tiers`].
    #[cfg(feature = "decide")]
    pub fn decision_tier(&self, probability: f64, expected_profit: f64) -> usize {
        let by_profit = !self.profit_tiers.is_empty();
        tier_of(self.decision_tiers(), if by_profit { expected_profit } else { probability })
    }
}

fn tier_of(tiers: &[Tier], number: f64) -> usize {
    tiers.iter().rposition(|tier| number >= tier.from).unwrap_or(0)
}

fn tiers(reader: &mut Reader, key: &str, required: bool) -> Vec<Tier> {
    let tier = |mut tier: Reader| {
        let read = Tier {
            name: tier.text("name"),
            label: tier.text("label"),
            from: tier.number("from"),
            action: tier.optional_text("action").unwrap_or_default(),
        };
        tier.end();
        read
    };
    reader.objects(key, required).into_iter().map(tier).collect()
}
