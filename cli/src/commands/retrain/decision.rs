//! The verdict on a challenger, as a file.

use serde::{Deserialize, Serialize};

use super::place::Versions;

/// What was measured, and what follows.
#[derive(Debug, Serialize, Deserialize)]
pub struct Decision {
    /// `replaced`, `waits` or `not_better`.
    pub decision: String,
    /// SHA-256 of both files, in hexadecimal.
    pub champion_sha256: String,
    pub challenger_sha256: String,
    /// Rows that both are measured on.
    pub rows: usize,
    pub margin: f64,
    pub segment_margin: f64,
    /// Challenger less champion, by metric, with 95% intervals.
    pub differences: serde_json::Value,
    /// Segments in which the challenger is worse, the worst first: label, rows, difference of the
    /// log-loss.
    pub worse_segments: Vec<(String, usize, f64)>,
    /// Why the model stays.
    pub reasons: Vec<String>,
    /// The versions, where the challenger is one of a registered model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub registered: Option<Versions>,
}
