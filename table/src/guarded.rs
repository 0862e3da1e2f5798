//! Panics of the libraries that decode files, as errors: a damaged file must not end the program.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

thread_local! {
    static GUARDED: Cell<bool> = const { Cell::new(false) };
}

/// Whether a panic of this thread becomes an error. A program whose panic hook prints messages can
/// leave those out.
pub fn is_guarded() -> bool {
    GUARDED.get()
}

/// Runs `work`; its panic is an error with the panic's message. What `work` changes must not be used
/// after an error.
pub(crate) fn guarded<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    let before = GUARDED.replace(true);
    let result = catch_unwind(AssertUnwindSafe(work));
    GUARDED.set(before);
    result.map_err(|panic| {
        let text = panic.downcast_ref::<&str>().map(ToString::to_string);
        text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "it cannot be decoded".into())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_an_error_with_its_message() {
        let list: Vec<u8> = (0..1).collect();
        assert_eq!(guarded(|| list[7]).unwrap_err(), "index out of bounds: the len is 1 but the index is 7");
        assert_eq!((guarded(is_guarded), is_guarded()), (Ok(true), false));
    }
}
