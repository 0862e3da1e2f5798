//! The trials file: one JSON object a line; lines are only appended. The first line identifies the
//! search, every other line is a measured fold of a trial. A fold in the file is never measured
//! again.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::checkpoint::{CheckpointError, RunIdentity, read_exactly, same_run};
use crate::file::{FileError, write_whole};
use crate::hyperparameters::Hyperparameters;

/// A fold of a trial.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrialFold {
    pub trial: usize,
    pub params: Hyperparameters,
    pub fold: usize,
    /// Log-loss on the fold's rows, calibrated; `null` where no network came out.
    pub log_loss: Option<f64>,
    pub seconds: f64,
}

/// The file, and what it holds.
#[derive(Debug)]
pub struct Trials {
    path: PathBuf,
    file: File,
    pub measured: Vec<TrialFold>,
}

impl Trials {
    /// Opens the file of this search, or creates it. The file of another search and a line of
    /// another form are errors. An incomplete last line was being written when the search was
    /// killed; its fold is measured again.
    pub fn open(path: &Path, run: &RunIdentity) -> Result<Trials, CheckpointError> {
        let failed = |error: std::io::Error| FileError::new(path, error);
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => String::new(),
            Err(error) => return Err(failed(error).into()),
        };
        let whole = &text[..text.rfind('\n').map_or(0, |end| end + 1)];
        let mut lines = whole.lines().enumerate();
        match lines.next() {
            None => write_whole(path, format!("{}\n", run.mark()).as_bytes())?,
            Some((_, first)) => same_run(path, path, first, run)?,
        }
        let read = |(line, text): (usize, &str)| -> Result<TrialFold, CheckpointError> {
            read_exactly(text).map_err(|error| CheckpointError::Damaged {
                path: path.to_owned(),
                reason: format!("line {}: {error}", line + 1),
            })
        };
        let measured = lines.map(read).collect::<Result<_, _>>()?;
        let file = OpenOptions::new().append(true).open(path).map_err(failed)?;
        if !whole.is_empty() {
            file.set_len(whole.len() as u64).map_err(failed)?;
        }
        Ok(Trials { path: path.to_owned(), file, measured })
    }

    /// Appends folds to the file, then to `measured`.
    pub fn add(&mut self, folds: Vec<TrialFold>) -> Result<(), CheckpointError> {
        for fold in folds {
            self.file
                .write_all(line(&fold).as_bytes())
                .and_then(|()| self.file.sync_data())
                .map_err(|error| FileError::new(&self.path, error))?;
            self.measured.push(fold);
        }
        Ok(())
    }

    /// The folds of every trial.
    pub fn by_trial(&self) -> BTreeMap<usize, Vec<&TrialFold>> {
        let mut trials: BTreeMap<usize, Vec<&TrialFold>> = BTreeMap::new();
        for fold in &self.measured {
            trials.entry(fold.trial).or_default().push(fold);
        }
        trials.values_mut().for_each(|folds| folds.sort_by_key(|fold| fold.fold));
        trials
    }
}

fn line(value: &impl Serialize) -> String {
    let json = serde_json::to_string(value).expect("texts, numbers and their lists have a JSON form");
    format!("{json}\n")
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    fn run(data: &str) -> RunIdentity {
        RunIdentity::new(data, "s", Value::Null)
    }

    fn fold(trial: usize, fold: usize) -> TrialFold {
        let mut params = Hyperparameters::default();
        params.read("dropout", "0.25").unwrap();
        params.read("hidden", "16,8").unwrap();
        TrialFold { trial, params, fold, log_loss: Some(0.412345678), seconds: 1.5 }
    }

    #[test]
    fn a_file_is_only_added_to_and_a_torn_line_is_measured_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("trials.jsonl");
        let mut trials = Trials::open(&path, &run("a")).unwrap();
        trials.add(vec![fold(0, 0), fold(0, 1)]).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, &text[..text.len() - 5]).unwrap();
        let mut trials = Trials::open(&path, &run("a")).unwrap();
        assert_eq!(trials.measured, [fold(0, 0)]);
        trials.add(vec![fold(0, 1)]).unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
        assert_eq!(Trials::open(&path, &run("a")).unwrap().by_trial()[&0].len(), 2);
    }

    #[test]
    fn other_searches_and_foreign_lines_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("trials.jsonl");
        drop(Trials::open(&path, &run("a")).unwrap());
        let message = Trials::open(&path, &run("b")).unwrap_err().to_string();
        assert!(message.contains("SHA-256 was a, is b"), "{message}");
        let mut text = std::fs::read_to_string(&path).unwrap();
        text.push_str("{\"trial\":1}\n");
        std::fs::write(&path, &text).unwrap();
        let message = Trials::open(&path, &run("a")).unwrap_err().to_string();
        assert!(message.contains("line 2"), "{message}");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), text, "a refused file is left alone");
    }
}
