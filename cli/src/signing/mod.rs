//! Signatures of artifacts: key files, and the file beside an artifact that says who made it.

mod key;
mod signature;

pub use key::{PrivateKey, PublicKey};
pub use signature::{Signature, beside, verify};
