//! Artifact files, and the flags --reference and --verify-key.

use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use tenure::artifact::{Artifact, ArtifactError, read};
use tenure::schema::date;
use tenure_table::unreadable;

use crate::failure::Failure;
use crate::signing::{PublicKey, beside, verify};

/// An artifact and the hash of its file.
pub struct ArtifactFile {
    pub artifact: Artifact,
    /// In hexadecimal.
    pub sha256: String,
}

/// Whose artifacts are read.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct TrustArguments {
    /// Public key, a file of `tenure keygen`: a model is refused unless this key signed it. The
    /// signature is the file beside it with .sig at the end of its name
    #[arg(long, value_name = "FILE")]
    pub verify_key: Option<PathBuf>,
}

/// Reads an artifact file. Its dates count back from the day `reference`, where one is given.
pub fn read_artifact(path: &Path, reference: Option<f64>, trust: &TrustArguments) -> Result<ArtifactFile, Failure> {
    let bytes = std::fs::read(path).map_err(|error| Failure::file(path, unreadable(&error)))?;
    if let Some(key) = &trust.verify_key {
        verify(path, &bytes, &beside(path), &PublicKey::read(key)?)?;
    }
    let mut file = artifact_of(&path.display().to_string(), &bytes)?;
    if let Some(day) = reference
        && !file.artifact.document.schema.set_reference(day)
    {
        return Err(Failure::usage(format!("--reference: {} has no date field; leave the flag out", path.display())));
    }
    Ok(file)
}

/// Reads the bytes of an artifact that lies in this place.
pub fn artifact_of(place: &str, bytes: &[u8]) -> Result<ArtifactFile, Failure> {
    let refuse = |error: ArtifactError| Failure::data(format!("{place}: {error} [{}]", error.code()));
    let artifact = read(bytes).map_err(refuse)?;
    Ok(ArtifactFile { artifact, sha256: hex::encode(Sha256::digest(bytes)) })
}

/// The value of the flag --reference, in days since 1970-01-01.
pub fn day(text: &str) -> Result<f64, String> {
    let day = date::read(text).ok_or("must be a date, year first, as in 2024-01-31")?;
    Ok(day.floor())
}
