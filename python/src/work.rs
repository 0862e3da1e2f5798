//! Long work away from the interpreter: on threads of our own, without the interpreter's lock, ended
//! by Ctrl-C, and with a panic as an error.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::time::Duration;

use pyo3::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};
use tenure::scorer::{Scorer, Stop, Workspace};

use crate::failure::Failure;

/// How often the interpreter is asked for signals.
const SIGNALS: Duration = Duration::from_millis(50);

thread_local! {
    static GUARDED: Cell<bool> = const { Cell::new(false) };
}

/// A panic that becomes an exception prints nothing.
pub fn silence_guarded_panics() {
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if !GUARDED.get() && !tenure_table::is_guarded() {
            before(panic);
        }
    }));
}

/// Runs `work` here; its panic is a failure with the code `panic`.
pub fn guarded<T>(work: impl FnOnce() -> Result<T, Failure>) -> Result<T, Failure> {
    let before = GUARDED.replace(true);
    let result = catch_unwind(AssertUnwindSafe(work));
    GUARDED.set(before);
    result.unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<&str>().map(ToString::to_string);
        let text = text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default();
        Err(Failure::new("panic", format!("Tenure failed by a fault of its own, please report it: {text}")))
    })
}

/// Runs `work` in the pool without the interpreter's lock. `work` looks at the flag, which is set
/// once Python has a signal to raise, such as Ctrl-C; then that is the failure.
pub fn run<T: Send>(py: Python, work: impl FnOnce(&Stop) -> Result<T, Failure> + Send) -> Result<T, Failure> {
    let stop = Stop::default();
    let stop = &stop;
    py.detach(|| {
        std::thread::scope(|threads| {
            let (send, receive) = sync_channel(1);
            // A thread of its own, because signals reach Python's main thread, which waits here.
            threads.spawn(move || {
                let result = guarded(|| pool()?.install(|| guarded(|| work(stop))));
                // The receiver waits.
                let _ = send.send(result);
            });
            let mut raised = None;
            loop {
                match receive.recv_timeout(SIGNALS) {
                    Ok(result) => return raised.map_or(result, |error| Err(Failure::Raised(error))),
                    Err(RecvTimeoutError::Timeout) if raised.is_none() => {
                        if let Err(error) = Python::attach(|py| py.check_signals()) {
                            stop.set();
                            raised = Some(error);
                        }
                    }
                    Err(RecvTimeoutError::Timeout) => {}
                    Err(RecvTimeoutError::Disconnected) => return Err(Failure::new("panic", "a thread ended")),
                }
            }
        })
    })
}

/// Memory for explanations that the flag ends.
pub fn workspace(scorer: &Scorer, stop: &Stop) -> Workspace {
    let mut workspace = scorer.workspace();
    workspace.stop_by(stop.clone());
    workspace
}

/// The threads of this process. A fork has none of its parent's threads, so it gets a pool of its
/// own: work in the parent's would wait forever.
fn pool() -> Result<&'static ThreadPool, Failure> {
    static POOLS: Mutex<Option<(u32, &ThreadPool)>> = Mutex::new(None);
    let process = std::process::id();
    let mut pools = POOLS.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    match *pools {
        Some((owner, pool)) if owner == process => Ok(pool),
        _ => {
            let pool = ThreadPoolBuilder::new().thread_name(|number| format!("tenure-{number}")).build();
            let pool = pool.map_err(|error| Failure::new("threads", format!("no threads can be started: {error}")))?;
            // A pool lives as long as its process.
            let pool: &'static ThreadPool = Box::leak(Box::new(pool));
            *pools = Some((process, pool));
            Ok(pool)
        }
    }
}

/// Panics, so that a test can see what a fault of ours becomes.
#[pyfunction]
pub fn panic_for_test(py: Python, message: String) -> Result<(), Failure> {
    run(py, |_| panic!("{message}"))
}
