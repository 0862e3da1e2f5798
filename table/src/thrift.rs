//! What must be known of a Parquet file before the library reads it, from the headers themselves
//! (<https://github.com/apache/parquet-format>, Thrift's compact protocol): how deep its schema is,
//! and how large each page claims to be. The library allocates what these claim.

use std::io::{Error, ErrorKind, Read, Result};

/// Structs within each other that are skipped, at most.
const MAXIMUM_DEPTH: u8 = 64;

/// What a page is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PageKind {
    Data,
    DataV2,
    Dictionary,
    /// An index, which is passed over.
    Other,
}

/// The header of a page.
#[derive(Debug)]
pub(super) struct PageHeader {
    pub(super) kind: PageKind,
    /// Bytes of the header itself.
    pub(super) length: u64,
    /// Bytes of the page as it lies in the file.
    pub(super) packed: u64,
    /// Bytes of the page after decompression.
    pub(super) unpacked: u64,
    /// Values of a data page, missing ones among them, or entries of a dictionary.
    pub(super) values: u64,
    /// The encoding's number in the format.
    pub(super) encoding: i64,
    /// Bytes of the levels before the values of a page of the second version.
    pub(super) levels: u64,
}

/// Reads the header of a page from its beginning.
pub(super) fn page_header(bytes: impl Read) -> Result<PageHeader> {
    let mut thrift = Thrift { bytes, read: 0 };
    let (mut kind, mut packed, mut unpacked) = (None, None, None);
    let (mut values, mut encoding, mut levels) = (0, -1, 0);
    let mut last = 0;
    while let Some((id, field)) = thrift.field(&mut last)? {
        match (id, field) {
            (1, I32) => {
                kind = Some(match thrift.integer()? {
                    0 => PageKind::Data,
                    2 => PageKind::Dictionary,
                    3 => PageKind::DataV2,
                    _ => PageKind::Other,
                });
            }
            (2, I32) => unpacked = Some(thrift.size()?),
            (3, I32) => packed = Some(thrift.size()?),
            // The encoding is the second field of each, but the fourth of the second version.
            (5 | 7 | 8, STRUCT) => {
                let encoded = if id == 8 { 4 } else { 2 };
                let mut last = 0;
                while let Some((inner, field)) = thrift.field(&mut last)? {
                    match (inner, field) {
                        (1, I32) => values = thrift.size()?,
                        (inner, I32) if inner == encoded => encoding = thrift.integer()?,
                        (5 | 6, I32) if id == 8 => levels += thrift.size()?,
                        (_, field) => thrift.skip(field, MAXIMUM_DEPTH)?,
                    }
                }
            }
            (_, field) => thrift.skip(field, MAXIMUM_DEPTH)?,
        }
    }
    match (kind, packed, unpacked) {
        (Some(kind), Some(packed), Some(unpacked)) => {
            Ok(PageHeader { kind, length: thrift.read, packed, unpacked, values, encoding, levels })
        }
        _ => Err(invalid("the header of a page has no type or no size")),
    }
}

/// How deep the schema of a footer is, in groups within each other. A group that claims more children
/// than there are elements is an error.
pub(super) fn schema_depth(footer: &[u8]) -> Result<usize> {
    let mut thrift = Thrift { bytes: footer, read: 0 };
    let (mut depth, mut last) = (0, 0);
    while let Some((id, field)) = thrift.field(&mut last)? {
        if (id, field) != (2, LIST) {
            thrift.skip(field, MAXIMUM_DEPTH)?;
            continue;
        }
        let (count, element) = thrift.list()?;
        if element != STRUCT {
            return Err(invalid("the schema is no list of elements"));
        }
        // Children that are to come, of each group that is open.
        let mut open: Vec<u64> = Vec::new();
        for _ in 0..count {
            let (mut children, mut last) = (0, 0);
            while let Some((id, field)) = thrift.field(&mut last)? {
                match (id, field) {
                    (5, I32) => children = children.max(thrift.size()?),
                    (_, field) => thrift.skip(field, MAXIMUM_DEPTH)?,
                }
            }
            if children > count {
                return Err(invalid(&format!("a group claims {children} columns, and the schema has {count}")));
            }
            while open.last() == Some(&0) {
                open.pop();
            }
            if let Some(left) = open.last_mut() {
                *left -= 1;
            }
            if children > 0 {
                open.push(children);
                depth = depth.max(open.len());
            }
        }
    }
    Ok(depth)
}

const TRUE: u8 = 1;
const FALSE: u8 = 2;
const BYTE: u8 = 3;
const I16: u8 = 4;
const I32: u8 = 5;
const I64: u8 = 6;
const DOUBLE: u8 = 7;
const BINARY: u8 = 8;
const LIST: u8 = 9;
const SET: u8 = 10;
const MAP: u8 = 11;
const STRUCT: u8 = 12;
const UUID: u8 = 13;

struct Thrift<R> {
    bytes: R,
    /// Bytes read so far.
    read: u64,
}

fn invalid(message: &str) -> Error {
    Error::new(ErrorKind::InvalidData, message)
}

impl<R: Read> Thrift<R> {
    fn byte(&mut self) -> Result<u8> {
        let mut byte = [0];
        self.bytes.read_exact(&mut byte)?;
        self.read += 1;
        Ok(byte[0])
    }

