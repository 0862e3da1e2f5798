//! The importance of fields: Shapley values of a seeded sample of customers, from the artifact's
//! own scorer.

use crate::cohort::Cohort;
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use serde::Serialize;
use tenure::customer::Cell;
use tenure::scorer::{ExplainOptions, Scorer};

/// Contributions of a sample of customers.
#[derive(Debug, Serialize)]
pub struct Influence {
    /// Customers that were explained.
    pub explained: usize,
    /// Their rows of the cohort; none in a report that is shared.
    pub rows: Vec<u32>,
    /// Customers whose contributions are sampled, because exact ones exceed the budget.
    pub sampled: usize,
    /// Customers that could not be explained; they are not in `rows`.
    pub refused: usize,
    /// The largest standard error of a sampled contribution, on the logit; 0 if all are exact.
    pub standard_error: f64,
    /// The mean logit of the background, to which contributions add.
    pub base: f64,
    /// Largest mean first.
    pub fields: Vec<FieldInfluence>,
}

/// The contributions of one field.
#[derive(Debug, Serialize)]
pub struct FieldInfluence {
    pub name: String,
    pub label: String,
    /// Mean of the contributions' absolute values, on the logit.
    pub mean: f64,
    /// One per customer; none in a report that is shared.
    pub contributions: Vec<f32>,
    /// For numbers: the share of known values in the sample below the customer's, ties half; `None`
    /// if missing. None in a report that is shared.
    pub ranks: Vec<Option<f32>>,
}

/// Explains at most `count` customers, drawn without replacement; ticks after each.
pub fn influence(scorer: &Scorer, cohort: &Cohort, count: usize, seed: u64, tick: &(dyn Fn() + Sync)) -> Influence {
    let mut rows: Vec<u32> = (0..cohort.rows() as u32).collect();
    let (drawn, _) = rows.partial_shuffle(&mut ChaCha8Rng::seed_from_u64(seed), count);
    let mut drawn = drawn.to_vec();
    drawn.sort_unstable();
    let explain = |workspace: &mut _, &row: &u32| {
        // The default budget should never be refused; if it is, the report says so.
        let options = ExplainOptions { seed, ..ExplainOptions::default() };
        let explanation = scorer.explain(&cohort.customer(row as usize), &options, workspace).ok();
        tick();
        explanation.map(|explanation| (row, explanation))
    };
    let explained: Vec<_> = drawn.par_iter().map_init(|| scorer.workspace(), explain).flatten().collect();
    let fields = cohort.schema().fields.iter().enumerate().map(|(index, field)| {
        let contributions: Vec<f32> = explained.iter().map(|(_, seen)| seen.contributions[index] as f32).collect();
        let sum: f64 = contributions.iter().map(|value| f64::from(value.abs())).sum();
        let cells = explained.iter().map(|(row, _)| cohort.column(index).cell(*row as usize));
        FieldInfluence {
            name: field.name.clone(),
            label: field.label().to_owned(),
            mean: sum / explained.len().max(1) as f64,
            ranks: ranks(&cells.collect::<Vec<_>>()),
            contributions,
        }
    });
    let mut fields: Vec<FieldInfluence> = fields.collect();
    fields.sort_by(|a, b| b.mean.total_cmp(&a.mean));
    Influence {
        explained: explained.len(),
        sampled: explained.iter().filter(|(_, seen)| !seen.exact).count(),
        standard_error: explained.iter().map(|(_, seen)| seen.standard_error()).fold(0.0, f64::max),
        base: explained.first().map_or(0.0, |(_, seen)| seen.base),
        refused: drawn.len() - explained.len(),
        rows: explained.iter().map(|(row, _)| *row).collect(),
        fields,
    }
}

fn ranks(cells: &[Cell]) -> Vec<Option<f32>> {
    let mut known: Vec<f64> = cells.iter().filter_map(number).collect();
    known.sort_unstable_by(f64::total_cmp);
    let rank = |cell: &Cell| {
        let value = number(cell)?;
        let below = known.partition_point(|other| *other < value);
        let same = known.partition_point(|other| *other <= value) - below;
        Some(((below as f64 + same as f64 / 2.0) / known.len() as f64) as f32)
    };
    cells.iter().map(rank).collect()
}

fn number(cell: &Cell) -> Option<f64> {
    if let Cell::Number(number) = cell { Some(*number) } else { None }
}
