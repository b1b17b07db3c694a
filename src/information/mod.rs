//! Information: entropies, divergences, channels, and the least biased distribution under constraints.
//!
//! Everything is in nats, the natural unit of this crate; divide by [`BIT`] for bits. [`Distribution`] and [`Joint`] hold probabilities,
//! [`Channel`] conditional ones; [`entropy_of_counts`] and its siblings estimate from data, with errors; [`maximum_entropy`] finds the distribution
//! of largest entropy that has given averages, and [`Coin`] shows how a prior becomes a posterior.

mod channel;
mod coin;
mod continuous;
mod counts;
mod distribution;
mod joint;
mod maximum_entropy;
mod neighbors;

pub use channel::{Channel, ChannelCapacity};
pub use coin::Coin;
pub use continuous::{entropy_of_samples, exponential_entropy, gaussian_entropy, normal_entropy};
pub(crate) use continuous::{ln_unit_ball, squared_distance, squared_distance_to_neighbor};
pub use counts::{Estimator, entropy_of_counts, mutual_information_of_counts};
pub use distribution::{Distribution, binary_entropy};
pub use joint::{Joint, conditional_information};
pub use maximum_entropy::{LeastBiased, MaximumEntropy, maximum_entropy};
pub(crate) use neighbors::have_neighbor;
pub use neighbors::mutual_information_of_samples;

/// One bit in nats, ln 2: `entropy / BIT` is in bits.
///
/// ```
/// use statmech::prelude::*;
/// # fn main() -> statmech::Result<()> {
/// assert_eq!(Distribution::uniform(8)?.entropy() / BIT, 3.0);
/// # Ok(()) }
/// ```
pub const BIT: f64 = std::f64::consts::LN_2;
