//! The bytes of a file as they lie on disk: counted and hashed while they are read.

use std::io::{ErrorKind, Read};

use sha2::{Digest, Sha256};

/// Bytes read at once where nobody asks for them.
const BLOCK: usize = 128 * 1024;

/// A file that is read from its beginning to its end.
pub(super) struct FileBytes {
    source: Box<dyn Read + Send>,
    hash: Sha256,
    count: u64,
    has_failed: bool,
}

impl FileBytes {
    pub(super) fn new(source: Box<dyn Read + Send>) -> FileBytes {
        FileBytes { source, hash: Sha256::new(), count: 0, has_failed: false }
    }

    /// Bytes read so far.
    pub(super) fn count(&self) -> u64 {
        self.count
    }

    /// Whether reading it failed.
    pub(super) fn has_failed(&self) -> bool {
        self.has_failed
    }

    /// SHA-256 of the whole file in hexadecimal; reads what is left of it.
    pub(super) fn sha256(&mut self) -> std::io::Result<String> {
        let mut block = vec![0; BLOCK];
        while self.read(&mut block)? > 0 {}
        Ok(hex::encode(self.hash.clone().finalize()))
    }
}

impl Read for FileBytes {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        loop {
            match self.source.read(out) {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                result => {
                    let read = result.inspect_err(|_| self.has_failed = true)?;
                    self.hash.update(&out[..read]);
                    self.count += read as u64;
                    return Ok(read);
                }
            }
        }
    }
}
