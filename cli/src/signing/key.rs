//! Key files: a private key, which signs, and its public key, which everybody may have. Each is one
//! line: a prefix, and 32 bytes in base64.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::rand::{SecureRandom, SystemRandom};
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use sha2::{Digest, Sha256};
use tenure_table::unreadable;

use crate::failure::{ENVIRONMENT, Failure};

const PRIVATE: &str = "tenure-ed25519-private:";
const PUBLIC: &str = "tenure-ed25519-public:";
/// Bytes of either key (RFC 8032, section 5.1.5).
const BYTES: usize = 32;
/// A key file has fewer bytes.
const LONGEST_FILE: u64 = 1024;

/// A key that signs.
pub struct PrivateKey {
    seed: [u8; BYTES],
    pair: Ed25519KeyPair,
}

impl PrivateKey {
    /// A new key, from the random numbers of the operating system.
    pub fn generate() -> Result<PrivateKey, Failure> {
        let mut seed = [0; BYTES];
        let filled = SystemRandom::new().fill(&mut seed);
        filled.map_err(|_| Failure::new(ENVIRONMENT, "the operating system gives no random numbers"))?;
        PrivateKey::of(seed).ok_or_else(|| Failure::new(ENVIRONMENT, "no key can be made of these random numbers"))
    }

    /// Reads a key file. A file that others can read is refused: whoever has the key signs as its
    /// owner.
    pub fn read(path: &Path) -> Result<PrivateKey, Failure> {
        let mut file = File::open(path).map_err(|error| Failure::file(path, unreadable(&error)))?;
        // What is no private key may be open to others: say what it is first.
        let seed = read(path, &mut file, PRIVATE, "the private key that `tenure keygen` writes")?;
        refuse_open_to_others(path, &file)?;
        PrivateKey::of(seed).ok_or_else(|| Failure::usage(format!("{}: this is no key of Ed25519", path.display())))
    }

    fn of(seed: [u8; BYTES]) -> Option<PrivateKey> {
        Some(PrivateKey { seed, pair: Ed25519KeyPair::from_seed_unchecked(&seed).ok()? })
    }

    /// The text of its file.
    pub fn line(&self) -> String {
        line(PRIVATE, &self.seed)
    }

    /// The key that verifies what this one signs.
    pub fn public(&self) -> PublicKey {
        let mut bytes = [0; BYTES];
        bytes.copy_from_slice(self.pair.public_key().as_ref());
        PublicKey { bytes }
    }

    /// Signs a message; 64 bytes.
    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        self.pair.sign(message).as_ref().to_vec()
    }
}

/// A key that verifies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey {
    bytes: [u8; BYTES],
}

impl PublicKey {
    /// Reads a key file.
    pub fn read(path: &Path) -> Result<PublicKey, Failure> {
        let mut file = File::open(path).map_err(|error| Failure::file(path, unreadable(&error)))?;
        let bytes = read(path, &mut file, PUBLIC, "the public key that `tenure keygen` writes")?;
        Ok(PublicKey { bytes })
    }

    /// The text of its file.
    pub fn line(&self) -> String {
        line(PUBLIC, &self.bytes)
    }

    /// A short name: the first 16 digits of its SHA-256.
    pub fn id(&self) -> String {
        hex::encode(&Sha256::digest(self.bytes)[..8])
    }

    /// Whether the private key of this one made the signature of this message.
    pub fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        UnparsedPublicKey::new(&ED25519, self.bytes).verify(message, signature).is_ok()
    }
}

fn line(prefix: &str, bytes: &[u8]) -> String {
    format!("{prefix}{}\n", STANDARD.encode(bytes))
}

fn read(path: &Path, file: &mut File, prefix: &str, wanted: &str) -> Result<[u8; BYTES], Failure> {
    let mut text = Vec::new();
    file.take(LONGEST_FILE).read_to_end(&mut text).map_err(|error| Failure::file(path, unreadable(&error)))?;
    let text = String::from_utf8_lossy(&text);
    let bytes = text.trim().strip_prefix(prefix).and_then(|key| STANDARD.decode(key).ok()?.try_into().ok());
    bytes.ok_or_else(|| {
        let is_other = [PRIVATE, PUBLIC].iter().any(|other| *other != prefix && text.starts_with(other));
        let what = if is_other { "this is the other key of the pair" } else { "this is no key" };
        Failure::usage(format!("{}: {what}; name {wanted}, a line that begins with {prefix}", path.display()))
    })
}

#[cfg(unix)]
fn refuse_open_to_others(path: &Path, file: &File) -> Result<(), Failure> {
    use std::os::unix::fs::PermissionsExt;
    let mode = file.metadata().map_err(|error| Failure::file(path, error))?.permissions().mode() & 0o777;
    if mode & 0o077 == 0 {
        return Ok(());
    }
    let message = format!("others can open this private key (mode {mode:o}); run `chmod 600` on it");
    Err(Failure::file(path, message))
}

/// Elsewhere the folder of the user protects the file.
#[cfg(not(unix))]
fn refuse_open_to_others(_: &Path, _: &File) -> Result<(), Failure> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 8032, section 7.1, test 2.
    #[test]
    fn signatures_are_those_of_the_standard() {
        let bytes = |text: &str| -> Vec<u8> { hex::decode(text).unwrap() };
        let seed = bytes("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb").try_into().unwrap();
        let key = PrivateKey::of(seed).unwrap();
        assert_eq!(hex::encode(key.public().bytes), "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
        let signature = key.sign(&[0x72]);
        assert_eq!(
            hex::encode(&signature),
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c\
             387b2eaeb4302aeeb00d291612bb0c00"
        );
        assert!(key.public().verifies(&[0x72], &signature));
        assert!(!key.public().verifies(&[0x73], &signature) && !key.public().verifies(&[0x72], &signature[1..]));
    }

    #[test]
    fn key_files_are_read_back_and_others_are_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        let key = PrivateKey::generate().unwrap();
        let write = |text: &str| std::fs::write(&path, text).unwrap();
        write(&key.public().line());
        assert_eq!(PublicKey::read(&path).unwrap(), key.public());
        let refusal = |result: Result<PublicKey, Failure>| result.unwrap_err().message;
        write(&key.line());
        assert!(refusal(PublicKey::read(&path)).contains("this is the other key of the pair"));
        for text in ["", "ssh-ed25519 AAAA", "tenure-ed25519-public:AAAA", "tenure-ed25519-public:?"] {
            write(text);
            assert!(refusal(PublicKey::read(&path)).contains("this is no key; name the public key"), "{text}");
        }
        assert_ne!(PrivateKey::generate().unwrap().public().id(), key.public().id());
    }
}
