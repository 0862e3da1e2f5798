//! Where a command's words go: progress to standard error, results to standard output, files written whole.

use std::fmt::Display;
use std::io::{IsTerminal, Write};
use std::path::Path;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::failure::Failure;

/// Flags that every command has.
#[derive(Clone, Copy, Debug, Default, clap::Args)]
pub struct Output {
    /// Print nothing but results and errors
    #[arg(long, global = true)]
    pub quiet: bool,
}

impl Output {
    /// A line of progress on standard error.
    pub fn say(&self, line: impl Display) {
        if !self.quiet {
            eprintln!("{line}");
        }
    }

    /// A result on standard output.
    pub fn print(&self, text: impl Display) {
        // A closed pipe (`| head`) is no failure of ours.
        let _ = writeln!(std::io::stdout(), "{text}");
    }

    /// A bar on a terminal, nothing elsewhere: callers write plain lines there instead ([`Output::plain`]).
    pub fn bar(&self, length: u64, template: &str) -> ProgressBar {
        let target =
            if self.plain() || self.quiet { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() };
        let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
        let bar = ProgressBar::with_draw_target(Some(length), target).with_style(style);
        bar.enable_steady_tick(Duration::from_millis(250));
        bar
    }

    /// Whether standard error is no terminal, so that progress is plain lines.
    pub fn plain(&self) -> bool {
        !std::io::stderr().is_terminal()
    }
}

/// Refuses to overwrite, before the work starts.
pub fn refuse_overwrite(path: &Path, force: bool) -> Result<(), Failure> {
    if path.exists() && !force {
        return Err(Failure::usage(format!("{} is there already; --force overwrites it", path.display())));
    }
    Ok(())
}

/// Writes a file whole or not at all: into a temporary file beside it, then renamed.
pub fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let mut file = temporary_beside(path)?;
    file.write_all(bytes).map_err(|error| Failure::file(path, error))?;
    persist(file, path)
}

/// A temporary file in the folder of `path`, removed unless it is [`persist`]ed.
pub fn temporary_beside(path: &Path) -> Result<tempfile::NamedTempFile, Failure> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder).map_err(|error| Failure::file(folder, error))?;
    tempfile::Builder::new().prefix(".tenure-").tempfile_in(folder).map_err(|error| Failure::file(folder, error))
}

/// Renames a finished temporary file to `path`, with the permissions of an ordinary new file.
pub fn persist(file: tempfile::NamedTempFile, path: &Path) -> Result<(), Failure> {
    file.as_file().sync_all().map_err(|error| Failure::file(path, error))?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let readable = std::fs::Permissions::from_mode(0o644);
        file.as_file().set_permissions(readable).map_err(|error| Failure::file(path, error))?;
    }
    file.persist(path).map(drop).map_err(|error| Failure::file(path, error.error))
}

/// Whether Ctrl-C (or SIGTERM) was asked for; the first call begins to listen. The second Ctrl-C kills.
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
            eprintln!("Ctrl-C cannot be caught, it will stop at once: {error}");
        }
    });
    ASKED.load(Ordering::SeqCst)
}
