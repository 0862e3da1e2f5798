//! Shapley values of one game from some of its coalitions, with standard errors.
//!
//! Shapley values solve a weighted regression of the values of coalitions on their members (Charnes
//! et al. 1988). The difference between a coalition and its complement has only the odd part of the
//! game. Shapley values depend on this part alone, and interactions of order two cancel in it
//! (arXiv 2508.12947).
//!
//! Two steps leave little for sampling to estimate: a guess from the game's slopes, then a ridge
//! regression on the pairs that shrinks towards the guess. The error of both is estimated from the
//! same pairs and subtracted, so the ridge does not bias the result. All pairs have about the same
//! leverage (see [`super::coalitions`]). The matrix of the regression on all pairs is known: for
//! shares that add up to 0 it is 4 (n - 1) / n times the identity.

use super::coalitions::Coalitions;
use super::{Estimate, Random, SampledGame};

/// Pairs at which the game's slopes are recorded; more pairs would hardly improve the guess.
const LEARNED: usize = 8;
/// With this number of pairs for every player, the regression needs no guess.
const ENOUGH: usize = 8;

/// The coalitions of one game that are evaluated. They are drawn before any of them is evaluated,
/// so that another device may evaluate them.
#[derive(Debug)]
pub struct Sample {
    players: usize,
    coalitions: Coalitions,
    /// Coalitions at which the game's slopes are recorded; an even number.
    learned: usize,
}

impl Sample {
    /// Draws coalitions of a game of at least 2 players that take about `evaluations` evaluations,
    /// and at least 4. Recording the slopes at a coalition counts as one.
    pub fn draw(players: usize, evaluations: u64, random: &mut Random) -> Sample {
        let pairs = (evaluations.saturating_sub(2) / 2) as usize;
        let learned = LEARNED.min(pairs / 6) & !1;
        let coalitions = Coalitions::draw(players, (pairs - learned).max(1), random);
        Sample { players, coalitions, learned }
    }

    /// Evaluations of the game: of all pairs, of no player, of all players, and for the slopes.
    pub fn evaluations(&self) -> u64 {
        2 + 2 * (self.coalitions.count() + self.learned) as u64
    }

    /// The members of one half of every pair, ascending.
    pub fn halves(&self) -> impl Iterator<Item = &[u16]> {
        self.coalitions.iter()
    }

    /// Evaluates the pairs, and estimates from them.
    pub fn evaluate(&self, game: &mut impl SampledGame) -> Estimate {
        let differences = self.differences(game, false);
        self.estimate(game, &differences)
    }

    /// Makes the game record its slopes, for [`Sample::estimate`] with differences from another
    /// device.
    #[cfg(feature = "webgpu")]
    pub fn learn(&self, game: &mut impl SampledGame) {
        self.differences(game, true);
    }

    /// The value of the smaller half minus that of its complement, for every pair or only for those
    /// at which slopes are recorded.
    fn differences(&self, game: &mut impl SampledGame, only_learned: bool) -> Vec<f64> {
        let count = self.coalitions.count();
        let mut differences = Vec::with_capacity(count + 1);
        let (mut at, mut noted) = (0, 0);
        let mut halves = self.coalitions.iter();
        while let Some(first) = halves.next() {
            // Two pairs at a time; the last of an odd number goes with itself. The pairs at which
            // slopes are recorded are spread over the sizes.
            let second = halves.next();
            let learn = noted * count < self.learned * (at + 1);
            at += 2;
            if only_learned && !learn {
                continue;
            }
            let [a, b, c, d] = game.pairs([first, second.unwrap_or(first)], learn);
            noted += if learn { 2 } else { 0 };
            differences.push(f64::from(a) - f64::from(b));
            if second.is_some() {
                differences.push(f64::from(c) - f64::from(d));
            }
        }
        differences
    }

    /// Estimates the Shapley values from a difference for every pair and the slopes that the game
    /// has recorded.
    pub fn estimate(&self, game: &mut impl SampledGame, differences: &[f64]) -> Estimate {
        let Sample { players, ref coalitions, .. } = *self;
        let [none, all, ..] = game.pairs([&[], &[]], false);
        let total = f64::from(all) - f64::from(none);
        let mut shares = game.guess();
        let missing = (total - shares.iter().sum::<f64>()) / players as f64;
        shares.iter_mut().for_each(|share| *share += missing);
        let scale = 4.0 * (players - 1) as f64 / players as f64;
        // The guess has the weight of one pair for every player. With many pairs for every player
        // its weight is nearly 0 and only keeps the matrix from being singular. Then a game with an
        // additive odd part comes out exact.
        let count = differences.len();
        let few = if count < ENOUGH * players { players as f64 / count as f64 } else { 0.0 };
        let ridge = scale * few.max(1e-9);
        let residuals = residuals(coalitions, differences, &shares, total);
        let gradient = gradient(coalitions, &residuals, players);
        let step = solve(gram(coalitions, players, scale, ridge), gradient);
        shares.iter_mut().zip(&step).for_each(|(share, step)| *share += step);

        let residuals = self::residuals(coalitions, differences, &shares, total);
        let correction = self::gradient(coalitions, &residuals, players);
        shares.iter_mut().zip(&correction).for_each(|(share, correction)| *share += correction / scale);
        let variances = variances(coalitions, &residuals, players, scale, 1.0 + few);
        Estimate { shares, variances, exact: false }
    }
}

