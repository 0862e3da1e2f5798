//! What an artifact costs its reader: counted from its sizes, before anything is computed.

use super::error::ArtifactError;
use crate::encoding::Encoder;
use crate::network::Network;

/// Evaluations of the hidden layers that the smallest explanation takes for each background row.
pub(crate) const SMALLEST: u64 = 16;

/// What an artifact may cost. The default keeps the smallest explanation within about a tenth of a
/// second of one processor; a caller who trusts a file may allow more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Steps of formulas that one explanation takes: over the background rows and the derived
    /// features, the feature's numbers, fields, calls and parentheses, times 2^fields.
    pub formula_steps: u64,
    /// Multiply-adds of the smallest explanation: 16 evaluations of the hidden layers for each
    /// background row.
    pub multiply_adds: u64,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { formula_steps: 1 << 23, multiply_adds: 1 << 28 }
    }
}

impl Limits {
    /// Refuses derived features whose explanations against this number of background rows cost too
    /// much.
    pub fn check_formulas(&self, encoder: &Encoder, background_rows: usize) -> Result<(), ArtifactError> {
        let found = background_rows as u64 * encoder.mixture_steps();
        let advice = "use fewer features, fields or background rows";
        within("explanations of the derived features", found, self.formula_steps, advice)
    }

    /// Refuses a network whose smallest explanation costs too much.
    pub(super) fn check_network(&self, network: &Network, background_rows: usize) -> Result<(), ArtifactError> {
        let found = background_rows as u64 * SMALLEST * network.multiply_adds(1) as u64;
        let advice = "use a smaller network or fewer background rows";
        within("explanations with this network", found, self.multiply_adds, advice)
    }
}

#[inline(never)]
fn within(item: &'static str, found: u64, maximum: u64, advice: &'static str) -> Result<(), ArtifactError> {
    if found > maximum { Err(ArtifactError::Price { item, found, maximum, advice }) } else { Ok(()) }
}
