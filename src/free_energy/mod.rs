//! Free energies without summing all states: mean field and its corrections, and what sampling gives.

mod annealed;
mod bennett;
mod integration;
mod mean_field;

pub use annealed::AnnealedImportance;
pub use bennett::{Bennett, bennett_ratio};
pub use integration::thermodynamic_integration;
pub use mean_field::{MeanField, mean_field};
