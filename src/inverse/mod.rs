//! The inverse Ising problem: couplings and fields from observed states.
//!
//! Among all distributions over spins with given means ⟨s_i⟩ and pair correlations ⟨s_i s_j⟩ the least biased one is Ising's model
//! P(s) ∝ exp(Σ_i h_i s_i + Σ_{i<j} J_ij s_i s_j), at T = 1. [`InverseIsing`] finds its couplings and fields by any of
//! the [methods](InverseMethod), from states or from their first two moments; [`InferredIsing`] holds them, with errors where there are some, and gives the
//! [`Ising`](crate::ising::Ising) model that they define. [`InverseComparison`] draws states of a known model and says what each method makes of how many.
//!
//! Sources: the methods side by side in H. C. Nguyen, R. Zecchina and J. Berg, Adv. Phys. 66, 197 (2017); each one's own with its name.

mod boltzmann_learning;
mod comparison;
mod data;
mod drawn;
mod exact;
mod flow;
mod inferred;
mod kernel;
mod logistic;
mod mean_field;
mod method;
mod pair;
mod pseudo_errors;
mod pseudo_likelihood;
mod settings;
mod walkers;

pub use comparison::InverseComparison;
pub use data::MAX_INFERRED;
pub use exact::MAX_EXACT;
pub use inferred::InferredIsing;
pub use method::InverseMethod;
pub use settings::InverseIsing;
