//! A thread that sends a run while its command works. It reads the run's file, so it delays neither
//! the lines that are written nor, beyond three seconds, the end of the command.

use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::client::{Client, Timeouts};
use super::delivery::deliver;
use super::server::Server;
use crate::runs::RunStore;

/// Lines that arrive within this time are sent together.
const GATHER: Duration = Duration::from_millis(500);
/// The wait after a server did not answer, at first and at most.
const PAUSE: Duration = Duration::from_secs(2);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// How long the end of a command waits for a server that answers.
const GRACE: Duration = Duration::from_secs(3);

/// Sends one run.
pub struct Uploader {
    notice: Sender<()>,
    thread: JoinHandle<()>,
    problem: Arc<Mutex<Option<String>>>,
}

impl Uploader {
    pub fn start(store: RunStore, id: String, server: Server) -> Uploader {
        let (notice, notices) = channel();
        let problem = Arc::new(Mutex::new(None));
        let seen = problem.clone();
        let thread = std::thread::spawn(move || run(&store, &id, &server, &notices, &seen));
        Uploader { notice, thread, problem }
    }

    /// Reports a new line.
    pub fn notice(&self) {
        // If the thread is gone, the file still has the line.
        let _ = self.notice.send(());
    }

    /// Waits up to three seconds for the rest. The error says why it was not all sent.
    pub fn finish(self) -> Result<(), String> {
        let Uploader { notice, thread, problem } = self;
        drop(notice);
        let known = || problem.lock().map_or(None, |problem| problem.clone());
        let started = Instant::now();
        while !thread.is_finished() {
            if let Some(problem) = known() {
                return Err(problem);
            }
            if started.elapsed() > GRACE {
                return Err("the server is slow".into());
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        known().map_or(Ok(()), Err)
    }
}

fn run(store: &RunStore, id: &str, server: &Server, notices: &Receiver<()>, problem: &Mutex<Option<String>>) {
    let client = Client::new(server, Timeouts::SHORT);
    let mut pause = PAUSE;
    let mut rest_until: Option<Instant> = None;
    let mut last = false;
    while !last {
        last = wait(notices, rest_until);
        let failed = deliver(store, id, &client).err().map(|error| error.to_string());
        rest_until = failed.as_ref().map(|_| Instant::now() + pause);
        pause = if failed.is_some() { (2 * pause).min(LONGEST_PAUSE) } else { PAUSE };
        if let Ok(mut problem) = problem.lock() {
            *problem = failed;
        }
    }
}

/// Waits for a line and gathers those that follow it; a server that did not answer gets its pause.
/// Returns whether no more lines will come.
fn wait(notices: &Receiver<()>, rest_until: Option<Instant>) -> bool {
    if notices.recv().is_err() {
        return true;
    }
    let until = (Instant::now() + GATHER).max(rest_until.unwrap_or_else(Instant::now));
    loop {
        let left = until.saturating_duration_since(Instant::now());
        match notices.recv_timeout(left) {
            Ok(()) if !left.is_zero() => {}
            Ok(()) | Err(RecvTimeoutError::Timeout) => return false,
            Err(RecvTimeoutError::Disconnected) => return true,
        }
    }
}
