//! Batches and explanations on a graphics device: our own fused kernels on CubeCL's wgpu runtime, the one that burn's wgpu
//! backend runs on (feature `webgpu`).
//!
//! One dispatch scores a batch ([`Gpu::logits`]); one walks the coalitions of many games and a second, small one adds
//! them up by customer and field ([`Gpu::walk`]); one evaluates the pairs of sampled games, a number each. So little is
//! read back. The kernels read the packed
//! network, so an artifact scores the same to 1e-4 on the logit. Nothing here falls back to the CPU: whoever calls does,
//! and every reason why is a [`GpuError`].

mod batch;
mod buffer;
mod device;
mod explain;
mod games;
mod sample;
mod shape;
mod sums;
mod walk;

#[cfg(test)]
mod tests;

pub use device::{Adapter, Gpu};
pub use explain::Explanations;
pub use games::{Cohort, Game};

use crate::explanation::BudgetTooSmall;

/// Why the device cannot do the work.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum GpuError {
    #[error("there is no graphics adapter: {0}")]
    NoAdapter(String),
    #[error("the graphics adapter gives no device: {0}")]
    NoDevice(String),
    #[error("the graphics device has {found} {what}, {needed} are needed")]
    Limit { what: &'static str, needed: u64, found: u64 },
    #[error("the network is too large for the kernels: {found} {what}, at most {maximum}")]
    Shape { what: &'static str, maximum: usize, found: usize },
    #[error(transparent)]
    Budget(#[from] BudgetTooSmall),
    #[error("the graphics device failed: {0}")]
    Failed(String),
}

impl GpuError {
    /// A stable code for callers.
    pub fn code(&self) -> &'static str {
        match self {
            GpuError::NoAdapter(_) => "adapter_missing",
            GpuError::NoDevice(_) => "device_refused",
            GpuError::Limit { .. } => "limits",
            GpuError::Shape { .. } => "shape",
            GpuError::Budget(_) => "argument_invalid",
            GpuError::Failed(_) => "device_failed",
        }
    }
}
