//! The folder of runs: creates, appends to and reads the files of runs.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use rand::RngExt;
use tenure::schema::date;

use super::event::{Event, Status, now};

/// The default folder.
pub const FOLDER: &str = "runs";

/// A folder of runs.
#[derive(Clone, Debug)]
pub struct RunStore {
    folder: PathBuf,
}

/// A run as its file has it.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    pub id: String,
    pub events: Vec<Event>,
}

#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("{}: {error}", path.display())]
    File { path: PathBuf, error: std::io::Error },
    #[error("{}, line {line}: {error}; the file is damaged: delete it, or correct the line", path.display())]
    Line { path: PathBuf, line: usize, error: serde_json::Error },
}

impl RunStore {
    pub fn new(folder: &Path) -> RunStore {
        RunStore { folder: folder.into() }
    }

    /// Creates the file of a new run and returns its id: the time to the millisecond, so that runs
    /// sort by it, and a random suffix.
    pub fn create(&self) -> Result<(String, File), StoreError> {
        std::fs::create_dir_all(&self.folder).map_err(|error| self.file_error(&self.folder, error))?;
        loop {
            let id = format!("{}-{:06x}", stamp(now()), rand::rng().random_range(0..1u32 << 24));
            let path = self.path(&id);
            match OpenOptions::new().append(true).create_new(true).open(&path) {
                Ok(file) => {
                    // The lock shows other processes that the run is alive. On a file system
                    // without locks, a run without an end counts as killed.
                    let _ = file.try_lock();
                    return Ok((id, file));
                }
                Err(error) if error.kind() == ErrorKind::AlreadyExists => continue,
                Err(error) => return Err(self.file_error(&path, error)),
            }
        }
    }

    /// Appends one line, in one write.
    pub fn append(file: &mut File, event: &Event) -> std::io::Result<()> {
        let mut line = serde_json::to_vec(event)?;
        line.push(b'\n');
        file.write_all(&line)
    }

    /// Whether a process is still writing the run.
    pub fn is_open(&self, id: &str) -> bool {
        let locked = |file: File| matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock));
        File::open(self.path(id)).is_ok_and(locked)
    }

    pub fn path(&self, id: &str) -> PathBuf {
        self.folder.join(format!("{id}.jsonl"))
    }

    /// The folder of a run's files.
    pub fn files(&self, id: &str) -> PathBuf {
        self.folder.join(format!("{id}.files"))
    }

    /// The file with the progress of a run's upload.
    pub fn delivery(&self, id: &str) -> PathBuf {
        self.folder.join(format!("{id}.delivery.json"))
    }

    /// The ids of all runs, oldest first; none if the folder does not exist.
    pub fn ids(&self) -> Result<Vec<String>, StoreError> {
        let entries = match std::fs::read_dir(&self.folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(self.file_error(&self.folder, error)),
        };
        let mut ids = Vec::new();
        for entry in entries {
            let name = entry.map_err(|error| self.file_error(&self.folder, error))?.file_name();
            ids.extend(name.to_str().and_then(|name| name.strip_suffix(".jsonl")).map(Into::into));
        }
        ids.sort();
        Ok(ids)
    }

    /// Reads a run. An incomplete last line, which a killed run leaves, is skipped.
    pub fn read(&self, id: &str) -> Result<Run, StoreError> {
        let path = self.path(id);
        let text = std::fs::read_to_string(&path).map_err(|error| self.file_error(&path, error))?;
        let whole = text.rfind('\n').map_or("", |end| &text[..end]);
        let event = |(index, line): (usize, &str)| {
            let line_error = |error| StoreError::Line { path: path.clone(), line: index + 1, error };
            serde_json::from_str(line).map_err(line_error)
        };
        let events = whole.lines().enumerate().map(event).collect::<Result<_, _>>()?;
        Ok(Run { id: id.into(), events })
    }

    fn file_error(&self, path: &Path, error: std::io::Error) -> StoreError {
        StoreError::File { path: path.into(), error }
    }
}

impl Run {
    /// Command, name of the schema, and time.
    pub fn start(&self) -> Option<(&str, &str, u64)> {
        self.events.iter().find_map(|event| match event {
            Event::Start { command, name, time, .. } => Some((command.as_str(), name.as_str(), *time)),
            _ => None,
        })
    }

