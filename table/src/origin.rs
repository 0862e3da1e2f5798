//! Where the bytes of a table lie that is not read from its beginning to its end, to hash them.

use std::fs::File;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::error::TableError;
use super::file_bytes::FileBytes;

/// The bytes of a table.
pub(super) enum Origin {
    File(PathBuf),
    Memory(Box<dyn AsRef<[u8]> + Send + Sync>),
    /// Rows that come without bytes of a file.
    #[cfg_attr(not(feature = "parquet"), expect(dead_code))]
    Stream,
}

impl Origin {
    /// SHA-256 in hexadecimal; a pass over the file of its own.
    pub(super) fn sha256(&self, table: &Path) -> Result<Option<String>, TableError> {
        let io = |error: std::io::Error| TableError::io(table, &error);
        let mut bytes = match self {
            Origin::Stream => return Ok(None),
            Origin::Memory(bytes) => return Ok(Some(hex::encode(Sha256::digest((**bytes).as_ref())))),
            Origin::File(path) => FileBytes::stream(Box::new(File::open(path).map_err(io)?)),
        };
        bytes.sha256().map(Some).map_err(io)
    }
}
