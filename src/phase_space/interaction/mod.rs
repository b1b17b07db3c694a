//! How strongly neurons depend on each other, and how that comes about in training.
//!
//! Activations (a row for each example, a column for each neuron) go through `pairs`, which makes one matrix for each measure of dependence, and `strength`, which makes
//! a number of each matrix. [`ConnectivityEstimation`] adds errors over examples and the null model of shuffled columns; [`InteractionTraining`] follows the numbers through training, on the data
//! and on shuffled labels; `hessian_blocks` asks the same of the loss: which neurons' weights share curvature.

mod connectivity;
mod hessian_blocks;
mod pairs;
mod strength;
mod training;

pub use connectivity::{ConnectivityEstimation, FunctionalConnectivity};
pub use hessian_blocks::off_block_fraction;
pub use training::InteractionTraining;
