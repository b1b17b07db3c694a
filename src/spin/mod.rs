//! Spins s = ±1 with pair couplings and fields: lattices, sparse couplings and the energy that all methods share.
//!
//! Every model of spins is a [`PairModel`], E(s) = −Σ_{i<j} J_ij s_i s_j − Σ_i h_i s_i. Enumeration
//! ([`crate::exact`]), Monte Carlo ([`crate::sample`]) and mean field ([`crate::free_energy`]) see nothing else.

mod couplings;
mod lattice;
mod model;
mod moments;
mod quanta;
mod torus;

pub use couplings::Couplings;
pub use lattice::Lattice;
pub use model::PairModel;

pub(crate) use moments::{MagneticMoments, binder};
pub(crate) use quanta::Quanta;
pub(crate) use torus::Torus;

/// The most spins a model may have: 2²², a square lattice of side 2048.
pub const MAX_SPINS: usize = 1 << 22;

/// The most pairs a model may couple: 2²⁴, a complete graph of 5793 spins.
pub const MAX_BONDS: usize = 1 << 24;
