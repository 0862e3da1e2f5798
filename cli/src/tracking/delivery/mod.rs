//! A run's file, sent to a server: event by event in their order, each step noted when it is done.

mod models;

use std::collections::BTreeMap;
use std::fs::{File, TryLockError};

use models::percent_encoded;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tenure_training::file::write_whole;

use super::client::{Client, TrackingError};
use crate::failure::Failure;
use crate::runs::{Event, Run, RunStore, Status, StoreError};

/// What the server takes in one call (MLflow's REST API, "Log Batch").
const METRICS_A_CALL: usize = 1000;
const ENTRIES_A_CALL: usize = 100;
/// Longest values that it takes; what is longer is cut.
const LONGEST_PARAM: usize = 6000;
const LONGEST_TAG: usize = 8000;
/// The tag by which a run is found again.
const RUN_TAG: &str = "tenure.run";

/// Where a run is to be sent, as it was asked for. Without credentials.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Order {
    pub uri: String,
    pub experiment: String,
    /// The registered model that gets a version.
    pub register: Option<String>,
}

/// How far a delivery has come; all of it can be lost without harm.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Progress {
    /// Lines of the run's file that the server has.
    lines: usize,
    experiment_id: Option<String>,
    run_id: Option<String>,
    model_id: Option<String>,
    version: Option<String>,
    done: bool,
}

#[derive(Serialize, Deserialize)]
struct Note {
    order: Order,
    progress: Progress,
}

/// What became of a delivery.
#[derive(Clone, Debug, PartialEq)]
pub enum Delivered {
    /// No server was asked for.
    NotOrdered,
    /// Nothing was left to send.
    Before,
    /// The server has everything.
    Now,
    /// The server has what there is; the run goes on.
    SoFar,
    /// Another process is sending it.
    Busy,
}

impl From<StoreError> for TrackingError {
    fn from(error: StoreError) -> TrackingError {
        TrackingError::Spool(error.to_string())
    }
}

impl Order {
    /// Puts the order beside the run; from here on the run is to be delivered.
    pub fn write(&self, store: &RunStore, id: &str) -> Result<(), Failure> {
        let note = Note { order: self.clone(), progress: Progress::default() };
        Ok(write_whole(&store.delivery(id), format!("{:#}\n", json!(note)).as_bytes())?)
    }

    /// The order of a run, if it has one.
    pub fn read(store: &RunStore, id: &str) -> Result<Option<Order>, TrackingError> {
        Ok(note(store, id)?.map(|note| note.order))
    }
}

fn note(store: &RunStore, id: &str) -> Result<Option<Note>, TrackingError> {
    let path = store.delivery(id);
    match std::fs::read(&path) {
        Ok(bytes) => serde_json::from_slice(&bytes)
            .map(Some)
            .map_err(|error| TrackingError::Spool(format!("{}: {error}", path.display()))),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(TrackingError::Spool(format!("{}: {error}", path.display()))),
    }
}

/// Sends what the server does not have yet. Only one process sends a run at a time.
pub fn deliver(store: &RunStore, id: &str, client: &Client) -> Result<Delivered, TrackingError> {
    let Some(_) = note(store, id)? else { return Ok(Delivered::NotOrdered) };
    let lock = store.delivery(id).with_extension("lock");
    let lock_error = |error: std::io::Error| TrackingError::Spool(format!("{}: {error}", lock.display()));
    let held = File::create(&lock).map_err(lock_error)?;
    match held.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Ok(Delivered::Busy),
        Err(TryLockError::Error(error)) => return Err(lock_error(error)),
    }
    // Read again: whoever held the lock may have come further.
    let Some(note) = note(store, id)? else { return Ok(Delivered::NotOrdered) };
    let Note { order, mut progress } = note;
    if progress.done {
        return Ok(Delivered::Before);
    }
    if order.uri != client.uri() {
        // Another server has nothing of it.
        progress = Progress::default();
    }
    let order = Order { uri: client.uri(), ..order };
    let run = store.read(id)?;
    let killed = run.end().is_none() && !store.is_open(id);
    let mut delivery = Delivery { store, run: &run, client, order, progress };
    delivery.events()?;
    if killed {
        delivery.end(Status::Interrupted, crate::runs::now())?;
    }
    if delivery.progress.done { Ok(Delivered::Now) } else { Ok(Delivered::SoFar) }
}

struct Delivery<'a> {
    store: &'a RunStore,
    run: &'a Run,
    client: &'a Client,
    order: Order,
    progress: Progress,
}

