//! Statistical mechanics of neural networks, for Rust notebooks.

pub use {base64, ndarray, ndarray_rand, plotters, png, polars, rand_xoshiro, rayon, statrs};

pub use ndarray_rand::rand;

pub mod error;
pub mod notebook;
pub mod plot;
pub mod prelude;
pub mod random;

pub use error::{Error, Result};
