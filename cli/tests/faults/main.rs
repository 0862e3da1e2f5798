//! Every call that changes a file fails once, as on a full disk, and large requests for memory fail:
//! the command says so and ends with exit code 3, and what it writes is there whole, as it was, or not
//! at all. Killed at any moment, it goes on from there with the same result.
#![cfg(target_os = "linux")]

#[path = "../small_model/mod.rs"]
mod small_model;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use small_model::{SmallModel, assert_code, words};

/// Compiles a shim. A C compiler is there: crates of the command need it too.
fn shim(folder: &Path, name: &str) -> PathBuf {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/faults").join(name);
    let library = folder.join(name).with_extension("so");
    let mut compiler = Command::new("cc");
    // Without what a compiler knows of malloc: it would make malloc of the shim's own calls.
    compiler.args(["-shared", "-fPIC", "-O1", "-fno-builtin", "-o"]).arg(&library).arg(source).arg("-ldl");
    let output = compiler.output().expect("cc is installed");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    library
}

struct Faults {
    shim: PathBuf,
    scratch: tempfile::TempDir,
}

impl Faults {
    fn new() -> Faults {
        let scratch = tempfile::tempdir().unwrap();
        Faults { shim: shim(scratch.path(), "shim.c"), scratch }
    }

    /// Runs a command whose call number `at` fails (0: none), and all later ones, if it is `lasting`.
    /// Returns how many calls there were, too.
    fn run(&self, model: &SmallModel, arguments: &[&str], at: u64, lasting: bool) -> (Output, u64) {
        let count = self.scratch.path().join("count");
        let mode = if lasting { "on" } else { "once" };
        let mut command = model.command(arguments);
        command.env("LD_PRELOAD", &self.shim).env("FAULT_SHIM", format!("{at}:{mode}:{}", count.display()));
        let output = command.stdin(Stdio::null()).output().unwrap();
        // When every later call fails, the count cannot be written by calls that are counted; it
        // is written by others.
        let calls = std::fs::read_to_string(&count).ok().and_then(|text| text.parse().ok()).unwrap_or(0);
        (output, calls)
    }
}

/// Name and bytes of every file, temporary ones left out.
fn contents(model: &SmallModel) -> BTreeMap<String, Vec<u8>> {
    let names = model.files().into_iter().filter(|name| !name.starts_with(".tenure-"));
    names.filter_map(|name| std::fs::read(model.path(&name)).ok().map(|bytes| (name, bytes))).collect()
}

/// Lets every call of a command fail. `outputs` are the files that it writes.
fn every_call_fails(arguments: &str, outputs: &[&str], prepare: impl Fn(&SmallModel)) {
    let faults = Faults::new();
    let model = SmallModel::new();
    prepare(&model);
    let arguments: Vec<&str> = arguments.split(' ').collect();
    let before = contents(&model);
    let (output, calls) = faults.run(&model, &arguments, 0, false);
    assert_code(&output, 0);
    assert!(calls >= 3, "{arguments:?} changes files with {calls} calls: the shim counts nothing");
    let after = contents(&model);
    assert!(outputs.iter().all(|name| after.contains_key(*name)), "{:?}", after.keys());
    let restore = || {
        outputs.iter().for_each(|name| match before.get(*name) {
            Some(bytes) => std::fs::write(model.path(name), bytes).unwrap(),
            None => _ = std::fs::remove_file(model.path(name)),
        });
    };
    let mut failures = 0;
    for lasting in [false, true] {
        for at in 1..=calls {
            restore();
            let (output, _) = faults.run(&model, &arguments, at, lasting);
            let code = output.status.code();
            // What fails after the file is complete, such as the sync of its folder, is no failure.
            assert!(matches!(code, Some(0 | 3)), "call {at} of {calls}: {code:?} {}", words(&output));
            let now = contents(&model);
            for name in outputs {
                let whole = now.get(*name) == after.get(*name);
                let as_it_was = now.get(*name) == before.get(*name);
                assert!(whole || as_it_was, "call {at} of {calls} ({code:?}) left half of {name}");
                assert!(code != Some(0) || whole, "call {at} of {calls}: success without {name}");
            }
            if code == Some(3) {
                failures += 1;
                // The writer of Parquet keeps only the words of the system.
                let says =
                    ["the disk is full", "No space left on device"].iter().any(|why| words(&output).contains(why));
                assert!(says, "call {at}: {}", words(&output));
            }
            if !lasting {
                let left = model.files().iter().filter(|name| name.starts_with(".tenure-")).count();
                assert_eq!(left, 0, "call {at} of {calls} left a temporary file");
            }
        }
    }
    assert!(failures > 0, "no call failed: no test");
}

