//! Calibration by bins of as many rows each: what was said, and how often it came true.

use serde::Serialize;
use tenure::card::Interval;

use super::error::MetricsError;
use super::ranking::Ranking;

/// Rows of neighbouring probabilities.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct ReliabilityBin {
    pub rows: usize,
    pub mean_probability: f64,
    /// Share of the rows that left.
    pub rate: f64,
    /// Wilson's 95% interval of the rate.
    pub interval: Interval,
}

/// At most `bins` bins of nearly equal size, lowest probability first; equal probabilities stay
/// together.
pub fn reliability(probabilities: &[f64], labels: &[bool], bins: usize) -> Result<Vec<ReliabilityBin>, MetricsError> {
    let ranking = Ranking::new(probabilities, labels)?;
    let counts = ranking.counts();
    let mut filled: Vec<(u64, u64, f64)> = Vec::new();
    let (total, mut passed) = (labels.len() as f64, 0u64);
    for (level, counts) in ranking.levels.iter().zip(&counts).rev() {
        let rows = u64::from(counts[0]) + u64::from(counts[1]);
        // A level belongs to the bin of its middle row.
        let bin = ((passed as f64 + rows as f64 / 2.0) / total * bins as f64) as usize;
        passed += rows;
        filled.resize(filled.len().max(bin + 1), (0, 0, 0.0));
        let (seen, left, sum) = &mut filled[bin];
        *seen += rows;
        *left += u64::from(counts[1]);
        *sum += rows as f64 * level.probability;
    }
    let bins = filled.into_iter().filter(|(rows, ..)| *rows > 0).map(|(rows, left, sum)| ReliabilityBin {
        rows: rows as usize,
        mean_probability: sum / rows as f64,
        rate: left as f64 / rows as f64,
        interval: wilson(left, rows),
    });
    Ok(bins.collect())
}

/// Wilson's 95% interval of a share (Wilson 1927, "Probable Inference…", equation 6).
pub fn wilson(part: u64, whole: u64) -> Interval {
    if whole == 0 {
        return Interval { low: 0.0, high: 1.0 };
    }
    const Z: f64 = 1.959_963_984_540_054;
    let (share, n) = (part as f64 / whole as f64, whole as f64);
    let middle = (share + Z * Z / (2.0 * n)) / (1.0 + Z * Z / n);
    let half = Z / (1.0 + Z * Z / n) * (share * (1.0 - share) / n + Z * Z / (4.0 * n * n)).sqrt();
    Interval { low: (middle - half).max(0.0), high: (middle + half).min(1.0) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The bounds are the shares from which the seen one is just 1.96 of their own standard errors
    /// away.
    #[test]
    fn wilsons_interval_solves_his_equation() {
        for (part, whole) in [(8, 40), (0, 20), (19, 20), (500, 10_000)] {
            let Interval { low, high } = wilson(part, whole);
            let share = part as f64 / whole as f64;
            for bound in [low, high].into_iter().filter(|bound| *bound > 0.0 && *bound < 1.0) {
                let error = (bound * (1.0 - bound) / whole as f64).sqrt();
                assert!(((share - bound).abs() / error - 1.959_964).abs() < 1e-6, "{part} of {whole}: {bound}");
            }
            assert!(low <= share && share <= high);
        }
    }
}
