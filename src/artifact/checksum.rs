//! The checksum of a file: CRC-32C (Castagnoli; RFC 3720, appendix B.4) of all its bytes, with zeros
//! in the place of its own eight digits. It finds accidental damage. It is no signature: anyone who
//! changes a file can write a new checksum.

use super::error::ArtifactError;

/// The key of the document.
pub(super) const KEY: &str = "checksum";
/// What precedes the digits in a file. The document is a text in JSON, so its quotes are escaped. A
/// text within the document escapes them once more, so these bytes occur nowhere else.
const BEGIN: &[u8] = br#"\"checksum\":\""#;
const DIGITS: usize = 8;
#[cfg(any(feature = "write", feature = "decide"))]
const ZEROS: &str = "00000000";

/// Refuses a file whose document says another checksum than it has.
pub(super) fn verify(bytes: &[u8], claimed: &str) -> Result<(), ArtifactError> {
    match place(bytes) {
        Some(at) if digits(checksum(bytes, at)) == *claimed.as_bytes() => Ok(()),
        _ => Err(ArtifactError::Checksum),
    }
}

/// The document with room for the checksum at its front.
#[cfg(any(feature = "write", feature = "decide"))]
pub(super) fn with_room(document: &str) -> String {
    document.replacen('{', &format!("{{\"{KEY}\":\"{ZEROS}\","), 1)
}

/// Fills the room in a file whose document is [`with_room`].
#[cfg(any(feature = "write", feature = "decide"))]
pub(super) fn fill(bytes: &mut [u8]) {
    if let Some(at) = place(bytes) {
        let digits = digits(checksum(bytes, at));
        bytes[at..at + DIGITS].copy_from_slice(&digits);
    }
}

/// Eight hexadecimal digits. Formatting would add a kilobyte to the download.
fn digits(checksum: u32) -> [u8; DIGITS] {
    std::array::from_fn(|at| b"0123456789abcdef"[(checksum >> (28 - 4 * at) & 15) as usize])
}

/// Where the digits begin, if they are there.
fn place(bytes: &[u8]) -> Option<usize> {
    let at = bytes.windows(BEGIN.len()).position(|window| window == BEGIN)? + BEGIN.len();
    (at + DIGITS <= bytes.len()).then_some(at)
}

fn checksum(bytes: &[u8], at: usize) -> u32 {
    let zeroed = |(place, &byte): (usize, &u8)| if (at..at + DIGITS).contains(&place) { b'0' } else { byte };
    crc32c(bytes.iter().enumerate().map(zeroed))
}

fn crc32c(bytes: impl Iterator<Item = u8>) -> u32 {
    // Half a byte a step. A table for whole bytes, as the crate `crc` has, would add a kilobyte to
    // the download.
    const TABLE: [u32; 16] = table();
    let step = |rest: u32| (rest >> 4) ^ TABLE[(rest & 15) as usize];
    !bytes.fold(!0, |rest, byte| step(step(rest ^ u32::from(byte))))
}

/// The remainders of all half bytes.
const fn table() -> [u32; 16] {
    let mut table = [0; 16];
    let mut half_byte = 0;
    while half_byte < 16 {
        let (mut rest, mut bit) = (half_byte as u32, 0);
        while bit < 4 {
            rest = (rest >> 1) ^ (0x82f6_3b78 & (rest & 1).wrapping_neg());
            bit += 1;
        }
        table[half_byte] = rest;
        half_byte += 1;
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crc32c_is_that_of_the_standard() {
        // RFC 3720, appendix B.4, and the check value of the catalogue of parametrised CRCs.
        assert_eq!(crc32c([0; 32].into_iter()), 0x8a91_36aa);
        assert_eq!(crc32c([0xff; 32].into_iter()), 0x62a8_ab43);
        assert_eq!(crc32c(0..32), 0x46dd_794e);
        assert_eq!(crc32c(b"123456789".iter().copied()), 0xe306_9283);
    }
}