impl Delivery<'_> {
    fn events(&mut self) -> Result<(), TrackingError> {
        while let Some(event) = self.run.events.get(self.progress.lines) {
            let mut sent = 1;
            match event {
                Event::Start { time, command, name, params, tags, .. } => {
                    self.start(*time, command, name, tags)?;
                    self.params(params)?;
                }
                Event::Params { params } => self.params(params)?,
                Event::Epoch { .. } | Event::Metrics { .. } => sent = self.metrics()?,
                Event::File { name, is_model, .. } => self.file(name, *is_model)?,
                Event::End { time, status, .. } => self.end(*status, *time)?,
            }
            self.progress.lines += sent;
            self.note()?;
        }
        Ok(())
    }

    fn note(&self) -> Result<(), TrackingError> {
        let note = Note { order: self.order.clone(), progress: self.progress.clone() };
        let path = self.store.delivery(&self.run.id);
        write_whole(&path, format!("{:#}\n", json!(note)).as_bytes())
            .map_err(|error| TrackingError::Spool(error.to_string()))
    }

    fn run_id(&self) -> Result<&str, TrackingError> {
        let lacks = || TrackingError::Spool(format!("run {} has no start", self.run.id));
        self.progress.run_id.as_deref().ok_or_else(lacks)
    }

    fn start(
        &mut self,
        time: u64,
        command: &str,
        name: &str,
        tags: &BTreeMap<String, String>,
    ) -> Result<(), TrackingError> {
        let experiment = self.experiment()?;
        self.progress.experiment_id = Some(experiment.clone());
        let mut all: Vec<Value> = tags.iter().map(|(key, value)| entry(key, value, LONGEST_TAG)).collect();
        let own = [(RUN_TAG, self.run.id.as_str()), ("mlflow.source.name", "tenure"), ("tenure.command", command)];
        all.extend(own.map(|(key, value)| entry(key, value, LONGEST_TAG)));
        let filter = format!("tags.`{RUN_TAG}` = '{}'", self.run.id);
        let search = json!({ "experiment_ids": [experiment], "filter": filter, "max_results": 1 });
        let found = self.client.post("/api/2.0/mlflow/runs/search", &search)?;
        let run_id = match found.pointer("/runs/0/info/run_id").and_then(Value::as_str) {
            Some(run_id) => run_id.to_owned(),
            None => {
                let path = "/api/2.0/mlflow/runs/create";
                let first: Vec<&Value> = all.iter().rev().take(ENTRIES_A_CALL).collect();
                let body = json!({
                    "experiment_id": experiment,
                    "start_time": time,
                    "run_name": format!("{name} {}", self.run.id),
                    "tags": first,
                });
                let answer = self.client.post(path, &body)?;
                self.client.member(path, &answer, "/run/info/run_id")?
            }
        };
        self.progress.run_id = Some(run_id);
        self.note()?;
        self.batches("tags", &all, ENTRIES_A_CALL)
    }

    /// The experiment's id; it is created where the server has none of that name.
    fn experiment(&self) -> Result<String, TrackingError> {
        let name = &self.order.experiment;
        let path = format!("/api/2.0/mlflow/experiments/get-by-name?experiment_name={}", percent_encoded(name));
        let get = || -> Result<String, TrackingError> {
            let answer = self.client.get(&path)?;
            self.client.member(&path, &answer, "/experiment/experiment_id")
        };
        match get() {
            Err(error) if error.is_absent() => {}
            known => return known,
        }
        let create = "/api/2.0/mlflow/experiments/create";
        match self.client.post(create, &json!({ "name": name })) {
            Ok(answer) => self.client.member(create, &answer, "/experiment_id"),
            // Another run was faster.
            Err(error) if error.is_there_already() => get(),
            Err(error) => Err(error),
        }
    }

    fn params(&self, params: &BTreeMap<String, String>) -> Result<(), TrackingError> {
        let entries: Vec<Value> = params.iter().map(|(key, value)| entry(key, value, LONGEST_PARAM)).collect();
        self.batches("params", &entries, ENTRIES_A_CALL)
    }

    /// Sends the figures of this event and of those that follow it, as many as one call takes; returns how many events.
    fn metrics(&self) -> Result<usize, TrackingError> {
        let mut entries: Vec<Value> = Vec::new();
        let mut events = 0;
        for event in &self.run.events[self.progress.lines..] {
            let (time, prefix, step, metrics) = match event {
                Event::Epoch { time, stage, step, metrics } => (time, format!("{stage}/"), *step, metrics),
                Event::Metrics { time, metrics } => (time, String::new(), 0, metrics),
                _ => break,
            };
            if events > 0 && entries.len() + metrics.len() > METRICS_A_CALL {
                break;
            }
            for (key, value) in metrics.iter().filter(|(_, value)| value.is_finite()) {
                let mut metric =
                    json!({ "key": format!("{prefix}{key}"), "value": value, "timestamp": time, "step": step });
                // Figures of the whole run are the model's, where it has one.
                if let (Some(model), true) = (&self.progress.model_id, matches!(event, Event::Metrics { .. })) {
                    metric["model_id"] = json!(model);
                }
                entries.push(metric);
            }
            events += 1;
        }
        self.batches("metrics", &entries, METRICS_A_CALL)?;
        Ok(events)
    }

    fn batches(&self, kind: &str, entries: &[Value], most: usize) -> Result<(), TrackingError> {
        for entries in entries.chunks(most) {
            let body = json!({ "run_id": self.run_id()?, kind: entries });
            self.client.post("/api/2.0/mlflow/runs/log-batch", &body)?;
        }
        Ok(())
    }

    fn end(&mut self, status: Status, time: u64) -> Result<(), TrackingError> {
        if let (Status::Finished, Some(name), Some(model)) =
            (status, self.order.register.clone(), self.progress.model_id.clone())
        {
            self.version(&name, &model)?;
        }
        let word = match status {
            Status::Finished => "FINISHED",
            Status::Failed => "FAILED",
            Status::Interrupted => "KILLED",
        };
        let body = json!({ "run_id": self.run_id()?, "status": word, "end_time": time });
        self.client.post("/api/2.0/mlflow/runs/update", &body)?;
        self.progress.done = true;
        self.note()
    }
}

fn entry(key: &str, value: &str, longest: usize) -> Value {
    json!({ "key": key, "value": value.chars().take(longest).collect::<String>() })
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
