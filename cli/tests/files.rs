//! The files that commands write: their permissions, what a killed run leaves, and two writers of
//! one file.
#![cfg(unix)]

mod small_model;

use std::os::unix::fs::PermissionsExt;
use std::process::{Child, Command, Stdio};

use small_model::{SmallModel, assert_code, words};

#[test]
fn files_keep_the_umask() {
    let model = SmallModel::new();
    model.table("in.csv", &model.rows(60));
    for (umask, expected) in [("077", 0o600), ("027", 0o640), ("022", 0o644)] {
        for arguments in [
            "score model.safetensors --data in.csv --out out.csv --force",
            "report model.safetensors --data in.csv --out out.csv --resamples 5 --explain 0 --force",
            "card model.safetensors --out out.csv --force",
        ] {
            let script = format!("umask {umask}; exec {} {arguments}", env!("CARGO_BIN_EXE_tenure"));
            let output = Command::new("sh").args(["-c", &script]).current_dir(model.folder.path()).output().unwrap();
            assert_code(&output, 0);
            let mode = std::fs::metadata(model.path("out.csv")).unwrap().permissions().mode() & 0o777;
            assert_eq!(mode, expected, "umask {umask}: {arguments}");
        }
    }
}

/// A command that has its temporary file, and is busy for seconds.
fn busy(model: &SmallModel) -> Child {
    model.table("long.csv", &model.rows(300_000));
    let mut child = model
        .command(&["score", "model.safetensors", "--data", "long.csv", "--out", "out.csv", "--reasons", "4"])
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    while temporary(model) == 0 {
        assert!(child.try_wait().unwrap().is_none(), "it ended too early");
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
    child
}

fn temporary(model: &SmallModel) -> usize {
    model.files().iter().filter(|name| name.starts_with(".tenure-")).count()
}

#[test]
fn what_a_killed_run_left_is_swept_by_the_next() {
    let model = SmallModel::new();
    model.table("in.csv", &model.rows(60));
    let mut killed = busy(&model);
    // While its writer lives, nobody touches it.
    assert_code(&model.run(&["score", "model.safetensors", "--data", "in.csv", "--out", "first.csv"]), 0);
    assert_eq!(temporary(&model), 1, "{:?}", model.files());
    killed.kill().unwrap();
    killed.wait().unwrap();
    assert_eq!(temporary(&model), 1, "{:?}", model.files());
    assert_code(&model.run(&["score", "model.safetensors", "--data", "in.csv", "--out", "second.csv"]), 0);
    assert_eq!(temporary(&model), 0, "{:?}", model.files());
}

#[test]
fn of_two_writers_of_one_new_file_the_second_fails() {
    let model = SmallModel::new();
    let slow = busy(&model);
    std::fs::write(model.path("out.csv"), "of another run").unwrap();
    let output = slow.wait_with_output().unwrap();
    assert_code(&output, 2);
    assert!(words(&output).contains("out.csv: another program wrote this file in the meantime"), "{}", words(&output));
    assert_eq!(std::fs::read(model.path("out.csv")).unwrap(), b"of another run");
    assert_eq!(temporary(&model), 0);
}
