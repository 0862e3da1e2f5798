//! Where a model is, and how another takes its place: a file, or the version of a registered model that an
//! alias points to.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use tenure_table::unreadable;
use tenure_training::file::{Existing, write};

use crate::console::refuse_overwrite;
use crate::failure::Failure;
use crate::inputs::{ArtifactFile, TrustArguments, artifact_of, read_artifact};
use crate::recorder::Recorder;
use crate::tracking::{Client, Registry, Server, Timeouts, WAITING};

/// The place of a champion.
pub enum Place {
    File(PathBuf),
    /// The version is the one behind the alias when the command began.
    Registered {
        registry: Box<Registry>,
        version: String,
    },
}

/// The versions of a registered model that a verdict is about.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Versions {
    /// Name of the registered model.
    pub model: String,
    /// The alias of the version in use.
    pub alias: String,
    pub champion: String,
    pub challenger: String,
}

impl Place {
    /// The version behind an alias of a registered model.
    pub fn registered(server: Server, model: String, alias: String) -> Result<Place, Failure> {
        let registry = Box::new(registry(&server, model, alias));
        let version = registry.current()?;
        Ok(Place::Registered { registry, version })
    }

    /// The model in this place.
    pub fn read(&self, trust: &TrustArguments) -> Result<ArtifactFile, Failure> {
        match self {
            Place::File(path) => read_artifact(path, None, trust),
            Place::Registered { registry, version } => artifact_of(&self.words(), &registry.file(version)?),
        }
    }

    /// A failure with what it leaves as it was.
    pub fn stays(&self, mut failure: Failure) -> Failure {
        if let Place::Registered { registry, version } = self {
            failure.message +=
                &format!("; the alias {} of {} stays at version {version}", registry.alias, registry.model);
        }
        failure
    }

    /// The place in words.
    pub fn words(&self) -> String {
        match self {
            Place::File(path) => path.display().to_string(),
            Place::Registered { registry, version } => format!("version {version} of {}", registry.model),
        }
    }

    /// Refuses to overwrite a challenger that waits in a file, before the work.
    pub fn refuse_overwrite(&self, force: bool) -> Result<(), Failure> {
        match self {
            Place::File(path) => refuse_overwrite(&beside(path, "challenger"), force),
            Place::Registered { .. } => Ok(()),
        }
    }
}

/// A registered model on a server.
pub fn registry(server: &Server, model: String, alias: String) -> Registry {
    Registry { client: Client::new(server, Timeouts::LONG), model, alias }
}

/// Makes a challenger a version, which nobody has in use; one that `waits` gets the alias for that.
pub fn register(
    registry: &Registry,
    champion: &str,
    waits: bool,
    recorder: &mut Recorder,
) -> Result<Versions, Failure> {
    let challenger = registry.register(&recorder.send(&registry.client)?)?;
    if waits {
        registry.let_wait(&challenger)?;
    }
    let (model, alias) = (registry.model.clone(), registry.alias.clone());
    Ok(Versions { model, alias, champion: champion.into(), challenger })
}

/// Puts a challenger in the place of a file, which stays beside it. Says what was done.
pub fn replace_file(path: &Path, bytes: &[u8]) -> Result<String, Failure> {
    let previous = beside(path, "previous");
    let before = std::fs::read(path).map_err(|error| Failure::file(path, unreadable(&error)))?;
    write(&previous, &before, Existing::Replace)?;
    write(path, bytes, Existing::Replace)?;
    Ok(format!("{}: replaced; the model before is in {}", path.display(), previous.display()))
}

/// Points the alias to a challenger. Says what was done.
pub fn move_alias(registry: &Registry, versions: &Versions) -> Result<String, Failure> {
    let Versions { model, alias, champion, challenger } = versions;
    registry.point(champion, challenger)?;
    Ok(format!("{model}: the alias {alias} points to version {challenger}, and no longer to version {champion}"))
}

/// A file beside the model.
pub fn beside(model: &Path, ending: &str) -> PathBuf {
    let mut name = model.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    name.into()
}

/// The place that the flags name. `MODEL` is one, `--registered-model` the other.
pub fn named(
    file: Option<&Path>,
    registered: Option<&str>,
    alias: &str,
    server: impl FnOnce() -> Result<Option<Server>, Failure>,
) -> Result<Place, Failure> {
    match (file, registered) {
        (Some(path), None) => Ok(Place::File(path.to_owned())),
        (None, Some(model)) => {
            let needs = || Failure::usage("--registered-model needs a server: name one with --track");
            Place::registered(server()?.ok_or_else(needs)?, model.to_owned(), alias.to_owned())
        }
        (Some(path), Some(model)) => Err(Failure::usage(format!(
            "both {} and --registered-model {model} say which model to replace: leave one of them out",
            path.display()
        ))),
        (None, None) => Err(Failure::usage(
            "name the model to replace: a file, or --registered-model with the name of a registered one",
        )),
    }
}

/// Refuses what a registered model cannot have.
pub fn check_registered(
    alias: &str,
    waits: bool,
    trust: &TrustArguments,
    register: Option<&str>,
) -> Result<(), Failure> {
    if waits && alias == WAITING {
        return Err(Failure::usage(format!(
            "--alias {WAITING} is the alias of versions that wait: with --require-approval name another"
        )));
    }
    if trust.verify_key.is_some() {
        return Err(Failure::usage("--verify-key is for files: a registered model has no signature beside it"));
    }
    if register.is_some() {
        return Err(Failure::usage(
            "--register and --registered-model: leave --register out, a better challenger is registered",
        ));
    }
    Ok(())
}
