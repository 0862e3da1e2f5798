//! The events of a run, sent in their order, each noted when it is done.

use std::collections::BTreeMap;
use std::fs::{File, TryLockError};

use serde_json::{Value, json};

use super::order::{DeliveryProgress, Note, Order};
use super::session::{ENTRIES_A_CALL, LONGEST_PARAM, LONGEST_TAG, RUN_TAG, Session, entry};
use crate::runs::{Event, RunStore, Status, now};
use crate::tracking::client::{Client, percent_encoded};
use crate::tracking::error::TrackingError;
use crate::tracking::registry::{WAITING, set_alias, version_of};

/// Figures that the server takes in one call (MLflow's REST API, "Log Batch").
const METRICS_A_CALL: usize = 1000;

/// The result of an attempt to send a run.
#[derive(Clone, Debug, PartialEq)]
pub enum Delivered {
    /// No server was asked for.
    NotOrdered,
    /// Nothing was left to send.
    Before,
    /// The server has everything.
    Now,
    /// The server has all events so far; the run goes on.
    SoFar,
    /// Another process is sending it.
    Busy,
}

/// Sends the events that the server does not have yet. Only one process sends a run at a time.
pub fn deliver(store: &RunStore, id: &str, client: &Client) -> Result<Delivered, TrackingError> {
    let Some(_) = Note::read(store, id)? else { return Ok(Delivered::NotOrdered) };
    let lock = store.delivery(id).with_extension("lock");
    let lock_error = |error: std::io::Error| TrackingError::Spool(format!("{}: {error}", lock.display()));
    let held = File::create(&lock).map_err(lock_error)?;
    match held.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Ok(Delivered::Busy),
        Err(TryLockError::Error(error)) => return Err(lock_error(error)),
    }
    // Read again: the process that held the lock may have sent more.
    let Some(note) = Note::read(store, id)? else { return Ok(Delivered::NotOrdered) };
    let Note { order, mut progress } = note;
    if progress.done {
        return Ok(Delivered::Before);
    }
    if order.uri != client.uri() {
        // Another server has none of it.
        progress = DeliveryProgress::default();
    }
    let order = Order { uri: client.uri(), ..order };
    let run = store.read(id)?;
    let killed = run.end().is_none() && !store.is_open(id);
    let mut session = Session { store, run: &run, client, order, progress };
    session.events()?;
    if killed {
        session.end(Status::Interrupted, now())?;
    }
    if session.progress.done { Ok(Delivered::Now) } else { Ok(Delivered::SoFar) }
}

impl Session<'_> {
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

    /// Sends the figures of this event and of those that follow it, as many as one call takes;
    /// returns how many events.
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
                // Figures of the whole run belong to its model too.
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
        if let (Status::Finished, Some(name), Some(sent)) = (status, &self.order.register, self.progress.sent()) {
            let version = version_of(self.client, name, &sent)?;
            set_alias(self.client, name, WAITING, &version)?;
            self.progress.version = Some(version);
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
