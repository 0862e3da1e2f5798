//! A reader whose beginning was looked at, and is read again.

use std::io::Read;

/// A reader behind its beginning.
pub(super) struct Peeked<R> {
    start: Vec<u8>,
    /// Bytes of the beginning that were read again.
    at: usize,
    is_whole: bool,
    rest: R,
}

impl<R: Read> Peeked<R> {
    /// Looks at up to `limit` bytes.
    pub(super) fn new(mut reader: R, limit: usize) -> std::io::Result<Peeked<R>> {
        let mut start = Vec::new();
        reader.by_ref().take(limit as u64).read_to_end(&mut start)?;
        Ok(Peeked { at: 0, is_whole: start.len() < limit, start, rest: reader })
    }

    /// The beginning.
    pub(super) fn start(&self) -> &[u8] {
        &self.start
    }

    /// Whether nothing follows the beginning.
    pub(super) fn is_whole(&self) -> bool {
        self.is_whole
    }

    /// Leaves out the first bytes, which were not read yet.
    pub(super) fn skip(&mut self, bytes: usize) {
        self.at += bytes;
    }

    pub(super) fn rest(&self) -> &R {
        &self.rest
    }

    pub(super) fn rest_mut(&mut self) -> &mut R {
        &mut self.rest
    }
}

impl<R: Read> Read for Peeked<R> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        if self.at == self.start.len() {
            return self.rest.read(out);
        }
        let read = (&self.start[self.at..]).read(out)?;
        self.at += read;
        Ok(read)
    }
}
