//! Boltzmann machines: stochastic units with symmetric connections that learn a distribution (sections 3.1 and 3.3 of the chapter).
//!
//! E(s) = −Σ_{i<j} W_ij s_i s_j − Σ_i b_i s_i over visible and hidden units, −1 or +1 or else 0 or 1, and P(s) = exp(−E(s)/T)/Z. Learning compares correlations
//! with the visible units clamped to data and with the machine running freely. Everything starts from a [`BoltzmannMachine`]:
//!
//! | wanted | methods |
//! |---|---|
//! | graphs | [`new`](BoltzmannMachine::new) (complete), [`restricted`](BoltzmannMachine::restricted), [`encoder`](BoltzmannMachine::encoder), [`connected`](BoltzmannMachine::connected) |
//! | exact values | [`distribution`](BoltzmannMachine::distribution), [`ln_z`](BoltzmannMachine::ln_z), [`log_likelihood`](BoltzmannMachine::log_likelihood), [`kl`](BoltzmannMachine::kl), [`gradient`](BoltzmannMachine::gradient) |
//! | curvature | [`fisher`](BoltzmannMachine::fisher), [`hessian`](BoltzmannMachine::hessian) and their spectra |
//! | samples, free or clamped, annealed | [`sample`](BoltzmannMachine::sample) |
//! | learning | [`learn`](BoltzmannMachine::learn), [`learn_distribution`](BoltzmannMachine::learn_distribution) |
//! | the same distribution otherwise | [`recoded`](BoltzmannMachine::recoded), [`ising`](BoltzmannMachine::ising), [`clamped`](BoltzmannMachine::clamped) |
//! | layers, with mean-field inference | [`DeepBoltzmann`] |
//! | things to learn | [`bars_and_stripes`], [`parity_patterns`], [`encoder_patterns`], [`shifter_patterns`] |
//!
//! States are numbered with off before on and the last unit changing fastest, as in [`visible_states`](BoltzmannMachine::visible_states).

mod chain;
mod coding;
mod convert;
mod curvature;
mod deep;
mod exact;
mod gradient;
mod joint;
mod learned;
mod learning;
mod machine;
mod phases;
mod problems;
mod sampling;
mod states;

pub use coding::Coding;
pub use deep::{
    DeepBoltzmann, DeepLearned, DeepLearning, DeepPosterior, DeepPretrained, DeepPretraining,
};
pub use gradient::BoltzmannGradient;
pub use learned::BoltzmannLearned;
pub use learning::BoltzmannLearning;
pub use machine::{BoltzmannMachine, MAX_UNITS};
pub use phases::Phases;
pub use problems::{bars_and_stripes, encoder_patterns, parity_patterns, shifter_patterns};
pub use sampling::{BoltzmannSamples, BoltzmannSampling};
