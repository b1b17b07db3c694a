//! Statistical mechanics of neural networks, for Rust notebooks.

pub use {ndarray, ndarray_rand, plotters, polars, rand_xoshiro, rayon, statrs};

pub use ndarray_rand::rand;

pub mod error;
pub mod exact;
pub mod frame;
pub mod free_energy;
pub mod grid;
pub mod ising;
pub mod notebook;
pub mod plot;
pub mod prelude;
pub mod random;
pub mod sample;
pub mod spin;
pub mod stats;

pub use error::{Error, Result};
