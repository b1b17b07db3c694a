//! Exact values: enumeration of small systems, and closed forms where there are any.

mod chunks;
mod cost;
mod enumeration;
pub mod onsager;
mod partition;
mod ring;
mod thermodynamics;
mod walk;

pub use enumeration::{
    Enumeration, MAX_ENUMERATED, MAX_GROUND_STATES, MAX_LISTED, MAX_PROBABILITIES,
};
pub use onsager::ONSAGER_TC;
pub use partition::{MAX_SUMMED, Moments, PartitionFunction};
pub use ring::ring_ln_z;
pub use thermodynamics::Thermodynamics;
