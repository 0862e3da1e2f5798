//! Plans for a cohort: who gets which offer, how profit grows with the share that is contacted, and
//! the most that a campaign with one offer can expect.

use super::columns::{ColumnBlock, Flag};
use super::score::Scorer;
use crate::decision::plan::{Allocation, Candidates, Limits, NO_OFFER, allocate};
use crate::decision::profit::{Acceptance, Campaign, MaximumProfit, maximum_profit};
use crate::decision::{Effect, Refusal};
use crate::encoding::formula_value;

/// What a plan may use, beside the capacities of the policy.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PlanRequest {
    /// The most that all offers together may cost, contacts included; `None` for no limit.
    pub budget: Option<f64>,
    /// The most customers who get an offer; `None` for no limit.
    pub count: Option<f64>,
    /// By position of an offer: the most customers who get it, instead of the policy's capacity.
    pub capacities: Vec<(usize, f64)>,
}

/// A limit of a plan that makes no sense.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{name} must be {rule} (got {value})")]
pub struct PlanProblem {
    /// The limit: `budget`, `count`, or `capacity of NAME`.
    pub name: String,
    /// What it must be.
    pub rule: String,
    /// What it is.
    pub value: String,
}

/// What a plan knows of the customers of a table, row by row.
#[derive(Clone, Debug, Default)]
pub struct PlanCohort {
    /// Calibrated probabilities; NaN where a row has a problem.
    pub probabilities: Vec<f64>,
    /// What each customer is worth; NaN where it is not known.
    pub values: Vec<f64>,
    /// Whether each customer is held out.
    pub held_out: Vec<bool>,
    /// What each offer is worth. A customer who is held out has none.
    pub candidates: Candidates,
    /// By offer, of the customers who can get it: how many, and the sums of values, costs without
    /// contacts, and effects.
    sums: Vec<[f64; 4]>,
}

/// A plan for a cohort.
#[derive(Clone, Debug, PartialEq)]
pub struct CohortPlan {
    /// Who gets which offer.
    pub allocation: Allocation,
    /// What contacting a share of the cohort brings, without limits.
    pub curve: ProfitCurve,
    /// By offer: the most that a campaign can expect which makes this offer to those of highest
    /// probability, among the customers who can get it; `None` where nobody can.
    pub campaigns: Vec<Option<MaximumProfit>>,
}

/// Expected profit by the share of the cohort that is contacted, each customer with the offer that
/// is best for the customer. A customer without an offer brings nothing.
#[derive(Clone, Debug, PartialEq)]
pub struct ProfitCurve {
    /// Shares of the cohort, `[101]`: 0, 0.01, …, 1.
    pub fractions: Vec<f64>,
    /// Profit where those of the largest expected profit are contacted first.
    pub by_profit: Vec<f64>,
    /// Profit where those of the highest probability are contacted first.
    pub by_risk: Vec<f64>,
    /// The share of most profit, and that profit, if the largest profit comes first.
    pub best_by_profit: (f64, f64),
    /// The share of most profit, and that profit, if the highest probability comes first.
    pub best_by_risk: (f64, f64),
}

impl PlanCohort {
    /// A cohort without customers.
    pub fn new(scorer: &Scorer) -> PlanCohort {
        let offers = scorer.artifact.offers.len();
        let candidates = Candidates { offers, ..Candidates::default() };
        PlanCohort { candidates, sums: vec![[0.0; 4]; offers], ..PlanCohort::default() }
    }

