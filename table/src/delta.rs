//! Lengths of texts in the delta encodings of Parquet. A page of a hundred bytes can claim two
//! thousand million lengths, and the library allocates them all, so they are counted first.
//! <https://github.com/apache/parquet-format/blob/master/Encodings.md>

/// Reads bytes from the front.
struct Bits<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Bits<'_> {
    fn byte(&mut self) -> Option<u8> {
        self.at += 1;
        self.bytes.get(self.at - 1).copied()
    }

    fn number(&mut self) -> Option<u64> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(number);
            }
        }
        None
    }

    fn integer(&mut self) -> Option<i64> {
        let number = self.number()?;
        Some((number >> 1) as i64 ^ -((number & 1) as i64))
    }
}

/// How many lengths the page claims; none where it is cut off.
pub(super) fn count(page: &[u8]) -> Option<u64> {
    let mut bits = Bits { bytes: page, at: 0 };
    bits.number()?;
    bits.number()?;
    bits.number()
}

/// The lengths at the front of a page, and where they end; none where they are damaged or more than
/// `most`.
fn lengths(page: &[u8], most: u64) -> Option<(Vec<i64>, usize)> {
    let mut bits = Bits { bytes: page, at: 0 };
    let (block, parts, count) = (bits.number()?, bits.number()?, bits.number()?);
    let part = usize::try_from(block.checked_div(parts)?).ok().filter(|part| part % 32 == 0 && *part > 0)?;
    if count > most || parts > page.len() as u64 {
        return None;
    }
    let count = count as usize;
    let mut value = bits.integer()?;
    let mut values = vec![value];
    while values.len() < count {
        let least = bits.integer()?;
        let widths: Vec<u8> = (0..parts).map(|_| bits.byte()).collect::<Option<_>>()?;
        for width in widths.into_iter().map(usize::from) {
            if values.len() >= count {
                // What follows the last value takes no bytes.
                break;
            }
            let packed = page.get(bits.at..bits.at.checked_add(width.checked_mul(part)? / 8)?)?;
            if width > 32 {
                return None;
            }
            for index in 0..part.min(count - values.len()) {
                let mut delta = 0;
                for bit in index * width..(index + 1) * width {
                    delta |= i64::from(packed[bit / 8] >> (bit % 8) & 1) << (bit - index * width);
                }
                value = value.wrapping_add(least).wrapping_add(delta);
                values.push(value);
            }
            bits.at += packed.len();
        }
    }
    values.truncate(count);
    Some((values, bits.at))
}

/// Bytes of the longest text of a page whose texts begin as the one before (`DELTA_BYTE_ARRAY`); none
/// where the page is damaged, or claims more than `most` texts.
pub(super) fn longest(page: &[u8], most: u64) -> Option<u64> {
    let (shared, end) = lengths(page, most)?;
    let (own, _) = lengths(page.get(end..)?, most)?;
    let whole = |(shared, own): (&i64, &i64)| u64::try_from(shared.checked_add(*own)?).ok();
    shared.iter().zip(&own).try_fold(0, |longest: u64, pair| Some(longest.max(whole(pair)?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_examples_of_the_format() {
        // 1, 2, 3, 4, 5: a block of 128 in 4 parts, 5 values, of which the first is 1; deltas of 1.
        let even = [0x80, 0x01, 0x04, 0x05, 0x02, 0x02, 0, 0, 0, 0];
        assert_eq!(lengths(&even, 5), Some((vec![1, 2, 3, 4, 5], 10)));
        assert_eq!((count(&even), lengths(&even, 4)), (Some(5), None));
        // 7, 5, 3, 1, 2, 3, 4, 5: the least delta is -2, and the rest has two bits.
        let mut uneven = vec![0x80, 0x01, 0x04, 0x08, 0x0e, 0x03, 2, 0, 0, 0, 0b1100_0000, 0b0011_1111];
        uneven.extend([0; 6]);
        assert_eq!(lengths(&uneven, 8), Some((vec![7, 5, 3, 1, 2, 3, 4, 5], 18)));
        assert_eq!(longest(&[&uneven[..], &uneven].concat(), 8), Some(14));
        for length in 0..uneven.len() {
            assert_eq!(lengths(&uneven[..length], 8), None, "{length}");
        }
    }

    #[test]
    fn what_is_claimed_is_not_allocated() {
        // 2^31 - 1 lengths of 0 in a block of 2^31.
        let many = [0x80, 0x80, 0x80, 0x80, 0x08, 0x01, 0xff, 0xff, 0xff, 0xff, 0x07, 0x00, 0x00, 0x00];
        assert_eq!((count(&many), lengths(&many, 1 << 20)), (Some((1 << 31) - 1), None));
    }
}
