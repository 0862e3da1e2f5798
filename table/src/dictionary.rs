//! The distinct texts of a column, each with a code: a text crosses to JavaScript once.

use std::hash::BuildHasher;
use std::ops::Range;

use hashbrown::{DefaultHashBuilder, HashTable};

/// Gives each distinct text a code, in the order in which they first appear.
#[derive(Default)]
pub(super) struct Dictionary {
    codes: HashTable<u32>,
    hasher: DefaultHashBuilder,
    /// The texts, side by side.
    text: String,
    /// Where each text ends.
    ends: Vec<usize>,
    /// Texts that [`Dictionary::take_new`] returned.
    taken: usize,
}

impl Dictionary {
    pub(super) fn code(&mut self, text: &str) -> u32 {
        let Dictionary { codes, hasher, text: all, ends, .. } = self;
        let of = |code: u32| &all[place(ends, code as usize)];
        let hash = hasher.hash_one(text);
        if let Some(&code) = codes.find(hash, |&code| of(code) == text) {
            return code;
        }
        let code = ends.len() as u32;
        codes.insert_unique(hash, code, |&code| hasher.hash_one(of(code)));
        all.push_str(text);
        ends.push(all.len());
        code
    }

    /// The texts that were added since the last call: side by side, and where each ends in UTF-16
    /// units, in which JavaScript counts.
    pub(super) fn take_new(&mut self) -> (&str, Vec<u32>) {
        let start = place(&self.ends, self.taken).start;
        let mut units = 0;
        let new = (self.taken..self.ends.len()).map(|code| {
            let text = &self.text[place(&self.ends, code)];
            units += if text.is_ascii() { text.len() } else { text.encode_utf16().count() };
            units as u32
        });
        let ends = new.collect();
        self.taken = self.ends.len();
        (&self.text[start..], ends)
    }
}

/// Where a text stands among all; the place behind the last one is empty.
fn place(ends: &[usize], code: usize) -> Range<usize> {
    let start = if code == 0 { 0 } else { ends[code - 1] };
    start..ends.get(code).copied().unwrap_or(start)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_has_one_code_and_is_new_once() {
        let mut dictionary = Dictionary::default();
        assert_eq!(dictionary.take_new(), ("", vec![]));
        assert_eq!(["b", "", "é𝄞", "b", ""].map(|text| dictionary.code(text)), [0, 1, 2, 0, 1]);
        assert_eq!(dictionary.take_new(), ("bé𝄞", vec![1, 1, 4]));
        assert_eq!(["é𝄞", "c"].map(|text| dictionary.code(text)), [2, 3]);
        assert_eq!(dictionary.take_new(), ("c", vec![1]));
        assert_eq!(dictionary.take_new(), ("", vec![]));
        // Many texts, so that the table grows.
        let texts: Vec<String> = (0..10_000).map(|number| number.to_string()).collect();
        for (code, text) in (4..).zip(&texts) {
            assert_eq!(dictionary.code(text), code);
        }
        assert!((4..).zip(&texts).all(|(code, text)| dictionary.code(text) == code));
        assert_eq!(dictionary.take_new().0, texts.concat());
    }
}
