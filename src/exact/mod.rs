//! Exact values: sums over all states of small systems, elimination in thin graphs, and closed forms where there are any.
//!
//! | systems | how | gives |
//! |---|---|---|
//! | up to 32 spins | [`Enumeration`] | [`Thermodynamics`], density of states, ground states, probabilities |
//! | up to 44 spins, one temperature | [`PartitionFunction`] | ln Z, [`Moments`], [`Thermodynamics`] |
//! | chains, trees, strips, any thin graph | [`Elimination`] | [`Potential`], [`Marginals`], samples, a ground state |
//! | rectangular tori without a field | [`kaufman`] | [`Caloric`] |
//! | rings and infinite chains in a field | [`chain`] | [`Potential`], [`BulkInField`] |
//! | all spins coupled alike | [`CurieWeiss`] | [`Thermodynamics`], [`BulkInField`] |
//! | infinite lattices without a field | [`onsager`] (square), [`triangular`], [`honeycomb`] | [`Bulk`] |

mod bulk;
mod caloric;
pub mod chain;
pub(crate) mod chunks;
mod cost;
pub mod curie_weiss;
pub mod elimination;
mod enumeration;
pub mod honeycomb;
mod jet;
pub mod kaufman;
pub mod onsager;
mod partition;
mod planar;
mod potential;
mod thermodynamics;
mod toeplitz;
pub mod triangular;
mod walk;

pub use bulk::{Bulk, BulkInField};
pub use caloric::Caloric;
pub use curie_weiss::CurieWeiss;
pub use elimination::{Elimination, Marginals};
pub use enumeration::{
    Enumeration, MAX_ENUMERATED, MAX_GROUND_STATES, MAX_LISTED, MAX_PROBABILITIES,
};
pub use honeycomb::HONEYCOMB_TC;
pub use onsager::ONSAGER_TC;
pub(crate) use partition::check_summed;
pub(crate) use partition::hadamard;
pub use partition::{MAX_SUMMED, Moments, PartitionFunction};
pub use potential::Potential;
pub use thermodynamics::Thermodynamics;
pub use triangular::TRIANGULAR_TC;
