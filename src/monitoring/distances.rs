//! How far two histograms over the same cells are from each other. Both are counts; an empty one
//! gives 0.

use super::chance::chi_square_tail;

/// What stands for an empty cell in the population stability index.
const FILLED: f64 = 0.0001;

/// Each cell as a share of all.
fn shares(counts: &[f64]) -> Option<Vec<f64>> {
    let sum: f64 = counts.iter().sum();
    (sum > 0.0).then(|| counts.iter().map(|count| count / sum).collect())
}

/// Population stability index: Σ (r − c) ln(r / c) over the shares r and c of a cell. An empty cell
/// counts as 0.0001, or as a millionth of the smallest share of its histogram where that is not more,
/// as Evidently 0.7 has it.
pub fn population_stability(reference: &[f64], current: &[f64]) -> f64 {
    let (Some(mut reference), Some(mut current)) = (shares(reference), shares(current)) else { return 0.0 };
    for shares in [&mut reference, &mut current] {
        let least = shares.iter().copied().filter(|share| *share > 0.0).fold(f64::INFINITY, f64::min);
        let filled = if least <= FILLED { least / 1e6 } else { FILLED };
        shares.iter_mut().filter(|share| **share == 0.0).for_each(|share| *share = filled);
    }
    reference.iter().zip(&current).map(|(r, c)| (r - c) * libm::log(r / c)).sum()
}

/// Jensen-Shannon distance, base 2, 0 to 1: the root of the divergence, as SciPy and NannyML have it
/// (Lin 1991, "Divergence Measures Based on the Shannon Entropy").
pub fn jensen_shannon(reference: &[f64], current: &[f64]) -> f64 {
    let (Some(reference), Some(current)) = (shares(reference), shares(current)) else { return 0.0 };
    let part = |share: f64, middle: f64| if share > 0.0 { share * libm::log2(share / middle) } else { 0.0 };
    let sum = |(r, c): (&f64, &f64)| part(*r, (r + c) / 2.0) + part(*c, (r + c) / 2.0);
    let divergence: f64 = reference.iter().zip(&current).map(sum).sum();
    (divergence / 2.0).max(0.0).sqrt()
}

/// Pearson's test that two samples have one distribution.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ChiSquare {
    /// The statistic.
    pub statistic: f64,
    /// Its degrees of freedom: cells that are not empty in both, less one.
    pub degrees: f64,
    /// The chance of a statistic as large if nothing moved.
    pub p_value: f64,
}

/// Pearson's chi-square test of homogeneity of two samples, without a correction.
pub fn chi_square(reference: &[f64], current: &[f64]) -> ChiSquare {
    let (n, m): (f64, f64) = (reference.iter().sum(), current.iter().sum());
    if n == 0.0 || m == 0.0 {
        return ChiSquare { statistic: 0.0, degrees: 0.0, p_value: 1.0 };
    }
    let (mut statistic, mut cells) = (0.0, 0.0);
    for (r, c) in reference.iter().zip(current).filter(|(r, c)| *r + *c > 0.0) {
        let expected = (r + c) * m / (n + m);
        // Both samples deviate by the same number, in opposite directions.
        statistic += (c - expected) * (c - expected) * (1.0 / expected + m / (n * expected));
        cells += 1.0;
    }
    let degrees = f64::max(cells - 1.0, 0.0);
    ChiSquare { statistic, degrees, p_value: chi_square_tail(degrees, statistic) }
}

/// Wasserstein distance of two binned distributions: the area between their distribution functions,
/// which are straight within a bin. Bin `i` of `between` lies between the edges `i` and `i + 1`;
/// what is `below` lies at the first edge, and the rest at the last one. In the unit of the edges.
pub fn wasserstein(edges: &[f64], reference: &[f64], current: &[f64]) -> f64 {
    let (Some(reference), Some(current)) = (shares(reference), shares(current)) else { return 0.0 };
    let mut area = 0.0;
    let mut before = reference[0] - current[0];
    for (at, pair) in edges.windows(2).enumerate() {
        let after = before + reference[at + 1] - current[at + 1];
        let (a, b) = (before.abs(), after.abs());
        // A line that crosses zero leaves two triangles.
        let mean = if before * after >= 0.0 { (a + b) / 2.0 } else { (a * a + b * b) / (2.0 * (a + b)) };
        area += mean * (pair[1] - pair[0]);
        before = after;
    }
    area
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_did_not_move_has_no_distance() {
        let counts = [3.0, 0.0, 7.0, 40.0];
        let double = counts.map(|count| 2.0 * count);
        assert_eq!(population_stability(&counts, &double), 0.0);
        assert_eq!(jensen_shannon(&counts, &double), 0.0);
        assert_eq!(chi_square(&counts, &double).statistic, 0.0);
        assert_eq!(wasserstein(&[0.0, 1.0, 5.0], &counts, &double), 0.0);
        let apart = [[1.0, 0.0], [0.0, 1.0]];
        assert_eq!(jensen_shannon(&apart[0], &apart[1]), 1.0);
    }

    #[test]
    fn empty_histograms_have_no_distance() {
        let (none, some) = ([0.0; 3], [1.0, 2.0, 3.0]);
        for (a, b) in [(none, some), (some, none), (none, none)] {
            assert_eq!((population_stability(&a, &b), jensen_shannon(&a, &b)), (0.0, 0.0));
            assert_eq!((chi_square(&a, &b).p_value, wasserstein(&[0.0, 1.0], &a, &b)), (1.0, 0.0));
        }
    }

    #[test]
    fn wasserstein_is_the_way_that_mass_moves() {
        let edges = [0.0, 1.0, 3.0];
        // All at the first edge, all at the last one.
        assert_eq!(wasserstein(&edges, &[9.0, 0.0, 0.0, 0.0, 0.0], &[0.0, 0.0, 0.0, 5.0, 0.0]), 3.0);
        // From one bin to the next: from 0.5 to 2 on average.
        assert!((wasserstein(&edges, &[0.0, 1.0, 0.0, 0.0], &[0.0, 0.0, 1.0, 0.0]) - 1.5).abs() < 1e-12);
        // Two distribution functions that cross within a bin.
        let crossed = wasserstein(&[0.0, 1.0], &[1.0, 0.0, 1.0], &[0.0, 2.0, 0.0]);
        assert!((crossed - 0.25).abs() < 1e-12, "{crossed}");
    }

    proptest! {
        #[test]
        fn distances_are_symmetric_and_bounded(
            pairs in prop::collection::vec((0u32..200, 0u32..200), 2..12)
        ) {
            let reference: Vec<f64> = pairs.iter().map(|pair| f64::from(pair.0)).collect();
            let current: Vec<f64> = pairs.iter().map(|pair| f64::from(pair.1)).collect();
            let distance = jensen_shannon(&reference, &current);
            prop_assert!((0.0..=1.0 + 1e-12).contains(&distance));
            prop_assert!((distance - jensen_shannon(&current, &reference)).abs() < 1e-12);
            prop_assert!(population_stability(&reference, &current) >= 0.0);
            let (there, back) = (chi_square(&reference, &current), chi_square(&current, &reference));
            prop_assert!((there.statistic - back.statistic).abs() <= 1e-9 * there.statistic.max(1.0));
            prop_assert!((0.0..=1.0).contains(&there.p_value));
        }
    }
}
