//! Isotonic regression by pooling adjacent violators (Ayer et al. 1955; Robertson, Wright & Dykstra
//! 1988, 1.2), as knots of a curve: one at the mean logit of each block.

use tenure::calibration::{Calibration, MAXIMUM_KNOTS};
use tenure::schema::MINIMUM_CUSTOMERS;

use super::rows::CalibrationRow;

/// Probabilities stay this far from 0 and 1.
const MARGIN: f64 = 0.0005;
/// Each block counts this many more rows, which behave as the temperature fit expects of the block.
/// A block of three positives is then no certainty, and a large block follows its rows.
const PRIOR_ROWS: f64 = 2.0;

/// The curve through `rows`, ascending by logit, with prior rows from `temperature`. None where all
/// logits are equal: a curve needs two of them. A knot is of at least [`MINIMUM_CUSTOMERS`] rows.
pub(super) fn fit_isotonic(rows: &[CalibrationRow], temperature: &Calibration) -> Option<Calibration> {
    let (lowest, highest) = (rows.first()?.logit, rows.last()?.logit);
    if lowest == highest {
        return None;
    }
    // Smoothing moves a small block more than a large one, so it can bring neighbours out of order
    // once more.
    let out_of_order = |below: &Block, above: &Block| below.probability() >= above.probability();
    let mut blocks = pool(large(pool_by_rate(rows, temperature)).into_iter(), out_of_order);
    while blocks.len() > MAXIMUM_KNOTS {
        let pairs = blocks.chunks(2).map(|pair| pair.iter().copied().reduce(joined).expect("chunks are not empty"));
        blocks = pool(pairs, out_of_order);
    }
    if let [only] = blocks[..] {
        // Any two logits give this level line; the lowest and the highest are those of one customer.
        let logits = vec![only.center() - 1.0, only.center() + 1.0];
        return Some(Calibration::Isotonic { logits, probabilities: vec![only.probability(); 2] });
    }
    Some(Calibration::Isotonic {
        logits: blocks.iter().map(Block::center).collect(),
        probabilities: blocks.iter().map(Block::probability).collect(),
    })
}

/// Neighbours on the logit that share one probability.
#[derive(Clone, Copy, Debug)]
struct Block {
    rows: f64,
    logits: f64,
    /// Positives seen, and positives that the temperature fit expects.
    positives: f64,
    expected: f64,
    lowest: f64,
    highest: f64,
}

impl Block {
    fn of_row(row: &CalibrationRow, temperature: &Calibration) -> Block {
        Block {
            rows: 1.0,
            logits: row.logit,
            positives: f64::from(u8::from(row.label)),
            expected: temperature.probability(row.logit),
            lowest: row.logit,
            highest: row.logit,
        }
    }

    fn join(&mut self, above: Block) {
        self.rows += above.rows;
        self.logits += above.logits;
        self.positives += above.positives;
        self.expected += above.expected;
        self.highest = above.highest;
    }

    /// Whether it is of too few rows for a knot.
    fn is_small(&self) -> bool {
        self.rows < f64::from(MINIMUM_CUSTOMERS)
    }

    /// The positive rate alone: what the pooling compares first.
    fn rate(&self) -> f64 {
        self.positives / self.rows
    }

    /// The rate with the prior rows, inside of the margin.
    fn probability(&self) -> f64 {
        let smoothed = (self.positives + PRIOR_ROWS * self.expected / self.rows) / (self.rows + PRIOR_ROWS);
        smoothed.clamp(MARGIN, 1.0 - MARGIN)
    }

    /// The logit of the knot. The mean may round past the ends of a narrow block.
    fn center(&self) -> f64 {
        (self.logits / self.rows).clamp(self.lowest, self.highest)
    }
}

/// Isotonic regression: rows of one logit are one block whatever their labels, then rates must
/// rise.
fn pool_by_rate(rows: &[CalibrationRow], temperature: &Calibration) -> Vec<Block> {
    let of_rows = rows.iter().map(|row| Block::of_row(row, temperature));
    let of_logits = pool(of_rows, |below, above| below.highest == above.lowest);
    pool(of_logits.into_iter(), |below, above| below.rate() >= above.rate())
}

/// Joins each block that is of too few rows for a knot with the next one, and the last with the one
/// before it.
fn large(blocks: Vec<Block>) -> Vec<Block> {
    let mut large = pool(blocks.into_iter(), |below, _| below.is_small());
    if large.len() > 1
        && let Some(last) = large.pop_if(|last| last.is_small())
    {
        large.pop().into_iter().for_each(|below| large.push(joined(below, last)));
    }
    large
}

fn joined(mut below: Block, above: Block) -> Block {
    below.join(above);
    below
}

/// Joins neighbours, back to front after each one, until none of them `violates` the order.
fn pool(blocks: impl Iterator<Item = Block>, violates: impl Fn(&Block, &Block) -> bool) -> Vec<Block> {
    let mut pooled: Vec<Block> = Vec::new();
    for mut block in blocks {
        while let Some(below) = pooled.pop_if(|below| violates(below, &block)) {
            block = joined(below, block);
        }
        pooled.push(block);
    }
    pooled
}

#[cfg(test)]
mod tests {
    use super::super::tests::drawn;
    use super::super::{fit_temperature, sorted_rows};
    use super::*;
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;
    use tenure::calibration::sigmoid;

