//! The phase space of parameters: densities of ensembles, and how flows carry them.
//!
//! | question | call |
//! |---|---|
//! | how the gradient flow carries a density (Liouville's equation) | [`Objective::transport`](crate::landscape::Objective::transport) |
//! | a flow that keeps volume, and a damped one | [`Objective::hamiltonian`](crate::landscape::Objective::hamiltonian) |
//! | walkers at a temperature, and their stationary moments | [`Objective::langevin`](crate::landscape::Objective::langevin) |
//! | the density itself, its free energy and currents, on a grid | [`Objective::fokker_planck`](crate::landscape::Objective::fokker_planck), [`FokkerPlanck::of_drift`] |
//! | linear processes in closed form: covariance, currents, entropy production | [`OrnsteinUhlenbeck`] |
//! | stochastic gradient descent near a minimum, measured and predicted | [`Objective::stochastic_descent`](crate::landscape::Objective::stochastic_descent) |
//! | work in a moving potential, and free energies from it | [`WorkProtocol`] |

mod fokker_planck;
mod frame;
mod hamiltonian;
mod jacobian;
mod langevin;
mod ornstein_uhlenbeck;
mod stochastic_descent;
mod transport;
mod work;

pub use fokker_planck::{FokkerPlanck, FokkerPlanckSolution};
pub use hamiltonian::{Hamiltonian, HamiltonianFlow, Symplectic};
pub use langevin::{Langevin, LangevinSamples, LangevinScheme};
pub use ornstein_uhlenbeck::OrnsteinUhlenbeck;
pub use stochastic_descent::{StochasticDescent, StochasticDescentStatistics};
pub use transport::{Transport, Transported};
pub use work::{WorkProtocol, WorkSamples};
