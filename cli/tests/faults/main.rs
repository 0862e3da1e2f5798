//! Every call that changes a file fails once, as on a full disk: the command says so and ends with
//! exit code 3, and what it writes is there whole, as it was, or not at all.
#![cfg(target_os = "linux")]

#[path = "../small_model/mod.rs"]
mod small_model;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use small_model::{SmallModel, assert_code, words};

/// Compiles the shim. A C compiler is there: crates of the command need it too.
fn shim(folder: &Path) -> PathBuf {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/faults/shim.c");
    let library = folder.join("shim.so");
    let mut compiler = Command::new("cc");
    compiler.args(["-shared", "-fPIC", "-O1", "-o"]).arg(&library).arg(source).arg("-ldl");
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
        Faults { shim: shim(scratch.path()), scratch }
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
