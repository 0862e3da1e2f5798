//! How good a model's probabilities are, compared with outcomes. Values agree with scikit-learn to
//! 1e-9 (tests/vectors/metrics.json); a metric that scikit-learn lacks is defined at its field.

mod bootstrap;
mod catalogue;
mod confusion;
mod curves;
mod error;
mod loss;
mod measure;
mod paired;
mod ranking;
mod reliability;
mod summary;

pub use bootstrap::{Bootstrap, quantile};
pub use catalogue::{METRICS, Metric, judged};
pub use confusion::Confusion;
pub use curves::{Band, Curves, Offer, confusions};
pub use error::MetricsError;
pub use loss::{mean_log_loss, row_log_loss};
pub use measure::{best_f1_threshold, log_loss, measure, roc_auc, roc_auc_variance};
pub use paired::{Difference, differences};
pub use reliability::{ReliabilityBin, reliability, wilson};
pub use summary::{mean, mean_and_error};
pub use tenure::card::{Interval, Intervals, Metrics};
