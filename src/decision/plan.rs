//! Which customer gets which offer, under a budget, a capacity for each offer and a number of
//! contacts: the most expected profit.
//!
//! The limits get prices: a share λ of each unit of cost, μ for a place of an offer, ν for a contact.
//! At these prices every customer takes the offer of the largest profit after prices, `profit − λ cost
//! − μ − ν`, and none where all are below 0. Prices at which demand meets the limits make this
//! nearly the best plan (Lagrangian relaxation; Fisher 1981, "The Lagrangian relaxation method for
//! solving integer programming problems"). Where only the budget binds, an offer is taken if its
//! profit per cost is above λ: the greedy rule. Customers then get their offers in the order of their
//! profit after prices, as far as the limits go, and what is left is given to the next. Whole
//! customers do not quite fit the limits, so a bounded search tries other choices of those who are
//! nearest to another choice.
//!
//! No plan has more profit than `λ budget + Σ μ capacity + ν contacts + Σ profits after prices`,
//! whatever the prices. [`Allocation::bound`] is this number.

/// What each offer to each customer is worth.
#[derive(Clone, Debug, Default)]
pub struct Candidates {
    /// Offers of each customer.
    pub offers: usize,
    /// `[customers, offers]`: expected profits; NaN where the customer cannot get the offer.
    pub profits: Vec<f64>,
    /// `[customers, offers]`: costs, at least 0.
    pub costs: Vec<f64>,
}

/// What a plan may use.
#[derive(Clone, Debug, PartialEq)]
pub struct Limits {
    /// The most that all offers together may cost; infinite for no limit.
    pub budget: f64,
    /// The most customers who get an offer.
    pub contacts: usize,
    /// The most customers who get each offer.
    pub capacities: Vec<usize>,
}

/// A plan.
#[derive(Clone, Debug, PartialEq)]
pub struct Allocation {
    /// By customer: the offer, or [`NO_OFFER`].
    pub offers: Vec<u8>,
    /// Expected profit of the plan.
    pub profit: f64,
    /// What its offers cost.
    pub cost: f64,
    /// No plan within the limits has more expected profit.
    pub bound: f64,
    /// Customers by offer.
    pub counts: Vec<usize>,
}

/// A customer without an offer.
pub const NO_OFFER: u8 = u8::MAX;
/// Customers from whom prices are computed.
const SAMPLE: usize = 1 << 15;
/// Times that each price is set from the others.
const ROUNDS: usize = 10;
/// Steps of all prices together, along a subgradient of the bound.
const STEPS: usize = 300;
/// Customers whose choices the search at the end may change.
const CORE: usize = 64;
/// Choices that it looks at.
const NODES: usize = 1 << 19;

impl Candidates {
    /// How many customers there are.
    pub fn customers(&self) -> usize {
        self.profits.len() / self.offers.max(1)
    }

    /// Profits and costs of the offers that a customer can get, and that bring something.
    fn of(&self, customer: usize) -> impl Iterator<Item = (usize, f64, f64)> {
        let row = customer * self.offers..(customer + 1) * self.offers;
        let pairs = self.profits[row.clone()].iter().copied().zip(self.costs[row].iter().copied());
        pairs.enumerate().filter(|(_, (profit, _))| *profit > 0.0).map(|(offer, (profit, cost))| (offer, profit, cost))
    }

    /// Every `step`-th customer.
    fn sample(&self, step: usize) -> Candidates {
        let rows = |numbers: &[f64]| -> Vec<f64> {
            numbers.chunks_exact(self.offers.max(1)).step_by(step).flatten().copied().collect()
        };
        Candidates { offers: self.offers, profits: rows(&self.profits), costs: rows(&self.costs) }
    }
}

impl Limits {
    /// Limits for one of `step` customers.
    fn sample(&self, step: usize) -> Limits {
        let share = |places: usize| places.div_ceil(step);
        Limits {
            budget: self.budget / step as f64,
            contacts: share(self.contacts),
            capacities: self.capacities.iter().map(|&capacity| share(capacity)).collect(),
        }
    }
}

