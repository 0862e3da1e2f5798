//! Records a run while its command works: events go to the file of the run, and an uploader sends
//! that file.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use sha2::{Digest, Sha256};
use tenure::card::ModelCard;
use tenure::schema::Schema;
use tenure_training::cohort::Cohort;
use tenure_training::evaluation::schema_sha256;
use tenure_training::fit::EpochReport;

use crate::configuration::ResolvedSettings;
use crate::console::{Console, interrupted};
use crate::failure::{ENVIRONMENT, Failure, INTERRUPTED};
use crate::runs::{Event, FOLDER, RunStore, Status, now};
use crate::tracking::{Client, Delivered, Order, Sent, Server, Uploader, deliver, sent};

/// The flags that keep a run and send it to a tracking server.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Tracking")]
pub struct TrackingArguments {
    /// Folder to record the run in; `tenure runs` lists the runs
    #[arg(long, value_name = "FOLDER")]
    pub runs: Option<PathBuf>,
    /// MLflow server to send the run to; `none` sends nothing. The run is also recorded in --runs
    /// (default `runs`)
    ///
    /// MLFLOW_TRACKING_URI does the same. Credentials come from MLFLOW_TRACKING_TOKEN, or from
    /// MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD. MLFLOW_TRACKING_SERVER_CERT_PATH
    /// names a PEM file with the certificate authorities to trust. A server that is down or slow
    /// does not hold up training: `tenure track sync` sends the run later.
    #[arg(long, value_name = "URI")]
    pub track: Option<String>,
    /// Experiment on the server; MLFLOW_EXPERIMENT_NAME does the same
    #[arg(long, value_name = "NAME", default_value = "tenure")]
    pub experiment: String,
    /// Name to register the model under; the new version gets the alias `challenger`
    #[arg(long, value_name = "NAME")]
    pub register: Option<String>,
}

/// What is known about a run when it starts.
#[derive(Clone, Debug, Default)]
pub struct RunStart {
    /// `train`, `crossval`, …
    pub command: &'static str,
    /// Name of the schema.
    pub name: String,
    pub params: BTreeMap<String, String>,
    /// Hashes, seed.
    pub tags: BTreeMap<String, String>,
}

impl RunStart {
    /// A run of a command that reads a table.
    pub fn new(
        command: &'static str,
        settings: &ResolvedSettings,
        cohort: &Cohort,
        schema: &Schema,
        seed: u64,
    ) -> RunStart {
        let tags = [
            ("tenure.data_sha256", cohort.report().sha256.clone()),
            ("tenure.schema_sha256", schema_sha256(schema)),
            ("tenure.seed", seed.to_string()),
        ];
        RunStart {
            command,
            name: schema.name.clone(),
            params: run_params(settings),
            tags: tags.into_iter().map(|(key, value)| (key.to_owned(), value)).collect(),
        }
    }
}

/// The parameters of a run: every setting of its command that has a value, except those that only
/// name places.
fn run_params(settings: &ResolvedSettings) -> BTreeMap<String, String> {
    let silent =
        ["quiet", "json", "force", "runs", "track", "experiment", "register", "out", "config", "checkpoint-dir"];
    let kept = settings.0.iter().filter(|(key, _)| !silent.contains(&key.as_str()));
    let name = |key: &str, value: &str| {
        // Names of files, not of folders: the record may be sent elsewhere.
        let is_file = ["data", "schema", "folds", "inner"].contains(&key);
        let path = Path::new(value).file_name().filter(|_| is_file);
        path.map_or(value.to_owned(), |name| name.to_string_lossy().into_owned())
    };
    kept.map(|(key, value)| (key.replace('-', "_"), name(key, value))).collect()
}

/// The server of a flag `--track`; `None` where it is absent or `none`.
pub fn server(track: Option<&str>) -> Result<Option<Server>, Failure> {
    let uri = track.filter(|uri| !uri.is_empty() && *uri != "none");
    uri.map(|uri| Server::from_environment(uri).map_err(Failure::usage)).transpose()
}