#[test]
fn a_scored_table_is_whole_or_not_there() {
    let score = "score model.safetensors --data in.csv --out out.csv";
    every_call_fails(score, &["out.csv"], |model| _ = model.table("in.csv", &model.rows(2_000)));
    let score = "score model.safetensors --data in.csv --out out.parquet";
    every_call_fails(score, &["out.parquet"], |model| _ = model.table("in.csv", &model.rows(2_000)));
}

#[test]
fn a_table_that_is_replaced_stays_until_the_new_one_is_whole() {
    let score = "score model.safetensors --data in.csv --out out.csv --force";
    every_call_fails(score, &["out.csv"], |model| {
        model.table("in.csv", &model.rows(2_000));
        model.table("out.csv", "of another run\n");
    });
}

#[test]
fn a_report_and_a_draft_are_whole_or_not_there() {
    let report = "report model.safetensors --data in.csv --out out.html --resamples 5 --explain 0";
    every_call_fails(report, &["out.html"], |model| _ = model.table("in.csv", &model.rows(100)));
    let draft = "init in.csv --target Churn --out drafted.toml";
    every_call_fails(draft, &["drafted.toml"], |model| _ = model.table("in.csv", &model.rows(400)));
}

#[test]
fn a_model_is_whole_or_not_there() {
    let train =
        "train --data in.csv --schema schema.toml --out new.safetensors --model linear --epochs 3 --ship teacher";
    every_call_fails(train, &["new.safetensors"], |model| {
        model.table("in.csv", &model.rows(400));
        model.table("schema.toml", &small_model::schema(0));
    });
}

#[test]
fn a_killed_run_leaves_nothing_half_written() {
    let model = SmallModel::new();
    model.table("in.csv", &model.rows(20_000));
    let score = ["score", "model.safetensors", "--data", "in.csv", "--out", "out.csv", "--force"];
    let started = std::time::Instant::now();
    assert_code(&model.run(&score), 0);
    let length = started.elapsed();
    let whole = std::fs::read(model.path("out.csv")).unwrap();
    let mut killed = 0;
    for moment in 0..24 {
        std::fs::remove_file(model.path("out.csv")).unwrap();
        let mut child = model.command(&score).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        // A fixed sequence of moments over the whole length.
        std::thread::sleep(length.mul_f64(f64::from(moment) * 0.618_034 % 1.0));
        // SIGKILL: no handler sees it.
        child.kill().unwrap();
        killed += i32::from(!child.wait().unwrap().success());
        let left = std::fs::read(model.path("out.csv"));
        assert!(left.is_err() || left.unwrap() == whole, "moment {moment}: half a file");
        assert_code(&model.run(&score), 0);
        assert_eq!(std::fs::read(model.path("out.csv")).unwrap(), whole);
        let temporary = model.files().iter().filter(|name| name.starts_with(".tenure-")).count();
        assert_eq!(temporary, 0, "the next run sweeps what the killed one left");
    }
    assert!(killed > 0, "no run was killed: no test");
}

/// Bytes of a request for memory that may fail: those of tables, reports and networks, and not those of
/// the first steps of a process.
const LARGE: usize = 64 * 1024;

/// Lets requests for memory of a command fail, each in a run of its own, at most `runs` of them.
/// `outputs` are the files that it writes.
fn large_requests_fail(arguments: &str, outputs: &[&str], runs: u64, prepare: impl Fn(&SmallModel)) {
    let scratch = tempfile::tempdir().unwrap();
    let shim = shim(scratch.path(), "memory.c");
    let model = SmallModel::new();
    prepare(&model);
    let arguments: Vec<&str> = arguments.split(' ').collect();
    let before = contents(&model);
    let count = scratch.path().join("count");
    let run = |at: u64| {
        let mut command = model.command(&arguments);
        command.env("LD_PRELOAD", &shim).env("MEMORY_SHIM", format!("{LARGE}:{at}:{}", count.display()));
        command.stdin(Stdio::null()).output().unwrap()
    };
    assert_code(&run(0), 0);
    let requests: u64 = std::fs::read_to_string(&count).unwrap().parse().unwrap();
    assert!(requests >= 3, "{arguments:?} makes {requests} requests: the shim counts nothing");
    let after = contents(&model);
    let mut failures = 0;
    for index in 0..runs.min(requests) {
        // The first ones, and others over the whole length.
        let at = if index < runs / 2 { index + 1 } else { 1 + index * (requests - 1) / runs.min(requests) };
        outputs.iter().for_each(|name| _ = std::fs::remove_file(model.path(name)));
        let output = run(at);
        let code = output.status.code();
        // Threads differ in what they ask for, so a request near the end may not come.
        assert!(matches!(code, Some(0 | 3)), "request {at} of {requests}: {:?} {}", output.status, words(&output));
        let now = contents(&model);
        for name in outputs {
            let whole = now.contains_key(*name) && now.get(*name) == after.get(*name);
            assert!(whole || now.get(*name) == before.get(*name), "request {at} of {requests} left half of {name}");
        }
        if code == Some(3) {
            failures += 1;
            assert!(words(&output).contains("error: the machine has no memory left for"), "{}", words(&output));
        }
    }
    assert!(failures * 2 > runs.min(requests), "{failures} of {runs} requests failed: no test");
    outputs.iter().for_each(|name| _ = std::fs::remove_file(model.path(name)));
    assert_code(&run(0), 0);
    let left = model.files().iter().filter(|name| name.starts_with(".tenure-")).count();
    assert_eq!(left, 0, "the next run sweeps what is left");
}

