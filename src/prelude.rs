//! What a notebook cell imports: `use statmech::prelude::*`.
//!
//! Neither `Result` nor `Error` is here: evcxr's wrapper of each cell names the standard ones.

pub use crate::data::{Images, digits, mnist};
pub use crate::exact::{
    Bulk, BulkInField, Caloric, CurieWeiss, Elimination, Enumeration, HONEYCOMB_TC, Marginals,
    Moments, ONSAGER_TC, PartitionFunction, Potential, TRIANGULAR_TC, Thermodynamics, chain,
    honeycomb, kaufman, onsager, triangular,
};
pub use crate::frame::{Frame, stack};
pub use crate::free_energy::{AnnealedImportance, Bennett, bennett_ratio};
pub use crate::free_energy::{Approximation, FreeEnergies, HighTemperature, SelfConsistent};
pub use crate::free_energy::{MeanField, tempered_integration, thermodynamic_integration};
pub use crate::grid::{geomspace, linspace};
pub use crate::ising::{Disorder, Ising};
pub use crate::ndarray::{Array1, Array2, Axis, array, s};
pub use crate::plot::{Colormap, Figure, Legend, Plot};
pub use crate::polars::df;
pub use crate::polars::prelude::{
    AnyValue, ChunkAgg, ChunkCompareEq, ChunkCompareIneq, Column, DataFrame, DataType, NamedFrom,
    SortMultipleOptions,
};
pub use crate::random::Seed;
pub use crate::sample::{
    Annealed, Annealing, EntropyEstimate, Observables, Peak, PopulationAnnealing, Reweighting,
    Scan, Schedule, Simulation, SiteOrder, Start, Target, Tempered, Tempering, TimeSeries, Update,
    WangLandau,
};
pub use crate::spin::Lattice;
pub use crate::stats::Estimate;
