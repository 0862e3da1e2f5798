use super::*;
use rand::RngExt;
use tenure::calibration::sigmoid;

/// Logits spread over ±4, labels drawn with the probability that `truth` gives them.
pub(super) fn drawn(rows: usize, seed: u64, truth: impl Fn(f64) -> f64) -> (Vec<f64>, Vec<bool>) {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let logits: Vec<f64> = (0..rows).map(|_| random.random_range(-4.0..4.0)).collect();
    let labels = logits.iter().map(|logit| random.random_bool(truth(*logit))).collect();
    (logits, labels)
}

fn fit(logits: &[f64], labels: &[bool]) -> Calibrated {
    CalibrationParams::default().fit(logits, labels).unwrap()
}

#[test]
fn a_known_temperature_is_recovered() {
    for (seed, truth) in [(1, 0.5), (2, 1.0), (3, 2.5)] {
        let (logits, labels) = drawn(20_000, seed, |logit| sigmoid(logit / truth));
        let Calibrated { calibration, record } = fit(&logits, &labels);
        let Calibration::Temperature { temperature } = calibration else { panic!("{record:?}") };
        assert!((temperature / truth).ln().abs() < 0.05, "{temperature} for {truth}");
        assert_eq!(record.method, Method::Temperature);
        // Held out, the fit is behind the truth by its noise, so by a half in 20,000 or so.
        assert!(record.temperature_log_loss < record.uncalibrated_log_loss + 1e-4, "{record:?}");
    }
}

#[test]
fn few_rows_do_not_make_certainty() {
    let calibrations = [
        fit(&[-2.0, -1.0, 1.0, 2.0], &[false, false, true, true]),
        fit(&[-2.0, -1.0, 1.0, 2.0], &[true, true, false, false]),
        fit(&[0.0, 0.0], &[true, false]),
        fit(&[1e6, -1e6], &[false, true]),
    ];
    for Calibrated { calibration, record } in calibrations {
        assert_eq!(calibration.validate(), Ok(()));
        let highest = calibration.probability(2.0);
        assert!((0.5..0.995).contains(&highest), "{calibration:?} gives {highest}");
        assert_eq!((record.method, record.isotonic_log_loss), (Method::Temperature, None));
    }
}

#[test]
fn a_bent_curve_is_followed_by_isotonic() {
    // No temperature makes a sigmoid that stays below one third.
    let truth = |logit: f64| if logit < 1.0 { 0.05 } else { 0.3 };
    let (logits, labels) = drawn(3000, 4, truth);
    let Calibrated { calibration, record } = fit(&logits, &labels);
    assert_eq!(record.method, Method::Isotonic, "{record:?}");
    assert!(record.isotonic_log_loss.unwrap() < record.temperature_log_loss);
    for logit in [-2.5, -1.0, 2.0, 3.0] {
        let seen = calibration.probability(logit);
        assert!((seen - truth(logit)).abs() < 0.06, "{seen} at {logit}");
    }
    // The same rows, too few of them.
    let few = fit(&logits[..199], &labels[..199]).record;
    assert_eq!((few.method, few.isotonic_log_loss), (Method::Temperature, None));
}

#[test]
fn a_true_temperature_is_rarely_left_for_isotonic() {
    let taken = (0..40).filter(|seed| {
        let (logits, labels) = drawn(400, *seed, |logit| sigmoid(logit / 1.5));
        fit(&logits, &labels).record.method == Method::Isotonic
    });
    assert!(taken.count() <= 2);
}

#[test]
fn the_order_of_the_rows_is_nothing() {
    for seed in 0..20 {
        let (logits, labels) = drawn(250, seed, |_| 0.3);
        // A coarse grid, so that most logits are tied.
        let logits: Vec<f64> = logits.iter().map(|logit| logit.round()).collect();
        let backwards: Vec<f64> = logits.iter().rev().copied().collect();
        let labels_backwards: Vec<bool> = labels.iter().rev().copied().collect();
        assert_eq!(fit(&backwards, &labels_backwards), fit(&logits, &labels), "seed {seed}");
    }
}

#[test]
fn folds_are_even_in_both_classes() {
    let (logits, labels) = drawn(203, 5, |_| 0.1);
    let rows = sorted_rows(&logits, &labels);
    let fold_of = CalibrationParams::default().stratified_folds(&rows);
    let sizes = |keep: &dyn Fn(&CalibrationRow) -> bool| {
        let mut sizes = [0usize; 5];
        rows.iter().zip(&fold_of).filter(|(row, _)| keep(row)).for_each(|(_, fold)| sizes[*fold] += 1);
        sizes.iter().max().unwrap() - sizes.iter().min().unwrap()
    };
    assert!(sizes(&|_| true) <= 1 && sizes(&|row| row.label) <= 1 && sizes(&|row| !row.label) <= 1);
}

#[test]
fn degenerate_input_is_refused() {
    use CalibrateError as E;
    let params = CalibrationParams::default();
    assert_eq!(params.fit(&[], &[]), Err(E::OneClass { positives: 0, negatives: 0 }));
    assert_eq!(params.fit(&[0.1], &[]), Err(E::Lengths { logits: 1, labels: 0 }));
    assert_eq!(params.fit(&[0.1, 0.2], &[true, true]), Err(E::OneClass { positives: 2, negatives: 0 }));
    let seen = params.fit(&[0.1, f64::INFINITY, 2e6], &[true, false, true]);
    assert_eq!(seen, Err(E::Logit { count: 2, row: 1, value: f64::INFINITY }));
    assert!(matches!(params.fit(&[f64::NAN, 0.0], &[true, false]), Err(E::Logit { row: 0, .. })));
    let folds = CalibrationParams { folds: 1, ..params };
    assert_eq!(folds.fit(&[0.1, 0.2], &[true, false]), Err(E::Folds(1)));
}
