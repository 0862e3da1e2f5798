//! Candidates: the customer with some values changed, what follows from the changes, and whether
//! such a customer is possible.

use super::options::tidy;
use crate::customer::{Cell, Customer};
use crate::encoding::{Places, formula_value};
use crate::explanation::counterfactual::{Candidates, Outcome};
use crate::network::Scratch;
use crate::schema::Formula;
use crate::scorer::Stop;
use crate::scorer::score::{FirstLayer, Score, Scorer};

/// One changed field of an answer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FieldChange {
    /// Position in the schema.
    pub field: usize,
    /// As it is.
    pub from: Cell,
    /// As it would be.
    pub to: Cell,
    /// Whether it only moves because others change; see
    /// [`Change::follows`](crate::schema::Change::follows).
    pub follows: bool,
}

/// A customer and what it could become.
pub(super) struct Trials<'a> {
    pub(super) scorer: &'a Scorer,
    start: &'a [Cell],
    /// Fields with other values to take.
    fields: Vec<usize>,
    values: Vec<Vec<Cell>>,
    pub(super) costs: Vec<Vec<f64>>,
    /// A field that follows, its formula, and the formula's value for the customer as it is.
    following: Vec<(usize, Formula, f64)>,
    /// Conditions that the customer as it is keeps.
    rules: Vec<(Formula, Formula)>,
    /// The candidate at hand.
    pub(super) cells: Vec<Cell>,
    places: Places,
    scratch: Scratch,
    logits: Vec<f32>,
    /// Once it is set, no candidate is possible, and none costs anything.
    stop: Stop,
}

impl<'a> Trials<'a> {
    pub(super) fn new(scorer: &'a Scorer, customer: &'a Customer, wanted: &[usize], stop: &Stop) -> Trials<'a> {
        let schema = &scorer.artifact.document.schema;
        let start = customer.cells();
        let mut trials = Trials {
            scorer,
            start,
            fields: Vec::new(),
            values: Vec::new(),
            costs: Vec::new(),
            following: Vec::new(),
            rules: Vec::new(),
            cells: start.to_vec(),
            places: Places::default(),
            scratch: scorer.artifact.network.scratch(),
            logits: Vec::new(),
            stop: stop.clone(),
        };
        for (index, field) in schema.fields.iter().enumerate() {
            // A sound schema has formulas that parse.
            let follows = field.change.follows.as_ref().and_then(|follows| Formula::parse(follows, schema).ok());
            if let Some(formula) = follows
                && let Some(now) = trials.formula(&formula)
            {
                trials.following.push((index, formula, now));
            }
            let options = if field.changeable && wanted.contains(&index) {
                scorer.options(index, start[index])
            } else {
                Vec::new()
            };
            if !options.is_empty() {
                let (values, costs) = options.into_iter().unzip();
                trials.fields.push(index);
                trials.values.push(values);
                trials.costs.push(costs);
            }
        }
        for rule in &schema.rules {
            if let (Ok(when), Ok(then)) = (Formula::parse(&rule.when, schema), Formula::parse(&rule.then, schema))
                && !trials.breaks(&when, &then)
            {
                trials.rules.push((when, then));
            }
        }
        trials
    }

    /// Steps of the formulas that a candidate is judged by.
    pub(super) fn formula_steps(&self) -> u64 {
        let follows = self.following.iter().map(|(_, formula, _)| formula.steps());
        let rules = self.rules.iter().map(|(when, then)| when.steps() + then.steps());
        follows.chain(rules).sum()
    }

    /// A formula over the cells at hand.
    fn formula(&self, formula: &Formula) -> Option<f64> {
        formula.evaluate(&|field| formula_value(self.cells[field]))
    }

    fn breaks(&self, when: &Formula, then: &Formula) -> bool {
        self.formula(when).is_some_and(|when| when != 0.0) && self.formula(then) == Some(0.0)
    }

    /// Makes the candidate of these options. Returns whether such a customer is possible.
    pub(super) fn apply(&mut self, options: &[u16]) -> bool {
        self.cells.copy_from_slice(self.start);
        for ((&option, values), &field) in options.iter().zip(&self.values).zip(&self.fields) {
            if option > 0 {
                self.cells[field] = values[usize::from(option) - 1];
            }
        }
        let mut feasible = true;
        for (field, formula, before) in &self.following {
            if let (Cell::Number(number), Some(after)) = (self.start[*field], self.formula(formula))
                && after != *before
            {
                let number = tidy(number + after - before);
                if let Some((least, most)) = self.scorer.artifact.document.schema.fields[*field].bounds() {
                    feasible &= number >= least && number <= most;
                }
                self.cells[*field] = Cell::Number(number);
            }
        }
        feasible && !self.rules.iter().any(|(when, then)| self.breaks(when, then))
    }

    /// What differs in the candidate at hand.
    pub(super) fn changes(&self, options: &[u16]) -> Vec<FieldChange> {
        let differs = |&field: &usize| self.start[field] != self.cells[field];
        let chosen =
            |field: usize| self.fields.iter().zip(options).any(|(other, option)| *other == field && *option > 0);
        let change = |field: usize| FieldChange {
            field,
            from: self.start[field],
            to: self.cells[field],
            follows: !chosen(field),
        };
        (0..self.cells.len()).filter(differs).map(change).collect()
    }
}

impl Candidates for Trials<'_> {
    fn costs(&self) -> &[Vec<f64>] {
        &self.costs
    }

    fn evaluate(&mut self, options: &[u16], outcomes: &mut Vec<Outcome>) {
        let count = options.len() / self.costs.len();
        if self.stop.is_set() {
            let none = Outcome { logit: 0.0, probability: 1.0, feasible: false };
            return outcomes.extend((0..count).map(|_| none));
        }
        let encoder = &self.scorer.artifact.encoder;
        let FirstLayer { lookups, table } = self.scorer.first_layer();
        if self.logits.len() < count {
            self.places = lookups.places(count);
            self.logits.resize(count, 0.0);
        }
        let first = outcomes.len();
        for (at, options) in options.chunks(self.costs.len()).enumerate() {
            let feasible = self.apply(options);
            lookups.encode(encoder, &self.cells, at, &mut self.places);
            outcomes.push(Outcome { logit: 0.0, probability: 0.0, feasible });
        }
        self.scorer.artifact.network.logits_by_lookup(table, &self.places, count, &mut self.scratch, &mut self.logits);
        for (outcome, &logit) in outcomes[first..].iter_mut().zip(&self.logits) {
            let Score { logit, probability, .. } = self.scorer.finish(logit);
            (outcome.logit, outcome.probability) = (logit, probability);
        }
    }
}
