//! From the bytes of a file to the text of its records.

use std::io::Read;
use std::path::Path;

use super::charset::{Charset, Utf16};
use super::error::{TableError, TableRule};
use super::file_bytes::FileBytes;
use super::packed::Packed;
use super::peeked::Peeked;

/// Bytes looked at before the first record is read.
pub(super) const SAMPLE: usize = 64 * 1024;

/// The text of a file: UTF-8, or bytes of which every cell is decoded by itself
/// ([`super::charset::text`]).
pub(super) struct TextBytes {
    text: Peeked<Decoded>,
    packed_by: Option<&'static str>,
    read: u64,
}

enum Decoded {
    Bytes(Peeked<Packed>),
    Utf16(Utf16<Peeked<Packed>>),
}

impl TextBytes {
    pub(super) fn open(path: &Path, file: FileBytes) -> Result<TextBytes, TableError> {
        let io = |error: std::io::Error| TableError::io(path, &error);
        let packed = Packed::new(file).map_err(io)?;
        let packed_by = packed.name();
        let mut bytes = Peeked::new(packed, SAMPLE).map_err(io)?;
        let decoded = match Charset::detect(bytes.start()) {
            Charset::Bytes => Decoded::Bytes(bytes),
            Charset::Utf16 { little_endian, has_mark } => {
                bytes.skip(if has_mark { 2 } else { 0 });
                Decoded::Utf16(Utf16::new(bytes, little_endian))
            }
            Charset::Utf32 => {
                return Err(TableError::new(path, TableRule::Encoding, "the text is UTF-32; save the file as UTF-8"));
            }
        };
        Ok(TextBytes { text: Peeked::new(decoded, SAMPLE).map_err(io)?, packed_by, read: 0 })
    }

    /// The beginning of the text, and whether it is all of it.
    pub(super) fn sample(&self) -> (&[u8], bool) {
        (self.text.start(), self.text.is_whole())
    }

    /// What the file is compressed by.
    pub(super) fn packed_by(&self) -> Option<&'static str> {
        self.packed_by
    }

    /// Whether some of the text was unreadable and is U+FFFD.
    pub(super) fn is_damaged(&self) -> bool {
        matches!(self.text.rest(), Decoded::Utf16(text) if text.is_damaged())
    }

    /// Bytes of the file behind the first `consumed` bytes of the text: about as many, as long as
    /// the file is not read to its end.
    pub(super) fn file_bytes(&self, consumed: u64) -> u64 {
        let file = match self.text.rest() {
            Decoded::Bytes(bytes) => bytes,
            Decoded::Utf16(text) => text.source(),
        };
        let count = file.rest().file().count();
        (u128::from(count) * u128::from(consumed) / u128::from(self.read.max(1))) as u64
    }

    /// SHA-256 of the file; reads what is left of it.
    pub(super) fn sha256(&mut self) -> std::io::Result<String> {
        let file = match self.text.rest_mut() {
            Decoded::Bytes(bytes) => bytes,
            Decoded::Utf16(text) => text.source_mut(),
        };
        file.rest_mut().file_mut().sha256()
    }
}

impl Read for TextBytes {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        let read = self.text.read(out)?;
        self.read += read as u64;
        Ok(read)
    }
}

impl Read for Decoded {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        match self {
            Decoded::Bytes(bytes) => bytes.read(out),
            Decoded::Utf16(text) => text.read(out),
        }
    }
}
