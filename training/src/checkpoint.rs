//! The folder of `--checkpoint-dir`: the states of a training's fits (`fit/state.rs`), and a note of which training they
//! belong to, so that another table or other settings are refused instead of quietly begun anew.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::file::{FileError, write_whole};

/// What decides a training.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Run {
    pub code_version: String,
    pub data_sha256: String,
    pub schema_sha256: String,
    /// Every setting and every choice of rows, one a line.
    pub settings: Vec<String>,
}

/// Why a folder of checkpoints, or a file of trials, cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum CheckpointError {
    /// It cannot be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// Its description of the run, or one of its lines, cannot be read.
    #[error("{}: {reason}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong, and what to do.
        reason: String,
    },
    /// It belongs to a run with another table, schema or settings.
    #[error("{} belongs to another run; name another one or delete it\n  {}", path.display(), differences.join("\n  "))]
    OtherRun {
        /// The folder or file.
        path: PathBuf,
        /// How the two runs differ, in words.
        differences: Vec<String>,
    },
}

const NOTE: &str = "run.json";

/// Makes the folder the run's own, or checks that it is; refuses the folder of another run.
pub fn open(folder: &Path, run: &Run) -> Result<(), CheckpointError> {
    let note = folder.join(NOTE);
    match std::fs::read_to_string(&note) {
        Ok(text) => same_run(folder, &note, &text, run),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let text = serde_json::to_string_pretty(run).expect("a run has only texts");
            Ok(write_whole(&note, text.as_bytes())?)
        }
        Err(error) => Err(FileError::new(&note, error).into()),
    }
}

/// Checks that the run described by `text`, which stands in `file`, is `run`; `path` is what the user named.
pub(crate) fn same_run(path: &Path, file: &Path, text: &str, run: &Run) -> Result<(), CheckpointError> {
    let earlier: Run = serde_json::from_str(text).map_err(|error| CheckpointError::Damaged {
        path: file.to_owned(),
        reason: format!("this describes no run of tenure ({error}); name another one"),
    })?;
    let differences = differences(&earlier, run);
    if differences.is_empty() { Ok(()) } else { Err(CheckpointError::OtherRun { path: path.to_owned(), differences }) }
}

/// Every way in which two runs differ, in words.
fn differences(earlier: &Run, run: &Run) -> Vec<String> {
    let mut differences = Vec::new();
    for (what, earlier, now) in [
        ("version of tenure", &earlier.code_version, &run.code_version),
        ("table's SHA-256", &earlier.data_sha256, &run.data_sha256),
        ("schema's SHA-256", &earlier.schema_sha256, &run.schema_sha256),
    ] {
        if earlier != now {
            differences.push(format!("the {what} was {earlier}, is {now}"));
        }
    }
    let only_in = |these: &[String], those: &[String]| -> Vec<String> {
        these.iter().filter(|line| !those.contains(line)).map(|line| line.trim().trim_end_matches(',').into()).collect()
    };
    let (before, after) = (only_in(&earlier.settings, &run.settings), only_in(&run.settings, &earlier.settings));
    if !before.is_empty() || !after.is_empty() {
        differences.push(format!("settings were {}; are {}", listed(&before), listed(&after)));
    } else if earlier.settings != run.settings {
        differences.push("settings stand in another order".into());
    }
    differences
}

fn listed(lines: &[String]) -> String {
    if lines.is_empty() { "fewer".into() } else { lines.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run() -> Run {
        let settings = "TrainParams {\n    bins: 16,\n    seed: 0,\n}".lines().map(String::from).collect();
        let text = String::from;
        Run { code_version: text("1"), data_sha256: text("a"), schema_sha256: text("b"), settings }
    }

    #[test]
    fn a_folder_is_of_one_training_alone() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().join("new/deep");
        open(&folder, &run()).unwrap();
        open(&folder, &run()).unwrap();
        let mut other = Run { data_sha256: "c".into(), ..run() };
        other.settings[1] = "    bins: 8,".into();
        let error = open(&folder, &other).unwrap_err();
        assert!(matches!(error, CheckpointError::OtherRun { .. }), "{error:?}");
        let message = error.to_string();
        assert!(message.contains("the table's SHA-256 was a, is c"), "{message}");
        assert!(message.contains("settings were bins: 16; are bins: 8"), "{message}");
    }

    #[test]
    fn a_broken_note_is_named() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(NOTE), "{\"code_version\":").unwrap();
        let error = open(folder.path(), &run()).unwrap_err();
        assert!(matches!(&error, CheckpointError::Damaged { path, .. } if path.ends_with(NOTE)), "{error:?}");
    }
}
