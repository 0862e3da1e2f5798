//! The policy as a schema file and an artifact state it.

#[cfg(feature = "write")]
use serde::Serialize;

use super::term::Amount;
use crate::json::Reader;
#[cfg(feature = "decide")]
use crate::json::Value;

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
    #[cfg_attr(feature = "write", serde(skip_serializing_if = "Vec::is_empty"))]
    #[cfg_attr(feature = "typescript", ts(as = "Option<_>", optional))]
    pub profit_tiers: Vec<Tier>,
    /// What a customer who stays is worth: a number or a formula.
    #[cfg_attr(feature = "write", serde(skip_serializing_if = "Option::is_none"))]
    #[cfg_attr(feature = "typescript", ts(type = "number | string", optional))]
    pub value: Option<Amount>,
    /// What it costs to contact a customer, whatever the offer.
    #[cfg_attr(feature = "write", serde(skip_serializing_if = "is_zero"))]
    #[cfg_attr(feature = "typescript", ts(as = "Option<_>", optional))]
    pub contact_cost: f64,
    /// Customers who get no offer, so that its effect can be measured.
    #[cfg_attr(feature = "write", serde(skip_serializing_if = "Option::is_none"))]
    #[cfg_attr(feature = "typescript", ts(optional))]
    pub holdout: Option<Holdout>,
    /// Named groups of fields, which offers can answer.
    #[cfg_attr(feature = "write", serde(skip_serializing_if = "Vec::is_empty"))]
    #[cfg_attr(feature = "typescript", ts(as = "Option<_>", optional))]
    pub reasons: Vec<Group>,
    /// What a customer can be offered.
    #[cfg_attr(feature = "write", serde(skip_serializing_if = "Vec::is_empty"))]
    #[cfg_attr(feature = "typescript", ts(as = "Option<_>", optional))]
    pub offers: Vec<Offer>,
}

#[cfg(feature = "write")]
fn is_zero(number: &f64) -> bool {
    *number == 0.0
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

/// Something that may keep a customer who would leave.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "write", derive(Serialize))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Offer {
    /// The offer's name for programs, such as `discount`.
    pub name: String,
    /// The offer's name for people. Default: `name`.
    #[cfg_attr(feature = "write", serde(skip_serializing_if = "String::is_empty"))]
    #[cfg_attr(feature = "typescript", ts(as = "Option<_>", optional))]
    pub label: String,
    /// What the offer costs, the contact left out: a number or a formula.
    #[cfg_attr(feature = "typescript", ts(type = "number | string"))]
    pub cost: Amount,
    /// Probability that the offer keeps a customer who would leave: a number or a formula, 0 to 1,
    /// or the parameters of a beta distribution, whose mean counts.
    #[cfg_attr(
        feature = "typescript",
        ts(type = "number | string | { readonly alpha: number, readonly beta: number }")
    )]
    pub effect: Effect,
    /// A condition in the formula language of the schema: who may get it. Default: everybody.
    #[cfg_attr(feature = "write", serde(skip_serializing_if = "Option::is_none"))]
    #[cfg_attr(feature = "typescript", ts(optional))]
    pub eligible: Option<String>,
    /// The reasons that it answers: names of `reasons`, or of fields.
    #[cfg_attr(feature = "write", serde(skip_serializing_if = "Vec::is_empty"))]
    #[cfg_attr(feature = "typescript", ts(as = "Option<_>", optional))]
    pub answers: Vec<String>,
    /// The most customers of a plan who get it. Default: no limit.
    #[cfg_attr(feature = "write", serde(skip_serializing_if = "Option::is_none"))]
    #[cfg_attr(feature = "typescript", ts(optional))]
    pub capacity: Option<f64>,
    /// Days that must pass after a customer's last offer. Default: 0.
    #[cfg_attr(feature = "write", serde(skip_serializing_if = "is_zero"))]
    #[cfg_attr(feature = "typescript", ts(as = "Option<_>", optional))]
    pub cooldown: f64,
}

