//! `tenure verify`: whether a key signed an artifact.

use std::path::PathBuf;

use tenure_table::unreadable;

use crate::console::Console;
use crate::failure::Failure;
use crate::signing::{PublicKey, beside, verify};

/// Check that a key signed an artifact
///
/// Exit code 0 if the key signed this very file, and 3 otherwise. Every command that reads an
/// artifact checks the same with --verify-key.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Artifact
    pub model: PathBuf,
    // Named as everywhere else, so that TENURE_VERIFY_KEY is one setting.
    /// Public key, a file of `tenure keygen`
    #[arg(long, visible_alias = "key", value_name = "FILE")]
    pub verify_key: PathBuf,
    /// Signature; by default the artifact's name with .sig at its end
    #[arg(long, value_name = "FILE")]
    pub signature: Option<PathBuf>,
}

pub fn run(arguments: &Arguments, console: &Console) -> Result<(), Failure> {
    let Arguments { model, verify_key, signature } = arguments;
    let key = PublicKey::read(verify_key)?;
    let bytes = std::fs::read(model).map_err(|error| Failure::file(model, unreadable(&error)))?;
    let signature = signature.clone().unwrap_or_else(|| beside(model));
    let signed = verify(model, &bytes, &signature, &key)?;
    console.print(format!("{}: signed with key {} (SHA-256 {})", model.display(), signed.key, signed.sha256));
    Ok(())
}
