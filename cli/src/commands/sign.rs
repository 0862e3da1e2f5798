//! `tenure sign`: the signature of an artifact, in a file beside it.

use std::path::PathBuf;

use crate::console::{Console, refuse_overwrite, write_json};
use crate::failure::Failure;
use crate::inputs::{TrustArguments, read_artifact};
use crate::signing::{PrivateKey, Signature, beside};

/// Sign an artifact, so that others can tell that it is yours
///
/// Writes a small JSON file beside it: the id of the key, the SHA-256 of the artifact, and the
/// signature. The artifact itself does not change. A file that is no artifact is refused.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Artifact
    pub model: PathBuf,
    /// Private key, a file of `tenure keygen`
    #[arg(long, value_name = "FILE")]
    pub key: PathBuf,
    /// File to write; by default the artifact's name with .sig at its end
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Overwrite the file
    #[arg(long)]
    pub force: bool,
}

pub fn run(arguments: &Arguments, console: &Console) -> Result<(), Failure> {
    let Arguments { model, key, out, force } = arguments;
    let out = out.clone().unwrap_or_else(|| beside(model));
    refuse_overwrite(&out, *force)?;
    let key = PrivateKey::read(key)?;
    let file = read_artifact(model, None, &TrustArguments::default())?;
    write_json(&out, &Signature::new(&file.sha256, &key), *force)?;
    console.say(format!("{}: signed with key {}", out.display(), key.public().id()));
    Ok(())
}