/// The effect of an offer.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "write", derive(Serialize))]
#[cfg_attr(feature = "write", serde(untagged))]
pub enum Effect {
    /// A probability.
    Amount(Amount),
    /// A beta distribution of it, with mean `alpha / (alpha + beta)`.
    Beta {
        /// The first parameter.
        alpha: f64,
        /// The second parameter.
        beta: f64,
    },
}

/// Fields that stand for one reason, such as the price.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "write", derive(Serialize))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(rename = "ReasonGroup"))]
pub struct Group {
    /// The group's name, such as `price`.
    pub name: String,
    /// The group's name for people. Default: `name`.
    #[cfg_attr(feature = "write", serde(skip_serializing_if = "String::is_empty"))]
    #[cfg_attr(feature = "typescript", ts(as = "Option<_>", optional))]
    pub label: String,
    /// Names of fields.
    pub fields: Vec<String>,
}

/// Which customers get no offer.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "write", derive(Serialize))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Holdout {
    /// Share of the customers, at least 0 and below 1.
    pub fraction: f64,
    /// Another key holds out other customers. Default: the empty text.
    #[cfg_attr(feature = "write", serde(skip_serializing_if = "String::is_empty"))]
    #[cfg_attr(feature = "typescript", ts(as = "Option<_>", optional))]
    pub key: String,
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
            profit_tiers: Vec::new(),
            value: None,
            contact_cost: 0.0,
            holdout: None,
            reasons: Vec::new(),
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
    pub fn decision_tiers(&self) -> &[Tier] {
        if self.profit_tiers.is_empty() { &self.tiers } else { &self.profit_tiers }
    }

    /// Index of the tier of a decision in [`Policy::decision_tiers`].
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

#[cfg(feature = "decide")]
fn group(mut reader: Reader) -> Group {
    let read = Group {
        name: reader.text("name"),
        label: reader.optional_text("label").unwrap_or_default(),
        fields: reader.optional_texts("fields").unwrap_or_default(),
    };
    reader.end();
    read
}

#[cfg(feature = "decide")]
fn offer(mut reader: Reader) -> Offer {
    let read = Offer {
        name: reader.text("name"),
        label: reader.optional_text("label").unwrap_or_default(),
        cost: Amount::read(&mut reader, "cost").unwrap_or(Amount::Number(0.0)),
        effect: effect(&mut reader),
        eligible: reader.optional_text("eligible"),
        answers: reader.optional_texts("answers").unwrap_or_default(),
        capacity: reader.optional_number("capacity"),
        cooldown: reader.optional_number("cooldown").unwrap_or_default(),
    };
    reader.end();
    read
}

#[cfg(feature = "decide")]
fn effect(reader: &mut Reader) -> Effect {
    let read = match reader.value("effect") {
        // Reported.
        None => Some(Effect::Amount(Amount::Number(0.0))),
        Some(Value::Object(entries)) => {
            let number = |key: &str| {
                let entry = entries.iter().find(|(name, _)| name == key);
                entry.and_then(|(_, value)| value.as_number())
            };
            let beta = number("alpha").zip(number("beta")).filter(|_| entries.len() == 2);
            beta.map(|(alpha, beta)| Effect::Beta { alpha, beta })
        }
        Some(value) => Amount::of(value).map(Effect::Amount),
    };
    read.unwrap_or_else(|| {
        reader.report("effect", "must be a number, a formula, or { alpha, beta }");
        Effect::Amount(Amount::Number(0.0))
    })
}

impl Offer {
    /// The words a person reads.
    pub fn label(&self) -> &str {
        if self.label.is_empty() { &self.name } else { &self.label }
    }
}

impl Group {
    /// The words a person reads.
    pub fn label(&self) -> &str {
        if self.label.is_empty() { &self.name } else { &self.label }
    }
}
