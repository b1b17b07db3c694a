//! Experiments over samples of random patterns: retrieval, capacity, basins, maps of one step, mixtures.

mod basin;
mod capacity;
mod map;
mod mixture;
mod require;
mod retrieval;
mod rule;
mod trial;

pub use basin::BasinScan;
pub use capacity::{CapacityScan, MeasuredCapacity};
pub use map::RetrievalMap;
pub use mixture::{MixtureScan, mixture_state};
pub use retrieval::{RetrievalScan, bits_per_coupling};
pub use rule::StorageRule;
