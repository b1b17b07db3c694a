//! Free energies without summing all states: mean field and its corrections, and what sampling gives.

mod annealed;
mod bennett;
mod bethe;
mod compare;
mod doubt;
mod integration;
mod mean_field;
mod ratio;
mod rungs;
mod self_consistent;
mod series;
mod tap;

pub use annealed::AnnealedImportance;
pub use bennett::Bennett;
pub use compare::FreeEnergies;
pub use integration::{tempered_integration, thermodynamic_integration};
pub use ratio::bennett_ratio;
pub use self_consistent::{Approximation, SelfConsistent, SelfConsistentSolution};
pub use series::{
    HighTemperature, MAX_SERIES_ORDER, high_temperature, square_high_temperature,
    square_low_temperature,
};

pub(crate) use ratio::{Energies, Link};
