//! Environments of Python under target/, for what is tested and measured with Python.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::command::{self, Outcome, program};
use crate::finished::{Inputs, unless_finished};
use crate::project;

/// An environment of Python's `venv`.
pub struct Python(PathBuf);

impl Python {
    /// The environment in a folder under target/.
    pub fn in_folder(folder: &str) -> Python {
        Python(project::output(folder))
    }

    /// The environment's interpreter.
    pub fn path(&self) -> PathBuf {
        self.0.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" })
    }

    /// The variable PATH with the environment's programs first.
    pub fn search_path(&self) -> Result<OsString> {
        let own = self.0.join(if cfg!(windows) { "Scripts" } else { "bin" });
        let others = std::env::var_os("PATH").unwrap_or_default();
        Ok(std::env::join_paths(std::iter::once(own).chain(std::env::split_paths(&others)))?)
    }

    pub fn command(&self) -> Command {
        program(self.path())
    }

    /// Makes the environment with the machine's Python and installs what the file asks for from the
    /// package index.
    pub fn install(&self, of_machine: &Path, requirements: &Path) -> Result<Outcome> {
        let inputs = Inputs::of("python peers").path(requirements)?;
        let name = self.0.file_name().unwrap_or_default().to_string_lossy();
        unless_finished(&format!("peers-{name}"), inputs, &[self.0.join("pyvenv.cfg")], || {
            let mut create = program(of_machine);
            command::run(create.args(["-m", "venv"]).arg(&self.0))
                .context("this needs Python 3.11 or newer with venv (Debian: `apt-get install python3-venv`)")?;
            command::run(self.command().args(["-m", "pip", "install", "--quiet", "-r"]).arg(requirements))
        })
    }
}
