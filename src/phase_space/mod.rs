//! The phase space of parameters: where many networks are at once, how flows carry that cloud, and how neurons hang together.
//!
//! A network of n parameters is a point θ in n dimensions, training moves it with the velocity −∇L, and many networks from random starts are a density ρ(θ, t).
//!
//! | question | call |
//! |---|---|
//! | a cloud of descents: moments, losses, velocities, entropies against time | [`Objective::ensemble`](crate::landscape::Objective::ensemble), an [`EnsembleHistory`] |
//! | the same in closed form for a quadratic loss | [`GaussianCloud`] |
//! | the density at points, from samples | [`PhaseDensity`] |
//! | how strongly neurons interact: matrices, six numbers, a null model | [`Network::functional_connectivity`](crate::nn::Network::functional_connectivity), [`ConnectivityEstimation`] |
//! | the curvature that neurons share | [`Network::neuron_hessian`](crate::nn::Network::neuron_hessian), [`off_block_fraction`] |
//! | how interaction comes about in training | [`Network::interaction_training`](crate::nn::Network::interaction_training), [`InteractionTraining`] |
//! | how the gradient flow carries a density (Liouville's equation) | [`Objective::transport`](crate::landscape::Objective::transport) |
//! | a flow that keeps volume, and a damped one | [`Objective::hamiltonian`](crate::landscape::Objective::hamiltonian) |
//! | walkers at a temperature, and their stationary moments | [`Objective::langevin`](crate::landscape::Objective::langevin) |
//! | the density itself, its free energy and currents, on a grid | [`Objective::fokker_planck`](crate::landscape::Objective::fokker_planck), [`FokkerPlanck::of_drift`] |
//! | detailed balance, or currents, from counted jumps along paths | [`DetailedBalance`], [`LangevinSamples::detailed_balance`] |
//! | linear processes in closed form: covariance, currents, entropy production | [`OrnsteinUhlenbeck`] |
//! | stochastic gradient descent near a minimum, measured and predicted | [`Objective::stochastic_descent`](crate::landscape::Objective::stochastic_descent) |
//! | work in a moving potential, and free energies from it | [`WorkProtocol`] |

mod cloud;
mod density;
mod detailed_balance;
mod ensemble;
mod fokker_planck;
mod gaussian_cloud;
mod grid;
mod hamiltonian;
mod history;
mod interaction;
mod jacobian;
mod langevin;
mod mala;
mod matrix;
mod ornstein_uhlenbeck;
mod patience;
mod require;
mod square_norm;
mod stochastic_descent;
mod transport;
mod work;

pub use density::PhaseDensity;
pub use detailed_balance::{DetailedBalance, JumpCurrents};
pub use ensemble::Ensemble;
pub use fokker_planck::{FokkerPlanck, FokkerPlanckSolution};
pub use gaussian_cloud::GaussianCloud;
pub use hamiltonian::{Hamiltonian, HamiltonianFlow, Symplectic};
pub use history::EnsembleHistory;
pub use interaction::{
    ConnectivityEstimation, FunctionalConnectivity, InteractionTraining, off_block_fraction,
};
pub use langevin::{Langevin, LangevinSamples, LangevinScheme};
pub use ornstein_uhlenbeck::OrnsteinUhlenbeck;
pub use stochastic_descent::{StochasticDescent, StochasticDescentStatistics};
pub use transport::{Transport, Transported};
pub use work::{WorkProtocol, WorkSamples};