/// The plan of the most expected profit. Every customer gets at most one offer, and only one of
/// positive profit.
pub fn allocate(candidates: &Candidates, limits: &Limits) -> Allocation {
    let customers = candidates.customers();
    // More places than customers are no limit.
    let limits = &Limits {
        budget: limits.budget,
        contacts: limits.contacts.min(customers),
        capacities: limits.capacities.iter().map(|&capacity| capacity.min(customers)).collect(),
    };
    let mut prices = Prices { budget: 0.0, contacts: 0.0, capacities: vec![0.0; candidates.offers] };
    let step = customers.div_ceil(SAMPLE).max(1);
    let (few, few_limits) = (candidates.sample(step), limits.sample(step));
    prices.set_in_turn(&few, &few_limits);
    prices = prices.descend(&few, &few_limits);
    let mut plan = Plan::greedy(candidates, limits, &prices);
    let bound = prices.bound(candidates, limits);
    plan.search(&prices, bound);
    let Plan { offers, profit, cost, counts, .. } = plan;
    // Rounding must not put the bound below the plan that it bounds.
    Allocation { offers, profit, cost, bound: bound.max(profit), counts }
}

/// The prices of the limits.
#[derive(Clone, Debug)]
struct Prices {
    budget: f64,
    contacts: f64,
    capacities: Vec<f64>,
}

impl Prices {
    /// What an offer brings after the prices.
    fn after(&self, (offer, profit, cost): (usize, f64, f64)) -> f64 {
        profit - self.budget * cost - self.capacities[offer] - self.contacts
    }

    /// The best offer of a customer, and its profit after the prices.
    fn best(&self, candidates: &Candidates, customer: usize) -> Option<(usize, f64)> {
        let mut best: Option<(usize, f64)> = None;
        for entry in candidates.of(customer) {
            let left = self.after(entry);
            if best.is_none_or(|(_, most)| left > most) {
                best = Some((entry.0, left));
            }
        }
        best
    }

    /// No plan within the limits has more profit.
    fn bound(&self, candidates: &Candidates, limits: &Limits) -> f64 {
        let left = |customer| self.best(candidates, customer).map_or(0.0, |(_, left)| left.max(0.0));
        (0..candidates.customers()).map(left).sum::<f64>() + self.of_limits(limits)
    }

    fn of_limits(&self, limits: &Limits) -> f64 {
        let places = limits.capacities.iter().zip(&self.capacities);
        let places = places.map(|(&capacity, price)| capacity as f64 * price).sum::<f64>();
        // A budget without end has no price.
        let budget = if self.budget > 0.0 { limits.budget * self.budget } else { 0.0 };
        budget + places + limits.contacts as f64 * self.contacts
    }

    /// Makes the bound smaller: sets each price from the others in turn.
    fn set_in_turn(&mut self, candidates: &Candidates, limits: &Limits) {
        let prices = self;
        let pairs = candidates.profits.iter().zip(&candidates.costs);
        let steep = pairs.filter(|(profit, cost)| **profit > 0.0 && **cost > 0.0).map(|(profit, cost)| profit / cost);
        let steepest = steep.fold(0.0, f64::max);
        for _ in 0..ROUNDS {
            let before = prices.clone();
            for offer in 0..candidates.offers {
                prices.capacities[offer] = 0.0;
                let lefts = (0..candidates.customers()).map(|customer| {
                    let (mut own, mut other) = (f64::NEG_INFINITY, 0.0f64);
                    for entry in candidates.of(customer) {
                        match prices.after(entry) {
                            left if entry.0 == offer => own = left,
                            left => other = other.max(left),
                        }
                    }
                    own - other
                });
                prices.capacities[offer] = threshold(lefts.collect(), limits.capacities[offer]);
            }
            prices.contacts = 0.0;
            let lefts = (0..candidates.customers())
                .map(|customer| prices.best(candidates, customer).map_or(0.0, |best| best.1));
            prices.contacts = threshold(lefts.collect(), limits.contacts);
            prices.budget = prices.of_budget(candidates, limits.budget, steepest);
            let near = |a: f64, b: f64| (a - b).abs() <= 1e-6 * a.abs();
            let same = prices.capacities.iter().zip(&before.capacities).all(|(a, b)| near(*a, *b));
            if same && near(prices.contacts, before.contacts) && near(prices.budget, before.budget) {
                return;
            }
        }
    }

