//! Whom an offer changes most: a model of those with an offer, one of those without, and the
//! difference of the two ("two-model", Radcliffe and Surry 1999); and how well an order of the
//! customers finds those who stay because of it (Qini curve; Radcliffe 2007, "Using control groups to
//! target on predicted lift").

use serde::Serialize;
use tenure::decision::siphash;

use super::effect::{Estimate, difference};
use super::{Arm, DecisionRow};

/// The fewest customers of each outcome in each arm, and in each half of them.
const FEWEST: usize = 20;
/// Groups of equal size by predicted uplift.
const GROUPS: usize = 5;

/// What is known about whom an offer changes.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Uplift {
    /// Customers with an offer, and those from whom one was withheld.
    pub customers: [usize; 2],
    /// Qini coefficient of the order by predicted uplift, the largest first: 1 for the best order
    /// there is, 0 for a random one.
    pub qini: f64,
    /// That of the order by probability of leaving, the largest first.
    pub qini_by_risk: f64,
    /// Share of the customers, and customers who stayed because of the offer among them, relative to
    /// all of them: the curve by predicted uplift.
    pub curve: Vec<[f64; 2]>,
    /// From the largest predicted uplift to the smallest.
    pub groups: Vec<UpliftGroup>,
}

/// Customers of similar predicted uplift.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct UpliftGroup {
    /// Customers.
    pub customers: usize,
    /// Mean probability of leaving.
    pub probability: f64,
    /// Mean predicted uplift.
    pub predicted: f64,
    /// What the offers added to the share of those who stayed; `None` where an arm is empty.
    pub observed: Option<Estimate>,
}

/// Why there is no estimate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoUplift {
    /// No offer was withheld by chance.
    #[error("no offer was withheld by chance, and risk is not uplift: hold customers out (policy.holdout)")]
    NotRandomised,
    /// An arm has too few customers.
    #[error(
        "uplift needs at least {FEWEST} customers who stayed and {FEWEST} who left, with an offer and without one, in each half of the customers"
    )]
    TooFew,
}

/// A customer of the experiment.
#[derive(Clone, Copy)]
struct Case {
    offered: bool,
    stayed: bool,
    probability: f64,
    /// Log-odds of the probability.
    risk: f64,
    /// In which half.
    half: bool,
}

/// Estimates uplift from the score, by logistic regressions of staying on the log-odds, one for each
/// arm. Each half of the customers is predicted by models of the other half.
pub fn uplift(rows: &[(DecisionRow, bool)]) -> Result<Uplift, NoUplift> {
    let case = |(decision, left): &(DecisionRow, bool)| {
        let probability = decision.probability?.clamp(1e-6, 1.0 - 1e-6);
        Some(Case {
            offered: match decision.arm {
                Arm::Offered => true,
                Arm::HeldOut => false,
                Arm::NoOffer => return None,
            },
            stayed: !left,
            probability,
            risk: (probability / (1.0 - probability)).ln(),
            half: siphash([0, 0], decision.customer.as_bytes()) & 1 == 1,
        })
    };
    let cases: Vec<Case> = rows.iter().filter_map(case).collect();
    if cases.iter().all(|case| case.offered) {
        return Err(NoUplift::NotRandomised);
    }
    for half in [false, true] {
        for (offered, stayed) in [(false, false), (false, true), (true, false), (true, true)] {
            let same = |case: &&Case| (case.half, case.offered, case.stayed) == (half, offered, stayed);
            if cases.iter().filter(same).count() < FEWEST {
                return Err(NoUplift::TooFew);
            }
        }
    }
    let model = |half: bool, offered: bool| {
        let own = cases.iter().filter(|case| case.half == half && case.offered == offered);
        Logistic::fit(&own.map(|case| (case.risk, case.stayed)).collect::<Vec<_>>())
    };
    let models = [false, true].map(|half| [false, true].map(|offered| model(half, offered)));
    let predicted: Vec<f64> = cases
        .iter()
        .map(|case| {
            let [without, with] = &models[usize::from(!case.half)];
            with.probability(case.risk) - without.probability(case.risk)
        })
        .collect();
    let [offered, stayed] =
        [|case: &Case| case.offered, |case: &Case| case.stayed].map(|of| cases.iter().map(of).collect::<Vec<bool>>());
    let risks: Vec<f64> = cases.iter().map(|case| case.risk).collect();
    let curve = qini_curve(&predicted, &offered, &stayed);
    let end = curve.last().map_or(1.0, |&(_, gain)| gain);
    let scale = if end == 0.0 { 1.0 } else { end.abs() };
    let points = curve.len().min(101);
    let point = |at: usize| {
        let (count, gain) = curve[at * (curve.len() - 1) / (points - 1).max(1)];
        [count as f64 / cases.len() as f64, gain / scale]
    };
    let with_offer = offered.iter().filter(|offered| **offered).count();
    Ok(Uplift {
        customers: [with_offer, cases.len() - with_offer],
        qini: qini_coefficient(&predicted, &offered, &stayed),
        qini_by_risk: qini_coefficient(&risks, &offered, &stayed),
        curve: (0..points).map(point).collect(),
        groups: groups(&cases, &predicted),
    })
}

