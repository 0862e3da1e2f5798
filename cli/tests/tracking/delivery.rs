//! What a server has of a run, and that it has each thing once.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tenure_cli::runs::{Event, RunStore, Status};
use tenure_cli::tracking::{Delivered, Order, deliver};

use super::mlflow::Mlflow;
use super::{TRAIN, folder, runs, succeed, tenure, words};

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
    let sent = server.runs(&experiment);
    assert_eq!(sent.len(), 1);
    let (info, data) = (&sent[0]["info"], &sent[0]["data"]);
    assert_eq!((&info["status"], info["end_time"].is_number()), (&"FINISHED".into(), true));
    let kept = &runs(here)[0];
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
    let model_id = sent[0]["outputs"]["model_outputs"][0]["model_id"].as_str().unwrap().to_owned();
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
        assert!(succeed(here, line).contains("not on the server yet"));
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

    // All notes of how far the delivery came are lost: it is done again, and nothing is there
    // twice.
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