    /// The price at which the customers spend the budget, the other prices as they are.
    fn of_budget(&self, candidates: &Candidates, budget: f64, steepest: f64) -> f64 {
        let spends_more = |price: f64| {
            let prices = Prices { budget: price, ..self.clone() };
            let spent = |customer: usize| match prices.best(candidates, customer) {
                Some((offer, left)) if left > 0.0 => candidates.costs[customer * candidates.offers + offer],
                _ => 0.0,
            };
            (0..candidates.customers()).map(spent).sum::<f64>() > budget
        };
        if budget == f64::INFINITY || !spends_more(0.0) {
            return 0.0;
        }
        let (mut low, mut high) = (0.0, steepest);
        // Close to the price of the round before, which is most often near.
        let close = [self.budget * 0.9, self.budget * 1.1];
        if self.budget > 0.0 && spends_more(close[0]) && !spends_more(close[1]) {
            [low, high] = close;
        }
        while high - low > 1e-7 * steepest {
            let middle = low.midpoint(high);
            *(if spends_more(middle) { &mut low } else { &mut high }) = middle;
        }
        high
    }

    /// Moves all prices along subgradients of the bound, by the steps of Polyak, towards the profit
    /// of a plan. Prices are counted in shares of what their limits are worth.
    fn descend(self, candidates: &Candidates, limits: &Limits) -> Prices {
        let offers = candidates.offers;
        let floor = Plan::greedy(candidates, limits, &self).profit;
        let units: Vec<f64> = limits.capacities.iter().map(|&capacity| capacity as f64).collect();
        let (mut now, mut best) = (self.clone(), self);
        let mut lowest = f64::INFINITY;
        let (mut pace, mut since) = (1.0, 0);
        for _ in 0..STEPS {
            let (mut counts, mut spent, mut bound) = (vec![0.0; offers], 0.0, now.of_limits(limits));
            for customer in 0..candidates.customers() {
                if let Some((offer, left)) = now.best(candidates, customer).filter(|(_, left)| *left > 0.0) {
                    counts[offer] += 1.0;
                    spent += candidates.costs[customer * offers + offer];
                    bound += left;
                }
            }
            since += 1;
            if bound < lowest {
                (lowest, best, since) = (bound, now.clone(), 0);
            }
            if since == 10 {
                (pace, since) = (pace / 2.0, 0);
                now = best.clone();
                continue;
            }
            // What is left of each limit, as a share of it.
            let free =
                |used: f64, limit: f64| if limit > 0.0 && limit < f64::INFINITY { 1.0 - used / limit } else { 0.0 };
            let contacts = free(counts.iter().sum(), limits.contacts as f64);
            let budget = free(spent, limits.budget);
            let places: Vec<f64> = counts.iter().zip(&units).map(|(count, unit)| free(*count, *unit)).collect();
            // A price of 0 cannot fall.
            let moves = |price: f64, free: f64| if price == 0.0 && free > 0.0 { 0.0 } else { free };
            let squares = moves(now.contacts, contacts).powi(2)
                + moves(now.budget, budget).powi(2)
                + now.capacities.iter().zip(&places).map(|(price, free)| moves(*price, *free).powi(2)).sum::<f64>();
            if squares == 0.0 || bound <= floor {
                break;
            }
            let step = pace * (bound - floor) / squares;
            let moved = |price: f64, free: f64, limit: f64| {
                if free == 0.0 { price } else { (price - step * free / limit).max(0.0) }
            };
            now.contacts = moved(now.contacts, contacts, limits.contacts as f64);
            now.budget = moved(now.budget, budget, limits.budget);
            for ((price, free), unit) in now.capacities.iter_mut().zip(&places).zip(&units) {
                *price = moved(*price, *free, *unit);
            }
        }
        best
    }
}

/// The price that as many are ready to pay as there are places; 0 where all have a place.
fn threshold(mut offers: Vec<f64>, places: usize) -> f64 {
    if places >= offers.len() {
        return 0.0;
    }
    let (above, at, _) = offers.select_nth_unstable_by(places, |a, b| b.total_cmp(a));
    if *at <= 0.0 {
        return 0.0;
    }
    // Between the last who gets a place and the first who does not.
    let last_in = above.iter().copied().fold(f64::INFINITY, f64::min);
    if last_in < f64::INFINITY { at.midpoint(last_in) } else { *at }
}

