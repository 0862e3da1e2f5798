//! `tenure approve`: puts a challenger in place that waited for a person.

use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use tenure_table::unreadable;

use super::decision::Decision;
use super::place::{Versions, beside, move_alias, registry, replace_file};
use crate::console::Console;
use crate::failure::Failure;
use crate::recorder::server;
use crate::tracking::Server;

/// Put a challenger in place that `tenure retrain` left waiting
///
/// Checks that model and challenger are those of the verdict. The model before stays beside it, with
/// `.previous` at the end of its name; a signature is of the model before: sign the new one. Of a registered
/// model the verdict names the versions, and the alias moves to the challenger.
#[derive(Debug, clap::Args)]
pub struct ApproveArguments {
    /// The artifact to replace; none for a registered model
    pub model: Option<PathBuf>,
    /// The verdict of the challenger
    #[arg(long, value_name = "FILE", default_value = "verdict.json")]
    pub verdict: PathBuf,
    /// MLflow server of the registered model; MLFLOW_TRACKING_URI does the same
    #[arg(long, value_name = "URI")]
    pub track: Option<String>,
}

pub fn approve(arguments: &ApproveArguments, console: &Console) -> Result<(), Failure> {
    let refuse = |problem: String| Failure::data(format!("{}: {problem}", arguments.verdict.display()));
    let verdict: Decision = serde_json::from_slice(&read(&arguments.verdict)?)
        .map_err(|error| refuse(format!("this is no verdict of `tenure retrain`: {error}")))?;
    if verdict.decision != "waits" {
        return Err(refuse(format!("no challenger waits (the decision was `{}`)", verdict.decision)));
    }
    match (&arguments.model, &verdict.registered) {
        (Some(model), None) => of_file(model, &verdict, console),
        (None, Some(versions)) => of_registry(versions, &verdict, server(arguments.track.as_deref())?, console),
        (None, None) => Err(Failure::usage("the verdict is of a file: name the model to replace")),
        (Some(_), Some(Versions { model, .. })) => {
            Err(Failure::usage(format!("the verdict is of the registered model `{model}`: name no file")))
        }
    }
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(path).map_err(|error| Failure::file(path, unreadable(&error)))
}

fn of_file(model: &Path, verdict: &Decision, console: &Console) -> Result<(), Failure> {
    let challenger = beside(model, "challenger");
    let bytes = read(&challenger)?;
    same(&model.display().to_string(), &read(model)?, &verdict.champion_sha256)?;
    same(&challenger.display().to_string(), &bytes, &verdict.challenger_sha256)?;
    tenure::artifact::read(&bytes)?;
    let done = replace_file(model, &bytes)?;
    std::fs::remove_file(&challenger).map_err(|error| Failure::file(&challenger, unreadable(&error)))?;
    console.say(done);
    Ok(())
}

fn of_registry(
    versions: &Versions,
    verdict: &Decision,
    server: Option<Server>,
    console: &Console,
) -> Result<(), Failure> {
    let server = server.ok_or_else(|| {
        Failure::usage(format!(
            "the verdict is of the registered model `{}`: name its server with --track",
            versions.model
        ))
    })?;
    let registry = registry(&server, versions.model.clone(), versions.alias.clone());
    let bytes = registry.file(&versions.challenger)?;
    let words = format!("version {} of {}", versions.challenger, versions.model);
    same(&words, &bytes, &verdict.challenger_sha256)?;
    tenure::artifact::read(&bytes)?;
    console.say(move_alias(&registry, versions)?);
    Ok(())
}

/// Refuses other bytes than those of the verdict.
fn same(place: &str, bytes: &[u8], expected: &str) -> Result<(), Failure> {
    let found = hex::encode(Sha256::digest(bytes));
    if found == expected {
        return Ok(());
    }
    Err(Failure::data(format!(
        "{place}: this is not the file of the verdict (SHA-256 {found}, the verdict has {expected}); run `tenure retrain` again"
    )))
}
