//! How far a file may unpack. Archives and encodings can claim, or give, a thousand times the bytes
//! that they have and more, so what a reader holds at once is bounded by the size of the file.

/// Bytes that are held for each byte of a file, at most. Tables of customers unpack to five to
/// thirty times their size.
const RATIO: u64 = 100;
/// Bytes that are held of a file of any size, at most.
const MOST: u64 = 4 << 30;

/// The most bytes that may be held at once of a file of `file` bytes: `RATIO` times its size, between
/// `least` and 4 GiB.
pub(crate) fn limit(file: u64, least: u64) -> u64 {
    file.saturating_mul(RATIO).clamp(least, MOST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_files_may_unpack_to_the_least_and_large_ones_to_their_share() {
        assert_eq!([0, 100, 1000, u64::MAX].map(|file| limit(file, 5000)), [5000, 10_000, 100_000, MOST]);
    }
}
