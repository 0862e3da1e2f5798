//! Places of the inputs → logit → probability: the rows of the first layer by joins, and the layers after it.

use tenure::artifact::Artifact;
use tenure::calibration::Calibration;

use super::arrays;
use super::literal::{real, single};
use super::places::{Place, pick, place, rows_of};
use super::query::Query;
use crate::error::ExportError;

/// Terms of a line, and lines of a group: a long sum is deep for an engine.
const TERMS: usize = 8;
/// The most tables that one step joins.
const MOST_JOINS: usize = 8;

/// Adds the columns up to the logit, and returns its name. `columns` are the columns of the inputs.
pub(super) fn logit(
    query: &mut Query,
    artifact: &Artifact,
    columns: &[(String, String)],
) -> Result<String, ExportError> {
    let parts = artifact.network.parts();
    let inputs = artifact.encoder.inputs();
    let mut places = Vec::new();
    for (input, (base, column)) in inputs.iter().zip(columns) {
        places.push(place(query, input, base, column));
    }
    if !query.dialect.joins_literals() {
        return Ok(arrays::logit(query, artifact, &places));
    }
    let limit = query.dialect.limits().columns;
    let units = parts.units + 1;
    if units * 3 + places.len() > limit {
        return Err(ExportError::Size {
            target: query.dialect.name(),
            what: "columns of weights",
            found: units * 3 + places.len(),
            maximum: limit,
        });
    }
    let mut sums = first_layer(query, parts, &places, (limit - units - places.len()) / units);
    let direct = sums.remove(0);
    let mut hidden: Vec<String> = sums;
    for (layer, weights) in (2..).zip(&parts.layers) {
        let comment = format!("Layer {layer}: {} units", weights.outputs);
        let of_unit = |unit: usize| {
            let column = weights.weight.iter().skip(unit).step_by(weights.outputs);
            sum(&single(weights.bias[unit]), column.copied().zip(&hidden))
        };
        let units: Vec<String> = (0..weights.outputs).map(of_unit).collect();
        let bind = |(unit, sum): (usize, &String)| {
            let unit_name = format!("layer_{layer}_unit_{unit}");
            let comment = if unit == 0 { comment.as_str() } else { "" };
            query.bind(&unit_name, query.dialect.greatest(sum, "0e0"), comment)
        };
        hidden = units.iter().enumerate().map(bind).collect();
    }
    let rest = parts.output.iter().copied().zip(&hidden);
    let logit = sum(&format!("{direct} + {}", single(parts.output_bias)), rest);
    Ok(query.bind("network_logit", logit, "The direct shares and the last layer"))
}

/// The sums of the first layer: the direct share first, then each unit, rectified.
fn first_layer(
    query: &mut Query,
    parts: &tenure::network::NetworkParts,
    places: &[Place],
    joins: usize,
) -> Vec<String> {
    let mut sums = vec!["0e0".to_owned()];
    sums.extend(parts.bias.iter().map(|bias| single(*bias)));
    let mut step = places
        .iter()
        .map(|place| query.step_after(&format!("{} {}", place.row, place.way.as_deref().unwrap_or_default())))
        .max()
        .unwrap_or(1);
    let mut group: Vec<&Place> = Vec::new();
    let tables = |place: &Place| if place.way.is_some() { 2 } else { 1 };
    let mut groups: Vec<Vec<&Place>> = Vec::new();
    for place in places {
        let together: usize = group.iter().map(|place| tables(place)).sum::<usize>() + tables(place);
        if together > joins.clamp(2, MOST_JOINS) && !group.is_empty() {
            groups.push(std::mem::take(&mut group));
        }
        group.push(place);
    }
    groups.push(group);
    let last = groups.len() - 1;
    for (at, group) in groups.iter().enumerate() {
        let mut aliases = Vec::new();
        for place in group {
            let alias = format!("w_{}", place.name);
            let Place { input, row, .. } = place;
            query.join(step, format!("weights AS {alias} ON {alias}.place = {row} + {}", input.first_row));
            if place.way.is_some() {
                let next = input.first_row + 1;
                query.join(step, format!("weights AS n_{alias} ON n_{alias}.place = {row} + {next}"));
            }
            aliases.push((alias, place.way.as_deref()));
        }
        let names: Vec<&str> = group.iter().map(|place| place.name.as_str()).collect();
        for (unit, sum) in sums.iter_mut().enumerate() {
            let column = if unit == 0 { "direct".to_owned() } else { format!("unit_{}", unit - 1) };
            let term = |(alias, way): &(String, Option<&str>)| match way {
                None => format!("{alias}.{column}"),
                Some(way) => format!("{alias}.{column} + (n_{alias}.{column} - {alias}.{column}) * {way}"),
            };
            let terms: Vec<String> = aliases.iter().map(term).collect();
            let text = format!("{sum} + {}", terms.join(" + "));
            let (name, text) = match (unit, at == last) {
                (0, _) => (format!("direct_{at}"), text),
                (_, true) => (format!("layer_1_unit_{}", unit - 1), query.dialect.greatest(&text, "0e0")),
                (_, false) => (format!("sum_{at}_unit_{}", unit - 1), text),
            };
            let comment =
                if unit == 0 { format!("First layer: adds the rows of {}", names.join(", ")) } else { String::new() };
            *sum = query.bind_at(step, &name, text, &comment);
        }
        step += 1;
    }
    sums
}

