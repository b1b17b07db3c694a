//! Learning of machines from examples by gradient ascent on their mean log-likelihood, followed epoch by epoch.
//!
//! The gradient is a mean over the data minus one over the machine, ⟨v_i h_μ⟩_data − ⟨v_i h_μ⟩_model; methods differ in how they find the second.

mod chains;
mod check;
mod engine;
mod method;
mod monitor;
mod offsets;
mod rate;
mod record;
mod saved;
mod settings;
mod spectrum;
mod step;
mod stopping;
mod trainer;

pub use rate::LearningRate;
pub use settings::RbmTraining;
pub use stopping::EarlyStopping;
pub use trainer::{RbmTrained, RbmTrainer};
