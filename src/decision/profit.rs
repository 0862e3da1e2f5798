//! The most profit that a ranking can make, and its expectation when the effect of the offer is
//! uncertain.
//!
//! A campaign contacts every customer whose score is above a threshold, and makes the same offer to
//! each. A customer who would leave takes it and stays with probability γ; one who would stay takes
//! it with certainty. Per customer the profit is
//!
//! ```text
//! (γ (value − incentive) − contact) · π₀ F₀ − (incentive + contact) · π₁ F₁
//! ```
//!
//! where π₀ F₀ and π₁ F₁ are the shares of customers who are contacted and would leave, or stay. The
//! maximum profit is its largest value over all thresholds. The expected maximum profit is the mean
//! of the maximum over a beta distribution of γ (Verbraken et al. 2013, "A Novel Profit Maximizing
//! Metric for Measuring Classification Performance of Customer Churn Prediction Models").

/// What a campaign costs and brings, the same for every customer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Campaign {
    /// What a customer who stays is worth.
    pub value: f64,
    /// Cost of the offer for a customer who takes it.
    pub incentive: f64,
    /// Cost of contacting a customer.
    pub contact: f64,
}

/// How many of those who would leave take the offer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Acceptance {
    /// A known share.
    Rate(f64),
    /// A beta distribution of the share.
    Beta {
        /// The first parameter, above 0.
        alpha: f64,
        /// The second parameter, above 0.
        beta: f64,
    },
}

/// The largest profit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MaximumProfit {
    /// Per customer of the cohort.
    pub profit: f64,
    /// Share of the cohort that is contacted.
    pub fraction: f64,
}

/// A threshold: the profit as a line in γ, and the share that is contacted.
#[derive(Clone, Copy, Debug)]
struct Line {
    slope: f64,
    intercept: f64,
    fraction: f64,
}

impl Line {
    fn at(&self, gamma: f64) -> f64 {
        self.slope * gamma + self.intercept
    }
}

/// The maximum profit of a ranking by `scores`, or its expectation. `leaves` has the outcome of each
/// customer: 1 for one who left, 0 for one who stayed; or a calibrated probability, where the outcome
/// is not known yet. A customer whose score is NaN is left out.
pub fn maximum_profit(scores: &[f64], leaves: &[f64], campaign: &Campaign, acceptance: Acceptance) -> MaximumProfit {
    let lines = lines(scores, leaves, campaign);
    let mut profit = MaximumProfit { profit: 0.0, fraction: 0.0 };
    match acceptance {
        Acceptance::Rate(gamma) => {
            for line in lines.iter().filter(|line| line.at(gamma) > 0.0) {
                if line.at(gamma) > profit.profit {
                    profit = MaximumProfit { profit: line.at(gamma), fraction: line.fraction };
                }
            }
        }
        Acceptance::Beta { alpha, beta } => {
            let mean = alpha / (alpha + beta);
            // Of γ below a bound: its probability, and its mean there times that.
            let below =
                |gamma: f64| [incomplete_beta(alpha, beta, gamma), mean * incomplete_beta(alpha + 1.0, beta, gamma)];
            let mut before = [0.0, 0.0];
            let upper = envelope(&lines);
            for (at, (line, _)) in upper.iter().enumerate() {
                let after = upper.get(at + 1).map_or([1.0, mean], |(_, from)| below(*from));
                let [share, part] = [after[0] - before[0], after[1] - before[1]];
                profit.profit += line.slope * part + line.intercept * share;
                profit.fraction += line.fraction * share;
                before = after;
            }
        }
    }
    profit
}

/// A line for each threshold, the highest threshold first: nobody is contacted.
fn lines(scores: &[f64], leaves: &[f64], campaign: &Campaign) -> Vec<Line> {
    let Campaign { value, incentive, contact } = *campaign;
    let mut ranked: Vec<(f64, f64)> = scores.iter().copied().zip(leaves.iter().copied()).collect();
    ranked.retain(|(score, _)| !score.is_nan());
    ranked.sort_unstable_by(|a, b| b.0.total_cmp(&a.0));
    let customers = ranked.len() as f64;
    let mut lines = vec![Line { slope: 0.0, intercept: 0.0, fraction: 0.0 }];
    let (mut leaving, mut contacted) = (0.0, 0.0);
    for (at, (score, leaves)) in ranked.iter().enumerate() {
        leaving += leaves;
        contacted += 1.0;
        // Customers of equal scores are contacted together.
        if ranked.get(at + 1).is_some_and(|next| next.0 == *score) {
            continue;
        }
        let [leave, stay] = [leaving / customers, (contacted - leaving) / customers];
        lines.push(Line {
            slope: (value - incentive) * leave,
            intercept: -contact * leave - (incentive + contact) * stay,
            fraction: contacted / customers,
        });
    }
    lines
}

/// The lines that are highest somewhere in 0 to 1, with where each begins.
fn envelope(lines: &[Line]) -> Vec<(Line, f64)> {
    let mut upper: Vec<(Line, f64)> = Vec::new();
    for line in lines {
        let mut from = 0.0;
        while let Some((last, last_from)) = upper.last() {
            // Intercepts never ascend, so a line that is not steeper is never higher.
            let steeper = line.slope - last.slope;
            from = if steeper > 0.0 { (last.intercept - line.intercept) / steeper } else { f64::INFINITY };
            if from > *last_from {
                break;
            }
            upper.pop();
            from = 0.0;
        }
        if from < 1.0 {
            upper.push((*line, from));
        }
    }
    upper
}

