//! Runs and their tracking as a user has them. What needs a server has a real one, `mlflow server` with SQLite, which
//! `cargo xtask test --only tracking` installs and names in TENURE_MLFLOW; without that variable those tests say so.

use std::collections::BTreeMap;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tenure_training::runs::{Event, RunStore, Status};
use tenure_training::tracking::{Client, Delivered, Order, Patience, Server, deliver};

fn tenure(folder: &Path, line: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tenure"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("MLFLOW_")) {
        command.env_remove(name);
    }
    command.current_dir(folder).args(line.split_whitespace()).output().unwrap()
}

fn words(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned() + &String::from_utf8_lossy(&output.stdout)
}

fn succeed(folder: &Path, line: &str) -> String {
    let output = tenure(folder, line);
    assert!(output.status.success(), "{line}: {}", words(&output));
    words(&output)
}

const TRAIN: &str = "train --data table.csv --schema ibm_telco --model linear --ship teacher --epochs 6 --force --out";

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    succeed(folder.path(), "sample --rows 700 --out table.csv");
    folder
}

fn runs(folder: &Path) -> Vec<Value> {
    let output = tenure(folder, "runs --json");
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", words(&output)))
}

#[test]
fn runs_are_kept_listed_and_compared() {
    let folder = folder();
    let folder = folder.path();
    assert!(succeed(folder, "runs").contains("no runs in runs"));
    succeed(folder, &format!("{TRAIN} a.safetensors"));
    assert!(!folder.join("runs").exists(), "a run was kept that nobody asked for");
    succeed(folder, &format!("{TRAIN} a.safetensors --runs runs --seed 1"));
    succeed(folder, &format!("{TRAIN} b.safetensors --runs runs --seed 2 --learning-rate 0.02"));
    succeed(
        folder,
        "crossval --data table.csv --schema ibm_telco --model linear --ship teacher --epochs 3 --splits 2 --runs runs",
    );
    // What fails leaves a run that says why.
    let failed = tenure(folder, &format!("{TRAIN} table.csv/c.safetensors --runs runs"));
    assert_eq!(failed.status.code(), Some(3), "{}", words(&failed));
    let all = runs(folder);
    assert_eq!((all.len(), &all[0]["status"]), (4, &"failed".into()));
    let (second, first) = (&all[2], &all[3]);
    assert_eq!((&first["command"], &first["status"]), (&"train".into(), &"finished".into()));
    assert_eq!((&first["params"]["seed"], &first["params"]["data"]), (&"1".into(), &"table.csv".into()));
    assert_eq!(second["params"]["learning_rate"], "0.02");
    assert_eq!(first["tags"]["tenure.data_sha256"].as_str().unwrap().len(), 64);
    assert!(first["metrics"]["test.roc_auc"].as_f64().unwrap() > 0.5);
    assert!(all[1]["metrics"]["test.roc_auc"].as_f64().unwrap() > 0.5, "crossval");
    // The figure is the card's.
    let card: Value = serde_json::from_slice(&tenure(folder, "card a.safetensors --json").stdout).unwrap();
    assert_eq!(first["metrics"]["test.log_loss"], card["metrics"]["log_loss"]);

    let ids = [first["id"].as_str().unwrap(), second["id"].as_str().unwrap()];
    let compared = succeed(folder, &format!("runs {} {}", ids[0], ids[1]));
    let line =
        |key: &str| compared.lines().find(|line| line.contains(key)).unwrap_or_else(|| panic!("{key}: {compared}"));
    assert!(line(" seed").starts_with('*') && line("tenure.data_sha256").starts_with(' '), "{compared}");
    let listed = succeed(folder, "runs --sort log_loss");
    assert_eq!(listed.lines().count(), 5, "{listed}");
    let unknown = tenure(folder, "runs --sort nothing");
    assert!(unknown.status.code() == Some(2) && words(&unknown).contains("test.roc_auc"), "{}", words(&unknown));
    assert_eq!(tenure(folder, "runs 9999").status.code(), Some(2));
    // Nothing of the record names a folder of this machine.
    for entry in std::fs::read_dir(folder.join("runs")).unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        assert!(!text.contains(folder.to_str().unwrap()), "{text}");
    }
}

