//! Runs in their folder: kept, listed, compared; and a server that is not there changes nothing.

use std::net::TcpListener;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::{TRAIN, folder, runs, succeed, tenure, words};

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
        assert!(said.contains("not on the server yet") && said.contains("tenure track sync"), "{name}: {said}");
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
