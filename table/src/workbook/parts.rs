//! What the parts of a workbook take in memory, before any is read. The library makes room for what a
//! part claims, copies fonts and formats into each style, and unpacks whatever there is.

use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use quick_xml::events::{BytesStart, Event};
use zip::ZipArchive;
use zip::read::ZipFile;

use super::refusal::{damaged, too_large};
use crate::error::TableError;
use crate::text::shown;
use crate::unpacked;

/// Bytes that a part may unpack to in a file of any size.
const PART: u64 = 16 << 20;
/// Bytes that the styles may take in a file of any size.
const STYLES: u64 = 64 << 20;
/// Bytes of a style in memory, without its texts.
const STYLE: u64 = 512;
/// The fewest bytes of a shared text in its part.
const SHARED: u64 = 8;

/// Refuses a workbook of `length` bytes, one of whose parts takes too much. An archive that cannot be
/// opened is left to the reader of workbooks, which says what it is.
pub(super) fn check(path: &Path, mut bytes: impl Read + Seek) -> Result<u64, TableError> {
    let io = |error: std::io::Error| TableError::io(path, &error);
    let length = bytes.seek(SeekFrom::End(0)).map_err(io)?;
    bytes.rewind().map_err(io)?;
    let Ok(mut archive) = ZipArchive::new(bytes) else { return Ok(length) };
    let most = unpacked::limit(length, PART);
    let mut packed = 0u64;
    for index in 0..archive.len() {
        let Ok(part) = archive.by_index_raw(index) else { continue };
        packed = packed.saturating_add(part.compressed_size());
        // What a part claims is what it can unpack to: the archive's reader stops there.
        if part.size() > most {
            let name = name(&part);
            return Err(too_large(
                path,
                format!(
                    "its part {name} unpacks to {} bytes, and at most {most} are allowed for a file of {length} bytes",
                    part.size()
                ),
            ));
        }
    }
    if packed > length {
        let message = format!("its parts claim {packed} packed bytes, and the file has {length}");
        return Err(damaged(path, message));
    }
    for index in 0..archive.len() {
        // Damage is found when the part is read.
        let Ok(part) = archive.by_index(index) else { continue };
        let name = name(&part);
        let ends_with = |end: &str| name.trim_end_matches('"').to_ascii_lowercase().ends_with(end);
        let message = if ends_with("sharedstrings.xml") {
            shared_texts(part)
        } else if ends_with("styles.xml") {
            styles(part, unpacked::limit(length, STYLES))
        } else {
            None
        };
        if let Some(message) = message {
            return Err(too_large(path, format!("its part {name} {message}")));
        }
    }
    Ok(length)
}

/// The end of a part's name, in quotes.
fn name<R: Read>(part: &ZipFile<R>) -> String {
    let name = part.name().unwrap_or_default();
    let end = name.char_indices().rev().nth(63).map_or(0, |(at, _)| at);
    format!("{:?}", shown(&name[end..]))
}

/// Calls `visit` with each tag that opens, until it is done or the part ends.
fn tags(part: impl Read, visit: &mut dyn FnMut(&BytesStart) -> bool) {
    let mut xml = quick_xml::Reader::from_reader(BufReader::new(part));
    xml.config_mut().check_end_names = false;
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        match xml.read_event_into(&mut buffer) {
            Ok(Event::Start(tag) | Event::Empty(tag)) if visit(&tag) => return,
            // The reader of workbooks stops at the same error.
            Ok(Event::Eof) | Err(_) => return,
            Ok(_) => {}
        }
    }
}

/// What is wrong with the number of shared texts.
fn shared_texts<R: Read>(part: ZipFile<R>) -> Option<String> {
    let size = part.size();
    let mut claimed = None;
    tags(part, &mut |tag| {
        let is_list = tag.local_name().as_ref() == "sst";
        if is_list {
            let count = tag.attributes().with_checks(false).flatten().find(|one| one.key.as_ref() == "uniqueCount");
            claimed = count.and_then(|count| count.value.trim().parse::<u64>().ok());
        }
        is_list
    });
    let most = size / SHARED;
    let claimed = claimed.filter(|claimed| *claimed > most)?;
    Some(format!("claims {claimed} texts, and has room for at most {most}"))
}

/// What is wrong with the styles.
fn styles<R: Read>(part: ZipFile<R>, most: u64) -> Option<String> {
    let (mut elements, mut styles, mut longest) = (0u64, 0u64, 0u64);
    tags(part, &mut |tag| {
        match tag.local_name().as_ref() {
            "xf" => styles += 1,
            "font" | "fill" | "border" => elements += 1,
            // Texts that are copied into each style that names them.
            "numFmt" | "name" => longest = longest.max(tag.len() as u64),
            _ => {}
        }
        false
    });
    let takes = (elements + styles) * STYLE + styles * 2 * longest;
    (takes > most).then(|| {
        format!("has {styles} styles, which take {takes} bytes, and at most {most} are allowed for a file of this size")
    })
}
