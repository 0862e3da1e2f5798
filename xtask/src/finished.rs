//! Remembers which steps are finished. A step is repeated only if its inputs or its outputs
//! changed.
//!
//! Contents are hashed, because a fresh checkout or a `touch` changes every date and nothing else.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

use crate::command::Outcome;
use crate::project;

/// Folders that steps write and never read.
const OUTPUT_FOLDERS: [&str; 4] = ["node_modules", "dist", "target", "test-results"];

/// A hash over the inputs of a step.
pub struct Inputs(Sha256);

impl Inputs {
    /// Starts with the step's name, so two steps with the same inputs differ.
    pub fn of(step: &str) -> Self {
        Self(Sha256::new()).text(step)
    }

    /// Adds a text, such as a version or a flag.
    pub fn text(mut self, text: &str) -> Self {
        self.add(b"text", text.as_bytes());
        self
    }

    /// Adds a file, or every file of a folder except what steps write there. A path that does not
    /// exist counts as empty.
    pub fn path(mut self, path: &Path) -> Result<Self> {
        let mut files = Vec::new();
        collect(path, &OUTPUT_FOLDERS, &mut files)?;
        for file in files {
            self.file(&file)?;
        }
        Ok(self)
    }

    /// Adds what another step wrote: every file of every folder.
    pub fn written(mut self, path: &Path) -> Result<Self> {
        let mut files = Vec::new();
        collect(path, &[], &mut files)?;
        for file in files {
            self.file(&file)?;
        }
        Ok(self)
    }

    fn file(&mut self, file: &Path) -> Result<()> {
        let bytes = fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
        self.add(project::shown(file).as_bytes(), &bytes);
        Ok(())
    }

    fn add(&mut self, name: &[u8], bytes: &[u8]) {
        // Without the lengths, a byte could move from a name to its content and leave the hash as
        // it is.
        for part in [name, bytes] {
            self.0.update((part.len() as u64).to_le_bytes());
            self.0.update(part);
        }
    }

    fn hash(self) -> String {
        hex::encode(self.0.finalize())
    }
}

/// Does `work`, unless the step is finished: it ran with these inputs, and its outputs are
/// unchanged since.
pub fn unless_finished(
    step: &str,
    inputs: Inputs,
    outputs: &[PathBuf],
    work: impl FnOnce() -> Result<()>,
) -> Result<Outcome> {
    let note = project::output(&format!("xtask/{step}.finished"));
    let inputs = inputs.hash();
    if let Ok(text) = fs::read_to_string(&note)
        && outputs.iter().all(|output| output.exists())
        && text == finished(step, &inputs, outputs)?
    {
        return Ok(Outcome::Unchanged);
    }
    // If this run fails half way, the note of an earlier run must not make it look finished.
    if note.exists() {
        fs::remove_file(&note)?;
    }
    work()?;
    for output in outputs {
        if !output.exists() {
            anyhow::bail!("step `{step}` ended without writing {}", project::shown(output));
        }
    }
    let text = finished(step, &inputs, outputs)?;
    fs::create_dir_all(note.parent().expect("a note lies in target/xtask"))?;
    fs::write(&note, text).with_context(|| format!("cannot write {}", note.display()))?;
    Ok(Outcome::Done)
}

fn finished(step: &str, inputs: &str, outputs: &[PathBuf]) -> Result<String> {
    let mut written = Inputs::of(step);
    for output in outputs {
        written = written.written(output)?;
    }
    Ok(format!("{inputs}\n{}\n", written.hash()))
}

/// All files under a path, sorted, because folders list their entries in any order.
fn collect(path: &Path, skip: &[&str], files: &mut Vec<PathBuf>) -> Result<()> {
    if path.is_dir() {
        let mut entries = fs::read_dir(path)
            .and_then(|entries| entries.map(|entry| entry.map(|entry| entry.path())).collect::<Result<Vec<_>, _>>())
            .with_context(|| format!("cannot list {}", path.display()))?;
        entries.sort();
        for entry in entries {
            let name = entry.file_name().unwrap_or_default().to_string_lossy();
            if !skip.contains(&name.as_ref()) {
                collect(&entry, skip, files)?;
            }
        }
    } else if path.is_file() {
        files.push(path.to_path_buf());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    #[test]
    fn a_step_is_repeated_when_an_input_or_an_output_changes() {
        let folder = tempfile::tempdir().unwrap();
        let (source, output) = (folder.path().join("source"), folder.path().join("out/result"));
        let runs = Cell::new(0);
        let name = format!("test-{}", std::process::id());
        let go = || {
            unless_finished(&name, Inputs::of(&name).path(&source).unwrap(), &[folder.path().join("out")], || {
                runs.set(runs.get() + 1);
                fs::create_dir_all(output.parent().unwrap())?;
                Ok(fs::write(&output, fs::read(&source)?)?)
            })
            .unwrap()
        };
        fs::write(&source, "one").unwrap();
        assert_eq!(go(), Outcome::Done);
        assert_eq!(go(), Outcome::Unchanged);
        fs::write(&source, "two").unwrap();
        assert_eq!(go(), Outcome::Done);
        fs::write(&output, "spoiled").unwrap();
        assert_eq!(go(), Outcome::Done);
        fs::remove_dir_all(folder.path().join("out")).unwrap();
        assert_eq!(go(), Outcome::Done);
        assert_eq!(go(), Outcome::Unchanged);
        assert_eq!(runs.get(), 4);
        fs::remove_file(project::output(&format!("xtask/{name}.finished"))).unwrap();
    }

    #[test]
    fn a_failed_step_is_not_finished() {
        let folder = tempfile::tempdir().unwrap();
        let output = [folder.path().join("result")];
        let name = format!("test-failed-{}", std::process::id());
        let write = || Ok(fs::write(&output[0], "fine")?);
        assert_eq!(unless_finished(&name, Inputs::of("1"), &output, write).unwrap(), Outcome::Done);
        assert!(unless_finished(&name, Inputs::of("2"), &output, || anyhow::bail!("no")).is_err());
        assert_eq!(unless_finished(&name, Inputs::of("1"), &output, write).unwrap(), Outcome::Done);
        fs::remove_file(project::output(&format!("xtask/{name}.finished"))).unwrap();
    }
}
