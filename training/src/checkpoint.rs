//! The folder of `--checkpoint-dir`: the states of a training's fits (`fit/state.rs`), and a note of which training they
//! belong to, so that another table or other settings are refused instead of quietly begun anew.

use std::io::ErrorKind;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::failure::Failure;
use crate::output::write_whole;

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

const NOTE: &str = "run.json";

/// Makes the folder the run's own, or finds that it is; refuses the folder of another run.
pub fn open(folder: &Path, run: &Run) -> Result<(), Failure> {
    let note = folder.join(NOTE);
    let text = match std::fs::read_to_string(&note) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let text = serde_json::to_string_pretty(run).map_err(Failure::data)?;
            return write_whole(&note, text.as_bytes());
        }
        Err(error) => return Err(Failure::file(&note, error)),
    };
    let earlier: Run = serde_json::from_str(&text).map_err(|error| {
        Failure::data(format!("{}: this is no note of a training ({error}); name another folder", note.display()))
    })?;
    let differences = differences(&earlier, run);
    if differences.is_empty() {
        return Ok(());
    }
    Err(Failure::usage(format!(
        "{} holds the checkpoints of another training; name another folder or delete it\n  {}",
        folder.display(),
        differences.join("\n  ")
    )))
}

/// Every way in which two runs are not the same, in words.
pub fn differences(earlier: &Run, run: &Run) -> Vec<String> {
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
        let failure = open(&folder, &other).unwrap_err();
        assert_eq!(failure.exit_code, crate::failure::USAGE);
        assert!(failure.message.contains("the table's SHA-256 was a, is c"), "{}", failure.message);
        assert!(failure.message.contains("settings were bins: 16; are bins: 8"), "{}", failure.message);
    }

    #[test]
    fn a_broken_note_is_named() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(NOTE), "{\"code_version\":").unwrap();
        let failure = open(folder.path(), &run()).unwrap_err();
        assert!(failure.message.contains(NOTE), "{}", failure.message);
    }
}
