//! How many rows there were of a kind, and the first of them.

/// How many, and the first of them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seen {
    pub(crate) rows: u64,
    pub(crate) first: String,
    pub(crate) first_line: u64,
}

impl Seen {
    pub(super) fn add(&mut self, text: &str, line: u64) {
        if self.rows == 0 {
            (self.first, self.first_line) = (text.chars().take(40).collect(), line);
        }
        self.rows += 1;
    }
}
