//! The bytes of a file as they lie on disk: counted while they are read, and hashed.

use std::io::{Cursor, ErrorKind, Read};

use sha2::{Digest, Sha256};

/// Bytes read at once where nobody asks for them.
const BLOCK: usize = 128 * 1024;

/// A file that is read from its beginning to its end.
pub(super) struct FileBytes {
    source: Bytes,
    count: u64,
    has_failed: bool,
}

enum Bytes {
    /// Bytes that are gone once they are read, so they are hashed while they are read.
    Stream(Box<dyn Read + Send>, Sha256),
    /// Bytes that stay. Nobody may want their hash, so they are hashed when it is asked for.
    Memory(Cursor<Vec<u8>>),
}

impl FileBytes {
    pub(super) fn stream(source: Box<dyn Read + Send>) -> FileBytes {
        FileBytes::new(Bytes::Stream(source, Sha256::new()))
    }

    pub(super) fn in_memory(bytes: Vec<u8>) -> FileBytes {
        FileBytes::new(Bytes::Memory(Cursor::new(bytes)))
    }

    fn new(source: Bytes) -> FileBytes {
        FileBytes { source, count: 0, has_failed: false }
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
        Ok(hex::encode(match &self.source {
            Bytes::Stream(_, hash) => hash.clone().finalize(),
            Bytes::Memory(bytes) => Sha256::digest(bytes.get_ref()),
        }))
    }
}

impl Read for Bytes {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        match self {
            Bytes::Stream(source, hash) => source.read(out).inspect(|&read| hash.update(&out[..read])),
            Bytes::Memory(bytes) => bytes.read(out),
        }
    }
}

impl Read for FileBytes {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        loop {
            match self.source.read(out) {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                result => {
                    let read = result.inspect_err(|_| self.has_failed = true)?;
                    self.count += read as u64;
                    return Ok(read);
                }
            }
        }
    }
}
