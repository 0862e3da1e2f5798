//! How a caller follows a long computation, and stops it. The library itself prints nothing.

/// Hears what a computation does, and may stop it between two steps.
pub trait Observer: Sync {
    /// A line for a person about what begins now.
    fn note(&self, line: &str);

    /// Whether the computation should end with an error of its kind that says "interrupted".
    fn is_stopped(&self) -> bool {
        false
    }
}

/// An observer that hears nothing and never stops.
impl Observer for () {
    fn note(&self, _: &str) {}
}
