//! The search against brute force, and what a beam promises.

use super::search::{BATCH, contains};
use super::*;
use proptest::prelude::*;

/// Additive in the options, with an interaction of each two neighbouring fields, and forbidden
/// combinations.
#[derive(Clone, Debug)]
struct Model {
    costs: Vec<Vec<f64>>,
    weights: Vec<Vec<f64>>,
    interactions: Vec<f64>,
    /// Two fields and their options that do not go together.
    forbidden: Vec<[usize; 4]>,
    evaluations: usize,
}

impl Model {
    fn outcome(&self, options: &[u16]) -> Outcome {
        let mut logit = 0.5;
        for (field, &option) in options.iter().enumerate().filter(|(_, option)| **option > 0) {
            logit += self.weights[field][usize::from(option) - 1];
            if options.get(field + 1).is_some_and(|next| *next > 0) {
                logit += self.interactions[field];
            }
        }
        let broken = |[a, x, b, y]: &[usize; 4]| usize::from(options[*a]) == *x && usize::from(options[*b]) == *y;
        let feasible = !self.forbidden.iter().any(broken);
        Outcome { logit, probability: 1.0 / (1.0 + (-logit).exp()), feasible }
    }
}

impl Candidates for Model {
    fn costs(&self) -> &[Vec<f64>] {
        &self.costs
    }

    fn evaluate(&mut self, options: &[u16], outcomes: &mut Vec<Outcome>) {
        self.evaluations += options.len() / self.costs.len();
        outcomes.extend(options.chunks(self.costs.len()).map(|options| self.outcome(options)));
    }
}

fn model(fields: std::ops::Range<usize>) -> impl Strategy<Value = Model> {
    // Costs in quarters tie now and then.
    let field = prop::collection::vec((1u32..40, -1.0f64..0.6), 0..4);
    prop::collection::vec((field, -0.5f64..0.5), fields).prop_flat_map(|fields| {
        let count = fields.len();
        let pair = (0..count, 1usize..4, 0..count, 1usize..4).prop_map(|(a, x, b, y)| [a, x, b, y]);
        prop::collection::vec(pair, 0..3).prop_map(move |forbidden| Model {
            costs: fields
                .iter()
                .map(|(field, _)| field.iter().map(|(cost, _)| f64::from(*cost) / 4.0).collect())
                .collect(),
            weights: fields.iter().map(|(field, _)| field.iter().map(|(_, weight)| *weight).collect()).collect(),
            interactions: fields.iter().map(|(_, interaction)| *interaction).collect(),
            forbidden,
            evaluations: 0,
        })
    })
}

/// Every candidate there is: of those that answer, per set of fields without an answer in it, the
/// cheapest.
fn brute_force(model: &Model, threshold: f64) -> Vec<(Vec<u16>, f64, f64)> {
    let mut all = vec![Vec::new()];
    for costs in &model.costs {
        let longer = |start: &Vec<u16>| {
            let start = start.clone();
            (0..=costs.len() as u16).map(move |option| [&start[..], &[option]].concat())
        };
        all = all.iter().flat_map(longer).collect();
    }
    let cost = |options: &[u16]| {
        let costs = options.iter().zip(&model.costs);
        costs.map(|(&option, costs)| if option == 0 { 0.0 } else { costs[usize::from(option) - 1] }).sum::<f64>()
    };
    let answers = all.into_iter().filter(|options| options.iter().any(|option| *option > 0));
    let mut answers: Vec<_> = answers
        .map(|options| (cost(&options), model.outcome(&options), options))
        .filter(|(_, outcome, _)| outcome.feasible && outcome.probability < threshold)
        .map(|(cost, outcome, options)| (options, cost, outcome.probability))
        .collect();
    answers.sort_by(|a, b| (a.1, a.2).partial_cmp(&(b.1, b.2)).unwrap());
    let smaller = |a: &[u16], b: &[u16]| contains(b, a) && !contains(a, b);
    let irreducible: Vec<_> =
        answers.iter().filter(|(b, ..)| !answers.iter().any(|(a, ..)| smaller(a, b))).cloned().collect();
    let mut first: Vec<(Vec<u16>, f64, f64)> = Vec::new();
    for answer in irreducible {
        if !first.iter().any(|(other, ..)| contains(other, &answer.0) && contains(&answer.0, other)) {
            first.push(answer);
        }
    }
    first
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn what_is_searched_in_full_is_what_brute_force_finds(mut model in model(1..6), threshold in 0.1f64..0.6, count in 1usize..5) {
        let expected = brute_force(&model, threshold);
        let found = search(&mut model, Goal { threshold, count, budget: 1_000_000 });
        prop_assert_eq!(found.answers.len(), expected.len().min(count));
        for (answer, (options, cost, probability)) in found.answers.iter().zip(&expected) {
            prop_assert!((answer.cost - cost).abs() < 1e-12 && answer.probability == *probability, "{answer:?} {options:?}");
        }
        prop_assert_eq!(found.evaluations, model.evaluations);
        if expected.is_empty() {
            prop_assert_eq!(found.exhaustive, model.costs.iter().filter(|costs| !costs.is_empty()).count());
        }
    }

    #[test]
    fn what_a_beam_finds_answers_and_cannot_lose_a_change(mut model in model(6..14), threshold in 0.02f64..0.4, count in 1usize..4, budget in 100usize..4000) {
        let found = search(&mut model, Goal { threshold, count, budget });
        for (position, answer) in found.answers.iter().enumerate() {
            let outcome = model.outcome(&answer.options);
            prop_assert!(outcome.feasible && outcome.probability < threshold);
            prop_assert_eq!((outcome.logit, outcome.probability), (answer.logit, answer.probability));
            for field in 0..answer.options.len() {
                let mut fewer = answer.options.clone();
                fewer[field] = 0;
                let outcome = model.outcome(&fewer);
                let answers = outcome.feasible && outcome.probability < threshold && fewer.iter().any(|option| *option > 0);
                prop_assert!(fewer == answer.options || !answers, "{answer:?} without {field}");
            }
            for other in &found.answers[..position] {
                prop_assert!(other.cost <= answer.cost);
                prop_assert!(!contains(&other.options, &answer.options) && !contains(&answer.options, &other.options));
            }
        }
        prop_assert!(found.exhaustive <= found.longest);
        // Making answers cheaper comes on top.
        prop_assert!(found.answers.len() == count || !found.answers.is_empty() || found.evaluations <= budget + BATCH);
        prop_assert_eq!(found, search(&mut model.clone(), Goal { threshold, count, budget }));
    }
}

#[test]
fn nothing_to_change_and_nothing_found() {
    let mut none = Model {
        costs: vec![vec![], vec![]],
        weights: vec![vec![], vec![]],
        interactions: vec![0.0; 2],
        forbidden: vec![],
        evaluations: 0,
    };
    let goal = Goal { threshold: 0.1, count: 3, budget: 1000 };
    let found = search(&mut none, goal);
    assert_eq!((found.answers.len(), found.longest, found.lowest), (0, 0, f64::INFINITY));
    let mut weak = Model { costs: vec![vec![1.0], vec![1.0]], weights: vec![vec![-0.1], vec![-0.2]], ..none };
    let found = search(&mut weak, goal);
    let lowest = weak.outcome(&[1, 1]).probability;
    assert_eq!((found.answers.len(), found.exhaustive, found.evaluations, found.lowest), (0, 2, 3, lowest));
}
