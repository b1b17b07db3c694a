//! Feed-forward networks with exact gradients and exact products with their Hessian.
//!
//! A [`Network`] is an architecture; its parameters are one vector θ, made of named [blocks](Network::blocks). With a [`Dataset`] it becomes a
//! loss, an [`Objective`](crate::landscape::Objective). Products with the Hessian come from Pearlmutter's operator R{·} = d/dr|θ + r v applied to the forward and the
//! backward pass (B. A. Pearlmutter, Neural Comput. 6, 147 (1994)): R{δ} runs backwards like δ, at the cost of less than three gradients.

mod activation;
mod batch_normalization;
mod convolution;
mod criterion;
mod dataset;
mod elementwise;
mod hidden;
mod initialization;
mod layer;
mod layers;
mod linear;
mod loss;
mod matrix;
mod network;
mod normalization;
mod plan;
mod real;
mod standard;
mod weights;

pub use activation::Activation;
pub use dataset::Dataset;
pub use initialization::Initialization;
pub use network::Network;
pub use real::Precision;