/// `first` and weighted columns, in groups.
fn sum<'n>(first: &str, terms: impl Iterator<Item = (f32, &'n String)>) -> String {
    let written = |(weight, name): (f32, &String)| {
        let sign = if weight < 0.0 { "-" } else { "+" };
        format!("{sign} {} * {name}", single(weight.abs()))
    };
    // Members of an ensemble lie side by side, with zeros between them.
    let terms: Vec<String> = terms.filter(|(weight, _)| *weight != 0.0).map(written).collect();
    let lines: Vec<String> = terms.chunks(TERMS).map(|terms| terms.join(" ")).collect();
    let group = |lines: &[String]| format!("\n      + (0e0 {})", lines.join("\n        "));
    let groups: Vec<String> = lines.chunks(TERMS).map(group).collect();
    format!("{first}{}", groups.concat())
}

/// The table of weights.
pub(super) struct Weights {
    /// Name and type.
    pub(super) columns: Vec<(String, &'static str)>,
    /// Cells, and what the row stands for.
    pub(super) rows: Vec<(Vec<String>, String)>,
}

/// The table of weights of a model.
pub(super) fn weights(artifact: &Artifact) -> Weights {
    let units = artifact.network.parts().units;
    let mut columns = vec![("place".to_owned(), "INT64"), ("direct".to_owned(), "FLOAT64")];
    columns.extend((0..units).map(|unit| (format!("unit_{unit}"), "FLOAT64")));
    let mut rows = Vec::new();
    for input in artifact.encoder.inputs() {
        for row in rows_of(artifact, input) {
            let mut cells = vec![rows.len().to_string(), row.direct];
            cells.extend(row.units);
            rows.push((cells, format!("{} {}", input.name, row.meaning)));
        }
    }
    // Every row has a next one.
    let mut cells = vec![rows.len().to_string()];
    cells.extend(std::iter::repeat_n("0e0".to_owned(), units + 1));
    rows.push((cells, String::new()));
    Weights { columns, rows }
}

/// The probability of a logit.
pub(super) fn probability(query: &mut Query, calibration: &Calibration, logit: &str) -> String {
    match calibration {
        Calibration::Temperature { temperature } => {
            let scaled =
                query.bind("scaled_logit", format!("{logit} / {}", real(*temperature)), "Calibration: a temperature");
            // Beyond this the exponential leaves the doubles.
            let text = format!(
                "CASE WHEN {scaled} < -700 THEN 0e0 WHEN {scaled} > 700 THEN 1e0 ELSE 1e0 / (1e0 + EXP(0e0 - {scaled})) END"
            );
            query.bind("network_probability", text, "")
        }
        Calibration::Isotonic { logits, probabilities } => {
            let mut pieces = vec![(logits[0], real(probabilities[0]))];
            for at in 1..logits.len() {
                let (low, high) = (probabilities[at - 1], probabilities[at]);
                let way = format!("({logit} - ({})) / {}", real(logits[at - 1]), real(logits[at] - logits[at - 1]));
                pieces.push((logits[at], format!("{} + {way} * {}", real(low), real(high - low))));
            }
            let text = pick(logit, &pieces, &real(probabilities[probabilities.len() - 1]));
            let text = format!("CASE WHEN {logit} IS NOT NULL THEN {text} END");
            query.bind("network_probability", text, "Calibration: straight lines between knots")
        }
    }
}
