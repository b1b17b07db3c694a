//! Statistical mechanics of neural networks, for Rust notebooks.

pub use {ndarray, ndarray_rand, plotters, polars, rand_xoshiro, rayon, statrs};

pub use ndarray_rand::rand;

pub mod error;
pub mod frame;
pub mod notebook;
pub mod plot;
pub mod prelude;
pub mod random;

pub use error::{Error, Result};
