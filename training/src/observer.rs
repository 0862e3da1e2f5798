//! The progress of long computations, and how to stop them. The library itself prints nothing.

/// Receives the progress of a computation, and may stop it between two steps.
pub trait Observer: Sync {
    /// A line for people about the step that starts now.
    fn note(&self, line: &str);

    /// Whether the computation should stop with its error for an interruption.
    fn is_stopped(&self) -> bool {
        false
    }
}

/// An observer that ignores all notes and never stops.
impl Observer for () {
    fn note(&self, _: &str) {}
}
