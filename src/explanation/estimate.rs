//! An estimate of one game's Shapley values.

/// Shares of one game.
#[derive(Clone, Debug, PartialEq)]
pub struct Estimate {
    /// One for each player. They add up to the value of all players minus the value of none.
    pub shares: Vec<f64>,
    /// Squares of their standard errors.
    pub variances: Vec<f64>,
    /// Whether all coalitions were evaluated.
    pub exact: bool,
}

impl Estimate {
    /// Shares from all coalitions of a game.
    pub fn exact(shares: Vec<f64>) -> Estimate {
        let variances = vec![0.0; shares.len()];
        Estimate { shares, variances, exact: true }
    }

    /// Combines this with another estimate of the same game. Each is weighted by the inverse of its
    /// variance, summed over the players.
    pub fn combine(&mut self, other: &Estimate) {
        let [own, others] = [&self.variances, &other.variances].map(|variances| variances.iter().sum::<f64>());
        let part = if own > 0.0 { own / (own + others) } else { 0.0 };
        let pairs = self.shares.iter_mut().zip(&other.shares);
        pairs.for_each(|(share, other)| *share += (other - *share) * part);
        let pairs = self.variances.iter_mut().zip(&other.variances);
        pairs.for_each(|(variance, other)| {
            *variance = *variance * (1.0 - part) * (1.0 - part) + other * part * part;
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn estimates_combine_by_what_they_are_worth() {
        let of = |share: f64, variance: f64| Estimate { shares: vec![share], variances: vec![variance], exact: false };
        let mut estimate = of(1.0, 4.0);
        estimate.combine(&of(4.0, 2.0));
        assert_eq!(estimate.shares[0], 3.0);
        assert!((estimate.variances[0] - 1.0 / (1.0 / 4.0 + 1.0 / 2.0)).abs() < 1e-12);
    }
}
