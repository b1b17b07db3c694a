//! Phase space: where many networks are at once, how that cloud moves, and how neurons hang together.
//!
//! A network of n parameters is a point θ in n dimensions, training moves it with the velocity −∇L, and many networks from random starts are a density ρ(θ, t).
//!
//! | question | call |
//! |---|---|
//! | a cloud of descents: moments, losses, velocities, entropies against time | [`Objective::ensemble`](crate::landscape::Objective::ensemble), an [`EnsembleHistory`] |
//! | the same in closed form for a quadratic loss | [`GaussianCloud`] |
//! | the density at points, from samples | [`PhaseDensity`] |
//! | how strongly neurons interact: matrices, six numbers, a null model | [`Network::interaction`](crate::nn::Network::interaction), [`NeuronInteraction`] |
//! | the curvature that neurons share | [`Network::neuron_hessian`](crate::nn::Network::neuron_hessian), [`off_block_fraction`] |
//! | how interaction comes about in training | [`Network::interaction_training`](crate::nn::Network::interaction_training), [`InteractionTraining`] |
//!
mod cloud;
mod density;
mod ensemble;
mod gaussian_cloud;
mod history;
mod interaction;
mod square_norm;

pub use density::PhaseDensity;
pub use ensemble::Ensemble;
pub use gaussian_cloud::GaussianCloud;
pub use history::EnsembleHistory;
pub use interaction::{
    InteractionTraining, NeuronInteraction, NeuronInteractions, off_block_fraction,
};
