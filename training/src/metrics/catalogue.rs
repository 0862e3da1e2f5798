//! Every metric with its key, its words and its direction: one place for the tables of all
//! commands.

use super::bootstrap::{Interval, Intervals};
use super::measure::Metrics;

/// A metric with its key in [`Metrics`] and its words for people.
pub struct Metric {
    pub key: &'static str,
    pub words: &'static str,
    pub more_is_better: bool,
    pub value: fn(&Metrics) -> f64,
    pub interval: fn(&Intervals) -> Interval,
}

/// Every metric; those that depend on the threshold come first.
pub const METRICS: [Metric; 10] = [
    Metric::new("accuracy", "accuracy", true, |m| m.accuracy, |i| i.accuracy),
    Metric::new("precision", "precision", true, |m| m.precision, |i| i.precision),
    Metric::new("recall", "recall", true, |m| m.recall, |i| i.recall),
    Metric::new("f1", "F1", true, |m| m.f1, |i| i.f1),
    Metric::new("roc_auc", "ROC-AUC", true, |m| m.roc_auc, |i| i.roc_auc),
    Metric::new("pr_auc", "PR-AUC", true, |m| m.pr_auc, |i| i.pr_auc),
    Metric::new("log_loss", "log-loss", false, |m| m.log_loss, |i| i.log_loss),
    Metric::new("brier", "Brier", false, |m| m.brier, |i| i.brier),
    Metric::new("ece", "ECE", false, |m| m.ece, |i| i.ece),
    Metric::new("lift10", "lift, top tenth", true, |m| m.lift10, |i| i.lift10),
];

impl Metric {
    const fn new(
        key: &'static str,
        words: &'static str,
        more_is_better: bool,
        value: fn(&Metrics) -> f64,
        interval: fn(&Intervals) -> Interval,
    ) -> Metric {
        Metric { key, words, more_is_better, value, interval }
    }
}
