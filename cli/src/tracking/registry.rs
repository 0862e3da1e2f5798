//! A registered model of an MLflow server: its versions, and the alias that says which of them is in use.

use serde_json::{Value, json};

use super::client::{Client, percent_encoded};
use super::error::TrackingError;

/// The name of the model's file in a version. The Python package gives it the same.
const FILE: &str = "model.safetensors";
/// The alias of a version that nobody has put in use.
pub const WAITING: &str = "challenger";

/// A run and its model as the server names them.
#[derive(Clone, Debug, PartialEq)]
pub struct Sent {
    pub run_id: String,
    pub model_id: String,
}

/// One registered model and one of its aliases.
pub struct Registry {
    pub client: Client,
    /// The registered model's name.
    pub model: String,
    /// The alias of the version in use.
    pub alias: String,
}

impl Registry {
    /// The version behind the alias.
    pub fn current(&self) -> Result<String, TrackingError> {
        let Registry { client, model, alias } = self;
        let lacks = |problem: String| TrackingError::Registry { uri: client.uri(), problem };
        let path = format!("/api/2.0/mlflow/registered-models/get?name={}", percent_encoded(model));
        let answer = client.get(&path).map_err(|error| match error.is_absent() {
            true => {
                lacks(format!("no model is registered as `{model}`; `tenure train --register {model}` registers one"))
            }
            false => error,
        })?;
        let aliases = answer.pointer("/registered_model/aliases").and_then(Value::as_array);
        let aliases: Vec<&Value> = aliases.into_iter().flatten().collect();
        let Some(found) = aliases.iter().find(|found| found["alias"] == *alias) else {
            let names: Vec<&str> = aliases.iter().filter_map(|found| found["alias"].as_str()).collect();
            let known = if names.is_empty() { "none".into() } else { names.join(", ") };
            let problem = format!(
                "the registered model `{model}` has no alias `{alias}` (it has {known}); give it to the version in use \
                 once, on the model's page, or name another with --alias"
            );
            return Err(lacks(problem));
        };
        client.member(&path, found, "/version")
    }

    /// The bytes of a version's file.
    pub fn file(&self, version: &str) -> Result<Vec<u8>, TrackingError> {
        let Registry { client, model, .. } = self;
        let query = format!("name={}&version={}", percent_encoded(model), percent_encoded(version));
        let path = format!("/api/2.0/mlflow/model-versions/get-download-uri?{query}");
        let mut root = client.member(&path, &client.get(&path)?, "/artifact_uri")?;
        if let Some(id) = root.strip_prefix("models:/") {
            let path = format!("/api/2.0/mlflow/logged-models/{}", percent_encoded(id));
            root = client.member(&path, &client.get(&path)?, "/model/info/artifact_uri")?;
        }
        client.get_file(&root, FILE)
    }

    /// Makes the model of a run a version, once for a run.
    pub fn register(&self, sent: &Sent) -> Result<String, TrackingError> {
        version_of(&self.client, &self.model, sent)
    }

    /// Gives the version the alias of those that wait.
    pub fn let_wait(&self, version: &str) -> Result<(), TrackingError> {
        set_alias(&self.client, &self.model, WAITING, version)
    }

    /// Points the alias to another version, unless somebody has pointed it elsewhere meanwhile.
    pub fn point(&self, from: &str, to: &str) -> Result<(), TrackingError> {
        let current = self.current()?;
        if current != from {
            let problem = format!(
                "the alias `{}` of `{}` points to version {current} meanwhile, not to version {from}; run `tenure retrain` again",
                self.alias, self.model
            );
            return Err(TrackingError::Registry { uri: self.client.uri(), problem });
        }
        set_alias(&self.client, &self.model, &self.alias, to)
    }
}

pub(super) fn set_alias(client: &Client, name: &str, alias: &str, version: &str) -> Result<(), TrackingError> {
    let body = json!({ "name": name, "alias": alias, "version": version });
    client.post("/api/2.0/mlflow/registered-models/alias", &body).map(drop)
}

/// The version of a registered model that is the model of this run. Both are made where there is none.
pub(super) fn version_of(client: &Client, name: &str, sent: &Sent) -> Result<String, TrackingError> {
    let Sent { run_id, model_id } = sent;
    match client.post("/api/2.0/mlflow/registered-models/create", &json!({ "name": name })) {
        Err(error) if !error.is_there_already() => return Err(error),
        _ => {}
    }
    let filter = percent_encoded(&format!("run_id='{run_id}'"));
    let search = format!("/api/2.0/mlflow/model-versions/search?filter={filter}");
    let found = client.get(&search)?;
    let versions = found["model_versions"].as_array().map(Vec::as_slice).unwrap_or_default();
    if let Some(version) = versions.iter().find(|version| version["name"] == name) {
        return client.member(&search, version, "/version");
    }
    let path = "/api/2.0/mlflow/model-versions/create";
    let source = format!("models:/{model_id}");
    let body = json!({ "name": name, "source": source, "run_id": run_id, "model_id": model_id });
    client.member(path, &client.post(path, &body)?, "/model_version/version")
}
