//! The wasm-bindgen surface: decode, call, encode. Its exports are private to the npm package,
//! which adds types.

#[cfg(feature = "burn-webgpu")]
mod burn;
mod cohort;
mod counterfactuals;
#[cfg(feature = "decide")]
mod decision;
mod engine;
mod explanation;
mod failure;
#[cfg(feature = "webgpu")]
mod gpu;
#[cfg(feature = "decide")]
mod plan;
#[cfg(feature = "decide")]
mod policy;
#[cfg(feature = "decide")]
mod profile;
mod sentences;
#[cfg(feature = "webgpu")]
mod staged;
mod summary;
#[cfg(feature = "typescript")]
mod told;
#[cfg(feature = "typescript")]
pub mod typescript;
mod values;
mod wire;

/// A small allocator of constant time (TLSF): the standard library's takes 4 KB more, which
/// everyone downloads. What is allocated here are a model, its buffers, and a few texts a call.
#[cfg(target_family = "wasm")]
#[global_allocator]
static ALLOCATOR: rlsf::SmallGlobalTlsf = rlsf::SmallGlobalTlsf::new();