    #[test]
    fn every_curve_is_valid() {
        for seed in 0..60 {
            let mut random = ChaCha8Rng::seed_from_u64(1000 + seed);
            let steps = f64::from(random.random_range(1..200));
            let (logits, labels) = drawn(250, seed, |_| 0.3);
            // A coarse grid, so that most logits are tied.
            let logits: Vec<f64> = logits.iter().map(|logit| (logit * steps).round() / steps).collect();
            let rows = sorted_rows(&logits, &labels);
            let temperature = fit_temperature(&rows);
            let isotonic = fit_isotonic(&rows, &temperature).unwrap();
            assert_eq!(isotonic.validate(), Ok(()), "seed {seed}");
            let Calibration::Isotonic { probabilities, .. } = &isotonic else { unreachable!() };
            assert!(probabilities.iter().all(|p| (MARGIN..=1.0 - MARGIN).contains(p)), "seed {seed}");
        }
    }

    #[test]
    fn a_knot_is_of_many_rows() {
        for rows in [19, 20, 39, 40, 250] {
            let (logits, labels) = drawn(rows, 3, |_| 0.3);
            let rows = sorted_rows(&logits, &labels);
            let temperature = fit_temperature(&rows);
            let blocks = large(rows.iter().map(|row| Block::of_row(row, &temperature)).collect());
            assert_eq!(blocks.iter().map(|block| block.rows).sum::<f64>(), rows.len() as f64);
            assert_eq!(blocks.len(), (rows.len() / 20).max(1));
            // A curve of one block tells no customer's logit either.
            let Some(Calibration::Isotonic { logits, .. }) = fit_isotonic(&rows, &temperature) else { unreachable!() };
            assert!(logits.iter().all(|logit| rows.iter().all(|row| row.logit != *logit)), "{logits:?}");
        }
    }

    #[test]
    fn knots_of_neighbouring_logits_stay_apart() {
        // The mean of three times 0.1 rounds up to the next float.
        let rows = [0.1f64, 0.1f64.next_up()].map(|logit| [logit; 3]).concat();
        let rows: Vec<CalibrationRow> =
            rows.into_iter().map(|logit| CalibrationRow { logit, label: logit > 0.1 }).collect();
        let isotonic = fit_isotonic(&rows, &Calibration::Temperature { temperature: 1.0 }).unwrap();
        assert_eq!(isotonic.validate(), Ok(()));
    }

    /// Isotonic regression has a closed form: the rate at i is the highest over starts j ≤ i of the
    /// lowest over ends k ≥ i of the mean from j to k (Robertson, Wright & Dykstra 1988, 1.4).
    #[test]
    fn pooling_is_isotonic_regression() {
        for seed in 0..100 {
            let (logits, labels) = drawn(30, seed, sigmoid);
            let logits: Vec<f64> =
                logits.iter().map(|logit| logit.round() * if seed % 2 == 0 { 1.0 } else { 0.5 }).collect();
            let rows = sorted_rows(&logits, &labels);
            let mut distinct: Vec<f64> = rows.iter().map(|row| row.logit).collect();
            distinct.dedup();
            let mean = |from: f64, to: f64| {
                let inside: Vec<&CalibrationRow> = rows.iter().filter(|row| (from..=to).contains(&row.logit)).collect();
                inside.iter().filter(|row| row.label).count() as f64 / inside.len() as f64
            };
            let pooled = pool_by_rate(&rows, &fit_temperature(&rows));
            for (index, logit) in distinct.iter().enumerate() {
                let lowest = |from: &f64| distinct[index..].iter().map(|to| mean(*from, *to)).fold(1.0, f64::min);
                let expected = distinct[..=index].iter().map(lowest).fold(0.0, f64::max);
                let block = pooled.iter().find(|block| (block.lowest..=block.highest).contains(logit)).unwrap();
                assert!((block.rate() - expected).abs() < 1e-12, "seed {seed}, logit {logit}");
            }
        }
    }

    #[test]
    fn a_curve_has_no_more_knots_than_the_artifact_takes() {
        // Every fraction below 1 with a denominator to 125, each a group of rows with that rate at
        // that logit.
        let fractions = (2..=125u32).flat_map(|whole| (1..whole).map(move |part| (part, whole)));
        let mut rows = Vec::new();
        let mut groups: Vec<(f64, u32, u32)> =
            fractions.map(|(part, whole)| (f64::from(part) / f64::from(whole), part, whole)).collect();
        groups.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.2.cmp(&b.2)));
        groups.dedup_by_key(|group| group.0);
        for (rate, part, whole) in groups {
            let logit = (rate / (1.0 - rate)).ln();
            rows.extend((0..whole).map(|member| CalibrationRow { logit, label: member < part }));
        }
        let temperature = Calibration::Temperature { temperature: 1.0 };
        assert!(pool_by_rate(&rows, &temperature).len() > MAXIMUM_KNOTS);
        let isotonic = fit_isotonic(&rows, &temperature).unwrap();
        assert_eq!(isotonic.validate(), Ok(()));
        let Calibration::Isotonic { logits, .. } = isotonic else { unreachable!() };
        assert!(logits.len() > MAXIMUM_KNOTS / 4, "{}", logits.len());
    }
}
