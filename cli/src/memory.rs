//! What the command does when the machine gives it no more memory: it says so and ends with the exit
//! code of a machine at fault. Rust would abort with a signal, which no script can tell from a defect.
//!
//! Only an allocator sees that in time: a hook for failed allocations is not stable. A file that is
//! being written is temporary until it is whole, so nothing half is left, and the next run sweeps it.
#![allow(unsafe_code, reason = "an allocator is unsafe to implement; it passes each call on as it is")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::io::Write;

use crate::failure::ENVIRONMENT;

/// The system's allocator; the process ends where that has no memory. `cli/tests/faults` lets it fail.
pub struct OrExit;

/// Returns memory that there is, and ends the process where there is none.
fn given(pointer: *mut u8, size: usize) -> *mut u8 {
    if pointer.is_null() {
        out_of_memory(size);
    }
    pointer
}

#[cold]
fn out_of_memory(size: usize) -> ! {
    // Nothing here needs memory of that size; the message is written as it is put together.
    let _ = writeln!(
        std::io::stderr(),
        "error: the machine has no memory left for {size} more bytes; close other programs, raise the limit \
         (ulimit -v), or work on fewer rows. No file is left half written"
    );
    std::process::exit(ENVIRONMENT)
}

// SAFETY: each call goes to the system's allocator with the arguments that came, and its answer is
// passed on. No call unwinds.
unsafe impl GlobalAlloc for OrExit {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller keeps the promises of the system's allocator, which are the same.
        given(unsafe { System.alloc(layout) }, layout.size())
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as above.
        given(unsafe { System.alloc_zeroed(layout) }, layout.size())
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: as above.
        given(unsafe { System.realloc(pointer, layout, size) }, size)
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: as above.
        unsafe { System.dealloc(pointer, layout) }
    }
}
