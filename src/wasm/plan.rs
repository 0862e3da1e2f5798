//! Plans at the boundary: customers block by block in, one offer for each out.

use wasm_bindgen::prelude::*;

use super::engine::Engine;
use super::failure::failure;
use super::wire::{self, to_js};
use crate::decision::Policy;
use crate::scorer::{CohortPlan, PlanCohort, PlanRequest, Scorer};

/// What offers are worth to the customers of a table, block by block.
#[wasm_bindgen]
pub struct Planner {
    cohort: PlanCohort,
}

/// A plan, and the figures of its rows.
#[wasm_bindgen]
pub struct Plan {
    cohort: PlanCohort,
    plan: CohortPlan,
}

#[wasm_bindgen]
impl Engine {
    /// A planner without customers.
    pub fn planner(&self) -> Planner {
        Planner { cohort: PlanCohort::new(&self.scorer) }
    }

    /// Adds the first rows of the column buffers after they were scored. `days` are those since the
    /// last offer of each, NaN where there was none; `held_out` has a number for each, 0 for a customer
    /// who is not held out.
    pub fn plan_block(&mut self, planner: &mut Planner, rows: usize, days: &[f64], held_out: &[u8]) {
        self.block();
        let held_out: Vec<bool> = held_out.iter().map(|held_out| *held_out != 0).collect();
        if let Some(block) = &self.block {
            planner.cohort.push(&self.scorer, block, rows, days, &held_out);
        }
    }

    /// Plans who gets which offer. A limit is NaN where there is none; `capacities` has a number for each
    /// offer, NaN for the policy's. Throws if a limit makes no sense.
    pub fn plan(&self, planner: Planner, budget: f64, count: f64, capacities: &[f64]) -> Result<Plan, JsValue> {
        let given = |number: f64| Some(number).filter(|number| !number.is_nan());
        let capacities = capacities.iter().enumerate().filter_map(|(offer, limit)| Some((offer, given(*limit)?)));
        let request = PlanRequest { budget: given(budget), count: given(count), capacities: capacities.collect() };
        let plan = self.scorer.plan(&planner.cohort, &request).map_err(|problems| {
            let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
            failure("argument_invalid", &lines.join("; "), &[])
        })?;
        if let Some(observed) = &mut *self.observed.borrow_mut() {
            let known =
                planner.cohort.probabilities.iter().enumerate().filter(|(_, probability)| !probability.is_nan());
            known.for_each(|(customer, _)| observed.decision(plan.offer(customer)));
        }
        Ok(Plan { cohort: planner.cohort, plan })
    }

    /// The figures of a plan, as an object.
    pub fn plan_figures(&self, plan: &Plan) -> JsValue {
        to_js(&wire(&self.scorer, &plan.plan))
    }
}

#[wasm_bindgen]
impl Plan {
    /// By row: the position of the offer in the policy, 255 without one.
    pub fn offers(&self) -> Vec<u8> {
        self.plan.allocation.offers.clone()
    }

    /// By row: the expected profit of its offer, 0 without one.
    pub fn profits(&self) -> Vec<f64> {
        self.of_offers(&self.cohort.candidates.profits)
    }

    /// By row: the cost of its offer, 0 without one.
    pub fn costs(&self) -> Vec<f64> {
        self.of_offers(&self.cohort.candidates.costs)
    }
}

impl Plan {
    /// Picks the amount of each customer's offer.
    fn of_offers(&self, amounts: &[f64]) -> Vec<f64> {
        let offers = self.cohort.candidates.offers;
        let amount = |customer| self.plan.offer(customer).map_or(0.0, |offer| amounts[customer * offers + offer]);
        (0..self.cohort.len()).map(amount).collect()
    }
}

pub(super) fn wire<'a>(scorer: &'a Scorer, plan: &'a CohortPlan) -> wire::Plan<'a> {
    let CohortPlan { allocation, curve, campaigns } = plan;
    let Policy { offers, .. } = &scorer.document().policy;
    let most = |(fraction, profit): (f64, f64)| wire::MostProfit { fraction, profit };
    let figures = allocation.counts.iter().zip(campaigns);
    let offer = offers.iter().zip(figures).map(|(offer, (count, campaign))| wire::PlannedOffer {
        offer: &offer.name,
        label: offer.label(),
        count: *count as f64,
        campaign: campaign.map(|campaign| most((campaign.fraction, campaign.profit))),
    });
    wire::Plan {
        expected_profit: allocation.profit,
        cost: allocation.cost,
        bound: allocation.bound,
        curve: wire::ProfitCurve {
            fractions: &curve.fractions,
            by_profit: &curve.by_profit,
            by_risk: &curve.by_risk,
            best_by_profit: most(curve.best_by_profit),
            best_by_risk: most(curve.best_by_risk),
        },
        offers: offer.collect(),
    }
}
