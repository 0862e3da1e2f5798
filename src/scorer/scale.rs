//! The scale of an explanation.

/// What contributions add up to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scale {
    /// The logit: the network's output before calibration.
    #[default]
    LogOdds,
    /// The calibrated probability. A hundredth of it is a percentage point.
    Probability,
}