    pub fn params(&self) -> BTreeMap<&str, &str> {
        let of = self.events.iter().filter_map(|event| match event {
            Event::Start { params, .. } | Event::Params { params } => Some(params),
            _ => None,
        });
        of.flatten().map(|(key, value)| (key.as_str(), value.as_str())).collect()
    }

    pub fn tags(&self) -> BTreeMap<&str, &str> {
        let of = self.events.iter().filter_map(|event| match event {
            Event::Start { tags, .. } => Some(tags),
            _ => None,
        });
        of.flatten().map(|(key, value)| (key.as_str(), value.as_str())).collect()
    }

    /// The figures of the whole run.
    pub fn metrics(&self) -> BTreeMap<&str, f64> {
        let of = self.events.iter().filter_map(|event| match event {
            Event::Metrics { metrics, .. } => Some(metrics),
            _ => None,
        });
        of.flatten().map(|(key, value)| (key.as_str(), *value)).collect()
    }

    /// Status and duration in seconds; `None` while the run goes on, and for a killed run.
    pub fn end(&self) -> Option<(Status, f64)> {
        self.events.iter().find_map(|event| match event {
            Event::End { status, seconds, .. } => Some((*status, *seconds)),
            _ => None,
        })
    }
}

/// `20260131-235959999`, in UTC, of milliseconds since 1970.
fn stamp(time: u64) -> String {
    let (seconds, rest) = (time / 1000, time % 1000);
    let day = date::text((seconds / 86_400) as f64).replace('-', "");
    format!("{day}-{:02}{:02}{:02}{rest:03}", seconds / 3600 % 24, seconds / 60 % 60, seconds % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn start(id: &str) -> Event {
        let (params, tags) = (BTreeMap::from([("seed".into(), "3".into())]), BTreeMap::new());
        Event::Start { id: id.into(), time: 5, command: "train".into(), name: "small".into(), params, tags }
    }

    #[test]
    fn times_are_dates() {
        let seen = [0, 951_782_400_007, 1_709_164_800_000, 1_798_761_599_999].map(stamp);
        assert_eq!(seen, ["19700101-000000000", "20000229-000000007", "20240229-000000000", "20261231-235959999"]);
    }

    #[test]
    fn runs_beside_each_other_do_not_meet() {
        let folder = tempfile::tempdir().unwrap();
        let store = RunStore::new(&folder.path().join("runs"));
        assert_eq!(store.ids().unwrap(), Vec::<String>::new());
        std::thread::scope(|scope| {
            for thread in 0..8 {
                let store = &store;
                scope.spawn(move || {
                    let (id, mut file) = store.create().unwrap();
                    RunStore::append(&mut file, &start(&id)).unwrap();
                    for step in 1..=50 {
                        let metrics = BTreeMap::from([("loss".into(), f64::from(thread))]);
                        let epoch = Event::Epoch { time: 1, stage: "network".into(), step, metrics };
                        RunStore::append(&mut file, &epoch).unwrap();
                    }
                });
            }
        });
        let ids = store.ids().unwrap();
        assert_eq!(ids.len(), 8);
        assert!(ids.iter().all(|id| !store.is_open(id)));
        for id in ids {
            let run = store.read(&id).unwrap();
            assert_eq!((run.events.len(), run.events[0].clone()), (51, start(&id)));
        }
    }

    #[test]
    fn what_a_killed_run_left_half_is_not_read_and_what_is_broken_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let store = RunStore::new(folder.path());
        let (id, mut file) = store.create().unwrap();
        RunStore::append(&mut file, &start(&id)).unwrap();
        file.write_all(b"{\"event\":\"end\",\"ti").unwrap();
        assert!(store.is_open(&id));
        let run = store.read(&id).unwrap();
        assert_eq!((run.events.len(), run.end(), run.params()["seed"]), (1, None, "3"));
        file.write_all(b"\n").unwrap();
        let error = store.read(&id).unwrap_err().to_string();
        assert!(error.contains("line 2"), "{error}");
    }
}
