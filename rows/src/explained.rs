//! An explanation and its counterfactuals, in words and as a document.

use serde_json::{Value, json};
use tenure::customer::{Cell, Customer};
use tenure::schema::{Field, Kind};
use tenure::scorer::{Counterfactuals, Explanation, Scale, Scorer};
use tenure::sentence::ChangeWords;

/// Positions of the fields, those that move the value most first.
pub fn largest_first(explanation: &Explanation) -> Vec<usize> {
    let mut order: Vec<usize> = (0..explanation.contributions.len()).collect();
    let size = |field: usize| explanation.contributions[field].abs();
    order.sort_by(|&a, &b| size(b).total_cmp(&size(a)));
    order
}

/// What a field does to the value, in words.
pub fn sentence(scorer: &Scorer, customer: &Customer, explanation: &Explanation, field: usize) -> String {
    let (field_of, cell) = (&scorer.document().schema.fields[field], customer.cells()[field]);
    let contribution = explanation.contributions[field];
    match explanation.scale {
        Scale::Probability => scorer.messages().points(field_of, cell, contribution),
        Scale::LogOdds => scorer.messages().contribution(field_of, cell, contribution),
    }
}

/// A sentence for each answer, or why there is none.
pub fn answers(scorer: &Scorer, threshold: f64, found: &Counterfactuals) -> Vec<String> {
    let (fields, messages, before) = (&scorer.document().schema.fields, scorer.messages(), found.score.probability);
    if let Some(none) = found.none {
        return vec![messages.none(none.name(), before, threshold, found.lowest, found.longest)];
    }
    let sentence = |answer: &tenure::scorer::Counterfactual| {
        let words = answer.changes.iter().map(|change| ChangeWords {
            field: &fields[change.field],
            from: change.from,
            to: change.to,
            follows: change.follows,
        });
        messages.counterfactual(&words.collect::<Vec<_>>(), before, answer.score.probability)
    };
    found.answers.iter().map(sentence).collect()
}

/// An explanation, and what was found to lower it with its threshold, as JSON: what `tenure explain --json` prints.
pub fn explanation_document(
    scorer: &Scorer,
    customer: &Customer,
    explanation: &Explanation,
    found: Option<&(f64, Counterfactuals)>,
) -> Value {
    let fields = &scorer.document().schema.fields;
    let contribution = |field: usize| {
        json!({
            "field": fields[field].name,
            "label": scorer.messages().label(&fields[field]),
            "value": cell_value(&fields[field], customer.cells()[field]),
            "text": scorer.text(field, customer.cells()[field]),
            "contribution": explanation.contributions[field],
            "standard_error": explanation.standard_errors[field],
            "sentence": sentence(scorer, customer, explanation, field),
        })
    };
    let mut document = json!({
        "probability": explanation.score.probability,
        "logit": explanation.score.logit,
        "tier": scorer.document().policy.tiers[explanation.score.tier].name,
        "scale": if explanation.scale == Scale::Probability { "probability" } else { "log-odds" },
        "base": explanation.base,
        "exact": explanation.exact,
        "evaluations": explanation.evaluations,
        "contributions": largest_first(explanation).into_iter().map(contribution).collect::<Vec<_>>(),
    });
    if let Some((threshold, found)) = found {
        let sentences = answers(scorer, *threshold, found);
        let answer = |(answer, sentence): (&tenure::scorer::Counterfactual, &String)| {
            let change = |change: &tenure::scorer::FieldChange| {
                json!({
                    "field": fields[change.field].name,
                    "from": cell_value(&fields[change.field], change.from),
                    "to": cell_value(&fields[change.field], change.to),
                    "follows": change.follows,
                })
            };
            json!({
                "changes": answer.changes.iter().map(change).collect::<Vec<_>>(),
                "probability": answer.score.probability,
                "cost": answer.cost,
                "sentence": sentence,
            })
        };
        document["counterfactuals"] = json!({
            "threshold": threshold,
            "reason": found.none.map(tenure::scorer::NoCounterfactual::name),
            "sentence": found.none.map(|_| &sentences[0]),
            "answers": found.answers.iter().zip(&sentences).map(answer).collect::<Vec<_>>(),
            "lowest": found.lowest,
            "exhaustive": found.exhaustive,
            "longest": found.longest,
            "evaluations": found.evaluations,
        });
    }
    document
}

/// A cell as a table has it.
pub fn cell_value(field: &Field, cell: Cell) -> Value {
    match (cell, &field.kind) {
        (Cell::Number(number), Kind::Number { .. } | Kind::Date { .. }) => number.into(),
        (Cell::Category(code), _) => field.categories().get(code as usize).copied().map_or(Value::Null, Value::from),
        _ => Value::Null,
    }
}
