//! What offers changed: retention of the customers with an offer over that of the held-out ones.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Arm, DecisionRow};
use crate::metrics::{Interval, wilson};

/// Customers of one arm, and how many of them stayed.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Share {
    /// Customers.
    pub customers: u64,
    /// Customers who stayed.
    pub stayed: u64,
    /// Share of those who stayed; `None` without a customer.
    pub rate: Option<f64>,
    /// Wilson's 95% interval of the share.
    pub interval: Interval,
}

/// An estimate with its 95% interval. A bound is `None` where there is none.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Estimate {
    /// The estimate.
    pub value: f64,
    /// The lower bound.
    pub low: Option<f64>,
    /// The upper bound.
    pub high: Option<f64>,
}

/// What the offers of a group of customers changed.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Effect {
    /// The tier, offer or reason that the customers share; empty for all.
    pub group: String,
    /// Customers with an offer.
    pub offered: Share,
    /// Customers from whom an offer was withheld by chance.
    pub held_out: Share,
    /// Cost of the offers and contacts.
    pub cost: f64,
    /// What the offers add to the share of those who stay. `None` without held-out customers, as
    /// everything after it.
    pub lift: Option<Estimate>,
    /// Customers who stayed because of an offer.
    pub saved: Option<Estimate>,
    /// Cost of each of them; no upper bound where there may be none.
    pub cost_per_saved: Option<Estimate>,
    /// What they are worth: their number times the mean value of the customers with an offer.
    pub value_saved: Option<Estimate>,
    /// (worth − cost) / cost.
    pub roi: Option<Estimate>,
}

/// What all offers changed, and those of each group.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Effects {
    /// All customers.
    pub all: Effect,
    /// By tier.
    pub tiers: Vec<Effect>,
    /// By offer, made or withheld.
    pub offers: Vec<Effect>,
    /// By reason.
    pub reasons: Vec<Effect>,
}

impl Effects {
    /// Measures decisions with whether their customers left.
    pub fn measure(rows: &[(DecisionRow, bool)]) -> Effects {
        let by = |key: fn(&DecisionRow) -> &String| {
            let mut groups: BTreeMap<&str, Sums> = BTreeMap::new();
            for row in rows.iter().filter(|(decision, _)| !key(decision).is_empty()) {
                groups.entry(key(&row.0)).or_default().add(row);
            }
            let groups = groups.into_iter().filter(|(_, sums)| sums.offered.0 + sums.held_out.0 > 0);
            groups.map(|(group, sums)| sums.effect(group)).collect()
        };
        let mut all = Sums::default();
        rows.iter().for_each(|row| all.add(row));
        Effects {
            all: all.effect(""),
            tiers: by(|decision| &decision.tier),
            offers: by(|decision| &decision.offer),
            reasons: by(|decision| &decision.reason),
        }
    }
}

/// Customers, and those who stayed.
type Counts = (u64, u64);

#[derive(Default)]
struct Sums {
    offered: Counts,
    held_out: Counts,
    cost: f64,
    value: f64,
    valued: u64,
}

impl Sums {
    fn add(&mut self, (decision, left): &(DecisionRow, bool)) {
        let counts = match decision.arm {
            Arm::Offered => {
                self.cost += decision.cost;
                if let Some(value) = decision.value {
                    self.value += value;
                    self.valued += 1;
                }
                &mut self.offered
            }
            Arm::HeldOut => &mut self.held_out,
            Arm::NoOffer => return,
        };
        counts.0 += 1;
        counts.1 += u64::from(!left);
    }

    fn effect(&self, group: &str) -> Effect {
        let (customers, cost) = (self.offered.0 as f64, self.cost);
        let lift = difference(self.offered, self.held_out);
        let saved = lift.map(|lift| lift.map(|lift| lift * customers));
        let value = (self.valued > 0).then(|| self.value / self.valued as f64);
        let value_saved = saved.zip(value).map(|(saved, value)| saved.map(|saved| saved * value));
        let known_cost = Some(cost).filter(|cost| *cost > 0.0);
        let cost_per_saved =
            saved.zip(known_cost).filter(|(saved, _)| saved.value > 0.0).map(|(saved, cost)| Estimate {
                value: cost / saved.value,
                low: saved.high.map(|high| cost / high),
                high: saved.low.filter(|low| *low > 0.0).map(|low| cost / low),
            });
        let roi = value_saved.zip(known_cost).map(|(worth, cost)| worth.map(|worth| (worth - cost) / cost));
        Effect {
            group: group.into(),
            offered: share(self.offered),
            held_out: share(self.held_out),
            cost,
            lift,
            saved,
            cost_per_saved,
            value_saved,
            roi,
        }
    }
}

