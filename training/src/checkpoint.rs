//! The folder of `--checkpoint-dir`: the states of a training's fits (`fit/state.rs`), and the mark
//! of the training that they belong to. Another table or other parameters are refused instead of
//! silently starting again.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tenure::json;

use crate::file::{FileError, write_whole};
use crate::identity::{canonical, identity};

/// Everything that decides what a run computes: a training, or a search of `tune`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunIdentity {
    /// Name and version of this form.
    form: String,
    code_version: String,
    data_sha256: String,
    schema_sha256: String,
    /// Parameters and choices of rows, in a form of their own, such as
    /// [`crate::train::TrainParams::canonical`].
    parameters: Value,
}

impl RunIdentity {
    /// A run of this version of the code.
    pub fn new(data_sha256: &str, schema_sha256: &str, parameters: Value) -> RunIdentity {
        RunIdentity {
            form: "tenure-run/1".into(),
            code_version: env!("CARGO_PKG_VERSION").into(),
            data_sha256: data_sha256.into(),
            schema_sha256: schema_sha256.into(),
            parameters,
        }
    }

    /// Its identity with itself, as JSON: what a folder or a file is marked with.
    pub(crate) fn mark(&self) -> String {
        let run = json!(self);
        canonical(&json!({ "identity": identity(&self.form, &run), "run": run }))
    }
}

#[derive(Deserialize)]
struct Mark {
    identity: String,
    run: RunIdentity,
}

/// Why a folder of checkpoints, or a file of trials, cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum CheckpointError {
    /// It cannot be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// Its mark, or one of its lines, cannot be read.
    #[error("{}: {reason}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong, and what to do.
        reason: String,
    },
    /// It belongs to a run with another table, schema or parameters.
    #[error("{} belongs to another run; name another file or folder, or delete it\n  {}", path.display(), differences.join("\n  "))]
    OtherRun {
        /// The folder or file.
        path: PathBuf,
        /// How the two runs differ, in words.
        differences: Vec<String>,
    },
}

/// Reads what a run kept, each number as it was written: a run that goes on must give the figures of
/// one that did not stop. serde_json's own reader may miss the last digit of a number, and with its
/// feature that does not, burn would be compiled once more.
///
/// # Errors
///
/// What is wrong with the text, in words.
pub fn read_exactly<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    let document = json::parse(text).map_err(|error| error.to_string())?;
    serde_json::from_value(as_serde(&document)).map_err(|error| error.to_string())
}

fn as_serde(value: &json::Value) -> Value {
    match value {
        json::Value::Null => Value::Null,
        json::Value::Flag(flag) => json!(flag),
        json::Value::Whole(number) => json!(number),
        // Only whole numbers below 0 come without a fraction here, and fields of theirs refuse others.
        json::Value::Number(number) if number.fract() == 0.0 && number.abs() < 1e15 => json!(*number as i64),
        json::Value::Number(number) => json!(number),
        json::Value::Text(text) => json!(text),
        json::Value::List(items) => items.iter().map(as_serde).collect(),
        json::Value::Object(members) => members.iter().map(|(key, value)| (key.clone(), as_serde(value))).collect(),
    }
}

const MARK: &str = "run.json";

/// Marks the folder as the run's own, or checks the mark; refuses the folder of another run.
pub fn open(folder: &Path, run: &RunIdentity) -> Result<(), CheckpointError> {
    let file = folder.join(MARK);
    match std::fs::read_to_string(&file) {
        Ok(text) => same_run(folder, &file, &text, run),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(write_whole(&file, run.mark().as_bytes())?),
        Err(error) => Err(FileError::new(&file, error).into()),
    }
}

/// Checks that `text`, the mark in `file`, is that of `run`; `path` is what the user named.
pub(crate) fn same_run(path: &Path, file: &Path, text: &str, run: &RunIdentity) -> Result<(), CheckpointError> {
    let mark: Mark = serde_json::from_str(text).map_err(|error| CheckpointError::Damaged {
        path: file.to_owned(),
        reason: format!("this does not describe a run of tenure ({error}); name another file or folder, or delete it"),
    })?;
    if mark.identity == identity(&run.form, &json!(run)) {
        return Ok(());
    }
    Err(CheckpointError::OtherRun { path: path.to_owned(), differences: differences(&mark.run, run) })
}

