//! Exact values: enumeration of small systems, and closed forms where there are any.

mod enumeration;
pub mod onsager;
mod ring;
mod thermodynamics;
mod walk;

pub use enumeration::{Enumeration, MAX_ENUMERATED};
pub use onsager::ONSAGER_TC;
pub use ring::ring_ln_z;
pub use thermodynamics::Thermodynamics;
