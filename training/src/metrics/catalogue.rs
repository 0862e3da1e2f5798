//! Every metric with its key, its words and its direction: one place for the tables of all
//! commands.

use tenure::card::{Interval, Intervals, Metrics};

/// A metric with its key in [`Metrics`] and its words for people.
pub struct Metric {
    pub key: &'static str,
    pub words: &'static str,
    pub more_is_better: bool,
    /// Whether it depends on the threshold.
    pub at_threshold: bool,
    pub value: fn(&Metrics) -> f64,
    interval: Option<fn(&Intervals) -> Interval>,
}

/// Every metric; those that depend on the threshold come first.
pub static METRICS: [Metric; 11] = [
    Metric::new("accuracy", "accuracy", |m| m.accuracy, |i| i.accuracy).at_threshold(),
    Metric::new("precision", "precision", |m| m.precision, |i| i.precision).at_threshold(),
    Metric::new("recall", "recall", |m| m.recall, |i| i.recall).at_threshold(),
    Metric::new("f1", "F1", |m| m.f1, |i| i.f1).at_threshold(),
    Metric::new("roc_auc", "ROC-AUC", |m| m.roc_auc, |i| i.roc_auc),
    Metric::new("pr_auc", "PR-AUC", |m| m.pr_auc, |i| i.pr_auc),
    Metric::new("log_loss", "log-loss", |m| m.log_loss, |i| i.log_loss).less_is_better(),
    Metric::new("brier", "Brier", |m| m.brier, |i| i.brier).less_is_better(),
    Metric::new("ece", "ECE", |m| m.ece, |i| i.ece).less_is_better(),
    Metric::reference("ece_by_chance", "ECE by chance", |m| m.ece_by_chance),
    Metric::new("lift10", "lift, top tenth", |m| m.lift10, |i| i.lift10),
];

/// The metrics that a model is judged by. A reference is not among them: it is what another metric
/// is compared with, and has no interval.
pub fn judged() -> impl Iterator<Item = &'static Metric> {
    METRICS.iter().filter(|metric| metric.interval.is_some())
}

impl Metric {
    const fn new(
        key: &'static str,
        words: &'static str,
        value: fn(&Metrics) -> f64,
        interval: fn(&Intervals) -> Interval,
    ) -> Metric {
        Metric { interval: Some(interval), ..Metric::reference(key, words, value) }
    }

    const fn reference(key: &'static str, words: &'static str, value: fn(&Metrics) -> f64) -> Metric {
        Metric { key, words, more_is_better: true, at_threshold: false, value, interval: None }
    }

    const fn less_is_better(self) -> Metric {
        Metric { more_is_better: false, ..self }
    }

    const fn at_threshold(self) -> Metric {
        Metric { at_threshold: true, ..self }
    }

    /// The metric of a key.
    ///
    /// # Panics
    ///
    /// If there is none.
    pub fn of(key: &str) -> &'static Metric {
        METRICS.iter().find(|metric| metric.key == key).expect("a key of the table")
    }

    /// The metric's interval; `None` for a reference.
    pub fn interval(&self, intervals: &Intervals) -> Option<Interval> {
        self.interval.map(|interval| interval(intervals))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    /// Each key has its position as its figure.
    fn numbered<T: serde::de::DeserializeOwned>(keys: &[&str], of: &dyn Fn(usize) -> Value, more: Value) -> T {
        let mut object = more;
        keys.iter().enumerate().for_each(|(at, key)| object[*key] = of(at));
        serde_json::from_value(object).unwrap()
    }

    #[test]
    fn every_row_reads_the_figure_of_its_key() {
        let keys: Vec<&str> = METRICS.iter().map(|metric| metric.key).collect();
        let metrics: Metrics = numbered(&keys, &|at| json!(at as f64), json!({ "threshold": 0.5 }));
        let more = json!({ "level": 0.95, "resamples": 1000, "seed": 0 });
        let intervals: Intervals = numbered(&keys, &|at| json!({ "low": at as f64, "high": 99.0 }), more);
        for (at, metric) in METRICS.iter().enumerate() {
            assert_eq!((metric.value)(&metrics), at as f64, "{}", metric.key);
            let low = metric.interval(&intervals).map(|interval| interval.low);
            assert_eq!(low, judged().any(|other| other.key == metric.key).then_some(at as f64), "{}", metric.key);
        }
        // No figure is without a row.
        let Value::Object(figures) = json!(metrics) else { unreachable!() };
        assert_eq!(figures.len(), METRICS.len() + 1, "{figures:?}");
        let Value::Object(figures) = json!(intervals) else { unreachable!() };
        assert_eq!(figures.len(), judged().count() + 3, "{figures:?}");
    }
}
