//! Why the device cannot do the work.

use crate::explanation::BudgetTooSmall;

/// Why the device cannot do the work.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum GpuError {
    /// There is no graphics adapter, with the reason.
    #[error("no graphics adapter was found: {0}")]
    NoAdapter(String),
    /// The adapter gives no device, with the reason.
    #[error("the graphics adapter gives no device: {0}")]
    NoDevice(String),
    /// The device has less of something than the kernels need.
    #[error("the graphics device has {found} {what}, {needed} are needed")]
    Limit {
        /// What there is too little of.
        what: &'static str,
        /// How much is needed.
        needed: u64,
        /// How much there is.
        found: u64,
    },
    /// The network or a game is too large for the kernels.
    #[error("the network is too large for the kernels: {found} {what}, at most {maximum}")]
    Shape {
        /// What there is too much of.
        what: &'static str,
        /// How many are allowed.
        maximum: usize,
        /// How many there are.
        found: usize,
    },
    /// The budget of an explanation is too small.
    #[error(transparent)]
    Budget(#[from] BudgetTooSmall),
    /// The device failed at work, with the reason.
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