/// The time of a training without a server, and with one of these.
#[test]
fn a_server_that_is_down_or_silent_stops_and_slows_nothing() {
    let folder = folder();
    let folder = folder.path();
    let nobody = { TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap() };
    // It takes connections and never answers.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let timed = |line: &str| {
        let started = Instant::now();
        let said = succeed(folder, line);
        (started.elapsed(), said)
    };
    let (alone, _) = timed(&format!("{TRAIN} alone.safetensors --seed 5"));
    for (name, server) in [("down", nobody), ("silent", silent.local_addr().unwrap())] {
        let (time, said) = timed(&format!("{TRAIN} {name}.safetensors --seed 5 --track http://{server}"));
        assert!(said.contains("not sent yet") && said.contains("tenure track sync"), "{name}: {said}");
        // At most the moment of grace, and what a busy machine adds.
        assert!(time < 3 * alone + Duration::from_secs(5), "{name}: {time:?}, alone {alone:?}");
    }
    let bytes = |name: &str| std::fs::read(folder.join(name)).unwrap();
    assert!(bytes("down.safetensors") == bytes("alone.safetensors"), "tracking changed what was learned");
    let sync = tenure(folder, "track sync");
    assert_eq!(sync.status.code(), Some(3), "{}", words(&sync));
    for (uri, code) in [("sqlite:///m.db", 2), ("http://", 2)] {
        let output = tenure(folder, &format!("{TRAIN} x.safetensors --track {uri}"));
        assert!(output.status.code() == Some(code) && !folder.join("x.safetensors").exists(), "{}", words(&output));
    }
    let refused = tenure(folder, &format!("{TRAIN} x.safetensors --register churn"));
    assert!(refused.status.code() == Some(2) && words(&refused).contains("--track"), "{}", words(&refused));
}

/// `mlflow server` with SQLite in a folder of its own.
struct Mlflow {
    process: Child,
    port: u16,
    folder: PathBuf,
}

impl Mlflow {
    /// Starts a server over what the folder holds, and waits until it answers; `None` where none is installed.
    fn start(folder: &Path, port: Option<u16>) -> Option<Mlflow> {
        let Ok(program) = std::env::var("TENURE_MLFLOW") else {
            eprintln!("skipped: TENURE_MLFLOW names no mlflow; `cargo xtask test --only tracking` installs one");
            return None;
        };
        let port = port.unwrap_or_else(|| TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port());
        let log = std::fs::File::create(folder.join("mlflow.log")).unwrap();
        let process = Command::new(program)
            .args(["server", "--host", "127.0.0.1", "--workers", "1", "--port", &port.to_string()])
            .args(["--backend-store-uri", "sqlite:///mlflow.db", "--artifacts-destination", "./artifacts"])
            .env("MLFLOW_SERVER_ENABLE_JOB_EXECUTION", "false")
            .current_dir(folder)
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap();
        let mut server = Mlflow { process, port, folder: folder.into() };
        let started = Instant::now();
        while server.client().get("/api/2.0/mlflow/experiments/get?experiment_id=0").is_err() {
            let ended = server.process.try_wait().unwrap();
            if ended.is_some() || started.elapsed() > Duration::from_secs(240) {
                panic!("mlflow did not start: {}", std::fs::read_to_string(folder.join("mlflow.log")).unwrap());
            }
            std::thread::sleep(Duration::from_millis(300));
        }
        Some(server)
    }

    fn uri(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    fn client(&self) -> Client {
        Client::new(&Server::from_environment(&self.uri()).unwrap(), Patience::LONG)
    }

    fn post(&self, path: &str, body: Value) -> Value {
        self.client().post(&format!("/api/2.0/mlflow/{path}"), &body).unwrap()
    }

    fn get(&self, path: &str) -> Value {
        self.client().get(&format!("/api/2.0/mlflow/{path}")).unwrap()
    }

    fn experiment(&self, name: &str) -> String {
        let answer = self.get(&format!("experiments/get-by-name?experiment_name={name}"));
        answer["experiment"]["experiment_id"].as_str().unwrap().to_owned()
    }

    /// All runs of an experiment, oldest first.
    fn runs(&self, experiment: &str) -> Vec<Value> {
        let body = json!({ "experiment_ids": [experiment], "order_by": ["attributes.start_time ASC"] });
        self.post("runs/search", body)["runs"].as_array().cloned().unwrap_or_default()
    }

    /// Stops the server with all its workers.
    fn stop(self) -> u16 {
        self.port
    }
}

impl Drop for Mlflow {
    fn drop(&mut self) {
        // uvicorn ends its workers when it is asked to.
        let _ = Command::new("kill").arg(self.process.id().to_string()).status();
        let started = Instant::now();
        while self.process.try_wait().ok().flatten().is_none() && started.elapsed() < Duration::from_secs(20) {
            std::thread::sleep(Duration::from_millis(50));
        }
        let _ = self.process.kill();
        let _ = self.process.wait();
        let _ = std::fs::remove_file(self.folder.join("mlflow.log"));
    }
}

fn value<'a>(entries: &'a Value, key: &str) -> &'a str {
    let entries = entries.as_array().unwrap();
    let entry = entries.iter().find(|entry| entry["key"] == key).unwrap_or_else(|| panic!("no {key} in {entries:?}"));
    entry["value"].as_str().unwrap()
}

