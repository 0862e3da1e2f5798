//! Tiers: what a person is told about a probability. The policy is data, written by training, kept in the artifact.

use serde::Serialize;

use crate::json::Reader;

/// Tiers by probability, lowest first.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Policy {
    pub tiers: Vec<Tier>,
}

/// Customers whose probability is at least `from` and below the next tier's.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Tier {
    pub name: String,
    pub label: String,
    pub from: f64,
}

#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("tiers must be 1 to 16, the first from 0, each from a higher probability than the one before and at most 1")]
pub struct PolicyError;

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
    /// Reads what the artifact says; [`Policy::validate`] has yet to check it.
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

    pub fn validate(&self) -> Result<(), PolicyError> {
        let ascending = self.tiers.windows(2).all(|pair| pair[0].from < pair[1].from);
        let ends = self.tiers.first().is_some_and(|tier| tier.from == 0.0)
            && self.tiers.last().is_some_and(|tier| tier.from <= 1.0);
        if ascending && ends && self.tiers.len() <= 16 { Ok(()) } else { Err(PolicyError) }
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
            policy.validate()
        };
        assert_eq!(with(|_| ()), Ok(()));
        for change in [
            Vec::clear as fn(&mut Vec<Tier>),
            |tiers| tiers[0].from = 0.1,
            |tiers| tiers[2].from = f64::NAN,
            |tiers| tiers[3].from = 1.5,
            |tiers| tiers.swap(1, 2),
        ] {
            assert_eq!(with(change), Err(PolicyError));
        }
    }
}