/// The differences minus those of an additive game with these shares: there a difference is the
/// shares of the members minus those of all others.
fn residuals(coalitions: &Coalitions, differences: &[f64], shares: &[f64], total: f64) -> Vec<f64> {
    let joined = |members: &[u16]| members.iter().map(|&player| shares[player as usize]).sum::<f64>();
    let residuals = coalitions.iter().zip(differences);
    residuals.map(|(members, difference)| difference - 2.0 * joined(members) + total).collect()
}

/// For every player Σ weight · residual · sign, where the sign is 1 if the player is a member and
/// -1 if not, minus the mean over the players.
fn gradient(coalitions: &Coalitions, residuals: &[f64], players: usize) -> Vec<f64> {
    let mut sums = vec![0.0; players];
    let mut residuals = residuals.iter();
    for stratum in &coalitions.strata {
        for (members, residual) in coalitions.of(stratum).zip(&mut residuals) {
            let twice = 2.0 * stratum.weight * residual;
            members.iter().for_each(|&player| sums[player as usize] += twice);
        }
    }
    let mean = sums.iter().sum::<f64>() / players as f64;
    sums.iter_mut().for_each(|sum| *sum -= mean);
    sums
}

/// The matrix of the ridge regression, `[players, players]`: Σ weight · sign · sign of two players,
/// minus the means of rows and columns, plus the ridge on the diagonal. A step that moves all
/// shares by the same amount is given the eigenvalue `scale`. So the matrix is not singular; and as
/// the gradient has no such part, the solution has none.
fn gram(coalitions: &Coalitions, players: usize, scale: f64, ridge: f64) -> Vec<f64> {
    let mut matrix = vec![0.0; players * players];
    for stratum in &coalitions.strata {
        for members in coalitions.of(stratum) {
            for (at, &player) in members.iter().enumerate() {
                let row = &mut matrix[player as usize * players..][..players];
                members[..=at].iter().for_each(|&other| row[other as usize] += 4.0 * stratum.weight);
            }
        }
    }
    for row in 0..players {
        (0..row).for_each(|column| matrix[column * players + row] = matrix[row * players + column]);
    }
    let means: Vec<f64> = matrix.chunks_exact(players).map(|row| row.iter().sum::<f64>() / players as f64).collect();
    let mean = (means.iter().sum::<f64>() + scale) / players as f64;
    for (row, values) in matrix.chunks_exact_mut(players).enumerate() {
        values.iter_mut().zip(&means).for_each(|(value, column)| *value += mean - means[row] - column);
        values[row] += ridge;
    }
    matrix
}

/// Solves a symmetric positive definite system by Cholesky's decomposition.
fn solve(mut matrix: Vec<f64>, mut vector: Vec<f64>) -> Vec<f64> {
    let n = vector.len();
    for row in 0..n {
        let (above, here) = matrix.split_at_mut(row * n);
        for column in 0..=row {
            let other = if column == row { &here[..column] } else { &above[column * n..][..column] };
            let product: f64 = here[..column].iter().zip(other).map(|(a, b)| a * b).sum();
            let rest = here[column] - product;
            here[column] = if column == row { rest.sqrt() } else { rest / above[column * n + column] };
        }
        let known: f64 = here[..row].iter().zip(&vector).map(|(a, b)| a * b).sum();
        vector[row] = (vector[row] - known) / here[row];
    }
    for row in (0..n).rev() {
        let known: f64 = (row + 1..n).map(|below| matrix[below * n + row] * vector[below]).sum();
        vector[row] = (vector[row] - known) / matrix[row * n + row];
    }
    vector
}