fn groups(cases: &[Case], predicted: &[f64]) -> Vec<UpliftGroup> {
    let order = descending(predicted);
    let cut = |part: usize| part * order.len() / GROUPS;
    let group = |part: usize| {
        let own = &order[cut(part)..cut(part + 1)];
        let count = |offered: bool| {
            let arm = own.iter().filter(|&&at| cases[at].offered == offered);
            arm.fold((0, 0), |(all, stayed), &at| (all + 1, stayed + u64::from(cases[at].stayed)))
        };
        let mean = |of: &dyn Fn(usize) -> f64| own.iter().map(|&at| of(at)).sum::<f64>() / own.len() as f64;
        UpliftGroup {
            customers: own.len(),
            probability: mean(&|at| cases[at].probability),
            predicted: mean(&|at| predicted[at]),
            observed: difference(count(true), count(false)),
        }
    };
    (0..GROUPS).map(group).collect()
}

fn descending(scores: &[f64]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..scores.len()).collect();
    order.sort_by(|&a, &b| scores[b].total_cmp(&scores[a]));
    order
}

/// Qini curve: after each group of customers with the same score, the largest score first, the number
/// of customers so far, and how many more of them stayed with an offer than would have without one.
pub fn qini_curve(scores: &[f64], offered: &[bool], stayed: &[bool]) -> Vec<(usize, f64)> {
    let order = descending(scores);
    let mut curve = vec![(0, 0.0)];
    // Customers and those who stayed, without an offer and with one.
    let (mut all, mut kept) = ([0u64; 2], [0u64; 2]);
    for (at, &customer) in order.iter().enumerate() {
        let arm = usize::from(offered[customer]);
        all[arm] += 1;
        kept[arm] += u64::from(stayed[customer]);
        if order.get(at + 1).is_none_or(|&next| scores[next] != scores[customer]) {
            let ratio = if all[0] == 0 { 0.0 } else { all[1] as f64 / all[0] as f64 };
            curve.push((at + 1, kept[1] as f64 - kept[0] as f64 * ratio));
        }
    }
    curve
}

/// Area between the Qini curve and that of a random order, as a share of the area for the best order:
/// that of scikit-uplift's `qini_auc_score`.
pub fn qini_coefficient(scores: &[f64], offered: &[bool], stayed: &[bool]) -> f64 {
    let area = |curve: &[(usize, f64)]| -> f64 {
        curve.windows(2).map(|pair| (pair[1].0 - pair[0].0) as f64 * (pair[0].1 + pair[1].1) / 2.0).sum()
    };
    let curve = qini_curve(scores, offered, stayed);
    let random: Vec<(usize, f64)> = [curve.first(), curve.last()].into_iter().flatten().copied().collect();
    let best = offered.iter().zip(stayed).map(|(&offered, &stayed)| match (stayed, offered) {
        (false, _) => 0.0,
        (true, true) => 1.0,
        (true, false) => -1.0,
    });
    let best = qini_curve(&best.collect::<Vec<f64>>(), offered, stayed);
    let possible = area(&best) - area(&random);
    if possible == 0.0 { 0.0 } else { (area(&curve) - area(&random)) / possible }
}

/// A logistic regression on one number.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Logistic {
    intercept: f64,
    slope: f64,
}

impl Logistic {
    /// The maximum of the likelihood, by Newton's method. A penalty too small to be seen keeps it
    /// finite where the number separates the outcomes.
    fn fit(rows: &[(f64, bool)]) -> Logistic {
        const PENALTY: f64 = 1e-6;
        let mut model = Logistic { intercept: 0.0, slope: 0.0 };
        for _ in 0..100 {
            let (mut gradient, mut curvature) =
                ([-PENALTY * model.intercept, -PENALTY * model.slope], [PENALTY, 0.0, PENALTY]);
            for &(x, happened) in rows {
                let probability = model.probability(x);
                let (error, weight) = (f64::from(u8::from(happened)) - probability, probability * (1.0 - probability));
                gradient[0] += error;
                gradient[1] += error * x;
                curvature[0] += weight;
                curvature[1] += weight * x;
                curvature[2] += weight * x * x;
            }
            let determinant = curvature[0] * curvature[2] - curvature[1] * curvature[1];
            // Without spread in the number, only the intercept is fitted.
            let step = if determinant > 1e-12 * curvature[0] * curvature[2] {
                [
                    (curvature[2] * gradient[0] - curvature[1] * gradient[1]) / determinant,
                    (curvature[0] * gradient[1] - curvature[1] * gradient[0]) / determinant,
                ]
            } else {
                [gradient[0] / curvature[0], 0.0]
            };
            // A step of more than a few units of log-odds overshoots.
            let length = step[0].abs().max(step[1].abs());
            let factor = if length > 4.0 { 4.0 / length } else { 1.0 };
            model.intercept += factor * step[0];
            model.slope += factor * step[1];
            if length < 1e-10 {
                break;
            }
        }
        model
    }

