//! Decisions and outcomes of the same customers.

use std::collections::HashMap;

use serde::Serialize;

use super::DecisionRow;

/// What a customer did.
#[derive(Clone, Debug, PartialEq)]
pub struct OutcomeRow {
    /// Its line or row, from 1.
    pub line: u64,
    /// The customer's identifier.
    pub customer: String,
    /// The day, in days since 1970-01-01.
    pub day: Option<f64>,
    /// Whether the customer left.
    pub left: bool,
}

/// Decisions with their outcomes, and what was left out.
#[derive(Clone, Debug, PartialEq)]
pub struct Joined {
    /// Each decision with whether the customer left, in the order of the decisions.
    pub rows: Vec<(DecisionRow, bool)>,
    /// Rows without a counterpart.
    pub left_out: LeftOut,
}

/// Rows that were left out: their lines in the table that they come from.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct LeftOut {
    /// Decisions of a customer on a day that has one already.
    pub doubled_decisions: Vec<u64>,
    /// Decisions that no outcome belongs to.
    pub decisions_without_outcome: Vec<u64>,
    /// Outcomes of customers about whom nothing was decided.
    pub unknown_customers: Vec<u64>,
    /// Outcomes before the first decision about the customer.
    pub before_decision: Vec<u64>,
    /// Outcomes later after the decision than the window allows.
    pub after_window: Vec<u64>,
    /// Outcomes of a decision that has one already.
    pub doubled_outcomes: Vec<u64>,
}

/// Joins outcomes with decisions: an outcome belongs to the customer's latest decision on its day or
/// before, at most `window` days before. Without days there is one decision a customer.
pub fn join(decisions: Vec<DecisionRow>, outcomes: &[OutcomeRow], window: Option<f64>) -> Joined {
    let mut left_out = LeftOut::default();
    let day = |day: Option<f64>| day.unwrap_or(f64::NEG_INFINITY);
    let mut by_customer: HashMap<&str, Vec<usize>> = HashMap::with_capacity(decisions.len());
    for (at, decision) in decisions.iter().enumerate() {
        let own = by_customer.entry(&decision.customer).or_default();
        if own.iter().any(|&other| decisions[other].day == decision.day) {
            left_out.doubled_decisions.push(decision.line);
        } else {
            own.push(at);
        }
    }
    let mut found: Vec<Option<bool>> = vec![None; decisions.len()];
    for outcome in outcomes {
        let Some(own) = by_customer.get(&*outcome.customer) else {
            left_out.unknown_customers.push(outcome.line);
            continue;
        };
        let before = own.iter().filter(|&&at| outcome.day.is_none() || day(decisions[at].day) <= day(outcome.day));
        let latest = before.max_by(|&&a, &&b| day(decisions[a].day).total_cmp(&day(decisions[b].day)));
        let Some(&at) = latest else {
            left_out.before_decision.push(outcome.line);
            continue;
        };
        let days = outcome.day.zip(decisions[at].day).map(|(outcome, decision)| outcome - decision);
        if days.zip(window).is_some_and(|(days, window)| days > window) {
            left_out.after_window.push(outcome.line);
        } else if found[at].is_some() {
            left_out.doubled_outcomes.push(outcome.line);
        } else {
            found[at] = Some(outcome.left);
        }
    }
    let kept: Vec<bool> = {
        let mut kept = vec![false; decisions.len()];
        by_customer.values().flatten().for_each(|&at| kept[at] = true);
        kept
    };
    let mut rows = Vec::with_capacity(decisions.len());
    for ((decision, left), kept) in decisions.into_iter().zip(found).zip(kept) {
        match left {
            Some(left) => rows.push((decision, left)),
            None if kept => left_out.decisions_without_outcome.push(decision.line),
            None => {}
        }
    }
    Joined { rows, left_out }
}

#[cfg(test)]
mod tests {
    use super::super::Arm;
    use super::*;

    fn decision(line: u64, customer: &str, day: Option<f64>) -> DecisionRow {
        DecisionRow {
            line,
            customer: customer.into(),
            day,
            arm: Arm::Offered,
            probability: Some(0.5),
            value: Some(10.0),
            cost: 1.0,
            tier: "high".into(),
            offer: "call".into(),
            reason: "price".into(),
        }
    }

    fn outcome(line: u64, customer: &str, day: Option<f64>, left: bool) -> OutcomeRow {
        OutcomeRow { line, customer: customer.into(), day, left }
    }

    #[test]
    fn an_outcome_belongs_to_the_latest_decision_before_it() {
        let decisions = vec![
            decision(2, "a", Some(10.0)),
            decision(3, "a", Some(20.0)),
            decision(4, "b", Some(10.0)),
            decision(5, "a", Some(20.0)),
            decision(6, "c", Some(10.0)),
        ];
        let outcomes = [
            outcome(2, "a", Some(15.0), true),
            outcome(3, "a", Some(20.0), false),
            outcome(4, "b", Some(9.0), true),
            outcome(5, "d", Some(9.0), true),
            outcome(6, "a", Some(25.0), true),
            outcome(7, "c", Some(50.0), true),
        ];
        let Joined { rows, left_out } = join(decisions, &outcomes, Some(30.0));
        let found: Vec<(u64, bool)> = rows.iter().map(|(decision, left)| (decision.line, *left)).collect();
        assert_eq!(found, [(2, true), (3, false)]);
        let expected = LeftOut {
            doubled_decisions: vec![5],
            decisions_without_outcome: vec![4, 6],
            unknown_customers: vec![5],
            before_decision: vec![4],
            after_window: vec![7],
            doubled_outcomes: vec![6],
        };
        assert_eq!(left_out, expected);
    }

    #[test]
    fn without_days_a_customer_has_one_decision_and_one_outcome() {
        let decisions = vec![decision(2, "a", None), decision(3, "a", None)];
        let outcomes = [outcome(2, "a", None, true), outcome(3, "a", None, false)];
        let Joined { rows, left_out } = join(decisions, &outcomes, None);
        assert_eq!((rows.len(), rows[0].1), (1, true));
        assert_eq!((left_out.doubled_decisions, left_out.doubled_outcomes), (vec![3], vec![3]));
    }
}