/// The regularised incomplete beta function I(x; a, b), by Lentz's continued fraction (Press et al.,
/// "Numerical Recipes", 6.4). Absolute error below 1e-12 for parameters up to 1e4.
fn incomplete_beta(a: f64, b: f64, x: f64) -> f64 {
    if x <= 0.0 || x >= 1.0 {
        return if x <= 0.0 { 0.0 } else { 1.0 };
    }
    let front = libm::lgamma(a + b) - libm::lgamma(a) - libm::lgamma(b) + a * libm::log(x) + b * libm::log1p(-x);
    let front = libm::exp(front);
    if x < (a + 1.0) / (a + b + 2.0) {
        front * continued_fraction(a, b, x) / a
    } else {
        1.0 - front * continued_fraction(b, a, 1.0 - x) / b
    }
}

fn continued_fraction(a: f64, b: f64, x: f64) -> f64 {
    let away_from_zero = |number: f64| if number.abs() < 1e-300 { 1e-300 } else { number };
    let (mut c, mut d) = (1.0, 1.0 / away_from_zero(1.0 - (a + b) * x / (a + 1.0)));
    let mut fraction = d;
    for step in 1..10_000 {
        let m = f64::from(step);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        let mut change = 1.0;
        for term in [even, odd] {
            d = 1.0 / away_from_zero(1.0 + term * d);
            c = away_from_zero(1.0 + term / c);
            change = c * d;
            fraction *= change;
        }
        if (change - 1.0).abs() < 1e-15 {
            break;
        }
    }
    fraction
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn beta_shares_in_closed_form() {
        for x in [0.0, 0.01, 0.25, 0.5, 0.9, 1.0] {
            assert!((incomplete_beta(1.0, 1.0, x) - x).abs() < 1e-14);
            assert!((incomplete_beta(3.0, 1.0, x) - x * x * x).abs() < 1e-14);
            let close = 1.0 - (1.0f64 - x).powi(5);
            assert!((incomplete_beta(1.0, 5.0, x) - close).abs() < 1e-14);
            let mirror = 1.0 - incomplete_beta(14.0, 6.0, 1.0 - x);
            assert!((incomplete_beta(6.0, 14.0, x) - mirror).abs() < 1e-13);
        }
    }

    /// The mean over γ of the maximum, by brute force: the definition.
    #[test]
    fn the_expectation_is_the_mean_of_the_maxima() {
        let mut random = crate::explanation::Random::new(5);
        let (alpha, beta) = (2.0, 3.0);
        for campaign in [
            Campaign { value: 200.0, incentive: 10.0, contact: 1.0 },
            Campaign { value: 20.0, incentive: 10.0, contact: 3.0 },
            Campaign { value: 5.0, incentive: 10.0, contact: 0.0 },
            Campaign { value: 5.0, incentive: 0.0, contact: 0.0 },
        ] {
            let scores: Vec<f64> = (0..40).map(|_| (random.fraction() * 20.0).round() / 20.0).collect();
            let leaves: Vec<f64> = scores.iter().map(|score| f64::from(random.fraction() < *score)).collect();
            let exact = maximum_profit(&scores, &leaves, &campaign, Acceptance::Beta { alpha, beta });
            let steps = 20_000;
            let (mut profit, mut fraction) = (0.0, 0.0);
            for step in 0..steps {
                let gamma = (f64::from(step) + 0.5) / f64::from(steps);
                let density = 12.0 * gamma * (1.0 - gamma) * (1.0 - gamma);
                let best = maximum_profit(&scores, &leaves, &campaign, Acceptance::Rate(gamma));
                profit += best.profit * density / f64::from(steps);
                fraction += best.fraction * density / f64::from(steps);
            }
            assert!((exact.profit - profit).abs() < 1e-6 * profit.max(1.0), "{campaign:?}: {} {profit}", exact.profit);
            assert!((exact.fraction - fraction).abs() < 1e-3, "{campaign:?}: {} {fraction}", exact.fraction);
        }
        let nobody =
            maximum_profit(&[], &[], &Campaign { value: 1.0, incentive: 0.0, contact: 0.0 }, Acceptance::Rate(0.5));
        assert_eq!(nobody, MaximumProfit { profit: 0.0, fraction: 0.0 });
    }

    #[test]
    fn profits_are_those_of_empulse() {
        let document: serde_json::Value =
            serde_json::from_str(include_str!("../../tests/vectors/profit.json")).unwrap();
        let tolerance = document["tolerance"].as_f64().unwrap();
        let mut compared = 0;
        for case in document["cases"].as_array().unwrap() {
            let numbers = |key: &str| -> Vec<f64> {
                case[key].as_array().unwrap().iter().map(|number| number.as_f64().unwrap()).collect()
            };
            let (scores, leaves) = (numbers("scores"), numbers("leaves"));
            for expected in case["expected"].as_array().unwrap() {
                let number = |key: &str| expected[key].as_f64().unwrap();
                let campaign = Campaign {
                    value: number("clv"),
                    incentive: number("incentive_cost"),
                    contact: number("contact_cost"),
                };
                let beta = Acceptance::Beta { alpha: number("alpha"), beta: number("beta") };
                for (acceptance, key) in [(beta, "emp"), (Acceptance::Rate(number("rate")), "mp")] {
                    let MaximumProfit { profit, fraction } = maximum_profit(&scores, &leaves, &campaign, acceptance);
                    let (most, share) = (number(key), number(&format!("{key}_fraction")));
                    assert!((profit - most).abs() < tolerance, "{} {key}: {profit} {expected}", case["name"]);
                    assert!((fraction - share).abs() < tolerance, "{} {key}: {fraction} {expected}", case["name"]);
                    compared += 1;
                }
            }
        }
        assert_eq!(compared, 72);
    }
}