    /// Adds the first `rows` rows of scored columns. `days` are those since each customer's last
    /// offer, NaN where there was none; `held_out` says who is held out. Both may be empty: nobody
    /// had an offer, nobody is held out.
    pub fn push(&mut self, scorer: &Scorer, block: &ColumnBlock, rows: usize, days: &[f64], held_out: &[bool]) {
        let offers = &scorer.artifact.offers;
        let calibration = &scorer.artifact.document.calibration;
        let contact = scorer.artifact.document.policy.contact_cost;
        for row in 0..rows.min(block.capacity()) {
            let cell = |field: usize| formula_value(block.cell(field, row));
            let sound = block.flags[row] != Flag::Error as u8;
            // As in a single decision: the probabilities of the block are rounded.
            let probability = if sound { calibration.probability(f64::from(block.logits[row])) } else { f64::NAN };
            let value = if sound { offers.value(&cell) } else { None };
            let held = held_out.get(row).copied().unwrap_or(false);
            let since = days.get(row).copied().filter(|days| !days.is_nan());
            for (offer, sums) in self.sums.iter_mut().enumerate() {
                let judged = if sound && !held {
                    offers.judge(offer, probability, value, since, &cell)
                } else {
                    Err(Refusal::Holdout)
                };
                let (profit, cost) = judged.map_or((f64::NAN, 0.0), |judged| (judged.profit, judged.cost));
                self.candidates.profits.push(profit);
                self.candidates.costs.push(cost);
                if let Ok(judged) = judged {
                    let parts = [1.0, value.unwrap_or_default(), judged.cost - contact, judged.effect];
                    sums.iter_mut().zip(parts).for_each(|(sum, part)| *sum += part);
                }
            }
            self.probabilities.push(probability);
            self.values.push(value.unwrap_or(f64::NAN));
            self.held_out.push(held);
        }
    }

    /// Adds the customers of another part of the table, which follow these.
    pub fn append(&mut self, mut part: PlanCohort) {
        self.probabilities.append(&mut part.probabilities);
        self.values.append(&mut part.values);
        self.held_out.append(&mut part.held_out);
        self.candidates.profits.append(&mut part.candidates.profits);
        self.candidates.costs.append(&mut part.candidates.costs);
        for (sums, parts) in self.sums.iter_mut().zip(part.sums) {
            sums.iter_mut().zip(parts).for_each(|(sum, part)| *sum += part);
        }
    }

    /// How many customers there are.
    pub fn len(&self) -> usize {
        self.probabilities.len()
    }

    /// Whether there is no customer.
    pub fn is_empty(&self) -> bool {
        self.probabilities.is_empty()
    }

    fn profits(&self, customer: usize) -> &[f64] {
        let offers = self.candidates.offers;
        &self.candidates.profits[customer * offers..(customer + 1) * offers]
    }
}

impl Scorer {
    /// Plans who gets which offer.
    ///
    /// # Errors
    ///
    /// Every limit that makes no sense for this cohort.
    pub fn plan(&self, cohort: &PlanCohort, request: &PlanRequest) -> Result<CohortPlan, Vec<PlanProblem>> {
        let allocation = allocate(&cohort.candidates, &self.limits(cohort.len(), request)?);
        let mut by_risk: Vec<(f64, u32)> = cohort.probabilities.iter().copied().zip(0u32..).collect();
        by_risk.retain(|(probability, _)| !probability.is_nan());
        descending(&mut by_risk);
        let campaigns = (0..cohort.candidates.offers).map(|offer| self.campaign(cohort, offer, &by_risk)).collect();
        Ok(CohortPlan { allocation, curve: curve(cohort, &by_risk), campaigns })
    }

