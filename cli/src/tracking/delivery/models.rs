//! The files of a run, and the model among them, which becomes a logged model.

use serde_json::{Value, json};

use super::session::{ENTRIES_A_CALL, LONGEST_PARAM, LONGEST_TAG, RUN_TAG, Session, entry};
use crate::tracking::error::TrackingError;

impl Session<'_> {
    pub(super) fn file(&mut self, name: &str, is_model: bool) -> Result<(), TrackingError> {
        let path = self.store.files(&self.run.id).join(name);
        let bytes =
            std::fs::read(&path).map_err(|error| TrackingError::Spool(format!("{}: {error}", path.display())))?;
        let get = format!("/api/2.0/mlflow/runs/get?run_id={}", self.run_id()?);
        let answer = self.client.get(&get)?;
        let root = self.client.member(&get, &answer, "/run/info/artifact_uri")?;
        self.client.put_file(&root, name, bytes.clone())?;
        if is_model {
            let linked = answer.pointer("/run/outputs/model_outputs").and_then(Value::as_array);
            let linked = linked.into_iter().flatten().filter_map(|output| output["model_id"].as_str());
            self.model(name, bytes, &linked.collect::<Vec<_>>())
        } else {
            Ok(())
        }
    }

    /// MLflow 3's logged model: created, linked to the run, filled, ready. `linked` are the models
    /// that the run has; the server refuses to link one twice.
    fn model(&mut self, name: &str, bytes: Vec<u8>, linked: &[&str]) -> Result<(), TrackingError> {
        let (Some(experiment), run_id) = (self.progress.experiment_id.clone(), self.run_id()?.to_owned()) else {
            return Ok(());
        };
        let search = json!({ "experiment_ids": [experiment], "filter": format!("source_run_id = '{run_id}'") });
        let found = self.client.post("/api/2.0/mlflow/logged-models/search", &search)?;
        let create = "/api/2.0/mlflow/logged-models";
        let (model, pointer) = match found.pointer("/models/0") {
            Some(_) => (found, "/models/0/info"),
            None => {
                let params: Vec<Value> = self
                    .run
                    .params()
                    .into_iter()
                    .take(ENTRIES_A_CALL)
                    .map(|(key, value)| entry(key, value, LONGEST_PARAM))
                    .collect();
                let tags = [entry(RUN_TAG, &self.run.id, LONGEST_TAG)];
                let body = json!({
                    "experiment_id": experiment,
                    "name": "tenure",
                    "model_type": "tenure",
                    "source_run_id": run_id,
                    "params": params,
                    "tags": tags,
                });
                (self.client.post(create, &body)?, "/model/info")
            }
        };
        let model_id = self.client.member(create, &model, &format!("{pointer}/model_id"))?;
        let root = self.client.member(create, &model, &format!("{pointer}/artifact_uri"))?;
        self.progress.model_id = Some(model_id.clone());
        self.note()?;
        if !linked.contains(&model_id.as_str()) {
            let outputs = json!({ "run_id": run_id, "models": [{ "model_id": model_id, "step": 0 }] });
            self.client.post("/api/2.0/mlflow/runs/outputs", &outputs)?;
        }
        self.client.put_file(&root, name, bytes)?;
        // MLflow's tools expect this file beside the model.
        let description = format!(
            "artifact_path: {root}\nflavors:\n  tenure:\n    data: {name}\n    version: {}\nmodel_id: {model_id}\nrun_id: {run_id}\n",
            env!("CARGO_PKG_VERSION")
        );
        self.client.put_file(&root, "MLmodel", description.into_bytes())?;
        let ready = json!({ "model_id": model_id, "status": "LOGGED_MODEL_READY" });
        self.client.patch(&format!("{create}/{model_id}"), &ready).map(drop)
    }
}