#[test]
fn a_run_is_on_the_server_whole_and_once() {
    let (here, there) = (folder(), tempfile::tempdir().unwrap());
    let here = here.path();
    let Some(server) = Mlflow::start(there.path(), None) else { return };
    let train = |name: &str, seed: u32| {
        format!("{TRAIN} {name} --seed {seed} --track {} --experiment churn --register churn", server.uri())
    };
    succeed(here, &train("a.safetensors", 1));
    succeed(here, "track sync");
    assert!(succeed(here, "track sync").contains("nothing to send"));

    let experiment = server.experiment("churn");
    let runs = server.runs(&experiment);
    assert_eq!(runs.len(), 1);
    let (info, data) = (&runs[0]["info"], &runs[0]["data"]);
    assert_eq!((&info["status"], info["end_time"].is_number()), (&"FINISHED".into(), true));
    let kept = &self::runs(here)[0];
    assert_eq!(value(&data["params"], "seed"), "1");
    assert_eq!(value(&data["tags"], "tenure.run"), kept["id"].as_str().unwrap());
    for tag in ["tenure.data_sha256", "tenure.schema_sha256", "tenure.seed"] {
        assert_eq!(value(&data["tags"], tag), kept["tags"][tag].as_str().unwrap());
    }
    let metric = |key: &str| {
        data["metrics"].as_array().unwrap().iter().find(|metric| metric["key"] == key).unwrap()["value"]
            .as_f64()
            .unwrap()
    };
    assert!((metric("test.roc_auc") - kept["metrics"]["test.roc_auc"].as_f64().unwrap()).abs() < 1e-12);
    // A figure for each epoch of each stage that the run's file has.
    let run_id = info["run_id"].as_str().unwrap();
    let store = RunStore::new(&here.join("runs"));
    let run = store.read(kept["id"].as_str().unwrap()).unwrap();
    let mut epochs: BTreeMap<&str, usize> = BTreeMap::new();
    for event in &run.events {
        if let Event::Epoch { stage, .. } = event {
            *epochs.entry(stage).or_default() += 1;
        }
    }
    assert!(epochs.values().sum::<usize>() >= 6);
    for (stage, count) in epochs {
        let history =
            server.get(&format!("metrics/get-history?run_id={run_id}&metric_key={stage}/validation_log_loss"));
        assert_eq!(history["metrics"].as_array().unwrap().len(), count, "{stage}");
    }
    // The artifact, through the proxy, byte for byte.
    let files = server.get(&format!("artifacts/list?run_id={run_id}"));
    let sizes: Vec<&Value> = files["files"].as_array().unwrap().iter().map(|file| &file["path"]).collect();
    assert_eq!(sizes, ["model.safetensors"]);
    let stored = there.path().join(format!("artifacts/{experiment}/{run_id}/artifacts/model.safetensors"));
    assert!(std::fs::read(stored).unwrap() == std::fs::read(here.join("a.safetensors")).unwrap());
    // MLflow 3's logged model, linked to the run both ways, ready; a version with the alias.
    let model_id = runs[0]["outputs"]["model_outputs"][0]["model_id"].as_str().unwrap().to_owned();
    let model = &server.get(&format!("logged-models/{model_id}"))["model"];
    assert_eq!(model["info"]["status"], "LOGGED_MODEL_READY");
    assert_eq!(model["info"]["source_run_id"], run_id);
    assert!(model["data"]["metrics"].as_array().unwrap().iter().any(|metric| metric["key"] == "test.roc_auc"));
    let version = |server: &Mlflow| {
        let answer = server.get("registered-models/alias?name=churn&alias=challenger");
        answer["model_version"].clone()
    };
    assert_eq!((&version(&server)["version"], &version(&server)["run_id"]), (&"1".into(), &run_id.into()));

    // The server is down while two models are trained, and one training dies.
    let command = [train("b.safetensors", 2), train("c.safetensors", 3)];
    let port = server.stop();
    for line in &command {
        assert!(succeed(here, line).contains("not sent yet"));
    }
    let (id, mut file) = store.create().unwrap();
    let start = Event::Start {
        id: id.clone(),
        time: 1,
        command: "train".into(),
        name: "died".into(),
        params: BTreeMap::new(),
        tags: BTreeMap::new(),
    };
    RunStore::append(&mut file, &start).unwrap();
    drop(file);
    let uri = format!("http://127.0.0.1:{port}");
    Order { uri, experiment: "churn".into(), register: None }.write(&store, &id).unwrap();
    let server = Mlflow::start(there.path(), Some(port)).unwrap();
    assert!(succeed(here, "track sync").contains("3 runs sent"));
    let seeds = |server: &Mlflow| -> Vec<String> {
        let runs = server.runs(&experiment);
        runs.iter()
            .filter(|run| run["info"]["status"] == "FINISHED")
            .map(|run| value(&run["data"]["params"], "seed").into())
            .collect()
    };
    assert_eq!(seeds(&server), ["1", "2", "3"]);
    assert_eq!(server.runs(&experiment).iter().filter(|run| run["info"]["status"] == "KILLED").count(), 1);
    // In order: the last training is the challenger.
    assert_eq!(version(&server)["version"], "3");

    // All notes of how far the delivery came are lost: it is done again, and nothing is there twice.
    for id in store.ids().unwrap() {
        let order = Order::read(&store, &id).unwrap().unwrap();
        order.write(&store, &id).unwrap();
    }
    assert!(succeed(here, "track sync").contains("4 runs sent"));
    assert_eq!(seeds(&server), ["1", "2", "3"]);
    let models = server.post("logged-models/search", json!({ "experiment_ids": [experiment] }));
    assert_eq!(models["models"].as_array().unwrap().len(), 3);
    let versions = server.get("model-versions/search?filter=name%3D%27churn%27");
    assert_eq!(versions["model_versions"].as_array().unwrap().len(), 3);
    let history = server.get(&format!("metrics/get-history?run_id={run_id}&metric_key=test.roc_auc"));
    assert_eq!(history["metrics"].as_array().unwrap().len(), 1);

    more_than_one_call_takes(&server, &store);
    // A key that the server refuses is said, and the other runs are sent all the same.
    let refused =
        tenure(here, &format!("{TRAIN} d.safetensors --track {} --experiment churn --register a/b", server.uri()));
    assert!(refused.status.success(), "{}", words(&refused));
    let sync = tenure(here, "track sync");
    assert!(sync.status.code() == Some(3) && words(&sync).contains("a/b"), "{}", words(&sync));
}

