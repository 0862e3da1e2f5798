//! What a model sees in rows that no network was fitted to: the profile that later rows are compared
//! with.

use tenure::artifact::Artifact;
use tenure::customer::Customer;
use tenure::encoding::{EncoderParams, Scale, Statistics};
use tenure::monitoring::{Cells, MAXIMUM_CELLS, Observed, Outcomes, Reference, SCORE_BINS};
use tenure::schema::MINIMUM_CUSTOMERS;
use tenure::scorer::Scorer;

use crate::cohort::{Cohort, Column};
use crate::ends::Ends;

/// Rows of the reference for each bin of the scores: somewhat more than may be told, because bins are
/// not of exactly equal size.
const ROWS_OF_A_BIN: usize = MINIMUM_CUSTOMERS as usize + MINIMUM_CUSTOMERS as usize / 4;
/// Cells that every field has, whatever its values.
const COMMON: usize = 4;

/// The reference of an artifact over some rows of the table that it was trained on. `threshold` is
/// that of the model card.
pub fn measure(artifact: &Artifact, cohort: &Cohort, rows: &[u32], threshold: f64) -> Reference {
    let scorer = Scorer::new(artifact.clone());
    let mut workspace = scorer.workspace();
    let customers: Vec<Customer> = rows.iter().map(|&row| cohort.customer(row as usize)).collect();
    let scores: Vec<_> = customers.iter().map(|customer| scorer.score(customer, &mut workspace)).collect();
    let others = cohort.others(rows).into_iter().map(|row| cohort.customer(row as usize));
    let others = others.map(|customer| scorer.score(&customer, &mut workspace).logit).collect();
    let logits = scores.iter().map(|score| score.logit).collect();
    let (cells, score_edges) = (cells(artifact, cohort, rows), score_edges(logits, others));
    let mut observed = Observed::new(&cells, &score_edges, threshold, 0);
    let mut bins = vec![[0; 4]; score_edges.len() + 1];
    for ((customer, score), &row) in customers.iter().zip(&scores).zip(rows) {
        scorer.observe_customer(&mut observed, customer, score);
        let bin = score_edges.partition_point(|&edge| edge <= score.logit as f32);
        let probability = f64::from(score.probability as f32);
        let millionths = |number: f64| (number * 1e6).round() as u64;
        let left = u64::from(cohort.labels()[row as usize]);
        let counted = [1, left, millionths(probability), millionths(probability * probability)];
        bins[bin].iter_mut().zip(counted).for_each(|(sum, number)| *sum += number);
    }
    let (outcomes, profile) = (Outcomes::of_bins(&bins), observed.reference_profile());
    Reference { cells, score_edges, threshold, outcomes, profile }
}

/// The edges of the bins: statistics near the quantiles of `logits`. None is the logit of a few
/// customers, of these or of `others`.
fn score_edges(mut logits: Vec<f64>, mut others: Vec<f64>) -> Vec<f32> {
    logits.sort_unstable_by(f64::total_cmp);
    others.sort_unstable_by(f64::total_cmp);
    let bins = (logits.len() / ROWS_OF_A_BIN).clamp(1, SCORE_BINS);
    let statistics = Statistics::of(&logits, &others);
    let edge = |bin: usize| statistics.at_rank(bin * logits.len() / bins).map(|edge| edge as f32);
    let mut edges: Vec<f32> = (1..bins).filter_map(edge).collect();
    edges.dedup_by(|next, edge| next <= edge);
    edges
}

/// The cells of every field: the fitted bins and the categories, as many as there is room for.
fn cells(artifact: &Artifact, cohort: &Cohort, rows: &[u32]) -> Vec<Cells> {
    let schema = cohort.schema();
    // Ends that were put around the fitted knots part no rows.
    let inner = |field: usize, knots: &[f32]| {
        let Column::Numbers(numbers) = cohort.column(field) else { return Vec::new() };
        let mut known: Vec<f32> = numbers.iter().filter(|number| !number.is_nan()).map(|&one| one as f32).collect();
        known.sort_unstable_by(f32::total_cmp);
        Ends::of(&known, Some(&schema.fields[field])).inner(knots, &known).to_vec()
    };
    let knots = |field: usize| {
        let knots = artifact.encoder.inputs().iter().find_map(|input| match &input.scale {
            Scale::Number { knots } if input.name == schema.fields[field].name => Some(inner(field, knots)),
            _ => None,
        });
        knots.filter(|knots| !knots.is_empty())
    };
    let whole: Vec<(Cells, Vec<u64>)> = (0..schema.fields.len())
        .map(|field| match cohort.column(field) {
            Column::Numbers(numbers) => {
                // A field that only formulas read has no knots.
                let fitted = || {
                    let known = numbers.iter().filter(|number| !number.is_nan());
                    let mut known: Vec<f64> = known.map(|&number| f64::from(number as f32)).collect();
                    EncoderParams::default().knots(&mut known, &mut [])
                };
                (Cells::Number { edges: knots(field).unwrap_or_else(fitted) }, Vec::new())
            }
            Column::Codes(codes) => {
                let count = schema.fields[field].category_count();
                let mut counts = vec![0; count + 1];
                for &row in rows {
                    if let Some(count) = counts.get_mut(usize::from(codes[row as usize])) {
                        *count += 1;
                    }
                }
                (Cells::Category { codes: (0..count as u16).collect(), count: count as u16 }, counts)
            }
        })
        .collect();
    let largest = whole.iter().map(|(cells, _)| cells.len() - COMMON).max().unwrap_or(0);
    let needed = |own: usize| whole.iter().map(|(cells, _)| (cells.len() - COMMON).min(own) + COMMON).sum::<usize>();
    // The most cells of a field for which all fields have room.
    let own = (2..=largest.max(2)).rev().find(|&own| needed(own) <= MAXIMUM_CELLS).unwrap_or(2);
    let mut room = MAXIMUM_CELLS;
    let fitted = whole.into_iter().map(|(cells, counts)| {
        let cells = cells.within(own, &counts);
        if cells.len() > room {
            return Cells::None;
        }
        room -= cells.len();
        cells
    });
    fitted.collect()
}
