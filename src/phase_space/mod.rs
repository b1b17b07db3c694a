//! Phase space: where many networks are at once, how that cloud moves, and how neurons hang together.
//!
//! A network of n parameters is a point θ in n dimensions, training moves it with the velocity −∇L, and many networks from random starts are a density ρ(θ, t).
//!
//! | question | call |
//! |---|---|
//! | a cloud of descents: moments, losses, velocities, entropies against time | [`Objective::ensemble`](crate::landscape::Objective::ensemble), an [`EnsembleHistory`] |
//! | the same in closed form for a quadratic loss | [`GaussianCloud`] |
//! | the density at points, from samples | [`PhaseDensity`] |
//! 
mod cloud;
mod density;
mod ensemble;
mod gaussian_cloud;
mod history;
mod square_norm;

pub use density::PhaseDensity;
pub use ensemble::Ensemble;
pub use gaussian_cloud::GaussianCloud;
pub use history::EnsembleHistory;
