//! Work that waits for the graphics device.

use crate::encoding::Features;
use crate::gpu::Explanations;

/// Work that waits for the device.
#[derive(Default)]
pub(super) struct Staged {
    pub(super) features: Option<Features>,
    pub(super) rows: usize,
    pub(super) explanations: Option<Explanations>,
}