    fn probability(&self, x: f64) -> f64 {
        1.0 / (1.0 + (-(self.intercept + self.slope * x)).exp())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(serde::Deserialize)]
    struct Vectors {
        cases: Vec<Vector>,
    }

    #[derive(serde::Deserialize)]
    struct Vector {
        risk: Vec<f64>,
        offered: Vec<bool>,
        stayed: Vec<bool>,
        uplift: Vec<f64>,
        curve: Vec<(usize, f64)>,
        qini: f64,
        qini_by_risk: f64,
    }

    #[test]
    fn models_and_curves_are_those_of_scikit_learn_and_scikit_uplift() {
        let Vectors { cases } = serde_json::from_str(include_str!("../../../tests/vectors/uplift.json")).unwrap();
        assert!(cases.len() >= 3);
        for Vector { risk, offered, stayed, uplift, curve, qini, qini_by_risk } in cases {
            let model = |arm: bool| {
                let rows = (0..risk.len()).filter(|&at| offered[at] == arm).map(|at| (risk[at], stayed[at]));
                Logistic::fit(&rows.collect::<Vec<_>>())
            };
            let (without, with) = (model(false), model(true));
            for (&risk, expected) in risk.iter().zip(&uplift) {
                let found = with.probability(risk) - without.probability(risk);
                assert!((found - expected).abs() < 1e-5, "{found} {expected}");
            }
            let found = qini_curve(&uplift, &offered, &stayed);
            assert_eq!(found.len(), curve.len());
            for (found, expected) in found.iter().zip(&curve) {
                assert!(found.0 == expected.0 && (found.1 - expected.1).abs() < 1e-9, "{found:?} {expected:?}");
            }
            assert!((qini_coefficient(&uplift, &offered, &stayed) - qini).abs() < 1e-9);
            assert!((qini_coefficient(&risk, &offered, &stayed) - qini_by_risk).abs() < 1e-9);
        }
    }

    /// Customers of whom the offer keeps the more, the higher their risk, unless `constant`.
    fn rows(count: usize, constant: bool) -> Vec<(DecisionRow, bool)> {
        let draw = |at: usize, what: u64| siphash([1, what], &at.to_le_bytes()) as f64 / 2f64.powi(64);
        let row = |at: usize| {
            let probability = 0.1 + 0.8 * draw(at, 0);
            let arm = if draw(at, 1) < 0.5 { Arm::Offered } else { Arm::HeldOut };
            let kept = if constant { 0.2 } else { 0.6 * probability };
            let leaves = if arm == Arm::Offered { probability - kept.min(probability) } else { probability };
            let decision = DecisionRow {
                line: at as u64,
                customer: at.to_string(),
                day: None,
                arm,
                probability: Some(probability),
                value: None,
                cost: 1.0,
                tier: String::new(),
                offer: "call".into(),
                reason: String::new(),
            };
            (decision, draw(at, 2) < leaves)
        };
        (0..count).map(row).collect()
    }

    #[test]
    fn what_was_put_in_is_found() {
        let found = uplift(&rows(20_000, false)).unwrap();
        assert_eq!(found.customers.iter().sum::<usize>(), 20_000);
        assert!(found.qini > 0.05 && (found.qini - found.qini_by_risk).abs() < 0.02, "{found:?}");
        assert!(found.groups.is_sorted_by(|a, b| a.predicted >= b.predicted));
        for group in &found.groups {
            let Estimate { low, high, .. } = group.observed.unwrap();
            // Five intervals of 95% and a model that is near: a little wider.
            assert!(group.predicted > low.unwrap() - 0.02 && group.predicted < high.unwrap() + 0.02, "{group:?}");
            assert!((group.predicted - 0.6 * group.probability).abs() < 0.05, "{group:?}");
        }
        let flat = uplift(&rows(20_000, true)).unwrap();
        assert!(flat.qini.abs() < 0.05, "{}", flat.qini);
    }

    #[test]
    fn without_an_experiment_or_with_few_customers_there_is_none() {
        let mut rows = rows(2000, false);
        assert_eq!(uplift(&rows[..100]), Err(NoUplift::TooFew));
        rows.iter_mut().for_each(|(decision, _)| decision.arm = Arm::Offered);
        assert_eq!(uplift(&rows), Err(NoUplift::NotRandomised));
        assert_eq!(uplift(&[]), Err(NoUplift::NotRandomised));
    }
}