/// Records a run. Without --runs and --track it does nothing.
pub struct Recorder<'a> {
    console: &'a Console,
    open: Option<Open>,
}

struct Open {
    store: RunStore,
    id: String,
    file: File,
    started: Instant,
    uploader: Option<Uploader>,
    /// A line could not be written; the warning is printed once.
    broken: bool,
}

impl TrackingArguments {
    /// The server to send to, if one is named.
    pub fn server(&self) -> Result<Option<Server>, Failure> {
        server(self.track.as_deref())
    }

    /// Starts a run. A folder that cannot be written to is an error now, before the work.
    pub fn begin<'a>(&self, start: RunStart, console: &'a Console) -> Result<Recorder<'a>, Failure> {
        let server = self.server()?;
        let folder = self.runs.clone().or(server.as_ref().map(|_| FOLDER.into()));
        if self.register.is_some() && server.is_none() {
            return Err(Failure::usage("--register needs a server: name one with --track"));
        }
        let Some(folder) = folder else { return Ok(Recorder { console, open: None }) };
        let store = RunStore::new(&folder);
        let (id, file) = store.create().map_err(|error| Failure::new(ENVIRONMENT, error))?;
        let mut open = Open { store, id, file, started: Instant::now(), uploader: None, broken: false };
        let RunStart { command, name, params, mut tags } = start;
        tags.insert("tenure.version".into(), env!("CARGO_PKG_VERSION").into());
        tags.extend(commit());
        let id = open.id.clone();
        let start = Event::Start { id, time: now(), command: command.into(), name, params, tags };
        RunStore::append(&mut open.file, &start).map_err(|error| Failure::file(&open.store.path(&open.id), error))?;
        if let Some(server) = server {
            let order =
                Order { uri: server.uri(), experiment: self.experiment.clone(), register: self.register.clone() };
            order.write(&open.store, &open.id)?;
            open.uploader = Some(Uploader::start(open.store.clone(), open.id.clone(), server));
        }
        Ok(Recorder { console, open: Some(open) })
    }
}

