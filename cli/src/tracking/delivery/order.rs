//! The destination of a run and the progress of its upload, in a small file beside the run.

use std::io::ErrorKind;

use serde::{Deserialize, Serialize};
use serde_json::json;
use tenure_training::file::write_whole;

use crate::runs::RunStore;
use crate::tracking::error::TrackingError;
use crate::tracking::registry::Sent;

/// Where to send a run. Without credentials.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Order {
    pub uri: String,
    pub experiment: String,
    /// The registered model that gets a version.
    pub register: Option<String>,
}

/// The progress of an upload; losing it does no harm.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct DeliveryProgress {
    /// Lines of the run's file that the server has.
    pub lines: usize,
    pub experiment_id: Option<String>,
    pub run_id: Option<String>,
    pub model_id: Option<String>,
    pub version: Option<String>,
    pub done: bool,
}

/// What a server has of a run; `None` until it has the model.
pub fn sent(store: &RunStore, id: &str) -> Result<Option<Sent>, TrackingError> {
    Ok(Note::read(store, id)?.and_then(|note| note.progress.sent()))
}

impl DeliveryProgress {
    pub fn sent(&self) -> Option<Sent> {
        Some(Sent { run_id: self.run_id.clone()?, model_id: self.model_id.clone()? })
    }
}

#[derive(Serialize, Deserialize)]
pub(super) struct Note {
    pub order: Order,
    pub progress: DeliveryProgress,
}

impl Order {
    /// Puts the order beside the run; from now on the run has to be sent.
    pub fn write(&self, store: &RunStore, id: &str) -> Result<(), TrackingError> {
        Note { order: self.clone(), progress: DeliveryProgress::default() }.write(store, id)
    }

    /// The order of a run, if it has one.
    pub fn read(store: &RunStore, id: &str) -> Result<Option<Order>, TrackingError> {
        Ok(Note::read(store, id)?.map(|note| note.order))
    }
}

impl Note {
    pub(super) fn read(store: &RunStore, id: &str) -> Result<Option<Note>, TrackingError> {
        let path = store.delivery(id);
        let refuse = |error: &dyn std::fmt::Display| TrackingError::Spool(format!("{}: {error}", path.display()));
        match std::fs::read(&path) {
            Ok(bytes) => serde_json::from_slice(&bytes).map(Some).map_err(|error| refuse(&error)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(refuse(&error)),
        }
    }

    pub(super) fn write(&self, store: &RunStore, id: &str) -> Result<(), TrackingError> {
        Ok(write_whole(&store.delivery(id), format!("{:#}\n", json!(self)).as_bytes())?)
    }
}
