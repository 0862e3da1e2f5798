//! `tenure tune` as a person runs it: a small search, killed and gone on with, and a training from
//! what it wrote.

use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

fn tenure(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tenure"));
    command.args(arguments).stderr(Stdio::piped()).stdout(Stdio::piped());
    command
}

fn succeed(output: Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn a_killed_search_goes_on_and_its_best_trains() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    succeed(tenure(&["sample", "--rows", "900", "--out", &path("table.csv")]).output().unwrap());
    let tune = |trials_file: &str, out: &str, further: &[&str]| {
        let (table, trials_file, out) = (path("table.csv"), path(trials_file), path(out));
        let mut command = tenure(&["tune", "--data", &table, "--schema", "ibm_telco", "--epochs", "8", "--bins", "8"]);
        command.args(["--model", "linear", "--synthetic-rows", "500", "--ship", "student"]);
        command.args(["--trials", "4", "--trials-file", &trials_file, "--out", &out]).args(further);
        command
    };
    let table = succeed(tune("whole.jsonl", "whole.toml", &["--runs", &path("runs")]).output().unwrap());
    assert!(table.contains("the defaults") && table.contains("4 trials"), "{table}");

    // Every trial is a run, with its settings and what it came to.
    let runs = succeed(tenure(&["runs", "--runs", &path("runs"), "--json"]).output().unwrap());
    let runs: serde_json::Value = serde_json::from_str(&runs).unwrap();
    let runs = runs.as_array().unwrap();
    let mut trials: Vec<&str> = runs.iter().map(|run| run["tags"]["tenure.trial"].as_str().unwrap()).collect();
    trials.sort_unstable();
    assert_eq!(trials, ["0", "1", "2", "3"]);
    for run in runs {
        let line = |trial: &str| table.lines().find(|line| line.trim_start().starts_with(trial)).unwrap().to_owned();
        let line = line(run["tags"]["tenure.trial"].as_str().unwrap());
        let loss = run["metrics"]["inner.log_loss"].as_f64().unwrap();
        assert!(line.contains(&format!("{loss:.4}")), "{line}: {run}");
        assert!(line.contains("the defaults") || line.contains(run["params"]["penalty"].as_str().unwrap()), "{line}");
    }

    // Killed as soon as the first fold is on disk.
    let mut child = tune("killed.jsonl", "killed.toml", &[]).spawn().unwrap();
    let lines = || std::fs::read_to_string(path("killed.jsonl")).unwrap_or_default().lines().count();
    while lines() < 2 && child.try_wait().unwrap().is_none() {
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let measured = lines();
    assert!(!Path::new(&path("killed.toml")).exists(), "the search was over before it was killed");
    succeed(tune("killed.jsonl", "killed.toml", &[]).output().unwrap());
    assert!(lines() > measured);
    let read = |name: &str| std::fs::read_to_string(path(name)).unwrap();
    assert_eq!(read("killed.toml"), read("whole.toml"));
    assert!(!read("whole.toml").contains("bins"), "a setting that was given is not searched");

    let (data, config, out) = (path("table.csv"), path("whole.toml"), path("model"));
    let train = [
        "--config",
        &config,
        "train",
        "--data",
        &data,
        "--schema",
        "ibm_telco",
        "--out",
        &out,
        "--epochs",
        "3",
        "--model",
        "linear",
    ];
    succeed(tenure(&train).output().unwrap());

    // Another search may not go on from these trials.
    let refused = tune("whole.jsonl", "other.toml", &["--seed", "9"]).output().unwrap();
    assert_eq!(refused.status.code(), Some(2));
    let words = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(words.contains("another run") && words.contains("seed: 9"), "{words}");
}

#[test]
fn a_timeout_holds_within_a_fold_and_the_same_command_continues_there() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    succeed(tenure(&["sample", "--rows", "900", "--out", &path("table.csv")]).output().unwrap());
    let tune = |name: &str, epochs: &str, further: &[&str]| {
        let (table, trials, out) = (path("table.csv"), path(&format!("{name}.jsonl")), path(&format!("{name}.toml")));
        let mut command = tenure(&["tune", "--data", &table, "--schema", "ibm_telco", "--model", "linear", "--force"]);
        command.args(["--ship", "teacher", "--penalty", "1", "--trials-file", &trials, "--out", &out]);
        // Many small steps make a fold slow, and no early stop ends it.
        command.args(["--learning-rate", "0.0000001", "--patience", epochs, "--epochs", epochs]);
        command.args(["--batch-size", "2", "--trials", "1"]).args(further);
        command.output().unwrap()
    };
    let started = Instant::now();
    let cut = tune("hours", "10000", &["--timeout", "1s"]);
    let words = String::from_utf8_lossy(&cut.stderr).into_owned();
    assert!(started.elapsed() < Duration::from_secs(60), "{words}");
    assert_eq!(cut.status.code(), Some(2), "{words}");
    assert!(words.contains("0 of 4 folds of the first trial") && words.contains("continues"), "{words}");
    assert!(!Path::new(&path("hours.toml")).exists());

    // Too little time for the folds at once; many times over it is enough, and gives what a search
    // without a limit gives.
    let mut searches = (0..200).map(|_| tune("cut", "400", &["--timeout", "2s"]));
    succeed(searches.find(|output| output.status.success()).expect("no search went on from the one before"));
    assert!(!Path::new(&path("cut.jsonl.checkpoints")).exists());
    succeed(tune("whole", "400", &[]));
    let read = |name: &str| std::fs::read_to_string(path(name)).unwrap();
    assert_eq!(read("cut.toml"), read("whole.toml"));
}
