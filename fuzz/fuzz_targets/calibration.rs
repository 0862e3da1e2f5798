//! A calibration as a model file states it: one that is sound gives probabilities, in the order of
//! the logits.

#![no_main]

use libfuzzer_sys::fuzz_target;
use tenure::calibration::Calibration;
use tenure::json::{Problems, Reader, parse};

fuzz_target!(|text: &str| {
    let Ok(document) = parse(text) else { return };
    let problems = Problems::default();
    let calibration = Calibration::read(Reader::new("calibration", &document, &problems));
    let Ok(calibration) = problems.or(calibration) else { return };
    if calibration.validate().is_err() {
        return;
    }
    let mut logits: Vec<f64> = (-40..=40).map(|step| f64::from(step) / 4.0).collect();
    logits.extend([f64::MIN, -1e6, 1e6, f64::MAX]);
    if let Calibration::Isotonic { logits: knots, .. } = &calibration {
        logits.extend(knots.iter().flat_map(|knot| [knot.next_down(), *knot, knot.next_up()]));
    }
    logits.sort_by(f64::total_cmp);
    let probabilities: Vec<f64> = logits.iter().map(|&logit| calibration.probability(logit)).collect();
    assert!(probabilities.iter().all(|probability| (0.0..=1.0).contains(probability)), "{probabilities:?}");
    assert!(probabilities.is_sorted(), "{probabilities:?}");
    for logit in logits {
        // The batch has less digits; a steep line between two knots that f32 does not tell apart may
        // be anywhere on it, so only the range is held.
        let mut batch = [(logit as f32).clamp(f32::MIN, f32::MAX); 5];
        let (quad, rest) = batch.split_at_mut(4);
        calibration.apply(quad);
        calibration.apply(rest);
        assert!(batch.iter().all(|probability| (0.0..=1.0).contains(probability)), "{logit}: {batch:?}");
    }
});
