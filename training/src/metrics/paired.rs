//! Two models on the same rows: differences of their figures, with intervals from resamples that
//! both are measured on.

use std::collections::BTreeMap;

use rayon::prelude::*;
use serde::Serialize;
use tenure::card::{Interval, Metrics};

use super::bootstrap::Bootstrap;
use super::catalogue::{Metric, judged};
use super::error::MetricsError;
use super::measure::measure_tally;
use super::ranking::{Ranking, Tally};

/// The second model's figure less the first's.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Difference {
    pub first: f64,
    pub second: f64,
    pub difference: f64,
    pub interval: Interval,
}

/// The differences of the metrics that a model is judged by, by their key in [`Metrics`]. The
/// bootstrap is paired: each resample draws rows, and both models are measured on them, so that what
/// makes both better or worse cancels.
pub fn differences(
    first: &[f64],
    second: &[f64],
    labels: &[bool],
    thresholds: [f64; 2],
    bootstrap: &Bootstrap,
) -> Result<BTreeMap<&'static str, Difference>, MetricsError> {
    bootstrap.check()?;
    let rankings = [Ranking::new(first, labels)?, Ranking::new(second, labels)?];
    let both = [&rankings[0], &rankings[1]];
    let pair = |tallies: &[Tally]| {
        Ok([measure_tally(&tallies[0], thresholds[0])?, measure_tally(&tallies[1], thresholds[1])?])
    };
    let counts = || both.iter().map(|ranking| ranking.counts()).collect::<Vec<_>>();
    let whole = counts();
    let tallies = [both[0].tally(&whole[0])?, both[1].tally(&whole[1])?];
    let seen: [Metrics; 2] = pair(&tallies)?;
    let drawn: Vec<[Metrics; 2]> = (0..bootstrap.resamples as u64)
        .into_par_iter()
        .map_init(counts, |counts, resample| bootstrap.resample(&both, counts, resample, &pair))
        .collect::<Result<_, MetricsError>>()?;
    let difference = |figure: &Metric| {
        let of = figure.value;
        let mut values: Vec<f64> = drawn.iter().map(|[first, second]| of(second) - of(first)).collect();
        let [first, second] = [of(&seen[0]), of(&seen[1])];
        let interval = bootstrap.percentiles(&mut values);
        (figure.key, Difference { first, second, difference: second - first, interval })
    };
    Ok(judged().map(difference).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    #[test]
    fn pairing_resolves_what_the_single_intervals_do_not() {
        let mut random = ChaCha8Rng::seed_from_u64(4);
        let truth: Vec<f64> = (0..3000).map(|_| random.random()).collect();
        let labels: Vec<bool> = truth.iter().map(|p| random.random_bool(*p)).collect();
        let noisy: Vec<f64> = truth.iter().map(|p| (p + random.random_range(-0.2..0.2f64)).clamp(0.0, 1.0)).collect();
        let bootstrap = Bootstrap { resamples: 300, ..Bootstrap::default() };
        let seen = differences(&noisy, &truth, &labels, [0.5; 2], &bootstrap).unwrap();
        let single = bootstrap.intervals(&truth, &labels, 0.5).unwrap();
        let Difference { first, second, difference, interval } = seen["roc_auc"];
        assert!(second > first && (difference - (second - first)).abs() < 1e-15);
        assert!(interval.low > 0.0, "{interval:?}");
        assert!(interval.high - interval.low < 0.5 * (single.roc_auc.high - single.roc_auc.low));
        // A model against itself differs in nothing.
        let same = differences(&truth, &truth, &labels, [0.5; 2], &bootstrap).unwrap();
        assert!(same.values().all(|d| d.interval == Interval { low: 0.0, high: 0.0 }));
    }
}
