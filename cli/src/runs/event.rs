//! The lines of a run's file.

use std::collections::BTreeMap;
use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

/// One line of a run's file. Times are milliseconds since 1970.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    Start {
        id: String,
        time: u64,
        /// `train`, `crossval`, …
        command: String,
        /// Name of the schema.
        name: String,
        params: BTreeMap<String, String>,
        /// Hashes, seed, version, commit.
        tags: BTreeMap<String, String>,
    },
    /// Figures of one epoch (or fold) of a stage, counted from 1.
    Epoch {
        time: u64,
        stage: String,
        step: u64,
        #[serde(deserialize_with = "figures")]
        metrics: BTreeMap<String, f64>,
    },
    /// Parameters that are known only after training.
    Params {
        params: BTreeMap<String, String>,
    },
    /// Figures of the whole run.
    Metrics {
        time: u64,
        #[serde(deserialize_with = "figures")]
        metrics: BTreeMap<String, f64>,
    },
    /// A file. It is copied to the run's folder if it will be uploaded.
    File {
        time: u64,
        name: String,
        sha256: String,
        bytes: u64,
        is_model: bool,
    },
    End {
        time: u64,
        status: Status,
        seconds: f64,
        problem: Option<String>,
    },
}

/// JSON has no NaN: it is written as null.
fn figures<'de, D: serde::Deserializer<'de>>(reader: D) -> Result<BTreeMap<String, f64>, D::Error> {
    let figures = BTreeMap::<String, Option<f64>>::deserialize(reader)?;
    Ok(figures.into_iter().map(|(key, figure)| (key, figure.unwrap_or(f64::NAN))).collect())
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    Finished,
    Failed,
    Interrupted,
}

/// Milliseconds since 1970.
pub fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as u64)
}
