//! Calls other programs in the root. When one fails, the error names the call.

use std::ffi::OsStr;
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};

use crate::project;

/// A program to be called in the repository's root.
pub fn program(name: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(name);
    command.current_dir(project::root());
    // `cargo run` describes the package xtask to us in variables. ring's build script asks cargo to
    // run it again when one of them changes. If they were passed on, cargo would compile ring and
    // what depends on it anew whenever it is called here after it was called by hand.
    for (name, _) in std::env::vars_os() {
        let of_package = |prefix| name.to_str().is_some_and(|name| name.starts_with(prefix));
        if of_package("CARGO_PKG_") || of_package("CARGO_MANIFEST_") {
            command.env_remove(name);
        }
    }
    command
}

/// The cargo that runs this command, so `cargo +toolchain xtask` stays on one toolchain.
pub fn cargo() -> Command {
    program(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// Runs a program to its end. It writes to our output.
pub fn run(command: &mut Command) -> Result<()> {
    start(command)?.finish()
}

/// Starts a program that writes to our output and runs beside us.
pub fn start(command: &mut Command) -> Result<Running> {
    let child = command.spawn().with_context(|| format!("`{}` does not start", line(command)))?;
    Ok(Running { child, line: line(command) })
}

/// A program that runs beside us. It is ended when this is dropped.
pub struct Running {
    child: Child,
    line: String,
}

impl Running {
    /// Waits for the program's end.
    pub fn finish(mut self) -> Result<()> {
        let status = self.child.wait().with_context(|| format!("`{}` was lost", self.line))?;
        ensure!(status.success(), "`{}` failed: {status}", self.line);
        Ok(())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // This fails if the program has ended, which is as well.
        let _ = self.child.kill();
    }
}

/// Runs a program to its end and returns what it printed, without the line end.
pub fn read(command: &mut Command) -> Result<String> {
    let output = command.output().with_context(|| format!("`{}` does not start", line(command)))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        bail!("`{}` failed: {}\n{}", line(command), output.status, said.trim_end());
    }
    let text = String::from_utf8(output.stdout)
        .with_context(|| format!("`{}` printed text that is not UTF-8", line(command)))?;
    Ok(text.trim_end().to_string())
}

/// Says why the step that follows takes long.
pub fn explain(reason: &str) {
    eprintln!("  {reason}");
}

/// Does one step of a command and prints its name, its time and whether there was anything to do.
pub fn step(name: &str, work: impl FnOnce() -> Result<Outcome>) -> Result<()> {
    eprintln!("• {name}");
    let start = Instant::now();
    match work()? {
        Outcome::Done => eprintln!("  {name}: {}", seconds(start.elapsed())),
        Outcome::Unchanged => eprintln!("  {name}: nothing changed ({})", seconds(start.elapsed())),
    }
    Ok(())
}

/// What a step had to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Done,
    Unchanged,
}

/// A duration as it is printed.
pub fn seconds(duration: Duration) -> String {
    let seconds = duration.as_secs_f64();
    if seconds < 100.0 {
        format!("{seconds:.1} s")
    } else {
        format!("{} min {:02.0} s", (seconds / 60.0) as u64, seconds % 60.0)
    }
}

/// The call as a person would type it.
fn line(command: &Command) -> String {
    let program = command.get_program().to_string_lossy();
    let program = program.rsplit(['/', '\\']).next().unwrap_or(&program).to_string();
    let arguments = command.get_args().map(|argument| {
        let argument = argument.to_string_lossy();
        if argument.contains(' ') { format!("'{argument}'") } else { argument.into_owned() }
    });
    std::iter::once(program).chain(arguments).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failing_program_is_named_with_its_arguments() {
        let error = run(program("git").args(["rev-parse", "--verify", "--quiet", "no such ref"])).unwrap_err();
        assert!(error.to_string().contains("git rev-parse --verify --quiet 'no such ref'"), "{error}");
        let error = run(&mut program("no-such-program-here")).unwrap_err();
        assert!(error.to_string().contains("no-such-program-here"), "{error}");
    }

    #[test]
    fn durations_read_well() {
        assert_eq!(seconds(Duration::from_millis(1_250)), "1.2 s");
        assert_eq!(seconds(Duration::from_secs(125)), "2 min 05 s");
    }
}
