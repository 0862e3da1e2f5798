//! Tiers of probabilities, for people. The policy is data: the schema file states it, and the
//! artifact keeps it.

#[cfg(feature = "write")]
use serde::Serialize;

use crate::json::Reader;
use crate::json::decimal::Decimal;

/// How a probability becomes a decision.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "write", derive(Serialize))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Policy {
    /// At least one tier, ascending by `from`; the first starts at 0. The `tier` of a result is a
    /// position in this list.
    pub tiers: Vec<Tier>,
}

/// A range of probabilities: at least `from`, and below the `from` of the next tier.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "write", derive(Serialize))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Tier {
    /// The tier's name for programs, such as `high`.
    pub name: String,
    /// The tier's name for people.
    pub label: String,
    /// Lowest probability of the tier, 0 to 1.
    pub from: f64,
}

/// One broken rule of a policy: where, which rule, and the value seen.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum PolicyError {
    /// There are no tiers, or more than [`MAXIMUM_TIERS`].
    #[error("policy.tiers: must be 1 to {MAXIMUM_TIERS} tiers (got {0})")]
    Count(usize),
    /// A tier begins where it must not.
    #[error("policy.tiers[{index}].from: {rule} (got {})", Decimal(*.from))]
    From {
        /// The tier's position.
        index: usize,
        /// What `from` must be.
        rule: &'static str,
        /// What it is.
        from: f64,
    },
}

/// More tiers than a person tells apart.
pub const MAXIMUM_TIERS: usize = 16;

impl Default for Policy {
    fn default() -> Policy {
        let tier = |name: &str, label: &str, from| Tier { name: name.into(), label: label.into(), from };
        let tiers = vec![
            tier("low", "Low", 0.0),
            tier("medium", "Medium", 0.2),
            tier("high", "High", 0.45),
            tier("critical", "Critical", 0.7),
        ];
        Policy { tiers }
    }
}

impl Policy {
    /// Reads the document. [`Policy::problems`] checks the values.
    pub fn read(mut reader: Reader) -> Policy {
        let tier = |mut tier: Reader| {
            let read = Tier { name: tier.text("name"), label: tier.text("label"), from: tier.number("from") };
            tier.end();
            read
        };
        let tiers = reader.objects("tiers", true).into_iter().map(tier).collect();
        reader.end();
        Policy { tiers }
    }

    /// Every broken rule, in the order of the tiers; empty when the policy is sound.
    pub fn problems(&self) -> Vec<PolicyError> {
        let mut problems = Vec::new();
        if self.tiers.is_empty() || self.tiers.len() > MAXIMUM_TIERS {
            problems.push(PolicyError::Count(self.tiers.len()));
        }
        let mut before = None;
        for (index, &Tier { from, .. }) in self.tiers.iter().enumerate() {
            // Written so that NaN breaks a rule.
            let rule = match before {
                None if from == 0.0 => None,
                None => Some("must be 0"),
                Some(before) if from > before && from <= 1.0 => None,
                Some(before) if from > before => Some("must be at most 1"),
                Some(_) => Some("must be above the tier before"),
            };
            problems.extend(rule.map(|rule| PolicyError::From { index, rule, from }));
            before = Some(from);
        }
        problems
    }

    /// Index of the tier of a probability.
    pub fn tier(&self, probability: f64) -> usize {
        self.tiers.iter().rposition(|tier| probability >= tier.from).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tiers_begin_where_they_say() {
        let policy = Policy::default();
        assert_eq!([0.0, 0.1999, 0.2, 0.45, 0.7, 1.0].map(|probability| policy.tier(probability)), [0, 0, 1, 2, 3, 3]);
    }

    #[test]
    fn broken_policies_are_refused() {
        let with = |change: fn(&mut Vec<Tier>)| {
            let mut policy = Policy::default();
            change(&mut policy.tiers);
            policy.problems().iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        assert!(with(|_| ()).is_empty());
        type Change = fn(&mut Vec<Tier>);
        let cases: [(Change, &[&str]); 5] = [
            (Vec::clear, &["policy.tiers: must be 1 to 16 tiers (got 0)"]),
            (|tiers| tiers[0].from = 0.1, &["policy.tiers[0].from: must be 0 (got 0.1)"]),
            (
                |tiers| tiers[2].from = f64::NAN,
                &[
                    "policy.tiers[2].from: must be above the tier before (got NaN)",
                    "policy.tiers[3].from: must be above the tier before (got 0.7)",
                ],
            ),
            (|tiers| tiers[3].from = 1.5, &["policy.tiers[3].from: must be at most 1 (got 1.5)"]),
            (|tiers| tiers.swap(1, 2), &["policy.tiers[2].from: must be above the tier before (got 0.2)"]),
        ];
        for (change, expected) in cases {
            assert_eq!(with(change), expected);
        }
    }
}