/// A plan in the making.
struct Plan<'a> {
    candidates: &'a Candidates,
    limits: &'a Limits,
    offers: Vec<u8>,
    profit: f64,
    cost: f64,
    contacts: usize,
    counts: Vec<usize>,
}

impl<'a> Plan<'a> {
    /// Those who pay the prices get their best offer, the largest profit after prices first; then
    /// whoever still fits.
    fn greedy(candidates: &'a Candidates, limits: &'a Limits, prices: &Prices) -> Plan<'a> {
        let customers = candidates.customers();
        let (offers, counts) = (vec![NO_OFFER; customers], vec![0; candidates.offers]);
        let mut plan = Plan { candidates, limits, offers, profit: 0.0, cost: 0.0, contacts: 0, counts };
        let best = |customer: u32| Some((prices.best(candidates, customer as usize)?.1, customer));
        let mut order: Vec<(f64, u32)> = (0..customers as u32).filter_map(best).collect();
        order.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        for least in [0.0, f64::NEG_INFINITY] {
            for &(_, customer) in &order {
                let customer = customer as usize;
                if plan.offers[customer] != NO_OFFER {
                    continue;
                }
                let mut choice: Option<(f64, (usize, f64, f64))> = None;
                for entry in candidates.of(customer) {
                    let left = prices.after(entry);
                    if left >= least && choice.is_none_or(|(most, _)| left > most) && plan.fits(entry) {
                        choice = Some((left, entry));
                    }
                }
                if let Some((_, entry)) = choice {
                    plan.give(customer, entry);
                }
            }
        }
        plan
    }

    fn fits(&self, (offer, _, cost): (usize, f64, f64)) -> bool {
        self.contacts < self.limits.contacts
            && self.counts[offer] < self.limits.capacities[offer]
            && self.cost + cost <= self.limits.budget
    }

    fn give(&mut self, customer: usize, (offer, profit, cost): (usize, f64, f64)) {
        self.offers[customer] = offer as u8;
        self.profit += profit;
        self.cost += cost;
        self.contacts += 1;
        self.counts[offer] += 1;
    }

    fn take(&mut self, customer: usize, (offer, profit, cost): (usize, f64, f64)) {
        self.offers[customer] = NO_OFFER;
        self.profit -= profit;
        self.cost -= cost;
        self.contacts -= 1;
        self.counts[offer] -= 1;
    }

    /// Looks for a better plan that differs in the choices of a few customers.
    ///
    /// The profit of a plan is the bound, minus what every customer's choice is below the best after
    /// prices, minus the worth of what is left of the limits. So a branch is left once the customers
    /// decided so far lose more than the gap between the bound and the best plan.
    fn search(&mut self, prices: &Prices, bound: f64) {
        let gap = bound - self.profit;
        if gap <= bound.abs() * 1e-12 {
            return;
        }
        let candidates = self.candidates;
        let customers = 0..candidates.customers() as u32;
        // By customer: what the second choice loses against the first.
        let regret = |customer: u32| {
            // None is a choice too.
            let (mut first, mut second) = (0.0, f64::NEG_INFINITY);
            for entry in candidates.of(customer as usize) {
                let left = prices.after(entry);
                second = if left > first { first } else { left.max(second) };
                first = left.max(first);
            }
            (first - second, customer)
        };
        let mut near: Vec<(f64, u32)> = customers.map(regret).filter(|(regret, _)| *regret < gap).collect();
        let order = |a: &(f64, u32), b: &(f64, u32)| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1));
        if near.len() > CORE {
            near.select_nth_unstable_by(CORE, order);
            near.truncate(CORE);
        }
        // Those who lose most by another choice come first: their branches are left soonest.
        near.sort_unstable_by(|a, b| order(b, a));
        let best: Vec<u8> = near.iter().map(|(_, customer)| self.offers[*customer as usize]).collect();
        let mut core = Vec::new();
        let mut room = bound;
        let mut is_near = vec![false; self.offers.len()];
        near.iter().for_each(|(_, customer)| is_near[*customer as usize] = true);
        for (customer, is_near) in is_near.into_iter().enumerate() {
            let offer = self.offers[customer];
            let most = prices.best(candidates, customer).map_or(0.0, |(_, left)| left.max(0.0));
            let entry = candidates.of(customer).find(|entry| entry.0 == usize::from(offer));
            if is_near {
                if let Some(entry) = entry {
                    self.take(customer, entry);
                }
            } else {
                room -= most - entry.map_or(0.0, |entry| prices.after(entry));
            }
        }
        for (_, customer) in &near {
            let customer = *customer as usize;
            let most = prices.best(candidates, customer).map_or(0.0, |(_, left)| left.max(0.0));
            let entries = candidates.of(customer);
            let mut choices: Vec<Choice> = entries.map(|entry| (most - prices.after(entry), Some(entry))).collect();
            choices.push((most, None));
            choices.sort_by(|a, b| a.0.total_cmp(&b.0));
            core.push((customer, choices));
        }
        let profit = bound - gap;
        let mut search = Search { core, best, profit, now: vec![NO_OFFER; near.len()], nodes: 0 };
        search.branch(self, 0, room);
        let Search { core, best, .. } = search;
        for ((customer, _), offer) in core.into_iter().zip(best) {
            if let Some(entry) = candidates.of(customer).find(|entry| entry.0 == usize::from(offer)) {
                self.give(customer, entry);
            }
        }
    }
}

