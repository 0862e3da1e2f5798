//! Offers, the groups of fields that they answer, and the hold-out, as a policy states them.

#[cfg(feature = "write")]
use serde::Serialize;

use super::term::Amount;
use crate::json::{Reader, Value};

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
        ts(
            type = "number | string | {\n/** First parameter of the distribution. */\nalpha: number,\n/** Second parameter of the distribution. */\nbeta: number }"
        )
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

#[cfg(feature = "write")]
pub(super) fn is_zero(number: &f64) -> bool {
    *number == 0.0
}

pub(super) fn group(mut reader: Reader) -> Group {
    let read = Group {
        name: reader.text("name"),
        label: reader.optional_text("label").unwrap_or_default(),
        fields: reader.optional_texts("fields").unwrap_or_default(),
    };
    reader.end();
    read
}

pub(super) fn offer(mut reader: Reader) -> Offer {
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