impl Recorder<'_> {
    /// A recorder that records nothing.
    pub fn silent(console: &Console) -> Recorder<'_> {
        Recorder { console, open: None }
    }

    /// An epoch of a stage of training.
    pub fn epoch(&mut self, stage: &str, report: &EpochReport) {
        let metrics = BTreeMap::from([
            ("train_log_loss".to_owned(), report.train_loss),
            ("validation_log_loss".to_owned(), report.validation_loss),
        ]);
        self.step(stage, report.epoch as u64, metrics);
    }

    /// Figures of one step of a stage, counted from 1.
    pub fn step(&mut self, stage: &str, step: u64, metrics: BTreeMap<String, f64>) {
        self.append(&Event::Epoch { time: now(), stage: stage.into(), step, metrics });
    }

    /// Figures of the whole run.
    pub fn metrics(&mut self, metrics: BTreeMap<String, f64>) {
        self.append(&Event::Metrics { time: now(), metrics });
    }

    /// A model card: choices become parameters, figures become metrics.
    pub fn card(&mut self, card: &ModelCard) {
        let card = serde_json::to_value(card).unwrap_or_default();
        let mut params = BTreeMap::new();
        for part in ["network", "training", "calibration", "teacher", "shipped"] {
            flatten(part, &card[part], &mut |key, value| {
                if !key.contains("metrics") {
                    params.insert(key, value.as_str().map_or_else(|| value.to_string(), Into::into));
                }
            });
        }
        self.append(&Event::Params { params });
        let mut metrics = BTreeMap::new();
        for (part, key) in [("metrics", "test"), ("intervals", "test_interval")] {
            flatten(key, &card[part], &mut |key, value| metrics.extend(value.as_f64().map(|value| (key, value))));
        }
        flatten("teacher", &card["teacher"]["metrics"], &mut |key, value| {
            metrics.extend(value.as_f64().map(|value| (key, value)));
        });
        self.metrics(metrics);
    }

    /// A file of the run. It is copied if it will be uploaded, so that a later change of the
    /// original is not sent.
    pub fn file(&mut self, name: &str, bytes: &[u8], is_model: bool) {
        let Some(open) = &mut self.open else { return };
        if open.uploader.is_some() {
            let written = tenure_training::file::write_whole(&open.store.files(&open.id).join(name), bytes);
            if let Err(error) = written {
                return self.complain(&error.to_string());
            }
        }
        let sha256 = hex::encode(Sha256::digest(bytes));
        let bytes = bytes.len() as u64;
        self.append(&Event::File { time: now(), name: name.into(), sha256, bytes, is_model });
    }

    /// Waits until the server of `client` has what is recorded so far, the model among it.
    pub fn send(&mut self, client: &Client) -> Result<Sent, Failure> {
        let not_recorded = || Failure::new(ENVIRONMENT, "the run is not recorded, so its model cannot be registered");
        let open = self.open.as_ref().filter(|open| !open.broken).ok_or_else(not_recorded)?;
        // The uploader may hold the run for the length of some calls.
        while deliver(&open.store, &open.id, client)? == Delivered::Busy {
            if interrupted() {
                return Err(Failure::interrupted());
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        sent(&open.store, &open.id)?.ok_or_else(not_recorded)
    }

    /// Ends the run with the result of the command, and prints its id.
    pub fn end<T>(mut self, result: &Result<T, Failure>) {
        let (status, problem) = match result {
            Ok(_) => (Status::Finished, None),
            Err(failure) if failure.exit_code == INTERRUPTED => (Status::Interrupted, None),
            Err(failure) => (Status::Failed, Some(failure.message.clone())),
        };
        let Some(open) = &self.open else { return };
        let seconds = open.started.elapsed().as_secs_f64();
        self.append(&Event::End { time: now(), status, seconds, problem });
        let Some(open) = self.open else { return };
        self.console.say(format!("run {}", open.id));
        if let Some(uploader) = open.uploader
            && let Err(problem) = uploader.finish()
        {
            self.console.say(format!(
                "warning: the run is not on the server yet: {problem}; send the rest with `tenure track sync`"
            ));
        }
    }

    fn append(&mut self, event: &Event) {
        let Some(open) = &mut self.open else { return };
        match RunStore::append(&mut open.file, event) {
            Ok(()) => {
                if let Some(uploader) = &open.uploader {
                    uploader.notice();
                }
            }
            Err(error) => {
                let path = open.store.path(&open.id);
                self.complain(&format!("{}: {error}", path.display()));
            }
        }
    }

    /// A lost record does not stop the command.
    fn complain(&mut self, problem: &str) {
        if let Some(open) = self.open.as_mut().filter(|open| !open.broken) {
            open.broken = true;
            self.console.say(format!("warning: the rest of this run is not recorded: {problem}"));
        }
    }
}

/// Every value below an object, with the path of its keys.
fn flatten(prefix: &str, value: &Value, take: &mut dyn FnMut(String, &Value)) {
    match value {
        Value::Null => {}
        Value::Object(entries) => {
            entries.iter().for_each(|(key, value)| flatten(&format!("{prefix}.{key}"), value, take));
        }
        value => take(prefix.to_owned(), value),
    }
}

/// The git commit of the working directory, if it has one.
fn commit() -> BTreeMap<String, String> {
    let git = |arguments: &[&str]| {
        let output = Command::new("git").args(arguments).stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    let mut tags = BTreeMap::new();
    if let Some(commit) = git(&["rev-parse", "HEAD"]) {
        tags.insert("mlflow.source.git.commit".to_owned(), commit);
        let changed = git(&["status", "--porcelain", "--untracked-files=no"]).is_some_and(|files| !files.is_empty());
        tags.insert("tenure.git_changed".to_owned(), changed.to_string());
    }
    tags
}
