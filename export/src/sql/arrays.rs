//! Inputs → logit by arrays, for Spark: each layer is one column, an array of its units.
//!
//! Spark makes Java of an expression. A sum for each unit makes methods that are too large for Java's
//! compiler, and rows that take milliseconds.

use std::ops::Range;

use tenure::artifact::Artifact;
use tenure::network::Layer;

use super::dialect::one_line;
use super::literal::single;
use super::places::{Place, Row, rows_of};
use super::query::Query;

/// Adds the columns up to the logit, and returns its name.
pub(super) fn logit(query: &mut Query, artifact: &Artifact, places: &[Place]) -> String {
    let parts = artifact.network.parts();
    let shares: Vec<String> = places.iter().map(|place| share(query, artifact, place)).collect();
    let first: Vec<String> = parts.bias.iter().map(|bias| single(*bias)).chain(["0e0".into()]).collect();
    let sums = query.bind(
        "layer_1_sums",
        format!(
            "AGGREGATE(\n      ARRAY({}),\n      ARRAY({}),\n      (sums, shares) -> ZIP_WITH(sums, shares, (a, b) -> a + b)\n    )",
            listed(&shares, "\n        "),
            listed(&first, "\n        ")
        ),
        "First layer: the shares of all inputs are added to the bias of each unit. The last sum is the direct share.",
    );
    let start = format!("{sums}[{}] + {}", parts.units, single(parts.output_bias));
    if parts.units == 0 {
        return query.bind("network_logit", start, "There are direct shares only");
    }
    let mut hidden = query.bind(
        "layer_1",
        format!("TRANSFORM(SLICE({sums}, 1, {}), a -> GREATEST(a, 0e0))", parts.units),
        &format!("{} units", parts.units),
    );
    for (number, layer) in (2..).zip(&parts.layers) {
        let blocks: Vec<String> = blocks(layer).into_iter().map(|block| units(layer, block, &hidden)).collect();
        let text = if blocks.len() == 1 { blocks.concat() } else { format!("CONCAT({})", blocks.join(", ")) };
        let comment = format!("Layer {number}: {} units, each with a row of weights and a bias", layer.outputs);
        hidden = query.bind(&format!("layer_{number}"), text, &comment);
    }
    let weights: Vec<String> = parts.output.iter().map(|weight| single(*weight)).collect();
    let text = weighted(&format!("ARRAY({})", listed(&weights, "\n        ")), &hidden, &start);
    query.bind("network_logit", text, "The direct shares and the last layer")
}

/// The column of what an input adds to each unit and to the direct share.
fn share(query: &mut Query, artifact: &Artifact, place: &Place) -> String {
    let Place { input, row, way, name } = place;
    let rows = rows_of(artifact, input);
    let last = rows.len() - 1;
    let comment = format!("{}: its rows of the first layer. The last number of a row is the direct share.", input.name);
    // Beside the column of the row. Spark puts a constant where it is read.
    let beside = query.step_after(row).saturating_sub(1);
    let rows = query.bind_at(beside, &format!("{name}_rows"), array(&rows), &comment);
    let text = match way {
        None => format!("{rows}[{row}]"),
        Some(way) => {
            format!("ZIP_WITH({rows}[{row}], {rows}[LEAST({row} + 1, {last})], (a, b) -> a + (b - a) * {way})")
        }
    };
    query.bind(&format!("{name}_share"), text, "")
}

/// Rows as an array of arrays. The direct share is last, so a unit has its own number.
fn array(rows: &[Row]) -> String {
    let line = |(at, row): (usize, &Row)| {
        let mark = if at + 1 < rows.len() { "," } else { "" };
        let cells: Vec<&str> = row.units.iter().chain([&row.direct]).map(String::as_str).collect();
        format!("\n      ARRAY({}){mark}  -- {}", cells.join(", "), one_line(&row.meaning))
    };
    format!("ARRAY({}\n    )", rows.iter().enumerate().map(line).collect::<String>())
}

