//! How another thread ends a long explanation or search.

#[cfg(not(target_family = "wasm"))]
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

/// The work was stopped before it was complete.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("stopped before it was complete")]
#[cfg(not(target_family = "wasm"))]
pub struct Stopped;

/// Nothing stops work in WebAssembly. A type without values costs the download nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[cfg(target_family = "wasm")]
pub enum Stopped {}

/// A flag that ends explanations and searches; clones share it. Work that was given it in
/// [`Workspace::stop_by`](super::Workspace::stop_by) looks at it with every block of coalitions or
/// candidates, which takes less than a millisecond. A deadline is a thread that sets the flag after
/// a while.
///
/// In WebAssembly nothing can set it, because a module has one thread: there, a worker is ended.
#[derive(Clone, Debug, Default)]
pub struct Stop {
    #[cfg(not(target_family = "wasm"))]
    flag: Arc<AtomicBool>,
}

impl Stop {
    /// Ends the work that was given this flag, and all to come.
    #[cfg(not(target_family = "wasm"))]
    pub fn set(&self) {
        self.flag.store(true, Ordering::Relaxed);
    }

    /// Whether the flag is set.
    pub fn is_set(&self) -> bool {
        #[cfg(not(target_family = "wasm"))]
        return self.flag.load(Ordering::Relaxed);
        #[cfg(target_family = "wasm")]
        false
    }

    /// # Errors
    ///
    /// If the flag is set.
    pub(super) fn check(&self) -> Result<(), Stopped> {
        #[cfg(not(target_family = "wasm"))]
        if self.is_set() {
            return Err(Stopped);
        }
        Ok(())
    }
}
