//! What a notebook cell imports: `use statmech::prelude::*`.
//!
//! Neither `Result` nor `Error` is here: evcxr's wrapper of each cell names the standard ones.

pub use crate::exact::{Enumeration, ONSAGER_TC, Thermodynamics, onsager};
pub use crate::frame::{Frame, stack};
pub use crate::free_energy::{AnnealedImportance, Bennett, bennett_ratio};
pub use crate::free_energy::{Approximation, FreeEnergies, HighTemperature, SelfConsistent};
pub use crate::free_energy::{MeanField, thermodynamic_integration};
pub use crate::grid::linspace;
pub use crate::ising::Ising;
pub use crate::ndarray::{Array1, Array2, Axis, array, s};
pub use crate::plot::{Colormap, Figure, Legend, Plot};
pub use crate::polars::df;
pub use crate::polars::prelude::{
    AnyValue, ChunkAgg, ChunkCompareEq, ChunkCompareIneq, Column, DataFrame, DataType, NamedFrom,
    SortMultipleOptions,
};
pub use crate::random::Seed;
pub use crate::sample::{
    Annealed, Annealing, EntropyEstimate, PopulationAnnealing, Schedule, WangLandau,
};
pub use crate::sample::{Observables, Scan, Simulation, SiteOrder, Start, TimeSeries, Update};
pub use crate::spin::Lattice;
pub use crate::stats::Estimate;
