//! The loss of a logit, and the logistic function where training computes it in f32. Everything in
//! f64 that is a probability uses [`tenure::calibration::sigmoid`].

/// `ln(1 + exp(x))`, without overflow.
pub(crate) fn softplus(x: f64) -> f64 {
    x.max(0.0) + (-x.abs()).exp().ln_1p()
}

/// The log-loss of a logit.
pub(crate) fn log_loss(logit: f64, label: bool) -> f64 {
    softplus(if label { -logit } else { logit })
}

/// `1 / (1 + exp(-logit))`. An average of networks computes its probabilities in f32; below 0 the
/// last bit is not that of [`loss_and_probability`], and students learn from it.
pub(crate) fn sigmoid_f32(logit: f32) -> f32 {
    1.0 / (1.0 + (-logit).exp())
}

/// The binary cross-entropy of a logit and a target in `[0, 1]`, and the probability, by one
/// exponential.
pub(crate) fn loss_and_probability(logit: f32, target: f32) -> (f32, f32) {
    let small = (-logit.abs()).exp();
    let loss = logit.max(0.0) + small.ln_1p() - target * logit;
    (loss, if logit < 0.0 { small } else { 1.0 } / (1.0 + small))
}