#[test]
fn a_machine_without_memory_is_said_and_leaves_no_half_file() {
    let table = |model: &SmallModel| _ = model.table("in.csv", &model.rows(20_000));
    large_requests_fail("score model.safetensors --data in.csv --out out.csv", &["out.csv"], 24, table);
    let report = "report model.safetensors --data in.csv --out out.html --resamples 5 --explain 0";
    large_requests_fail(report, &["out.html"], 24, table);
    let train =
        "train --data in.csv --schema schema.toml --out new.safetensors --model linear --epochs 2 --ship teacher";
    large_requests_fail(train, &["new.safetensors"], 12, |model| {
        model.table("in.csv", &model.rows(2_000));
        model.table("schema.toml", &small_model::schema(0));
    });
}

/// Kills a command twice, at moments over its whole length, and runs it again until it ends, which it
/// does with the same result. KEPT in `arguments` names what it keeps; `result` reads what it wrote.
fn killed(model: &SmallModel, arguments: &str, result: impl Fn(&str) -> Option<String>) {
    let command = |kept: &str| model.command(&arguments.replace("KEPT", kept).split(' ').collect::<Vec<_>>());
    let started = std::time::Instant::now();
    assert_code(&command("whole").output().unwrap(), 0);
    let length = started.elapsed();
    let whole = result("whole").unwrap();
    let mut kills = 0;
    for moment in 0..6 {
        let kept = format!("kept{moment}");
        // Fixed sequences of moments: from the beginning, and while it goes on.
        for part in [0.618_034, 0.414_214] {
            let mut child = command(&kept).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
            std::thread::sleep(length.mul_f64(f64::from(moment + 1) * part % 1.0));
            // SIGKILL: no handler sees it.
            child.kill().unwrap();
            kills += i32::from(!child.wait().unwrap().success());
            let left = result(&kept);
            assert!(left.is_none() || left.as_ref() == Some(&whole), "moment {moment}: half a result");
        }
        assert_code(&command(&kept).output().unwrap(), 0);
        assert_eq!(result(&kept).as_ref(), Some(&whole), "moment {moment}");
    }
    assert!(kills > 0, "no run was killed: no test");
    let temporary = model.files().iter().filter(|name| name.starts_with(".tenure-")).count();
    assert_eq!(temporary, 0, "the next run sweeps what the killed one left");
}

/// A table and its schema, for commands that learn.
fn learned_from(rows: usize) -> SmallModel {
    let model = SmallModel::new();
    model.table("in.csv", &model.rows(rows));
    model.table("schema.toml", &small_model::schema(0));
    model
}

#[test]
fn a_killed_cross_validation_ends_with_the_same_figures() {
    let model = learned_from(1_000);
    let crossval = "crossval --data in.csv --schema schema.toml --splits 4 --model linear --ship teacher --epochs 6 \
                    --checkpoint-dir KEPT --json KEPT.json --force";
    killed(&model, crossval, |kept| {
        let text = std::fs::read_to_string(model.path(&format!("{kept}.json"))).ok()?;
        let figures: serde_json::Value = serde_json::from_str(&text).expect("figures are written whole");
        // What the machine took differs from run to run.
        Some(without_seconds(figures).to_string())
    });
}

/// A document without the keys that tell how long something took.
fn without_seconds(document: serde_json::Value) -> serde_json::Value {
    match document {
        serde_json::Value::Object(entries) => {
            let kept = entries.into_iter().filter(|(key, _)| !key.ends_with("seconds"));
            kept.map(|(key, value)| (key, without_seconds(value))).collect()
        }
        serde_json::Value::Array(values) => values.into_iter().map(without_seconds).collect(),
        value => value,
    }
}

#[test]
fn a_killed_search_ends_with_the_same_best() {
    let model = learned_from(600);
    let tune = "tune --data in.csv --schema schema.toml --model linear --ship teacher --epochs 4 --trials 3 \
                --trials-file KEPT.jsonl --out KEPT.toml --force";
    killed(&model, tune, |kept| std::fs::read_to_string(model.path(&format!("{kept}.toml"))).ok());
}
