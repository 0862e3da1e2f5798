//! The four cells of a yes-or-no prediction and their ratios, as scikit-learn gives them with
//! `zero_division=0`.

/// How many rows are predicted what, and are what.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
pub struct Confusion {
    pub true_positives: u64,
    pub false_positives: u64,
    pub true_negatives: u64,
    pub false_negatives: u64,
}

impl Confusion {
    /// Every row is predicted negative; a threshold above all probabilities.
    pub fn all_negative(negatives: u64, positives: u64) -> Confusion {
        Confusion { true_positives: 0, false_positives: 0, true_negatives: negatives, false_negatives: positives }
    }

    /// Moves rows (negatives, positives) from predicted negative to predicted positive.
    pub fn predict_positive(&mut self, [negatives, positives]: [u32; 2]) {
        self.true_negatives -= u64::from(negatives);
        self.false_positives += u64::from(negatives);
        self.false_negatives -= u64::from(positives);
        self.true_positives += u64::from(positives);
    }

    pub fn accuracy(&self) -> f64 {
        let right = self.true_positives + self.true_negatives;
        ratio(right, right + self.false_positives + self.false_negatives)
    }

    pub fn precision(&self) -> f64 {
        ratio(self.true_positives, self.true_positives + self.false_positives)
    }

    pub fn recall(&self) -> f64 {
        ratio(self.true_positives, self.true_positives + self.false_negatives)
    }

    pub fn f1(&self) -> f64 {
        let twice = 2 * self.true_positives;
        ratio(twice, twice + self.false_positives + self.false_negatives)
    }
}

fn ratio(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_predicted_is_zero_not_nan() {
        let confusion = Confusion::all_negative(7, 3);
        let seen = [confusion.accuracy(), confusion.precision(), confusion.recall(), confusion.f1()];
        assert_eq!(seen, [0.7, 0.0, 0.0, 0.0]);
    }

    #[test]
    fn rows_move_between_the_cells() {
        let mut confusion = Confusion::all_negative(7, 3);
        confusion.predict_positive([1, 2]);
        let seen = [confusion.accuracy(), confusion.precision(), confusion.recall(), confusion.f1()];
        assert_eq!(seen, [0.8, 2.0 / 3.0, 2.0 / 3.0, 4.0 / 6.0]);
    }
}
