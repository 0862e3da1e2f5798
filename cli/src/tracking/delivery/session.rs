//! The upload of one run to one server: the state and the calls that all events share.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
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
/// The letters to encode: all but the unreserved ones (RFC 3986, 2.3).
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');
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

/// A text for a path or a query.
pub(super) fn percent_encoded(text: &str) -> String {
    utf8_percent_encode(text, RESERVED).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_go_into_addresses() {
        assert_eq!(percent_encoded("a b/c'ä"), "a%20b%2Fc%27%C3%A4");
        assert_eq!(entry("k", &"ä".repeat(7000), LONGEST_PARAM)["value"].as_str().unwrap().chars().count(), 6000);
    }
}
