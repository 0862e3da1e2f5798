//! The scores of a cohort: the artifact's scorer over its columns, on every core.

use rayon::prelude::*;
use tenure::scorer::{ColumnBlock, Flag, Scorer};
use tenure_table::BATCH_ROWS;

use crate::cohort::{Cohort, Column};

/// The probabilities of all customers, in row order.
#[derive(Clone, Debug)]
pub struct Scores {
    /// Calibrated.
    pub probabilities: Vec<f64>,
    /// Customers with a value that the scorer replaced: by OTHER, or by the nearest fitted value.
    pub warned: usize,
}

/// Scores every customer; the cells were checked when they were read, so every row has a score.
pub fn scores(scorer: &Scorer, cohort: &Cohort) -> Scores {
    let mut probabilities = vec![0.0; cohort.rows()];
    let calibration = &scorer.document().calibration;
    let score = |block: &mut ColumnBlock, (index, out): (usize, &mut [f64])| {
        let rows = index * BATCH_ROWS..index * BATCH_ROWS + out.len();
        for field in 0..scorer.document().schema.fields.len() {
            match cohort.column(field) {
                Column::Numbers(numbers) => block.numbers[field][..out.len()].copy_from_slice(&numbers[rows.clone()]),
                Column::Codes(codes) => block.codes[field][..out.len()].copy_from_slice(&codes[rows.clone()]),
            }
        }
        block.score(scorer, out.len());
        let logits = out.iter_mut().zip(&block.logits);
        logits.for_each(|(probability, &logit)| *probability = calibration.probability(f64::from(logit)));
        block.flags[..out.len()].iter().filter(|&&flag| flag == Flag::Warning as u8).count()
    };
    let blocks = probabilities.par_chunks_mut(BATCH_ROWS).enumerate();
    let warned = blocks.map_init(|| ColumnBlock::new(scorer, BATCH_ROWS), score).sum();
    Scores { probabilities, warned }
}