/// What a choice loses, and its offer, profit and cost; none for no offer.
type Choice = (f64, Option<(usize, f64, f64)>);

/// A search through the choices of a few customers, depth first.
struct Search {
    /// By customer: what each choice loses against the best after prices, least first.
    core: Vec<(usize, Vec<Choice>)>,
    /// The best choices so far, and the profit of that plan.
    best: Vec<u8>,
    profit: f64,
    now: Vec<u8>,
    nodes: usize,
}

impl Search {
    fn branch(&mut self, plan: &mut Plan, depth: usize, room: f64) {
        self.nodes += 1;
        if depth == self.core.len() {
            if plan.profit > self.profit * (1.0 + 1e-12) {
                self.profit = plan.profit;
                self.best.copy_from_slice(&self.now);
            }
            return;
        }
        let customer = self.core[depth].0;
        for choice in 0..self.core[depth].1.len() {
            let (loss, entry) = self.core[depth].1[choice];
            if self.nodes > NODES || room - loss <= self.profit {
                return;
            }
            match entry {
                Some(entry) if plan.fits(entry) => {
                    let before = (plan.profit, plan.cost);
                    plan.give(customer, entry);
                    self.now[depth] = entry.0 as u8;
                    self.branch(plan, depth + 1, room - loss);
                    plan.take(customer, entry);
                    // Without what rounding leaves.
                    (plan.profit, plan.cost) = before;
                }
                Some(_) => {}
                None => {
                    self.now[depth] = NO_OFFER;
                    self.branch(plan, depth + 1, room - loss);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explanation::Random;

    /// The instance of a number; tests/vectors/plan.py makes the same.
    fn instance(seed: u64) -> (Candidates, Limits) {
        let mut random = Random::new(seed);
        let (customers, offers) = (10 + random.below(51) as usize, 1 + random.below(4) as usize);
        let mut candidates = Candidates { offers, ..Candidates::default() };
        let mut total = 0;
        for _ in 0..customers {
            let leaves = i64::from(random.below(1000));
            for _ in 0..offers {
                let eligible = random.below(4) > 0;
                let (gain, cost) = (i64::from(random.below(10_000)), 50 + i64::from(random.below(3_000)));
                let profit = (leaves * gain / 1000 - cost / 2) as f64;
                candidates.profits.push(if eligible { profit } else { f64::NAN });
                candidates.costs.push(cost as f64);
                total += if eligible { cost } else { 0 };
            }
        }
        let budget = total * (5 + i64::from(random.below(40))) / 100 / offers as i64;
        let budget = if random.below(4) > 0 { budget as f64 } else { f64::INFINITY };
        let contacts = customers * (20 + random.below(80) as usize) / 100;
        let contacts = if random.below(4) > 0 { contacts } else { customers };
        let mut capacities = Vec::new();
        for _ in 0..offers {
            let capacity = 1 + random.below(customers as u32) as usize;
            capacities.push(if random.below(4) > 0 { capacity } else { customers });
        }
        (candidates, Limits { budget, contacts, capacities })
    }

    /// Checks the plan against its limits and its own figures.
    fn check(candidates: &Candidates, limits: &Limits, plan: &Allocation) {
        let (mut profit, mut cost, mut counts) = (0.0, 0.0, vec![0; candidates.offers]);
        for (customer, &offer) in plan.offers.iter().enumerate().filter(|(_, offer)| **offer != NO_OFFER) {
            let at = customer * candidates.offers + usize::from(offer);
            assert!(candidates.profits[at] > 0.0, "an offer that nobody can get, or that loses money");
            profit += candidates.profits[at];
            cost += candidates.costs[at];
            counts[usize::from(offer)] += 1;
        }
        assert!((profit - plan.profit).abs() <= 1e-9 * profit && (cost - plan.cost).abs() <= 1e-9 * cost);
        assert_eq!(counts, plan.counts);
        assert!(cost <= limits.budget * (1.0 + 1e-12) && counts.iter().sum::<usize>() <= limits.contacts);
        assert!(counts.iter().zip(&limits.capacities).all(|(count, capacity)| count <= capacity));
        assert!(plan.profit <= plan.bound);
    }

    /// Tolerance 1%; most plans are the best.
    #[test]
    fn plans_are_those_of_an_exact_integer_program() {
        let document: serde_json::Value = serde_json::from_str(include_str!("../../tests/vectors/plan.json")).unwrap();
        let optima = document["optima"].as_array().unwrap();
        assert_eq!(optima.len(), 200);
        let (mut best, mut worst, mut gap) = (0, 0.0f64, 0.0f64);
        for (seed, optimum) in optima.iter().enumerate() {
            let optimum = optimum.as_f64().unwrap();
            let (candidates, limits) = instance(seed as u64);
            let plan = allocate(&candidates, &limits);
            check(&candidates, &limits, &plan);
            assert!(plan.bound >= optimum * (1.0 - 1e-9), "{seed}: {} {optimum}", plan.bound);
            assert!(plan.profit <= optimum * (1.0 + 1e-9), "{seed}: {} {optimum}", plan.profit);
            let lost = 1.0 - plan.profit / optimum.max(1.0);
            best += usize::from(lost < 1e-9);
            worst = worst.max(if optimum > 0.0 { lost } else { 0.0 });
            gap = gap.max(if optimum > 0.0 { plan.bound / optimum - 1.0 } else { 0.0 });
        }
        assert!(worst <= 0.01 && best >= 190, "{best} are the best, worst {worst}, bounds up to {gap} above");
    }

    #[test]
    fn large_cohorts_are_near_their_bound() {
        let mut random = Random::new(11);
        let (customers, offers) = (200_000, 3);
        let mut candidates = Candidates { offers, ..Candidates::default() };
        for _ in 0..customers {
            let leaves = random.fraction();
            for offer in 0..offers {
                let cost = 5.0 + 20.0 * offer as f64 * random.fraction();
                candidates
                    .profits
                    .push(leaves * leaves * (0.2 + 0.1 * offer as f64) * 400.0 * random.fraction() - cost);
                candidates.costs.push(cost);
            }
        }
        for (budget, contacts, capacity) in [
            (2e5, customers, customers),
            (f64::INFINITY, 9_000, 4_000),
            (1.5e5, 12_000, 6_000),
            (f64::INFINITY, customers, customers),
        ] {
            let limits = Limits { budget, contacts, capacities: vec![customers, capacity, capacity] };
            let plan = allocate(&candidates, &limits);
            check(&candidates, &limits, &plan);
            assert!(plan.profit > 0.99 * plan.bound, "{limits:?}: {} {}", plan.profit, plan.bound);
        }
    }

    #[test]
    fn nobody_and_nothing() {
        let limits = |offers| Limits { budget: 10.0, contacts: 5, capacities: vec![3; offers] };
        for candidates in [
            Candidates::default(),
            Candidates { offers: 2, profits: vec![], costs: vec![] },
            Candidates { offers: 2, profits: vec![f64::NAN; 4], costs: vec![0.0; 4] },
            Candidates { offers: 2, profits: vec![-1.0, 0.0, f64::NAN, -5.0], costs: vec![1.0; 4] },
        ] {
            let plan = allocate(&candidates, &limits(candidates.offers));
            assert_eq!((plan.profit, plan.cost), (0.0, 0.0));
            assert!(plan.offers.iter().all(|offer| *offer == NO_OFFER));
        }
    }
}