/// Units of a layer that read the same units before.
struct Block {
    units: Range<usize>,
    reads: Range<usize>,
}

/// The units of a layer by what they read: the members of an ensemble lie side by side, with zeros between.
fn blocks(layer: &Layer) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    for unit in 0..layer.outputs {
        let reads = layer.reads(unit..unit + 1);
        match blocks.last_mut() {
            Some(block) if reads.start < block.reads.end => {
                block.units.end = unit + 1;
                block.reads = block.reads.start.min(reads.start)..block.reads.end.max(reads.end);
            }
            _ => blocks.push(Block { units: unit..unit + 1, reads }),
        }
    }
    blocks
}

/// The rectified units of a block, as an array.
fn units(layer: &Layer, Block { units, reads }: Block, hidden: &str) -> String {
    let inputs = layer.weight.len() / layer.outputs;
    let own = if reads == (0..inputs) {
        hidden.to_owned()
    } else {
        format!("SLICE({hidden}, {}, {})", reads.start + 1, reads.len())
    };
    let row = |unit: usize| {
        let weights: Vec<String> =
            reads.clone().map(|input| single(layer.weight[input * layer.outputs + unit])).collect();
        format!("ARRAY({})", weights.join(", "))
    };
    let rows: Vec<String> = units.clone().map(row).collect();
    let biases: Vec<String> = units.map(|unit| single(layer.bias[unit])).collect();
    format!(
        "ZIP_WITH(\n      ARRAY(\n        {}\n      ),\n      ARRAY({}),\n      (weights, bias) -> GREATEST({}, 0e0)\n    )",
        rows.join(",\n        "),
        listed(&biases, "\n        "),
        weighted("weights", &own, "bias")
    )
}

/// `start` and the products of two arrays.
fn weighted(weights: &str, values: &str, start: &str) -> String {
    format!("AGGREGATE(ZIP_WITH({weights}, {values}, (a, b) -> a * b), {start}, (a, b) -> a + b)")
}

/// Cells of a long array on lines of eight.
fn listed(cells: &[String], indent: &str) -> String {
    let lines: Vec<String> = cells.chunks(8).map(|cells| cells.join(", ")).collect();
    lines.join(&format!(",{indent}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A layer of 6 inputs by these weights of each unit.
    fn layer(units: &[[f32; 6]]) -> Layer {
        let weight = (0..6).flat_map(|input| units.iter().map(move |unit| unit[input])).collect();
        Layer { outputs: units.len(), weight, bias: vec![0.5; units.len()] }
    }

    #[test]
    fn members_of_an_ensemble_read_their_own_units() {
        let members =
            layer(&[[1.0, 0.0, 2.0, 0.0, 0.0, 0.0], [0.0, 3.0, 0.0, 0.0, 0.0, 0.0], [0.0, 0.0, 0.0, 4.0, 0.0, 5.0]]);
        let found: Vec<_> = blocks(&members).into_iter().map(|block| (block.units, block.reads)).collect();
        assert_eq!(found, [(0..2, 0..3), (2..3, 3..6)]);
        let second = units(&members, Block { units: 2..3, reads: 3..6 }, "layer_1");
        assert!(second.contains("ARRAY(4e0, 0e0, 5e0)") && second.contains("SLICE(layer_1, 4, 3)"), "{second}");
    }

    #[test]
    fn units_that_share_what_they_read_are_one_block() {
        let shared = layer(&[[0.0, 0.0, 0.0, 0.0, 1.0, 2.0], [1.0, 0.0, 0.0, 0.0, 0.0, 0.0], [0.0; 6]]);
        let found: Vec<_> = blocks(&shared).into_iter().map(|block| (block.units, block.reads)).collect();
        assert_eq!(found, [(0..3, 0..6)]);
        let text = units(&shared, Block { units: 0..3, reads: 0..6 }, "layer_1");
        assert!(text.contains("ZIP_WITH(weights, layer_1, ") && !text.contains("SLICE"), "{text}");
    }
}
