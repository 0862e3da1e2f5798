//! Training steps written by hand over a fast matrix product: the loss of a batch and its
//! gradients, for the dense network ([`dense`]) and for TabM ([`tabm`]). At the size of these
//! networks most of a step of burn's autodiff is bookkeeping, copies and transpositions.
//!
//! burn draws its random numbers from one generator for the whole process, so fits that run side by
//! side would disturb each other. Dropout masks are therefore drawn from seeds that the caller
//! hands in.

pub mod dense;
mod masks;
mod passes;
mod product;
pub mod tabm;

pub use passes::BatchView;

#[cfg(test)]
mod test_numbers {
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    /// Numbers in `[0, 1)`.
    pub(super) fn uniform(seed: u64) -> impl FnMut() -> f32 {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        move || random.random()
    }
}
