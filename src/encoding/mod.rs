//! Customer → features: the only place where a value becomes a number that the network reads.
//!
//! Every input (a field, or a derived feature) owns consecutive rows of one table: a number one row
//! per knot of its piecewise-linear encoding (PLE; Gorishniy et al. 2022, "On Embeddings for
//! Numerical Features", section 3.2) and one for missing, a category one row per category, one for
//! OTHER and one for missing. A customer is then one table row per input and, for a number, a
//! fraction of the way to the next row. [`DenseLayout`] has the same as the columns that training
//! sees.

mod dense;
mod encoder;
mod features;
mod fit;
mod input;
mod lookups;
mod statistics;
#[cfg(test)]
pub(crate) mod tests;

pub use dense::{CategoryValues, DenseLayout};
pub(crate) use encoder::formula_value;
pub use encoder::{Encoder, EncoderError, InputDocument, MAXIMUM_KNOTS, MAXIMUM_ROWS};
pub use features::Features;
pub use fit::EncoderParams;
pub use input::{Input, Scale, Source};
pub(crate) use input::{is_clipped, locate, place_numbers};
pub use lookups::{Lookup, Lookups, Member, Places};
pub(crate) use lookups::{NO_CODE, OTHER, ROW, joined};
pub use statistics::Statistics;
