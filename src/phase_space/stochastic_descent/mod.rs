//! Stochastic gradient descent near a minimum, as a process with noise.

mod prediction;
mod settings;
mod statistics;
mod walker;

pub use settings::StochasticDescent;
pub use statistics::StochasticDescentStatistics;