/// Every way in which two runs differ, in words.
fn differences(earlier: &RunIdentity, run: &RunIdentity) -> Vec<String> {
    let mut differences = Vec::new();
    for (what, earlier, now) in [
        ("form of its mark", &earlier.form, &run.form),
        ("version of tenure", &earlier.code_version, &run.code_version),
        ("table's SHA-256", &earlier.data_sha256, &run.data_sha256),
        ("schema's SHA-256", &earlier.schema_sha256, &run.schema_sha256),
    ] {
        if earlier != now {
            differences.push(format!("the {what} was {earlier}, is {now}"));
        }
    }
    let (earlier, now) = (lines(&earlier.parameters), lines(&run.parameters));
    let only_in = |these: &[String], those: &[String]| -> String {
        let only: Vec<&str> = these.iter().filter(|line| !those.contains(line)).map(String::as_str).collect();
        if only.is_empty() { "absent".into() } else { only.join(", ") }
    };
    if earlier != now {
        differences.push(format!("parameters were {}; are {}", only_in(&earlier, &now), only_in(&now, &earlier)));
    }
    differences
}

/// Every value below a JSON value with the keys on the way, as in `network.dropout: 0.2`.
fn lines(value: &Value) -> Vec<String> {
    fn collect(path: &str, value: &Value, lines: &mut Vec<String>) {
        match value {
            Value::Object(entries) => {
                let dot = if path.is_empty() { "" } else { "." };
                entries.iter().for_each(|(key, value)| collect(&format!("{path}{dot}{key}"), value, lines));
            }
            value => lines.push(format!("{path}: {}", canonical(value))),
        }
    }
    let mut lines = Vec::new();
    collect("", value, &mut lines);
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(data: &str, bins: u32) -> RunIdentity {
        RunIdentity::new(data, "b", json!({ "encoder": { "bins": bins }, "seed": 0 }))
    }

    #[test]
    fn numbers_are_read_as_they_were_written() {
        // SplitMix64 (Steele et al. 2014): any bits that are a number, and figures of 0 to 1.
        let mut state = 7u64;
        let mut draw = || {
            state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let z = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            z ^ (z >> 31)
        };
        let mut numbers = vec![0.0, -3.0, 1.0, f64::MAX, f64::MIN_POSITIVE];
        for _ in 0..20_000 {
            numbers.push((draw() >> 11) as f64 / (1u64 << 53) as f64);
            numbers.extend(Some(f64::from_bits(draw())).filter(|number| number.is_finite()));
        }
        let text = serde_json::to_string(&numbers).unwrap();
        assert_eq!(read_exactly::<Vec<f64>>(&text).unwrap(), numbers);
        let mixed = json!({ "a": [null, true, "x"], "b": -4, "c": u64::MAX, "d": 0.5 });
        assert_eq!(read_exactly::<Value>(&mixed.to_string()).unwrap(), mixed);
        assert!(read_exactly::<Value>("{").is_err());
        assert!(read_exactly::<Vec<u32>>("[-1]").unwrap_err().contains("-1"));
    }

    #[test]
    fn the_mark_of_a_run_stays_what_it_is() {
        let mut run = run("a", 16);
        run.code_version = "1".into();
        assert_eq!(
            run.mark(),
            r#"{"identity":"2be99be4a639613fe2480fbd3916c7fe96624e39c350709590d7a71750bb7034","run":{"code_version":"1","data_sha256":"a","form":"tenure-run/1","parameters":{"encoder":{"bins":16},"seed":0},"schema_sha256":"b"}}"#
        );
    }

    #[test]
    fn a_folder_belongs_to_one_training() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().join("new/deep");
        open(&folder, &run("a", 16)).unwrap();
        open(&folder, &run("a", 16)).unwrap();
        let error = open(&folder, &run("c", 8)).unwrap_err();
        assert!(matches!(error, CheckpointError::OtherRun { .. }), "{error:?}");
        let message = error.to_string();
        assert!(message.contains("the table's SHA-256 was a, is c"), "{message}");
        assert!(message.contains("parameters were encoder.bins: 16; are encoder.bins: 8"), "{message}");
    }

    #[test]
    fn a_damaged_mark_is_named() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(MARK), "{\"identity\":").unwrap();
        let error = open(folder.path(), &run("a", 16)).unwrap_err();
        assert!(matches!(&error, CheckpointError::Damaged { path, .. } if path.ends_with(MARK)), "{error:?}");
    }
}