impl Estimate {
    /// The estimate of an ascending function of what is estimated.
    fn map(self, function: impl Fn(f64) -> f64) -> Estimate {
        Estimate { value: function(self.value), low: self.low.map(&function), high: self.high.map(&function) }
    }
}

fn share((customers, stayed): Counts) -> Share {
    let rate = (customers > 0).then(|| stayed as f64 / customers as f64);
    Share { customers, stayed, rate, interval: wilson(stayed, customers) }
}

/// The difference of two shares with its 95% interval from those of the two (Newcombe 1998, "Interval
/// estimation for the difference between independent proportions", method 10).
pub(super) fn difference(first: Counts, second: Counts) -> Option<Estimate> {
    let rate = |(customers, stayed): Counts| (customers > 0).then(|| stayed as f64 / customers as f64);
    let (a, b) = (rate(first)?, rate(second)?);
    let (of_a, of_b) = (wilson(first.1, first.0), wilson(second.1, second.0));
    let value = a - b;
    let low = value - (a - of_a.low).hypot(of_b.high - b);
    let high = value + (of_a.high - a).hypot(b - of_b.low);
    Some(Estimate { value, low: Some(low), high: Some(high) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_are_newcombes() {
        // Table II of the paper: 56/70 − 48/80, 9/10 − 3/10, 10/10 − 0/20.
        for (first, second, expected) in [
            ((70, 56), (80, 48), [0.2, 0.0524, 0.3339]),
            ((10, 9), (10, 3), [0.6, 0.1705, 0.8090]),
            ((10, 10), (20, 0), [1.0, 0.6791, 1.0]),
        ] {
            let Estimate { value, low, high } = difference(first, second).unwrap();
            for (found, expected) in [value, low.unwrap(), high.unwrap()].into_iter().zip(expected) {
                assert!((found - expected).abs() < 5e-5, "{found} {expected}");
            }
        }
        assert_eq!(difference((0, 0), (1, 1)), None);
    }

    fn row(arm: Arm, offer: &str, left: bool) -> (DecisionRow, bool) {
        let decision = DecisionRow {
            line: 1,
            customer: "a".into(),
            day: None,
            arm,
            probability: Some(0.5),
            value: Some(100.0),
            cost: if arm == Arm::Offered { 4.0 } else { 0.0 },
            tier: "high".into(),
            offer: offer.into(),
            reason: String::new(),
        };
        (decision, left)
    }

    #[test]
    fn what_the_offers_changed_is_over_the_held_out_customers() {
        let mut rows = Vec::new();
        // 80 of 100 stay with an offer, 60 of 100 without one, and customers without an offer do not count.
        for (arm, stayed) in [(Arm::Offered, 80), (Arm::HeldOut, 60), (Arm::NoOffer, 10)] {
            rows.extend((0..100).map(|n| row(arm, if arm == Arm::NoOffer { "" } else { "call" }, n >= stayed)));
        }
        rows.extend((0..10).map(|_| row(Arm::Offered, "coupon", false)));
        let effects = Effects::measure(&rows);
        assert_eq!(effects.offers.iter().map(|effect| &*effect.group).collect::<Vec<_>>(), ["call", "coupon"]);
        assert_eq!((effects.tiers.len(), effects.reasons.len()), (1, 0));
        let call = &effects.offers[0];
        assert_eq!((call.offered.customers, call.held_out.stayed, call.cost), (100, 60, 400.0));
        let near = |estimate: &Option<Estimate>, expected: f64| {
            let Estimate { value, low, high } = estimate.unwrap();
            assert!((value - expected).abs() < 1e-9, "{value} {expected}");
            assert!(low.unwrap() < value && high.unwrap() > value);
        };
        near(&call.lift, 0.2);
        near(&call.saved, 20.0);
        near(&call.cost_per_saved, 20.0);
        near(&call.value_saved, 2000.0);
        near(&call.roi, 4.0);
        let coupon = &effects.offers[1];
        assert_eq!((coupon.lift, coupon.roi, coupon.offered.rate), (None, None, Some(1.0)));
        assert_eq!(effects.all.offered.customers, 110);
    }
}
