//! A training that is killed and begun again writes the bytes of one that was not.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

fn train(table: &Path, out: &Path, checkpoints: Option<&Path>, further: &[&str]) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tenure"));
    command.arg("train").arg("--data").arg(table).args(["--schema", "ibm_telco", "--epochs", "60", "--patience", "60"]);
    // A teacher and its student: several fits, whose states lie side by side.
    command.args(["--model", "tabm", "--members", "8", "--width", "64", "--synthetic-rows", "4000"]);
    command.arg("--out").arg(out).args(further);
    if let Some(folder) = checkpoints {
        command.arg("--checkpoint-dir").arg(folder);
    }
    command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
}

fn succeed(child: Child) {
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

fn table(folder: &Path) -> std::path::PathBuf {
    let table = folder.join("table.csv");
    let sample = ["sample", "--rows", "2000", "--out"];
    let made = Command::new(env!("CARGO_BIN_EXE_tenure")).args(sample).arg(&table).output().unwrap();
    assert!(made.status.success());
    table
}

/// The states of fits in a folder.
fn states(folder: &Path) -> usize {
    let files = std::fs::read_dir(folder).map(|files| files.flatten().collect::<Vec<_>>()).unwrap_or_default();
    files.iter().filter(|file| file.file_name().to_string_lossy().starts_with("fit-")).count()
}

#[test]
fn a_killed_training_ends_with_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let table = table(folder);
    let started = Instant::now();
    succeed(train(&table, &folder.join("whole"), None, &[]));
    let whole = started.elapsed();

    let checkpoints = folder.join("checkpoints");
    let (mut kills, mut saved_when_killed) = (0, 0);
    // First as soon as there is a state, however fast the machine is; then at moments over the
    // whole length, some of them within a write, by a fixed sequence.
    let mut moment = 0.37;
    loop {
        let mut child = train(&table, &folder.join("killed"), Some(&checkpoints), &[]);
        moment = (moment + 0.618_034) % 1.0;
        let wait = whole.mul_f64(0.2 + 0.6 * moment);
        let begun = Instant::now();
        let ended = loop {
            match child.try_wait().unwrap() {
                Some(status) => break Some(status),
                None if kills == 0 && states(&checkpoints) > 0 => break None,
                None if (1..4).contains(&kills) && begun.elapsed() >= wait => break None,
                None => std::thread::sleep(Duration::from_millis(5)),
            }
        };
        match ended {
            Some(_) => break succeed(child),
            None => {
                // SIGKILL: no handler sees it.
                child.kill().unwrap();
                child.wait().unwrap();
                kills += 1;
                saved_when_killed += states(&checkpoints).min(1);
                assert!(!folder.join("killed").exists(), "an artifact before the end");
            }
        }
    }
    assert!(kills > 0 && saved_when_killed > 0, "{kills} kills, {saved_when_killed} of them with a state: no test");
    let read = |name: &str| std::fs::read(folder.join(name)).unwrap();
    assert!(read("whole") == read("killed"), "other bytes after {kills} kills");

    // Another configuration and another table are refused, with what differs.
    let refused = |child: Child| {
        let output = child.wait_with_output().unwrap();
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let (code, words) = refused(train(&table, &folder.join("other"), Some(&checkpoints), &["--learning-rate", "0.01"]));
    assert_eq!(code, Some(2), "{words}");
    assert!(words.contains("learning_rate: 0.003") && words.contains("learning_rate: 0.01"), "{words}");
    let mut rows = std::fs::read_to_string(&table).unwrap();
    rows.truncate(rows.trim_end().rfind('\n').unwrap() + 1);
    std::fs::write(&table, rows).unwrap();
    let (code, words) = refused(train(&table, &folder.join("other"), Some(&checkpoints), &[]));
    assert_eq!(code, Some(2), "{words}");
    assert!(words.contains("table's SHA-256"), "{words}");
}

#[test]
fn a_cross_validation_keeps_its_finished_folds() {
    let folder = tempfile::tempdir().unwrap();
    let table = table(folder.path());
    let path = |name: &str| folder.path().join(name);
    let crossval = |json: &str, seed: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tenure"));
        command.args(["crossval", "--schema", "ibm_telco", "--splits", "2", "--model", "linear", "--ship", "teacher"]);
        command.args(["--epochs", "3", "--seed", seed, "--force"]).arg("--data").arg(&table);
        command.arg("--checkpoint-dir").arg(path("folds")).arg("--json").arg(path(json)).output().unwrap()
    };
    let words = |output: &std::process::Output| String::from_utf8_lossy(&output.stderr).into_owned();
    let whole = crossval("whole.json", "0");
    assert!(whole.status.success(), "{}", words(&whole));
    // A fold that was finished is not measured again: even the time it took is the same.
    let kept = std::fs::read(path("folds/fold-1.json")).unwrap();
    std::fs::remove_file(path("folds/fold-0.json")).unwrap();
    let again = crossval("again.json", "0");
    assert!(again.status.success(), "{}", words(&again));
    assert_eq!(std::fs::read(path("folds/fold-1.json")).unwrap(), kept);
    let read =
        |name: &str| -> serde_json::Value { serde_json::from_slice(&std::fs::read(path(name)).unwrap()).unwrap() };
    let (whole, again) = (read("whole.json"), read("again.json"));
    assert_eq!(whole["shipped"]["log_loss"]["folds"], again["shipped"]["log_loss"]["folds"]);
    assert_eq!(whole["shipped"]["fit_seconds"]["folds"][1], again["shipped"]["fit_seconds"]["folds"][1]);

    let other = crossval("other.json", "1");
    assert_eq!(other.status.code(), Some(2), "{}", words(&other));
    assert!(words(&other).contains("another run"), "{}", words(&other));
    std::fs::write(path("folds/fold-0.json"), "{").unwrap();
    let damaged = crossval("damaged.json", "0");
    assert_eq!(damaged.status.code(), Some(1), "{}", words(&damaged));
    assert!(
        words(&damaged).contains("fold-0.json") && words(&damaged).contains("delete the file"),
        "{}",
        words(&damaged)
    );
}
