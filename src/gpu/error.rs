//! Why the device cannot do the work.

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