/// 2,500 figures, 250 parameters and 150 tags, over the limits of one call each.
fn more_than_one_call_takes(server: &Mlflow, store: &RunStore) {
    let (id, mut file) = store.create().unwrap();
    let many = |count: usize, prefix: &str| -> BTreeMap<String, String> {
        (0..count).map(|at| (format!("{prefix}{at}"), "x".repeat(at * 40))).collect()
    };
    let (params, tags) = (many(250, "p"), many(150, "t"));
    let mut append = |event: Event| RunStore::append(&mut file, &event).unwrap();
    append(Event::Start { id: id.clone(), time: 1, command: "train".into(), name: "many".into(), params, tags });
    for step in 1..=1250 {
        let metrics = BTreeMap::from([("a".into(), step as f64), ("b".into(), if step == 7 { f64::NAN } else { 0.5 })]);
        append(Event::Epoch { time: step, stage: "network".into(), step, metrics });
    }
    append(Event::End { time: 9, status: Status::Failed, seconds: 1.0, problem: Some("of old age".into()) });
    let order = Order { uri: server.uri(), experiment: "many".into(), register: None };
    order.write(store, &id).unwrap();
    assert_eq!(deliver(store, &id, &server.client()).unwrap(), Delivered::Now);
    let runs = server.runs(&server.experiment("many"));
    assert_eq!((runs.len(), &runs[0]["info"]["status"]), (1, &"FAILED".into()));
    assert_eq!(runs[0]["data"]["params"].as_array().unwrap().len(), 250);
    assert!(runs[0]["data"]["tags"].as_array().unwrap().len() >= 150);
    let run_id = runs[0]["info"]["run_id"].as_str().unwrap();
    let count = |key: &str| {
        let history =
            server.get(&format!("metrics/get-history?run_id={run_id}&metric_key=network/{key}&max_results=5000"));
        history["metrics"].as_array().unwrap().len()
    };
    assert_eq!((count("a"), count("b")), (1250, 1249));
}
