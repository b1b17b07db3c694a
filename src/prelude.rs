//! What a notebook cell imports: `use statmech::prelude::*`.
//!
//! Neither `Result` nor `Error` is here: evcxr's wrapper of each cell names the standard ones.

pub use crate::plot::{Colormap, Figure, Legend, Plot};
pub use crate::random::Seed;
