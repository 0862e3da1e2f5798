//! The signature of an artifact: a small JSON file beside it. The package reads the same
//! (`pkg/src/signature.ts`).

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tenure_table::unreadable;

use super::key::{PrivateKey, PublicKey};
use crate::failure::{Failure, UNSIGNED};

/// The version of the file.
const VERSION: u32 = 1;
const ALGORITHM: &str = "ed25519";
/// What a signed message begins with, so that a signature of something else is none of an artifact.
const DOMAIN: &str = "tenure artifact signature 1";
/// A signature has fewer bytes.
const LONGEST_FILE: u64 = 4096;

/// Who signed an artifact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signature {
    /// The version of this file.
    version: u32,
    /// How it was signed.
    algorithm: String,
    /// The id of the key, to tell which it is. It proves nothing.
    pub key: String,
    /// The SHA-256 of the artifact, in hexadecimal.
    pub sha256: String,
    /// In base64: 64 bytes, of the message `tenure artifact signature 1`, a line feed, the SHA-256 in
    /// hexadecimal, a line feed.
    signature: String,
}

impl Signature {
    /// Signs the artifact of this SHA-256, in hexadecimal.
    pub fn new(sha256: &str, key: &PrivateKey) -> Signature {
        let signature = STANDARD.encode(key.sign(&message(sha256)));
        let (algorithm, sha256) = (ALGORITHM.into(), sha256.into());
        Signature { version: VERSION, algorithm, key: key.public().id(), sha256, signature }
    }

    fn read(path: &Path) -> Result<Signature, Failure> {
        let file = File::open(path).map_err(|error| {
            let error = unreadable(&error);
            Failure::file(path, format!("{error}. `tenure sign` writes the signature beside the model"))
        })?;
        let mut text = Vec::new();
        file.take(LONGEST_FILE).read_to_end(&mut text).map_err(|error| Failure::file(path, unreadable(&error)))?;
        let signature: Signature = serde_json::from_slice(&text).map_err(|error| {
            refuse(
                path,
                format!(
                    "this is no signature that `tenure sign` writes ({error}); get it again, or sign the model again"
                ),
            )
        })?;
        if signature.version != VERSION || signature.algorithm != ALGORITHM {
            let Signature { version, algorithm, .. } = signature;
            let message = format!(
                "version must be {VERSION} and algorithm {ALGORITHM} (got {version} and {algorithm:?}); sign the model again"
            );
            return Err(refuse(path, message));
        }
        Ok(signature)
    }
}

/// Where the signature of an artifact is: beside it, with `.sig` at the end of its name.
pub fn beside(artifact: &Path) -> PathBuf {
    let mut name = artifact.as_os_str().to_owned();
    name.push(".sig");
    name.into()
}

/// Refuses an artifact that the key has not signed. `bytes` are those of the artifact, so that what
/// is verified is what is read.
pub fn verify(artifact: &Path, bytes: &[u8], signature: &Path, key: &PublicKey) -> Result<Signature, Failure> {
    let signed = Signature::read(signature)?;
    let sha256 = hex::encode(Sha256::digest(bytes));
    if signed.key != key.id() {
        let message = format!("key {} signed the model, and it must be key {}", signed.key, key.id());
        return Err(refuse(signature, message));
    }
    if signed.sha256 != sha256 {
        let message = format!(
            "this is not the file that was signed: its SHA-256 is {sha256}, and {} says {}; get the model again",
            signature.display(),
            signed.sha256
        );
        return Err(refuse(artifact, message));
    }
    if !STANDARD.decode(&signed.signature).is_ok_and(|signature| key.verifies(&message(&sha256), &signature)) {
        return Err(refuse(signature, format!("key {} did not make this signature", key.id())));
    }
    Ok(signed)
}

fn refuse(path: &Path, message: String) -> Failure {
    Failure::new(UNSIGNED, format!("{}: {message}", path.display()))
}

fn message(sha256: &str) -> Vec<u8> {
    format!("{DOMAIN}\n{sha256}\n").into_bytes()
}
