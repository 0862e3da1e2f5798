//! The upload of one run to one server: the state and the calls that all events share.

use serde_json::{Value, json};

use super::order::{DeliveryProgress, Note, Order};
use crate::runs::{Run, RunStore};
use crate::tracking::client::Client;
use crate::tracking::error::TrackingError;

/// Parameters or tags that the server takes in one call (MLflow's REST API, "Log Batch").
pub(super) const ENTRIES_A_CALL: usize = 100;
/// The longest values that it takes; longer ones are cut.
pub(super) const LONGEST_PARAM: usize = 6000;
pub(super) const LONGEST_TAG: usize = 8000;
/// The tag by which a run is found again.
pub(super) const RUN_TAG: &str = "tenure.run";

pub(super) struct Session<'a> {
    pub store: &'a RunStore,
    pub run: &'a Run,
    pub client: &'a Client,
    pub order: Order,
    pub progress: DeliveryProgress,
}

impl Session<'_> {
    pub(super) fn note(&self) -> Result<(), TrackingError> {
        Note { order: self.order.clone(), progress: self.progress.clone() }.write(self.store, &self.run.id)
    }

    pub(super) fn run_id(&self) -> Result<&str, TrackingError> {
        let lacks = || TrackingError::Spool(format!("run {} has no start", self.run.id));
        self.progress.run_id.as_deref().ok_or_else(lacks)
    }
}

/// A parameter or a tag as the server takes it.
pub(super) fn entry(key: &str, value: &str, longest: usize) -> Value {
    json!({ "key": key, "value": value.chars().take(longest).collect::<String>() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_cut() {
        assert_eq!(entry("k", &"ä".repeat(7000), LONGEST_PARAM)["value"].as_str().unwrap().chars().count(), 6000);
    }
}
