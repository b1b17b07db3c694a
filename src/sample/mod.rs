//! Monte Carlo sampling of spins from the Boltzmann distribution exp(−E(s)/T)/Z.
//!
//! A [`Simulation`] is one system at one temperature, advanced and measured step by step; a [`Scan`] runs one per temperature and
//! returns a frame; [`SnapshotSampling`] gives configurations as a data set, and [`Tempering`] lets the temperatures exchange their configurations. [`Annealing`] looks for ground states,
//! [`PopulationAnnealing`] cools many replicas together, and [`WangLandau`] samples the density of states. [`Reweighting`] makes other temperatures
//! out of what was measured.
//!
//! One sweep visits N sites on average ([`Update::Metropolis`], [`Update::HeatBath`]; ordered Metropolis rests at half of them), flips a whole number
//! of clusters of about N spins in all ([`Update::Wolff`]), or all clusters with probability ½ each ([`Update::SwendsenWang`]).
//!
//! # The fastest way through a uniform lattice
//! On square and cubic tori of one coupling J of either sign, with even sides from 4 on and no field, [`SiteOrder::Checkerboard`] updates 512
//! spins at a time: each is a bit, neighbours are counted by adders that act on whole words, and random binary digits are compared
//! with those of the acceptance probability until every spin is decided, exactly (multi-spin coding; L. Jacobs and C. Rebbi, J. Comput.
//! Phys. 41, 203 (1981)). The numbers are the same for every width of SIMD registers and number of threads; from about 512 × 512 spins
//! on, threads that have nothing else to do share a lattice's sweeps.
//!
//! # Why some attempts rest
//! Where a move has ΔE = 0 Metropolis always accepts it, and at high temperature it accepts nearly everything. A sweep in fixed
//! order is then a nearly deterministic map: on a ring of eight spins it never reaches most states, and the energy comes
//! out at −0.485 for the exact −0.818. So ordered Metropolis passes over each site with probability ½: every state can
//! be left and reached by one flip, so the chain is irreducible, and it still obeys the balance condition, since each
//! site's step does. (On packed lattices one half-sweep in eight, chosen at random, does so, which is enough for both.) Random order and clusters have the milder fault that an even number of certain flips
//! keeps the parity of the down spins; they draw from N + 1 places, the last of which is nobody. Heat bath with ordered sites
//! needs neither: it may keep or turn each spin.

mod annealing;
mod checkpoint;
mod cluster;
mod entropy;
mod kinetics;
mod ladder;
mod local;
mod packed;
mod population;
mod replica;
mod reweighting;
mod rounds;
mod scan;
mod series;
mod settings;
mod simulation;
mod snapshots;
mod states;
mod swendsen_wang;
mod table;
mod target;
mod tempering;
mod torus_cluster;
mod wang_landau;

pub use annealing::{Annealed, Annealing, Schedule};
pub use entropy::EntropyEstimate;
pub use population::PopulationAnnealing;
pub use reweighting::{Peak, Reweighting};
pub use scan::Scan;
pub use series::{Observables, TimeSeries};
pub use settings::{SiteOrder, Start, Update};
pub use simulation::Simulation;
pub use snapshots::{SnapshotSampling, Snapshots};
pub use target::Target;
pub use tempering::{Tempered, Tempering};
pub use wang_landau::WangLandau;

pub(crate) use ladder::Ladder;
pub(crate) use local::Dynamics;
pub(crate) use replica::{Replica, System, check_memory, exact_replicas};
pub(crate) use rounds::{Limits, advance};
pub(crate) use settings::sweeps;
pub(crate) use states::{observables as states_observables, require_states};
pub(crate) use tempering::estimate_by_blocks;
