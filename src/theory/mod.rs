//! Closed-form theory of neural networks in the limit of many units: capacities, learning curves, phase diagrams.
//!
//! | subject | module |
//! |---|---|
//! | how many dichotomies are linearly separable | [`cover`] |
//! | capacity and version space of the perceptron | [`gardner`], [`version_space`] |
//! | the Hopfield network's phases and capacity | [`ags`], [`signal_to_noise`] |
//! | capacities of dense associative memories | [`dense`] |
//! | the Sherrington–Kirkpatrick spin glass | [`sk`] |
//! | spectra of random matrices | [`spectra`] |
//! | what random slices show of a Hessian | [`projections`] |
//! | learning a teacher's rule from examples | [`learning_curves`] |
//! | more parameters than examples | [`ridge`] |
//!
//! Loads are α = P/N, patterns or examples per input or neuron; quantities are per neuron, at N → ∞ unless N is an argument.
//! The theory of all spins coupled alike is [`CurieWeiss`](crate::exact::CurieWeiss).

pub mod ags;
pub mod cover;
pub mod dense;
pub mod gardner;
pub mod learning_curves;
mod online;
pub mod projections;
pub mod ridge;
pub mod signal_to_noise;
pub mod sk;
pub mod spectra;
pub mod version_space;