    fn limits(&self, customers: usize, request: &PlanRequest) -> Result<Limits, Vec<PlanProblem>> {
        let offers = &self.artifact.document.policy.offers;
        let mut problems = Vec::new();
        let mut say = |name: &str, rule: &str, value: f64| {
            let value = crate::json::decimal::text(value);
            problems.push(PlanProblem { name: name.into(), rule: rule.into(), value });
        };
        if let Some(budget) = request.budget {
            if budget == f64::INFINITY {
                say("budget", "finite; leave it out for no limit", budget);
            } else if budget.is_nan() || budget <= 0.0 {
                say("budget", "above 0", budget);
            }
        }
        let whole = format!("a whole number from 1 to {customers}, the customers of the cohort");
        let is_whole = |number: f64| number >= 1.0 && number <= customers as f64 && number.floor() == number;
        if let Some(count) = request.count.filter(|count| !is_whole(*count)) {
            say("count", &whole, count);
        }
        // A policy does not know the cohort, so its capacities may be larger.
        let of_policy = |capacity: f64| (capacity as usize).min(customers);
        let mut capacities: Vec<usize> =
            offers.iter().map(|offer| offer.capacity.map_or(customers, of_policy)).collect();
        for &(offer, capacity) in &request.capacities {
            match (capacities.get_mut(offer), offers.get(offer)) {
                (Some(place), _) if is_whole(capacity) => *place = capacity as usize,
                (_, Some(offer)) => say(&format!("capacity of {}", offer.name), &whole, capacity),
                (_, None) => say("capacity", "of an offer of the policy", offer as f64),
            }
        }
        let contacts = request.count.map_or(customers, |count| count as usize);
        let budget = request.budget.unwrap_or(f64::INFINITY);
        if problems.is_empty() { Ok(Limits { budget, contacts, capacities }) } else { Err(problems) }
    }

    /// The most that a campaign of one offer can expect.
    fn campaign(&self, cohort: &PlanCohort, offer: usize, by_risk: &[(f64, u32)]) -> Option<MaximumProfit> {
        let [customers, value, incentive, effect] = cohort.sums[offer];
        if customers == 0.0 {
            return None;
        }
        let can = |customer: u32| !cohort.profits(customer as usize)[offer].is_nan();
        let scores: Vec<f64> = by_risk.iter().filter(|(_, at)| can(*at)).map(|(probability, _)| *probability).collect();
        let policy = &self.artifact.document.policy;
        let contact = policy.contact_cost;
        let campaign = Campaign { value: value / customers, incentive: incentive / customers, contact };
        let acceptance = match policy.offers[offer].effect {
            Effect::Beta { alpha, beta } => Acceptance::Beta { alpha, beta },
            Effect::Amount(_) => Acceptance::Rate(effect / customers),
        };
        Some(maximum_profit(&scores, &scores, &campaign, acceptance))
    }
}

fn descending(ranked: &mut [(f64, u32)]) {
    ranked.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
}

fn curve(cohort: &PlanCohort, by_risk: &[(f64, u32)]) -> ProfitCurve {
    let best = |customer: u32| {
        let profits = cohort.profits(customer as usize).iter().copied().filter(|profit| !profit.is_nan());
        profits.reduce(f64::max).unwrap_or(0.0)
    };
    let risk_profits: Vec<f64> = by_risk.iter().map(|(_, customer)| best(*customer)).collect();
    let mut profits = risk_profits.clone();
    profits.sort_unstable_by(|a, b| b.total_cmp(a));
    let fractions: Vec<f64> = (0..=100).map(|percent| f64::from(percent) / 100.0).collect();
    let cumulated = |profits: &[f64]| -> (Vec<f64>, (f64, f64)) {
        let customers = profits.len();
        let (mut sum, mut most) = (0.0, (0.0, 0.0));
        let mut points = Vec::with_capacity(fractions.len());
        let at = |point: usize| (point * customers + 50) / 100;
        for contacted in 0..=customers {
            while points.len() < fractions.len() && at(points.len()) == contacted {
                points.push(sum);
            }
            if sum > most.1 {
                most = (contacted as f64 / customers as f64, sum);
            }
            sum += profits.get(contacted).copied().unwrap_or(0.0);
        }
        (points, most)
    };
    let (by_profit, best_by_profit) = cumulated(&profits);
    let (by_risk, best_by_risk) = cumulated(&risk_profits);
    ProfitCurve { fractions, by_profit, by_risk, best_by_profit, best_by_risk }
}

impl CohortPlan {
    /// The offer of a customer; `None` without one.
    pub fn offer(&self, customer: usize) -> Option<usize> {
        self.allocation.offers.get(customer).filter(|offer| **offer != NO_OFFER).map(|offer| usize::from(*offer))
    }
}
