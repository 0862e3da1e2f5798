//! How text is encoded: UTF-8, UTF-16, and Windows-1252 for what is neither.
//!
//! UTF-16 is known from the first bytes of a file and decoded as a stream. Whether text is UTF-8 is
//! only known when it was read to its end, so a cell that is not UTF-8 is Windows-1252: what
//! spreadsheets on Windows write. Both agree on ASCII, and so on where cells and lines end.

use std::borrow::Cow;
use std::io::Read;

use encoding_rs::{Decoder, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// Bytes decoded at once.
const BLOCK: usize = 64 * 1024;

/// The encoding that the first bytes of a text show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Charset {
    /// UTF-8 or Windows-1252. A byte order mark is left to the reader of records.
    Bytes,
    Utf16 {
        little_endian: bool,
        has_mark: bool,
    },
    Utf32,
}

impl Charset {
    pub(super) fn detect(start: &[u8]) -> Charset {
        let utf16 = |little_endian, has_mark| Charset::Utf16 { little_endian, has_mark };
        match start {
            [0xff, 0xfe, 0, 0, ..] | [0, 0, 0xfe, 0xff, ..] => return Charset::Utf32,
            [0xff, 0xfe, ..] => return utf16(true, true),
            [0xfe, 0xff, ..] => return utf16(false, true),
            _ => {}
        }
        // Digits, delimiters and ends of lines have a byte 0 in UTF-16, always on the same side: a
        // quarter of all characters at least.
        let zeros = |parity| start.iter().skip(parity).step_by(2).filter(|&&byte| byte == 0).count();
        let (even, odd) = (zeros(0), zeros(1));
        let is_utf16 = |side: usize, other: usize| side * 8 > start.len() && other * 8 <= side;
        match (is_utf16(odd, even), is_utf16(even, odd)) {
            (true, _) => utf16(true, false),
            (_, true) => utf16(false, false),
            _ => Charset::Bytes,
        }
    }
}

/// The text of bytes that are UTF-8, else Windows-1252; and whether they were the latter.
pub(super) fn text(bytes: &[u8]) -> (Cow<'_, str>, bool) {
    match std::str::from_utf8(bytes) {
        Ok(text) => (text.into(), false),
        Err(_) => (WINDOWS_1252.decode_without_bom_handling(bytes).0, true),
    }
}

/// UTF-16 as UTF-8. What is no character becomes U+FFFD.
pub(super) struct Utf16<R> {
    source: R,
    decoder: Decoder,
    input: Vec<u8>,
    text: Vec<u8>,
    /// Bytes of the text that were read.
    at: usize,
    ended: bool,
    is_damaged: bool,
}

impl<R: Read> Utf16<R> {
    /// `source` stands behind the byte order mark.
    pub(super) fn new(source: R, little_endian: bool) -> Utf16<R> {
        let encoding = if little_endian { UTF_16LE } else { UTF_16BE };
        Utf16 {
            source,
            decoder: encoding.new_decoder_without_bom_handling(),
            input: vec![0; BLOCK],
            text: Vec::new(),
            at: 0,
            ended: false,
            is_damaged: false,
        }
    }

    pub(super) fn source(&self) -> &R {
        &self.source
    }

    pub(super) fn source_mut(&mut self) -> &mut R {
        &mut self.source
    }

    /// Whether something was no character so far.
    pub(super) fn is_damaged(&self) -> bool {
        self.is_damaged
    }

    fn decode(&mut self) -> std::io::Result<()> {
        let read = self.source.read(&mut self.input)?;
        self.ended = read == 0;
        let room = self.decoder.max_utf8_buffer_length(read).unwrap_or(4 * BLOCK);
        self.text.resize(room, 0);
        let (_, _, written, is_damaged) = self.decoder.decode_to_utf8(&self.input[..read], &mut self.text, self.ended);
        self.text.truncate(written);
        self.at = 0;
        self.is_damaged |= is_damaged;
        Ok(())
    }
}

impl<R: Read> Read for Utf16<R> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        while self.at == self.text.len() && !self.ended {
            self.decode()?;
        }
        let read = (&self.text[self.at..]).read(out)?;
        self.at += read;
        Ok(read)
    }
}
