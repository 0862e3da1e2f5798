//! The terminal: progress goes to standard error, results go to standard output. No file is
//! overwritten without `--force`.

use std::fmt::Display;
use std::io::{ErrorKind, IsTerminal, Write};
use std::path::Path;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde::Serialize;
use tenure_training::file::{Existing, write};
use tenure_training::observer::Observer;

use crate::failure::{ENVIRONMENT, Failure};

/// Flags that every command has.
#[derive(Clone, Copy, Debug, Default, clap::Args)]
pub struct Console {
    /// Print only results and errors
    #[arg(long, global = true, help_heading = "Global options")]
    pub quiet: bool,
}

impl Console {
    /// A line of progress on standard error.
    pub fn say(&self, line: impl Display) {
        if !self.quiet {
            eprintln!("{}", printable(line));
        }
    }

    /// A warning on standard error.
    pub fn warn(&self, warning: impl Display) {
        self.say(format_args!("warning: {warning}"));
    }

    /// A result on standard output. If it cannot be written, the process ends; a closed pipe
    /// (`| head`) is not an error.
    pub fn print(&self, text: impl Display) {
        match writeln!(std::io::stdout(), "{}", printable(text)) {
            Err(error) if error.kind() != ErrorKind::BrokenPipe => {
                eprintln!("error: the result cannot be written to standard output: {error}");
                std::process::exit(ENVIRONMENT);
            }
            _ => {}
        }
    }

    /// A progress bar; it is hidden where standard error is no terminal. Callers write plain lines
    /// there ([`Console::plain`]).
    pub fn bar(&self, length: u64, template: &str) -> ProgressBar {
        let target =
            if self.plain() || self.quiet { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() };
        let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
        let bar = ProgressBar::with_draw_target(Some(length), target).with_style(style);
        bar.enable_steady_tick(Duration::from_millis(250));
        bar
    }

    /// Runs a reader of a table under a progress bar. The reader reports the bytes read and the
    /// bytes in all.
    pub fn reading<T>(&self, read: impl FnOnce(&mut dyn FnMut(u64, u64)) -> T) -> T {
        let bar = self.bar(0, "reading {bytes_per_sec} {bar:30} {percent}% {eta}");
        let result = read(&mut |done, total| {
            bar.set_length(total);
            bar.set_position(done);
        });
        bar.finish_and_clear();
        result
    }

    /// Whether progress is plain lines, because standard error is no terminal.
    pub fn plain(&self) -> bool {
        !std::io::stderr().is_terminal()
    }
}

/// Notes of a computation go to standard error, and Ctrl-C stops it.
impl Observer for Console {
    fn note(&self, line: &str) {
        self.say(line);
    }

    fn is_stopped(&self) -> bool {
        interrupted()
    }
}

/// A text in which control characters are escaped, but for line ends and tabs: a name in a table or a
/// model could write over the terminal otherwise.
pub fn printable(text: impl Display) -> String {
    let mut printed = String::new();
    for c in text.to_string().chars() {
        let is_direction = matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        if c.is_control() && c != '\n' && c != '\t' || is_direction {
            printed.extend(c.escape_default());
        } else {
            printed.push(c);
        }
    }
    printed
}

/// Refuses to overwrite a file without `force`. Called before the work starts; the writer looks
/// again ([`Existing`]), because the file may appear while the work is done.
pub fn refuse_overwrite(path: &Path, force: bool) -> Result<(), Failure> {
    if path.is_dir() {
        return Err(Failure::usage(format!("{} is a folder; name a file in it", path.display())));
    }
    if path.exists() && !force {
        return Err(Failure::usage(format!("{} is there already; --force overwrites it", path.display())));
    }
    Ok(())
}

/// Writes a document as indented JSON, whole or not at all; over a file that is there only with
/// `force`.
pub fn write_json(path: &Path, document: &impl Serialize, force: bool) -> Result<(), Failure> {
    let mut text = serde_json::to_vec_pretty(document).map_err(Failure::data)?;
    text.push(b'\n');
    Ok(write(path, &text, Existing::forced(force))?)
}

/// Whether Ctrl-C was pressed or SIGTERM arrived. The first call starts to listen; a second Ctrl-C
/// ends the process at once.
pub fn interrupted() -> bool {
    static LISTENING: OnceLock<()> = OnceLock::new();
    static ASKED: AtomicBool = AtomicBool::new(false);
    LISTENING.get_or_init(|| {
        let listen = ctrlc::set_handler(|| {
            if ASKED.swap(true, Ordering::SeqCst) {
                std::process::exit(crate::failure::INTERRUPTED);
            }
        });
        if let Err(error) = listen {
            eprintln!("warning: Ctrl-C cannot be caught ({error}), so it stops the command at once");
        }
    });
    ASKED.load(Ordering::SeqCst)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_are_escaped_and_texts_are_not() {
        assert_eq!(printable("Größe\t1\n\u{1b}[2Jx\u{202e}y\r"), "Größe\t1\n\\u{1b}[2Jx\\u{202e}y\\r");
    }
}