/// Squares of the standard errors, from the squared residuals of the pairs. A pair pulls the fit
/// towards itself, so its square is divided by 1 - leverage (HC2 in MacKinnon and White 1985, "Some
/// heteroskedasticity-consistent covariance matrix estimators"). It is multiplied by the share of
/// its size's pairs that were not drawn.
fn variances(coalitions: &Coalitions, residuals: &[f64], players: usize, scale: f64, shrink: f64) -> Vec<f64> {
    let n = players as f64;
    let mut variances = vec![0.0; players];
    let mut all = 0.0;
    let mut residuals = residuals.iter();
    for stratum in &coalitions.strata {
        let size = stratum.size as f64;
        let leverage = (stratum.weight * 4.0 * size * (n - size) / n / scale / shrink).min(0.9);
        let factor = stratum.unseen * (stratum.weight / scale).powi(2) / (1.0 - leverage);
        let (member, other) = ((2.0 * (n - size) / n).powi(2), (2.0 * size / n).powi(2));
        for (members, residual) in coalitions.of(stratum).zip(&mut residuals) {
            let square = factor * residual * residual;
            all += square * other;
            members.iter().for_each(|&player| variances[player as usize] += square * (member - other));
        }
    }
    variances.iter_mut().for_each(|variance| *variance = (*variance + all).max(0.0));
    variances
}

#[cfg(test)]
mod tests {
    use super::super::{Game, Table, exact};
    use super::*;

    /// Values of all coalitions of a ReLU of a random sum, which has interactions of every order.
    pub(crate) fn bent(players: usize, random: &mut Random) -> Vec<f32> {
        let weights: Vec<f64> = (0..players).map(|_| random.fraction() * 2.0 - 1.0).collect();
        let offset = random.fraction() - 0.5;
        let sum = |coalition: usize| {
            let joined = weights.iter().enumerate().filter(|(player, _)| coalition >> player & 1 == 1);
            joined.map(|(_, weight)| weight).sum::<f64>() + offset
        };
        (0..1 << players).map(|coalition| (sum(coalition).max(0.0) + 0.1 * sum(coalition).powi(3)) as f32).collect()
    }

    fn estimate(values: Vec<f32>, evaluations: u64, random: &mut Random) -> Estimate {
        let game = &mut Table(values);
        Sample::draw(game.players(), evaluations, random).evaluate(game)
    }

    #[test]
    fn shares_add_up_whatever_was_sampled() {
        let mut random = Random::new(1);
        for players in [2, 3, 5, 8, 12] {
            let values = bent(players, &mut random);
            let whole = f64::from(values[values.len() - 1]) - f64::from(values[0]);
            for evaluations in [4, 7, 16, 40, 300] {
                let sample = Sample::draw(players, evaluations, &mut random);
                assert!(sample.evaluations() <= evaluations.max(4), "{} of {evaluations}", sample.evaluations());
                let estimate = sample.evaluate(&mut Table(values.clone()));
                assert!((estimate.shares.iter().sum::<f64>() - whole).abs() < 1e-9);
                assert!(estimate.variances.iter().all(|variance| variance.is_finite()));
            }
        }
    }

    #[test]
    fn all_pairs_give_the_exact_shares() {
        let mut random = Random::new(2);
        let values = bent(9, &mut random);
        let estimate = estimate(values.clone(), 1 << 10, &mut random);
        for (share, exact) in estimate.shares.iter().zip(exact(&mut Table(values))) {
            assert!((share - exact).abs() < 1e-6, "{share} {exact}");
        }
        assert!(estimate.variances.iter().all(|variance| *variance == 0.0));
    }

    #[test]
    fn interactions_of_order_two_cancel() {
        let mut random = Random::new(3);
        let square =
            |coalition: usize| ((coalition.count_ones() + (coalition as u32 & 0x2d).count_ones()) as f32).powi(2);
        let values: Vec<f32> = (0..1 << 12).map(square).collect();
        let estimate = estimate(values.clone(), 300, &mut random);
        for (share, exact) in estimate.shares.iter().zip(exact(&mut Table(values))) {
            assert!((share - exact).abs() < 1e-4, "{share} {exact}");
        }
        assert!(estimate.variances.iter().all(|variance| variance.sqrt() < 1e-3));
    }

    #[test]
    fn two_standard_errors_cover_about_nineteen_of_twenty() {
        let mut random = Random::new(4);
        for (players, evaluations) in [(12, 40), (12, 100), (12, 700), (7, 40)] {
            let (mut covered, mut all, mut bias) = (0.0, 0.0, 0.0);
            for _ in 0..40 {
                let values = bent(players, &mut random);
                let exact = exact(&mut Table(values.clone()));
                for _ in 0..5 {
                    let estimate = estimate(values.clone(), evaluations, &mut random);
                    for ((share, variance), exact) in estimate.shares.iter().zip(&estimate.variances).zip(&exact) {
                        let off = (share - exact) / variance.sqrt();
                        covered += f64::from(off.abs() < 2.0);
                        bias += off;
                        all += 1.0;
                    }
                }
            }
            let (covered, bias) = (covered / all, bias / all);
            assert!((0.88..0.99).contains(&covered), "{players} players, {evaluations} evaluations: {covered}");
            assert!(bias.abs() < 0.15, "{players} players, {evaluations} evaluations: {bias}");
        }
    }
}
