//! Compressed files: gzip and Zstandard, recognised by their first bytes.

use std::io::{BufReader, Error, ErrorKind, Read};

use flate2::bufread::MultiGzDecoder;

use super::file_bytes::FileBytes;
use super::peeked::Peeked;

/// Bytes looked at to tell how a file is compressed.
const SIGNATURE: usize = 4;
/// Compressed bytes read at once.
const BLOCK: usize = 64 * 1024;

/// A file without its compression.
pub(super) enum Packed {
    Plain(Peeked<FileBytes>),
    Gzip(Box<MultiGzDecoder<BufReader<Peeked<FileBytes>>>>),
    #[cfg(feature = "zstd")]
    Zstd(Box<zstd::Decoder<'static, BufReader<Peeked<FileBytes>>>>),
}

impl Packed {
    pub(super) fn new(file: FileBytes) -> std::io::Result<Packed> {
        let file = Peeked::new(file, SIGNATURE)?;
        let buffered = |file| BufReader::with_capacity(BLOCK, file);
        Ok(match file.start() {
            [0x1f, 0x8b, ..] => Packed::Gzip(Box::new(MultiGzDecoder::new(buffered(file)))),
            #[cfg(feature = "zstd")]
            [0x28, 0xb5, 0x2f, 0xfd] => Packed::Zstd(Box::new(zstd::Decoder::with_buffer(buffered(file))?)),
            _ => Packed::Plain(file),
        })
    }

    /// What compressed it.
    pub(super) fn name(&self) -> Option<&'static str> {
        match self {
            Packed::Plain(_) => None,
            Packed::Gzip(_) => Some("gzip"),
            #[cfg(feature = "zstd")]
            Packed::Zstd(_) => Some("zstd"),
        }
    }

    pub(super) fn file(&self) -> &FileBytes {
        match self {
            Packed::Plain(file) => file.rest(),
            Packed::Gzip(decoder) => decoder.get_ref().get_ref().rest(),
            #[cfg(feature = "zstd")]
            Packed::Zstd(decoder) => decoder.get_ref().get_ref().rest(),
        }
    }

    pub(super) fn file_mut(&mut self) -> &mut FileBytes {
        match self {
            Packed::Plain(file) => file.rest_mut(),
            Packed::Gzip(decoder) => decoder.get_mut().get_mut().rest_mut(),
            #[cfg(feature = "zstd")]
            Packed::Zstd(decoder) => decoder.get_mut().get_mut().rest_mut(),
        }
    }
}

impl Read for Packed {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        let read = match self {
            Packed::Plain(file) => return file.read(out),
            Packed::Gzip(decoder) => decoder.read(out),
            #[cfg(feature = "zstd")]
            Packed::Zstd(decoder) => decoder.read(out),
        };
        // What the file itself did not fail with is damage.
        read.map_err(|error| match self.name().filter(|_| !self.file().has_failed()) {
            Some(name) => {
                Error::new(ErrorKind::InvalidData, format!("the {name} archive is damaged or cut off: {error}"))
            }
            None => error,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;
    use sha2::{Digest, Sha256};

    use super::super::fixtures::{file, refusal, rows};
    use super::super::{Source, TableRule};

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    fn table() -> String {
        let rows: String = (0..20_000).map(|row| format!("{row},{},größe\n", row * 7 % 1000)).collect();
        format!("id,n,t\n{rows}")
    }

    fn archives(text: &[u8]) -> Vec<Vec<u8>> {
        let (first, second) = text.split_at(text.len() / 3);
        vec![
            gzip(text),
            [gzip(first), gzip(second)].concat(),
            #[cfg(feature = "zstd")]
            zstd::encode_all(text, 3).unwrap(),
            #[cfg(feature = "zstd")]
            [zstd::encode_all(first, 1).unwrap(), zstd::encode_all(second, 9).unwrap()].concat(),
        ]
    }

    #[test]
    fn rows_are_those_of_the_text_and_the_hash_is_that_of_the_file() {
        let text = table();
        let expected = rows(Source::from_bytes("t.csv", text.clone().into_bytes()).unwrap()).unwrap();
        for bytes in archives(text.as_bytes()) {
            let file = file(&bytes);
            let mut source = Source::open(file.path()).unwrap();
            let length = bytes.len() as u64;
            source.next().unwrap().unwrap();
            let (done, total) = source.progress();
            assert!(0 < done && done < length && total == length, "{done} of {total}");
            let hash = Some(hex::encode(Sha256::digest(&bytes)));
            assert_eq!(Source::open(file.path()).unwrap().sha256().unwrap(), hash);
            let mut source = Source::from_bytes("t.csv.gz", bytes).unwrap();
            assert_eq!(rows(&mut source).unwrap(), expected);
            assert_eq!((source.progress(), source.sha256().unwrap()), ((length, length), hash));
        }
    }

    #[test]
    fn other_encodings_and_layouts_are_found_within() {
        let utf16: Vec<u8> = "\u{feff}sep=;\nn;ö\n1;2\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        for bytes in archives(&utf16) {
            assert_eq!(Source::from_bytes("t.gz", bytes).unwrap().columns(), ["n", "ö"]);
        }
    }

    #[test]
    fn damage_and_other_formats_are_named() {
        for bytes in archives(table().as_bytes()) {
            for length in [12, bytes.len() / 2, bytes.len() - 4] {
                let error = refusal(&bytes[..length]);
                assert_eq!(error.rule, TableRule::Undamaged, "{error}");
                assert!(error.message.contains("archive is damaged or cut off"), "{error}");
            }
        }
        // Only a checksum shows damage that leaves sound rows.
        let mut damaged = gzip(table().as_bytes());
        let last = damaged.len() - 6;
        damaged[last] ^= 1;
        assert_eq!(refusal(damaged).rule, TableRule::Undamaged);
        for (content, part) in [
            (&b"PAR1rest"[..], "Parquet within a gzip archive; unpack it"),
            (b"PK\x03\x04rest", "a zip archive within a gzip archive; unpack it"),
            (b"", "the file is empty"),
        ] {
            let error = refusal(gzip(content));
            assert!(error.message.contains(part), "{error}");
        }
    }
}
