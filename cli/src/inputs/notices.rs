//! What a table says about how it is read, as warnings.

use tenure_table::Source;

use crate::console::Console;

/// Prints the notices of a table, each once.
pub struct Notices {
    file: String,
    printed: usize,
}

impl Notices {
    /// Prints what the beginning of a table shows, before what else it may be refused for.
    pub fn new(source: &Source, console: &Console) -> Notices {
        let mut notices = Notices { file: source.path().display().to_string(), printed: 0 };
        notices.print(&source.notices(), console);
        notices
    }

    /// Prints what came since; `notices` are all of [`Source::notices`].
    pub fn print(&mut self, notices: &[String], console: &Console) {
        notices.iter().skip(self.printed).for_each(|notice| console.warn(format!("{}: {notice}", self.file)));
        self.printed = self.printed.max(notices.len());
    }
}
