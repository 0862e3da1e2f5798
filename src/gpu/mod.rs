//! Batches and explanations on a graphics device: fused kernels on CubeCL's wgpu runtime, which
//! burn's wgpu backend uses too (feature `webgpu`).
//!
//! One dispatch scores a batch ([`Gpu::logits`]); one walks the coalitions of many games and a
//! second, small one adds them up by customer and field ([`Gpu::walk`]); one evaluates the pairs of
//! sampled games and returns a number for each. So little is read back. The kernels read the packed
//! network, so an artifact scores the same to 1e-4 on the logit. Nothing here falls back to the
//! CPU: the caller does, and every reason is a [`GpuError`].

mod batch;
mod buffer;
mod device;
mod error;
mod explain;
mod games;
mod hidden;
mod sample;
mod shape;
mod sizes;
mod sums;
mod walk;
mod weights;

#[cfg(test)]
mod tests;

pub use device::{Adapter, Gpu};
pub use error::GpuError;
pub use explain::Explanations;
pub use games::{Game, GameSet};