    /// A number in groups of seven bits, the lowest first.
    fn number(&mut self) -> Result<u64> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(number);
            }
        }
        Err(invalid("a number has more than 64 bits"))
    }

    /// A number with a sign, which is its lowest bit.
    fn integer(&mut self) -> Result<i64> {
        let number = self.number()?;
        Ok((number >> 1) as i64 ^ -((number & 1) as i64))
    }

    fn size(&mut self) -> Result<u64> {
        let size = self.integer()?;
        u64::try_from(size).map_err(|_| invalid(&format!("a size is {size}")))
    }

    /// Id and type of a struct's next field; none at its end. `last` is the id of the one before.
    fn field(&mut self, last: &mut i64) -> Result<Option<(i64, u8)>> {
        let byte = self.byte()?;
        if byte == 0 {
            return Ok(None);
        }
        *last = if byte >> 4 == 0 { self.integer()? } else { last.wrapping_add(i64::from(byte >> 4)) };
        Ok(Some((*last, byte & 0xf)))
    }

    /// Length and type of a list's elements.
    fn list(&mut self) -> Result<(u64, u8)> {
        let byte = self.byte()?;
        let count = if byte >> 4 == 0xf { self.number()? } else { u64::from(byte >> 4) };
        Ok((count, byte & 0xf))
    }

    fn pass(&mut self, count: u64) -> Result<()> {
        let passed = std::io::copy(&mut self.bytes.by_ref().take(count), &mut std::io::sink())?;
        self.read += passed;
        if passed == count { Ok(()) } else { Err(ErrorKind::UnexpectedEof.into()) }
    }

    fn skip(&mut self, field: u8, depth: u8) -> Result<()> {
        let depth = depth.checked_sub(1).ok_or_else(|| invalid("structs are nested too deep"))?;
        match field {
            TRUE | FALSE => {}
            BYTE => self.pass(1)?,
            I16 | I32 | I64 => _ = self.number()?,
            DOUBLE => self.pass(8)?,
            UUID => self.pass(16)?,
            BINARY => {
                let length = self.number()?;
                self.pass(length)?;
            }
            LIST | SET => {
                let (count, element) = self.list()?;
                (0..count).try_for_each(|_| self.skip_element(element, depth))?;
            }
            MAP => {
                let count = self.number()?;
                if count > 0 {
                    let kinds = self.byte()?;
                    for _ in 0..count {
                        self.skip_element(kinds >> 4, depth)?;
                        self.skip_element(kinds & 0xf, depth)?;
                    }
                }
            }
            STRUCT => {
                let mut last = 0;
                while let Some((_, field)) = self.field(&mut last)? {
                    self.skip(field, depth)?;
                }
            }
            field => return Err(invalid(&format!("there is no type {field}"))),
        }
        Ok(())
    }

    /// As a field, but a flag takes a byte of its own.
    fn skip_element(&mut self, element: u8, depth: u8) -> Result<()> {
        if matches!(element, TRUE | FALSE) { self.pass(1) } else { self.skip(element, depth) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_of_pages_of_every_kind() {
        // Type, both sizes; then the header of its kind, whose statistics are skipped.
        let data = [0x15, 0x00, 0x15, 0xc8, 0x01, 0x15, 0x64, 0x2c, 0x15, 0x14, 0x15, 0x10, 0x00, 0x00, 0xff];
        let page = page_header(&data[..]).unwrap();
        assert_eq!((page.kind, page.unpacked, page.packed), (PageKind::Data, 100, 50));
        assert_eq!((page.values, page.encoding, page.length), (10, 8, 14));
        let dictionary = [0x15, 0x04, 0x15, 0x08, 0x15, 0x08, 0x4c, 0x15, 0x06, 0x15, 0x00, 0x11, 0x00, 0x00];
        let page = page_header(&dictionary[..]).unwrap();
        assert_eq!((page.kind, page.values, page.encoding), (PageKind::Dictionary, 3, 0));
        let second = [
            0x15, 0x06, 0x15, 0x08, 0x15, 0x08, 0x5c, 0x15, 0x06, 0x15, 0x00, 0x15, 0x06, 0x15, 0x0e, 0x15, 0x04, 0x15,
            0x02, 0x1c, 0x18, 0x02, 0x61, 0x61, 0x00, 0x00, 0x00,
        ];
        let page = page_header(&second[..]).unwrap();
        assert_eq!((page.kind, page.values, page.encoding, page.levels), (PageKind::DataV2, 3, 7, 3));
        for length in 0..second.len() {
            assert!(page_header(&second[..length]).is_err(), "{length}");
        }
        let negative = page_header(&[0x15, 0x00, 0x15, 0x01, 0x00][..]).unwrap_err();
        assert_eq!(negative.to_string(), "a size is -1");
    }

    #[test]
    fn depth_and_claims_of_a_schema() {
        let group = |children: u8| [0x55, children * 2, 0x00];
        let schema = |groups: &[u8]| {
            let mut footer = vec![0x29, (groups.len() as u8) << 4 | STRUCT];
            groups.iter().for_each(|&children| footer.extend(group(children)));
            footer.push(0);
            schema_depth(&footer)
        };
        assert_eq!(schema(&[3, 0, 1, 0, 0]).unwrap(), 2);
        assert_eq!(schema(&[1, 1, 1, 0]).unwrap(), 3);
        let message = schema(&[60, 0]).unwrap_err().to_string();
        assert_eq!(message, "a group claims 60 columns, and the schema has 2");
        // Structs within each other without end.
        assert!(schema_depth(&[0x1c; 200]).unwrap_err().to_string().contains("too deep"));
    }
}
