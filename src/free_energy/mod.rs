//! Free energies without summing all states: mean field and thermodynamic integration.

mod integration;
mod mean_field;

pub use integration::thermodynamic_integration;
pub use mean_field::{MeanField, mean_field};
